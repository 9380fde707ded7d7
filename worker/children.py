"""Child processes that never outlive this one, not even when it is killed with `kill -9`.

Two lines of defence. All children share a process group that a watchdog leads: it reads a pipe that only this process
can write to, and kills the whole group, grandchildren included, when the pipe ends. On Linux the kernel besides kills
each direct child whose parent is gone. Being in a group of their own, children are out of reach of a terminal's Ctrl-C.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, Self

_PR_SET_PDEATHSIG = 1
_WATCHDOG = """
import os, signal
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
os.read(0, 1)
os.kill(0, signal.SIGKILL)
"""


def die_with_parent() -> None:
    """Have the kernel kill this process as soon as the thread that started it is gone. Linux; elsewhere nothing."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def forks_die_with_parent() -> None:
    """The same for every process that this one forks from now on (the kernel's promise is not inherited)."""
    os.register_at_fork(after_in_child=die_with_parent)


_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class Children:
    """The children of this process. Start them from its main thread, and only while it runs no other."""

    def __init__(self) -> None:
        watched, self._alive = os.pipe()  # nobody inherits the end that is written to
        self._watchdog = subprocess.Popen(  # noqa: S603 - the command is ours
            [sys.executable, "-I", "-S", "-c", _WATCHDOG], stdin=watched, stdout=subprocess.DEVNULL, process_group=0
        )
        os.close(watched)

    def start(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path | None = None,
        env: Mapping[str, str] | None = None,
        stdout: int | IO[bytes] | None = None,
        pass_fds: Collection[int] = (),
    ) -> subprocess.Popen[bytes]:
        """Start a child, with nothing to read on its standard input. Raises OSError where it cannot be run."""
        parent = os.getpid()

        def bind() -> None:
            die_with_parent()
            if os.getppid() != parent:  # gone before the kernel was told
                os._exit(1)

        return subprocess.Popen(  # noqa: S603 - the commands are ours
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            cwd=cwd,
            env=env,
            pass_fds=tuple(pass_fds),
            process_group=self._watchdog.pid,
            preexec_fn=bind,  # noqa: PLW1509 - safe without other threads
        )

    def kill(self) -> None:
        """Kill what is left of the group. Safe to call again."""
        if self._watchdog.returncode is None:
            os.close(self._alive)
            self._watchdog.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()
