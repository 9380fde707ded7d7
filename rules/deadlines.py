"""The dates on record as deadlines: which phase each is in, and what a change of the record does to them.

A deadline is an `effective` or `until` date of which the day is known. Days are days in UTC; a phase is told at
00:00 UTC of its day.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from rules.model import BACKGROUND, ENDED, DeadlineEvent, Finding, Kind, Ledger, PartialDate, Phase, State, Status
from rules.pack import Pack

UPCOMING_DAYS = (7, 3, 1)
"""How many days ahead a deadline is announced, unless the caller asks for others."""
ROLES = ("effective", "until")


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
    events = [
        event
        for fact in pack.facts
        for role in ROLES
        for event in _phases(ledger, pack, fact, role, since, now, days)
        if since < event.at <= now
    ]
    return tuple(sorted(events, key=lambda e: (e.at, e.fact, e.role)))


def _phases(
    ledger: Ledger, pack: Pack, fact: str, role: str, since: datetime, now: datetime, days: tuple[int, ...]
) -> Iterator[DeadlineEvent]:
    entry = ledger.current(fact)
    day = days_of(entry.state).get(role) if entry else None
    if entry is None or day is None or entry.confidence == BACKGROUND:
        return
    known = _known_since(ledger, fact, role, day)

    def event(phase: Phase, at: datetime, days_left: int | None = None) -> DeadlineEvent:
        return DeadlineEvent(
            ledger.story,
            fact,
            pack.facts[fact].topic,
            role,
            phase,
            day,
            at,
            entry.state,
            days_left,
            article=entry.article,
            quote=entry.quote,
        )

    ahead = [(n, midnight(day - timedelta(days=n))) for n in days]
    missed = [(n, at) for n, at in ahead if max(since, known) < at <= now or (since < at <= now and at == known)]
    if missed and now < midnight(day):
        left, at = max(missed, key=lambda pair: pair[1])
        yield event(Phase.UPCOMING, at, left)
    start, after = midnight(day), midnight(day + timedelta(days=1))
    if known <= start and now < after:
        yield event(Phase.DUE, start, 0)
    if known <= after and not _reported(ledger, fact, start):
        yield event(Phase.PASSED, after)


def _known_since(ledger: Ledger, fact: str, role: str, day: date) -> datetime:
    """When the record first had this day for this role, counting back from now without a break."""
    known = None
    for entry in reversed(ledger.history(fact)):
        if days_of(entry.state).get(role) != day:
            break
        known = entry.learned
    assert known is not None
    return known


def _reported(ledger: Ledger, fact: str, start: datetime) -> bool:
    return any(e.fact == fact and e.valid >= start and e.kind in (Kind.CHANGE, Kind.CONFIRM) for e in ledger.entries)


def moved(finding: Finding, ledger: Ledger) -> tuple[DeadlineEvent, ...]:
    """What a change does to the dates that were on record (`ledger` is the record as the article found it): `moved`, `cancelled`, or nothing.

    A date that lies behind the article is history, and is neither moved nor cancelled. A month that becomes a day
    moves nothing, since a month is no deadline.
    """
    entry = ledger.current(finding.fact)
    if finding.kind is not Kind.CHANGE or finding.update or entry is None or entry.confidence == BACKGROUND:
        return ()
    today, events = finding.published.date(), []
    new = {"effective": finding.after.effective, "until": finding.after.until}
    for role, day in days_of(finding.before).items():
        to = None if finding.after.status in ENDED and finding.after.status is not Status.HELD else new[role]
        if (to and to.covers(PartialDate.of(day))) or day < today:
            continue
        if day == today and finding.after.status in ENDED - {"withdrawn", "cancelled", "blocked"}:
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
