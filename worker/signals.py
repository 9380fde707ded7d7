"""Signals as something to wait for: a loop is told to stop, or that a child ended, without being broken into."""

from __future__ import annotations

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass
class Signals:
    """What has come in since the signals are caught."""

    pipe: int
    stops: int = 0
    """How often it was told to stop: more than once is impatience."""

    @property
    def stopped(self) -> bool:
        return self.stops > 0

    def wait(self, seconds: float) -> None:
        """Wait until a signal comes in, a child's end included, but so long at most."""
        if select.select([self.pipe], [], [], seconds)[0]:
            os.read(self.pipe, 4_096)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stops += 1


@contextmanager
def caught() -> Iterator[Signals]:
    """Catch them for as long as the block runs; in the main thread. A signal that is ignored (nohup) stays ignored."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signals = Signals(reading)
    handlers = {one: signals._stop for one in STOPPING if signal.getsignal(one) is not signal.SIG_IGN}
    handlers[signal.SIGCHLD] = lambda _number, _frame: None
    before = {one: signal.signal(one, handler) for one, handler in handlers.items()}
    woken = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield signals
    finally:
        signal.set_wakeup_fd(woken)
        for one, handler in before.items():
            signal.signal(one, handler)
        os.close(reading)
        os.close(writing)
