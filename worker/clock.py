"""The only clock. It is read at the edge (a task, a command, a page); everything below is handed `now`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)


def running_from(start: datetime) -> Callable[[], datetime]:
    """A clock that says `start` now and goes on from there: for work that takes a while after it was handed `now`."""
    began = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - began)
