"""The dates on record as deadlines: which phase each is in, and what a change of the record does to them.

A deadline is an `effective` or `until` date of which the day is known. Days are days in UTC; a phase is told at
00:00 UTC of its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import takewhile

from rules.dates.calendar import add_days
from rules.model import (
    BACKGROUND,
    ENDED,
    DeadlineEvent,
    Entry,
    Finding,
    Kind,
    Ledger,
    PartialDate,
    Phase,
    State,
    Status,
)
from rules.pack import FactSpec, Pack

UPCOMING_DAYS = (7, 3, 1)
"""How many days ahead a deadline is announced, unless the caller asks for others."""
ROLES = ("effective", "until")
_COME_TRUE = ENDED - {Status.WITHDRAWN, Status.CANCELLED, Status.BLOCKED}
"""Statuses that a deadline comes to on its own day: it is neither moved nor cancelled."""


def midnight(day: date) -> datetime:
    """The start of a day in UTC."""
    return datetime.combine(day, time(), UTC)


def days_of(state: State) -> dict[str, date]:
    """The exact days of a state by role."""
    dates: dict[str, PartialDate | None] = {"effective": state.effective, "until": state.until}
    return {role: when.exact for role, when in dates.items() if when and when.exact}


def due(
    ledger: Ledger, pack: Pack, since: datetime, now: datetime, days: tuple[int, ...] = UPCOMING_DAYS
) -> tuple[DeadlineEvent, ...]:
    """What time alone brings in (since, now]: `upcoming`, `due` and `passed`, in order of their moments.

    `upcoming` is told `days` before, if the date was on record by then; after an outage only the latest of those that
    went by is told. `passed` comes the day after, unless an article from the due day on reported on the fact.
    """
    asked = _Asked(ledger, since, now, days)
    events = [
        event
        for spec in pack.facts.values()
        for role in ROLES
        if (deadline := _deadline(ledger, spec, role))
        for event in asked.phases(deadline)
        if since < event.at <= now
    ]
    return tuple(sorted(events, key=lambda e: (e.at, e.fact, e.role)))


@dataclass(frozen=True, slots=True)
class _Deadline:
    """A day on record."""

    spec: FactSpec
    role: str
    day: date
    entry: Entry
    """The line of the record that holds now."""
    known: datetime
    """When the record first had this day for this role, without a break until now."""


def _deadline(ledger: Ledger, spec: FactSpec, role: str) -> _Deadline | None:
    entry = ledger.current(spec.id)
    day = days_of(entry.state).get(role) if entry else None
    if entry is None or day in (None, date.max) or entry.confidence == BACKGROUND:
        return None
    return _Deadline(spec, role, day, entry, _known_since(ledger, spec.id, role, day))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is asked for: the phases of a record's deadlines in (since, now]."""

    ledger: Ledger
    since: datetime
    now: datetime
    days: tuple[int, ...]

    def phases(self, deadline: _Deadline) -> Iterator[DeadlineEvent]:
        day, known = deadline.day, deadline.known
        start, after = midnight(day), midnight(day + timedelta(days=1))
        ahead = [(midnight(before), n) for n in self.days if (before := add_days(day, -n))]
        latest = max((pair for pair in ahead if self._to_tell(pair[0], known)), key=lambda p: p[0], default=None)
        if latest and self.now < start:
            yield self._event(deadline, Phase.UPCOMING, *latest)
        if known <= start and self.now < after:
            yield self._event(deadline, Phase.DUE, start, 0)
        if known <= after and not _reported(self.ledger, deadline.spec.id, start):
            yield self._event(deadline, Phase.PASSED, after)

    def _to_tell(self, at: datetime, known: datetime) -> bool:
        """Whether a moment went by in the interval, with the date on record by then."""
        return self.since < at <= self.now and known <= at

    def _event(self, deadline: _Deadline, phase: Phase, at: datetime, left: int | None = None) -> DeadlineEvent:
        entry = deadline.entry
        return DeadlineEvent(
            self.ledger.story,
            deadline.spec.id,
            deadline.spec.topic,
            deadline.role,
            phase,
            deadline.day,
            at,
            entry.state,
            left,
            article=entry.article,
            quote=entry.quote,
        )


def _known_since(ledger: Ledger, fact: str, role: str, day: date) -> datetime:
    """When the record first had this day for this role, counting back from now without a break."""
    same = takewhile(lambda entry: days_of(entry.state).get(role) == day, reversed(ledger.history(fact)))
    return list(same)[-1].learned


def _reported(ledger: Ledger, fact: str, start: datetime) -> bool:
    return any(e.fact == fact and e.valid >= start and e.kind in (Kind.CHANGE, Kind.CONFIRM) for e in ledger.entries)


def moved(finding: Finding, ledger: Ledger) -> tuple[DeadlineEvent, ...]:
    """What a change does to the dates that were on record: `moved`, `cancelled`, or nothing.

    `ledger` is the record as the article found it.

    A date that lies behind the article is history, and is neither moved nor cancelled. A month that becomes a day
    moves nothing, since a month is no deadline.
    """
    entry = ledger.current(finding.fact)
    if finding.kind is not Kind.CHANGE or finding.update or entry is None or entry.confidence == BACKGROUND:
        return ()
    today, status = finding.published.date(), finding.after.status
    new = {"effective": finding.after.effective, "until": finding.after.until}
    events = []
    for role, day in days_of(finding.before).items():
        to = None if status in ENDED and status is not Status.HELD else new[role]
        if (to and to.covers(PartialDate.of(day))) or day < today or (day == today and status in _COME_TRUE):
            continue
        events.append(
            DeadlineEvent(
                finding.story,
                finding.fact,
                finding.topic,
                role,
                Phase.MOVED if to else Phase.CANCELLED,
                day,
                finding.published,
                finding.after,
                moved_to=to,
                article=finding.article,
                quote=finding.quote,
            )
        )
    return tuple(events)
