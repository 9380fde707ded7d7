"""When to try again. Pure: the caller draws `spread` (0 to 1), so that those who wait do not all come back at once."""

from __future__ import annotations

from datetime import datetime, timedelta

LADDER = (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 36_000)
"""Seconds before each attempt of a delivery, the first included (Svix's schedule, in Standard Webhooks)."""
LONGEST_DELIVERY_WAIT = 86_400.0
FIRST_FEED_WAIT = 30.0
LONGEST_FEED_WAIT = 6 * 3_600.0
LONGEST_RETRY_AFTER = 86_400.0
EVALUATION_WAIT = 10.0


def next_attempt(
    made: int, now: datetime, *, most: int, spread: float = 0.5, retry_after: float | None = None
) -> datetime | None:
    """When the attempt after `made` failed ones is due; None when `most` are made and the delivery is to be given up.

    `retry_after`: seconds that the receiver asked for; obeyed up to a day.
    """
    if made >= most:
        return None
    wait = LADDER[min(made, len(LADDER) - 1)] * (0.9 + 0.2 * spread)
    return now + timedelta(seconds=max(wait, min(retry_after or 0, LONGEST_DELIVERY_WAIT)))


def next_poll(
    failures: int,
    every: float,
    now: datetime,
    *,
    permanent: bool = False,
    spread: float = 0.5,
    retry_after: float | None = None,
) -> datetime:
    """When a feed is to be polled next, after `failures` in a row (0: it went well).

    A passing failure is tried again soon and then ever less often, one that will not mend itself no sooner than the
    feed's interval; both up to six hours. `retry_after`: seconds the server asked for; obeyed up to a day.
    """
    wait = every
    if failures:
        first = every if permanent else min(FIRST_FEED_WAIT, every)
        wait = min(first * 2.0 ** min(failures - 1, 30), max(LONGEST_FEED_WAIT, every))
    return now + timedelta(seconds=max(wait * (0.95 + 0.1 * spread), min(retry_after or 0, LONGEST_RETRY_AFTER)))


def next_evaluation(made: int, now: datetime) -> datetime:
    """When an article whose evaluation raised `made` times is to be evaluated again: after 10, 20, 40, 80 s."""
    return now + timedelta(seconds=EVALUATION_WAIT * 2.0 ** max(made - 1, 0))
