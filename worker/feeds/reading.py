"""A feed's bytes become entries in a child process: a feed that cannot be read costs itself, and no other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
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
_at_once = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))


def parse(body: bytes, headers: Mapping[str, str], *, limits: Limits = LIMITS) -> tuple[FeedEntry, ...]:
    """The first 500 entries of a feed, in its order. `headers` by lower-case name, as `Fetched` has them.

    Blocks while the child works: in an event loop, call it by `asyncio.to_thread`. Raises FetchError, whose message is
    for a person.
    """
    if len(body) > MAX_BYTES:
        raise FetchError(f"the feed is larger than {MAX_BYTES:,} bytes", permanent=True)
    named = {name: headers[name] for name in ("content-type", "content-location") if name in headers}
    asked = {"headers": named, "cpu_seconds": limits.cpu_seconds, "memory": limits.memory}
    with _at_once:
        answer = _ask(json.dumps(asked).encode() + b"\n" + body, limits)
    if "error" in answer:
        raise FetchError(answer["error"], permanent=answer["permanent"])
    return tuple(_entry(said) for said in answer["entries"])


def _ask(question: bytes, limits: Limits) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", child.__name__]
    own = {name: value for name, value in os.environ.items() if not name.startswith("DELTAWIRE_")}
    try:
        done = subprocess.run(  # noqa: S603 - our own module; what comes from outside goes in by standard input
            command, input=question, capture_output=True, timeout=limits.seconds, env=own, check=False
        )
    except subprocess.TimeoutExpired:
        raise FetchError(f"the feed takes more than {limits.seconds:g} s to read", permanent=True) from None
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    if done.returncode == child.OUT_OF_MEMORY:
        raise FetchError(f"the feed takes more than {limits.memory >> 20} MB of memory to read", permanent=True)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise FetchError(f"the feed takes more than {limits.cpu_seconds} s of work to read", permanent=True)
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    raise FetchError(f"the feed cannot be read (exit code {done.returncode}: {last[:200]})", permanent=True)


def _entry(said: dict[str, Any]) -> FeedEntry:
    moments = {name: datetime.fromisoformat(said[name]) if said[name] else None for name in ("published", "updated")}
    return FeedEntry(**{**said, **moments})
