"""How much a change weighs: points for where the fact stands now, how far its amount moved, and how near its date is.

In force beats announced, and announced beats agreed. A pack may weigh otherwise (`severity` in `pack.yaml`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from rules.model import Kind, Severity, State, Status, Value

SIGNAL_POINTS = 10
"""Of what is only in prospect, whatever would come of it."""
OTHER_POINTS = 30
"""Of a change after which the status is another one than those below, or none."""
_SETTLED = "in_force suspended withdrawn expired blocked held cancelled collapsed signed"


def _usual() -> dict[Status, int]:
    settled = dict.fromkeys(map(Status, _SETTLED.split()), 70)
    return {**settled, Status.ANNOUNCED: 45, Status.POSTPONED: 45, Status.AGREED: 40, Status.SCHEDULED: 40}


@dataclass(frozen=True)
class Weights:
    """The points that a pack gives, and how many make a change medium or high."""

    status: Mapping[Status, int] = field(default_factory=_usual)
    value: Mapping[int, int] = field(default_factory=lambda: {50: 15, 20: 10})
    """Points for an amount that changes by so many percent of what it was, or more; the largest that applies."""
    days: Mapping[int, int] = field(default_factory=lambda: {3: 15, 14: 10})
    """Points for a date that lies so many days ahead, or fewer; the nearest that applies."""
    high: int = 70
    medium: int = 40


class Weight(NamedTuple):
    """A severity, and how it comes about."""

    severity: Severity
    why: str
    """`in force (70), the amount changes by 50 % (15)`"""


def weigh(kind: Kind, before: State, after: State, today: date, weights: Weights) -> Weight:
    """How much it weighs that a fact goes from `before` to `after`. `today`: the day of publication, UTC.

    Of a signal, `after` is what is in prospect. What is neither change nor signal weighs nothing.
    """
    if kind not in (Kind.CHANGE, Kind.SIGNAL):
        return Weight(Severity.LOW, "")
    points = list(_points(kind, before, after, today, weights))
    total = sum(number for _, number in points)
    severity = Severity.HIGH if total >= weights.high else Severity.MEDIUM if total >= weights.medium else Severity.LOW
    return Weight(severity, ", ".join(f"{words} ({number})" for words, number in points))


def _points(kind: Kind, before: State, after: State, today: date, weights: Weights) -> Iterator[tuple[str, int]]:
    moved = _moved(before.value, after.value)
    if kind is Kind.SIGNAL:
        yield "only in prospect", SIGNAL_POINTS
    elif after.status and (after.status is not before.status or dict(after.value or {}) != dict(before.value or {})):
        yield after.status.value.replace("_", " "), weights.status.get(after.status, OTHER_POINTS)
    else:
        yield "another date or a part of it", OTHER_POINTS
    if reached := [percent for percent in weights.value if moved * 100 >= percent]:
        yield f"the amount changes by {max(reached)} % or more", weights.value[max(reached)]
    ahead = _days_ahead(before, after, today)
    if near := [days for days in weights.days if ahead and min(ahead) <= days]:
        yield f"a date within {min(near)} days", weights.days[min(near)]


def _moved(before: Value | None, after: Value | None) -> float:
    """By how much of what it was an amount changes; the most of several, 0 where none is known on both sides."""
    old, new = before or {}, after or {}
    return max((abs(new[unit] - old[unit]) / abs(old[unit]) for unit in new if old.get(unit)), default=0.0)


def _days_ahead(before: State, after: State, today: date) -> list[int]:
    """How many days ahead those dates lie that are new."""
    pairs = ((before.effective, after.effective), (before.until, after.until))
    days = [new.exact for old, new in pairs if new and new != old and new.exact]
    return [(day - today).days for day in days if day >= today]
