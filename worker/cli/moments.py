"""Moments as a person types them."""

from __future__ import annotations

from datetime import UTC, datetime

from worker.errors import WrongUse


def moment_of(text: str, how: str) -> datetime:
    """`2026-11-20` or `2026-11-20T08:00`, in UTC where no offset is named, as an aware moment in UTC.

    Raises WrongUse, which says `how` to write it, for what is none, or lies outside the calendar.
    """
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise WrongUse(f"{text!r} is no time: write {how}") from None
