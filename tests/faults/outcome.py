"""What became of the alerts of one row. The database says what was made, the receiver says what arrived."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy import select

from tests.faults.sink import Sink
from worker.store import Store
from worker.store import tables as t

GRACE = 10.0
"""Seconds after its lease within which a delivery whose worker died has to be out again (p99)."""


@dataclass
class Outcome:
    """The figures of one row on one database. Seconds are seconds."""

    row: str
    database: str
    faults: int = 0
    made: int = 0
    delivered: int = 0
    lost: int = 0
    duplicates: int = 0
    dead: int = 0
    cancelled: int = 0
    rescue_p50: float | None = None
    rescue_p99: float | None = None
    seconds: float = 0.0
    told: dict[str, float] = field(default_factory=dict)
    """What else the row measured."""
    complaints: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    """What took longer than it may. The short run says so and judges it not: its machine may be anybody's."""
    control: bool = False
    """A negative control: it has to lose some, or the campaign could not see a loss."""

    @property
    def holds(self) -> bool:
        return not self.complaints and (self.lost > 0 if self.control else self.lost == 0)

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "holds": self.holds}


def percentile(values: Iterable[float], part: float) -> float | None:
    """The least of the values that at least that part of them does not exceed; None of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)] if ordered else None


def count(outcome: Outcome, store: Store, sink: Sink, *, lease: float | None, ended: Collection[str] = ()) -> None:
    """Fill in what became of every delivery in the database. `ended`: ids that are meant to have been given up.

    Lost is what neither arrived nor has an end with a reason. `lease`: seconds after which, and a grace, whatever a
    dead worker held is to be out again; None where the clock was not the real one.
    """
    with store.read() as connection:
        rows = connection.execute(select(t.deliveries.c.id, t.deliveries.c.state, t.deliveries.c.reason)).all()
        columns = (t.attempts.c.delivery_id, t.attempts.c.number, t.attempts.c.started_at, t.attempts.c.outcome)
        tries = connection.execute(select(*columns).order_by(*columns[:2])).all()
    arrived = sink.arrivals()
    outcome.made = len(rows)
    outcome.delivered = sum(row.id in arrived for row in rows)
    outcome.duplicates = sum(len(times) - 1 for times in arrived.values())
    outcome.dead = sum(row.state == "dead" for row in rows)
    outcome.cancelled = sum(row.state == "cancelled" for row in rows)
    ends = [row.id for row in rows if row.state in ("dead", "cancelled") and row.reason]
    outcome.lost = sum(row.id not in arrived and row.id not in ends for row in rows)
    if unasked := [row.id for row in rows if row.state == "dead" and row.id not in ended]:
        outcome.complaints.append(f"{len(unasked)} given up that could be delivered")
    if strangers := arrived.keys() - {row.id for row in rows}:
        outcome.complaints.append(f"{len(strangers)} messages under an id that nothing has")
    outcome.complaints += sink.complaints()
    if lease is not None:
        _rescues(outcome, tries, lease)


def _rescues(outcome: Outcome, tries: Sequence[Any], lease: float) -> None:
    """From the beginning of an attempt whose worker died to that of the next one: the death lies in between."""
    waits = [
        (after.started_at - before.started_at).total_seconds()
        for before, after in itertools.pairwise(tries)
        if before.outcome == "lost" and before.delivery_id == after.delivery_id
    ]
    outcome.rescue_p50, outcome.rescue_p99 = percentile(waits, 0.5), percentile(waits, 0.99)
    if outcome.rescue_p99 is not None and outcome.rescue_p99 > lease + GRACE and not outcome.control:
        outcome.slow.append(f"rescued after {outcome.rescue_p99:.1f} s (p99), more than lease + {GRACE:g} s")
