"""A feed's bytes become entries in a child process: a feed that cannot be read costs itself, and no other."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from worker.errors import FetchError
from worker.feedparse import child
from worker.feedparse.entries import FeedEntry
from worker.http import MAX_BYTES


@dataclass(frozen=True)
class Limits:
    """What the child may use."""

    seconds: float = 20.0
    """On the wall."""
    cpu_seconds: int = 10
    """An honest feed of the largest size that is fetched needs half of it, and a usual one a tenth of a second."""
    memory: int = 512 << 20
    """Bytes of address space; an honest feed of the largest size needs a third of it."""


LIMITS = Limits()
GRACE_SECONDS = 5.0
"""After its time, until a child that does not end a feed by itself is killed."""
_at_once = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))


class _Child:
    """A process that reads one feed after the other."""

    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        own = {name: value for name, value in os.environ.items() if not name.startswith("DELTAWIRE_")}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module; what comes from outside goes in by a socket
                [sys.executable, "-P", "-m", child.__name__],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=own,
            )

    def ask(self, question: bytes, seconds: float) -> tuple[int, bytes]:
        """The exit code with which the feed was read, and the answer.

        Raises TimeoutError, and EOFError or another OSError where the process is gone.
        """
        self._socket.settimeout(seconds)
        self._socket.sendall(question)
        with self._socket.makefile("rb") as answers:
            if not (head := answers.readline()).endswith(b"\n"):
                raise EOFError
            said = json.loads(head)
            answer = answers.read(said["length"])
            if len(answer) < said["length"]:
                raise EOFError
            return said["exit"], answer

    def end(self) -> None:
        """Kill it, and what it is at ends within its time."""
        self._socket.close()
        self._process.kill()
        self._process.wait()


_idle: list[_Child] = []
os.register_at_fork(after_in_child=_idle.clear)  # they are the parent's


def parse(body: bytes, headers: Mapping[str, str], *, limits: Limits = LIMITS) -> tuple[FeedEntry, ...]:
    """The first 500 entries of a feed, in its order. `headers` by lower-case name, as `Fetched` has them.

    Blocks while the child works: in an event loop, call it by `asyncio.to_thread`. Raises FetchError, whose message is
    for a person.
    """
    if len(body) > MAX_BYTES:
        raise FetchError(f"the feed is larger than {MAX_BYTES:,} bytes", permanent=True)
    named = {name: headers[name] for name in ("content-type", "content-location") if name in headers}
    asked = {"headers": named, "length": len(body), **asdict(limits)}
    with _at_once:
        code, answer = _ask(json.dumps(asked).encode() + b"\n" + body, limits.seconds + GRACE_SECONDS)
    if code:
        raise FetchError(_ended(code, limits), permanent=True)
    said = json.loads(answer)
    if "error" in said:
        raise FetchError(said["error"], permanent=said["permanent"])
    return tuple(_entry(entry) for entry in said["entries"])


def _ask(question: bytes, seconds: float) -> tuple[int, bytes]:
    """Ask a child that is idle, or a new one. That one of the idle is gone is no matter: the next one is asked."""
    while True:
        try:
            asked, new = _idle.pop(), False
        except IndexError:
            asked, new = _Child(), True
        try:
            found = asked.ask(question, seconds)
        except TimeoutError:
            asked.end()
            return -signal.SIGALRM, b""
        except (EOFError, OSError):
            asked.end()
            if new:
                raise FetchError("the process that reads feeds does not start", permanent=False) from None
        else:
            _idle.append(asked)
            return found


def _ended(code: int, limits: Limits) -> str:
    """Why a feed was not read, by the exit code of the process that read it."""
    if code == -signal.SIGALRM:
        return f"the feed takes more than {limits.seconds:g} s to read"
    if code == child.OUT_OF_MEMORY:
        return f"the feed takes more than {limits.memory >> 20} MB of memory to read"
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return f"the feed takes more than {limits.cpu_seconds} s of work to read"
    return f"the feed cannot be read (exit code {code})"


def _entry(said: dict[str, Any]) -> FeedEntry:
    moments = {name: datetime.fromisoformat(said[name]) if said[name] else None for name in ("published", "updated")}
    return FeedEntry(**{**said, **moments})
