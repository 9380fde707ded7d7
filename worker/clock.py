"""The only clock. It is read at the edge (a task, a command, a page); everything below is handed `now`."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware and in UTC."""
    return datetime.now(UTC)
