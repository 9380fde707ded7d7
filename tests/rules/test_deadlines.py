"""What time alone brings, and what a change does to the dates on record."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

import rules
from rules import Entry, Finding, Kind, Ledger, PartialDate, State, Status
from rules.deadlines import days_of, due, moved

PACK = rules.load_pack("us-china-trade")
FACT = "us_tariff_additional"
DAY = datetime(2025, 11, 10, tzinfo=UTC)
BASE = DAY - timedelta(days=30)
PLANNED = State(Status.ANNOUNCED, None, PartialDate(2025, 11, 10))


def entry(state: State, valid: datetime, learned: datetime | None = None, kind: Kind = Kind.CHANGE) -> Entry:
    return Entry(FACT, state, kind, valid, learned or valid, article="a")


def ledger(*entries: Entry) -> Ledger:
    return Ledger(PACK.id, entries)


def phases(record: Ledger, since: datetime, now: datetime) -> list[tuple[str, int | None]]:
    return [(event.phase.value, event.days_left) for event in due(record, PACK, since, now)]


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(days=8), []),
        (timedelta(days=7), [("upcoming", 7)]),
        (timedelta(days=3), [("upcoming", 3)]),
        (timedelta(days=1), [("upcoming", 1)]),
        (timedelta(0), [("due", 0)]),
        (-timedelta(days=1), [("passed", None)]),
        (-timedelta(days=2), []),
    ],
)
def test_each_phase_is_told_at_midnight_of_its_day(before: timedelta, expected: list[tuple[str, int | None]]) -> None:
    now = DAY - before
    assert phases(ledger(entry(PLANNED, BASE)), now - timedelta(hours=1), now) == expected


def test_after_an_outage_only_the_latest_reminder_is_told() -> None:
    assert phases(ledger(entry(PLANNED, BASE)), DAY - timedelta(days=8), DAY - timedelta(hours=1)) == [("upcoming", 1)]


def test_an_interval_is_open_at_its_start() -> None:
    record = ledger(entry(PLANNED, BASE))
    assert phases(record, DAY, DAY + timedelta(hours=1)) == []


def test_a_date_learned_two_days_before_is_not_announced_for_seven() -> None:
    record = ledger(entry(PLANNED, DAY - timedelta(days=2)))
    assert phases(record, BASE, DAY - timedelta(days=2)) == []
    assert phases(record, BASE, DAY - timedelta(days=1)) == [("upcoming", 1)]


def test_nothing_passes_in_silence_that_was_reported() -> None:
    record = ledger(entry(PLANNED, BASE), entry(PLANNED, DAY + timedelta(hours=5), kind=Kind.CONFIRM))
    assert phases(record, DAY, DAY + timedelta(days=1)) == []


def test_a_late_article_does_not_hide_since_when_a_date_is_known() -> None:
    late = entry(State(Status.AGREED), BASE - timedelta(days=1), learned=BASE + timedelta(days=2))
    record = ledger(entry(PLANNED, BASE), late)
    assert phases(record, DAY - timedelta(hours=1), DAY) == [("due", 0)]


def test_a_month_is_no_deadline() -> None:
    assert days_of(State(effective=PartialDate(2025, 11), until=PartialDate(2026, 11, 10))) == {
        "until": PartialDate(2026, 11, 10).exact
    }


def change(after: State, at: datetime = BASE + timedelta(days=1)) -> Finding:
    return Finding(Kind.CHANGE, PACK.id, FACT, "tariffs", PLANNED, after, after, "b", at, "", (0, 0), "", "test/rule")


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (replace(PLANNED, effective=PartialDate(2025, 11, 17)), [("moved", "2025-11-17")]),
        (replace(PLANNED, effective=PartialDate(2025, 12)), [("moved", "2025-12")]),
        (replace(PLANNED, effective=PartialDate(2025, 11)), []),
        (PLANNED, []),
        (State(Status.WITHDRAWN), [("cancelled", None)]),
        (State(Status.SUSPENDED), [("cancelled", None)]),
    ],
)
def test_a_change_moves_a_date_or_takes_it_away(after: State, expected: list[tuple[str, str | None]]) -> None:
    events = moved(change(after), ledger(entry(PLANNED, BASE)))
    assert [(e.phase.value, str(e.moved_to) if e.moved_to else None) for e in events] == expected


def test_a_date_that_lies_behind_the_article_is_history() -> None:
    assert moved(change(State(Status.WITHDRAWN), DAY + timedelta(days=1)), ledger(entry(PLANNED, BASE))) == ()


def test_a_confirmation_moves_nothing() -> None:
    finding = replace(change(State(Status.WITHDRAWN)), kind=Kind.CONFIRM)
    assert moved(finding, ledger(entry(PLANNED, BASE))) == ()
