"""From a story's ledger to what its page says of it. Pure: `now` is handed in, nothing is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, cast
from urllib.parse import urlsplit

from rules import Entry, FactKind, Ledger, Pack, State, Status
from rules.deadlines import days_of
from worker.web.models import Deadline, Fact, Source, Topic, Turn
from worker.wording import say_change, say_state

JUST_PASSED = timedelta(days=14)
"""How long a day that has gone by is still shown."""


def web_link(url: str | None) -> str | None:
    """The address if it is http or https and names a host; otherwise nothing, so that no page links to it."""
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def topics(ledger: Ledger, pack: Pack) -> list[Topic]:
    """Every fact of the pack with its state now and before, in the pack's order, by topic."""
    facts = [_fact(ledger, pack, fact) for fact in pack.facts]
    grouped = [(topic, title, [fact for fact in facts if fact.topic == topic]) for topic, title in pack.topics.items()]
    return [Topic(id=topic, title=title, facts=members) for topic, title, members in grouped if members]


def deadlines(ledger: Ledger, pack: Pack, today: date) -> list[Deadline]:
    """The days on record from today on, next first."""
    return sorted(
        (deadline for deadline in _days(ledger, pack, today) if deadline.days_left >= 0),
        key=lambda deadline: (deadline.day, deadline.fact),
    )


def passed(ledger: Ledger, pack: Pack, today: date) -> list[Deadline]:
    """The days on record that went by in the last two weeks, latest first."""
    return sorted(
        (deadline for deadline in _days(ledger, pack, today) if -JUST_PASSED.days <= deadline.days_left < 0),
        key=lambda deadline: (-deadline.days_left, deadline.fact),
    )


def timeline(ledger: Ledger, pack: Pack) -> list[Turn]:
    """Every turn of the record, latest first. An entry that repeats the state before it is none."""
    turns = [
        Turn(
            at=entry.valid,
            learned=entry.learned,
            fact=fact,
            title=spec.title,
            before=before.state if before else None,
            after=entry.state,
            change=say_change(before.state if before else None, entry.state, spec.kind) or say_state(entry.state),
            source=_source(entry),
        )
        for fact, spec in pack.facts.items()
        for before, entry in _turns(ledger.history(fact))
    ]
    order = {fact: number for number, fact in enumerate(pack.facts)}
    return sorted(turns, key=lambda turn: (-turn.at.timestamp(), order[turn.fact]))


def next_reminder(ahead: Sequence[Deadline], days: Sequence[int], now: datetime) -> tuple[date, Deadline] | None:
    """The next day on which a reminder goes out if nothing else happens, and of which deadline; None: of none."""
    moments = [
        (deadline.day - timedelta(days=before), deadline)
        for deadline in ahead
        for before in (*days, 0)
        if deadline.day - timedelta(days=before) > now.date()
    ]
    return min(moments, key=lambda pair: pair[0], default=None)


def _turns(entries: Sequence[Entry]) -> Iterator[tuple[Entry | None, Entry]]:
    before: Entry | None = None
    for entry in entries:
        if before is None or before.state != entry.state:
            yield before, entry
            before = entry


def _fact(ledger: Ledger, pack: Pack, fact: str) -> Fact:
    spec, current = pack.facts[fact], ledger.current(fact)
    turns = list(_turns(ledger.history(fact)))
    before, since = turns[-1] if turns else (None, None)
    return Fact(
        id=fact,
        title=spec.title,
        topic=spec.topic,
        now=ledger.state(fact),
        before=before.state if before else None,
        since=since.valid if since else None,
        source=_source(current) if current else None,
    )


def _source(entry: Entry) -> Source:
    return Source(
        name=entry.source,
        url=web_link(entry.url),
        text=entry.quote,
        article=entry.article,
        confidence=entry.confidence,
    )


def _days(ledger: Ledger, pack: Pack, today: date) -> Iterator[Deadline]:
    for fact, spec in pack.facts.items():
        state = ledger.state(fact)
        for role, day in days_of(state).items():
            yield Deadline(
                fact=fact,
                title=spec.title,
                role=cast(Literal["effective", "until"], role),
                day=day,
                days_left=(day - today).days,
                says=says(spec.kind, role, state, gone=day < today),
                state=state,
            )


def says(kind: FactKind, role: str, state: State, *, gone: bool) -> str:
    """What happens on such a day, or happened, to be read after the fact's title and a colon."""
    until, status = role == "until", state.status
    cases = (
        (until and kind is FactKind.PURCHASES, "is to be kept by this day", "was to be kept by this day"),
        (until and status is Status.SUSPENDED, "the suspension ends", "the suspension ended"),
        (until, "ends", "ended"),
        (status is Status.HELD, "takes place", "took place"),
        (kind in (FactKind.MEETING, FactKind.VISIT), "takes place", "was to take place"),
        (kind is FactKind.DEAL, "is the day of signing", "was the day of signing"),
        (status is Status.SUSPENDED, "the suspension begins", "the suspension began"),
        (status in (Status.WITHDRAWN, Status.EXPIRED, Status.BLOCKED), "falls away", "fell away"),
        (status in (Status.THREATENED, Status.PROPOSED), "would start", "was to start"),
        (True, "starts", "started"),
    )
    return next(past if gone else ahead for applies, ahead, past in cases if applies)
