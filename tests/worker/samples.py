"""A small story in words of its own, for tests of what is done with findings rather than of how they are found."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, timedelta

from rules import (
    DeadlineEvent,
    Entry,
    Finding,
    Kind,
    Ledger,
    Pack,
    PartialDate,
    Phase,
    Severity,
    SourceKind,
    State,
    Status,
    load_pack,
)
from worker.alerts import Subscription

STORY = "us-china-trade"
FENTANYL = "us_tariff_fentanyl"
NOW = datetime(2025, 11, 5, 12, tzinfo=UTC)
TWENTY = State(Status.IN_FORCE, {"percent": 20})
TEN = State(Status.AGREED, {"percent": 10}, effective=PartialDate(2025, 11, 10))


@functools.cache
def pack() -> Pack:
    return load_pack(STORY)


def entry(state: State, *, fact: str = FENTANYL, article: str | None = None, at: datetime = NOW) -> Entry:
    return Entry(fact, state, Kind.CHANGE, at, at, article, "The Courier", "https://courier.example/1", "It says so.")


def ledger(*entries: Entry) -> Ledger:
    return Ledger(STORY, entries)


def finding(
    kind: Kind = Kind.CHANGE,
    *,
    before: State = TWENTY,
    after: State = TEN,
    article: str = "1",
    fact: str = FENTANYL,
    topic: str = "tariffs",
    update: bool = False,
    confidence: float = 0.9,
    at: datetime = NOW,
) -> Finding:
    return Finding(
        kind=kind,
        story=STORY,
        fact=fact,
        topic=topic,
        before=before,
        claimed=after,
        after=before if kind is Kind.SIGNAL else after,
        article=article,
        published=at,
        quote="The fentanyl tariff falls to 10 percent.",
        span=(0, 40),
        why="the value differs from the record",
        rule="value",
        update=update,
        speaker="White House",
        confidence=confidence,
        severity=Severity.HIGH,
        severity_why="announced (45), a date within 14 days (10)",
        source_kind=SourceKind.WIRE,
    )


def deadline(
    phase: Phase, due: date = date(2025, 11, 10), *, days_left: int | None = None, moved_to: PartialDate | None = None
) -> DeadlineEvent:
    return DeadlineEvent(
        STORY,
        FENTANYL,
        "tariffs",
        "effective",
        phase,
        due,
        NOW,
        TEN,
        days_left,
        moved_to,
        article="1",
        quote="From then.",
    )


def subscription(number: int = 1, **given: object) -> Subscription:
    said = {
        "id": f"sub_{number}",
        "story": STORY,
        "channel": "webhook",
        "address": f"https://hooks{number}.example/in",
        "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    }
    return Subscription(**(said | given))  # type: ignore[arg-type]


def later(**by: float) -> datetime:
    return NOW + timedelta(**by)
