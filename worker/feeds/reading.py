"""A feed's bytes become entries in a child process: a feed that cannot be read costs itself, and no other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from worker.errors import FetchError
from worker.feeds import child
from worker.feeds.entries import FeedEntry
from worker.http import MAX_BYTES

SECONDS = 20.0
"""On the wall: the processor time that the child may use, twice."""
_at_once = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))


def parse(body: bytes, headers: Mapping[str, str], *, seconds: float = SECONDS) -> tuple[FeedEntry, ...]:
    """The first 500 entries of a feed, in its order. `headers` by lower-case name, as `Fetched` has them.

    Blocks while the child works, up to `seconds`: in an event loop, call it by `asyncio.to_thread`. Raises FetchError,
    whose message is for a person.
    """
    if len(body) > MAX_BYTES:
        raise FetchError(f"the feed is larger than {MAX_BYTES:,} bytes", permanent=True)
    given = json.dumps({name: headers[name] for name in ("content-type", "content-location") if name in headers})
    with _at_once:
        answer = _ask(given.encode() + b"\n" + body, seconds)
    if "error" in answer:
        raise FetchError(answer["error"], permanent=answer["permanent"])
    return tuple(_entry(said) for said in answer["entries"])


def _ask(question: bytes, seconds: float) -> dict[str, Any]:
    command = [sys.executable, "-P", "-m", child.__name__]
    own = {name: value for name, value in os.environ.items() if not name.startswith("DELTAWIRE_")}
    try:
        done = subprocess.run(  # noqa: S603 - our own module; what comes from outside goes in by standard input
            command, input=question, capture_output=True, timeout=seconds, env=own, check=False
        )
    except subprocess.TimeoutExpired:
        raise FetchError(f"the feed takes more than {seconds:g} s to read", permanent=True) from None
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    if done.returncode == child.OUT_OF_MEMORY:
        raise FetchError(f"the feed takes more than {child.MEMORY >> 20} MB of memory to read", permanent=True)
    if done.returncode in (-signal.SIGXCPU, -signal.SIGKILL):
        raise FetchError(f"the feed takes more than {child.CPU_SECONDS} s to read", permanent=True)
    last = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2]
    raise FetchError(f"the feed cannot be read (exit code {done.returncode}: {last[:200]})", permanent=True)


def _entry(said: dict[str, Any]) -> FeedEntry:
    moments = {name: datetime.fromisoformat(said[name]) if said[name] else None for name in ("published", "updated")}
    return FeedEntry(**{**said, **moments})
