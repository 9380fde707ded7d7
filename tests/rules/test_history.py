"""The starting record of `us-china-trade`: what a new installation knows on its first day."""

import json
import shutil
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

import rules
from rules.model import DeadlineEvent, Ledger
from rules.pack import Pack

AS_OF = date(2026, 10, 9)
TODAY = datetime(2026, 11, 24, tzinfo=UTC)

RECORD = {
    "us_tariff_additional": {"status": "withdrawn"},
    "us_tariff_fentanyl": {"status": "blocked", "value": {"percent": 10}, "effective": "2026-02-20"},
    "us_tariff_reciprocal": {"status": "blocked", "value": {"percent": 10}, "effective": "2026-02-20"},
    "us_tariff_total": {"status": "in_force", "effective": "2026-07-24"},
    "china_tariff_retaliatory": {
        "status": "suspended",
        "value": {"percent": 10},
        "effective": "2025-11-10",
        "until": "2026-11-10",
    },
    "tariff_truce": {"status": "in_force", "effective": "2025-11-10", "until": "2027-01-10"},
    "china_rare_earth_controls": {"status": "suspended", "effective": "2025-11-07", "until": "2026-11-10"},
    "china_metals_ban": {"status": "suspended", "effective": "2025-11-09", "until": "2026-11-27"},
    "trump_xi_meeting": {"status": "held", "effective": "2025-10-30"},
    "trade_deal": {"status": "agreed"},
    "trump_china_visit": {"status": "held", "effective": "2026-05-13"},
    "china_farm_purchases": {
        "status": "agreed",
        "value": {"tonnes_per_year": 25_000_000, "usd": 17_000_000_000},
        "until": "2028",
    },
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return rules.load_pack("us-china-trade")


@pytest.fixture(scope="module")
def record(pack: Pack) -> Ledger:
    return rules.open_story(pack, history=True)


def told(record: Ledger, pack: Pack, start: datetime, days: int) -> list[DeadlineEvent]:
    """What a scheduler that asks once a day tells over so many days."""
    moments = [start + timedelta(days=n) for n in range(days + 1)]
    return [event for since, now in pairwise(moments) for event in rules.due(record, pack, since, now)]


@pytest.mark.parametrize("fact", RECORD)
def test_the_record_as_of_9_october_2026_is_what_the_sources_say(record: Ledger, fact: str) -> None:
    assert record.state(fact).to_json() == RECORD[fact]


def test_every_fact_of_the_pack_has_a_place_in_the_record(pack: Pack) -> None:
    assert set(RECORD) == set(pack.facts)


def test_nothing_in_the_record_is_younger_than_its_date(record: Ledger) -> None:
    assert max(entry.valid.date() for entry in record.entries) <= AS_OF


def test_the_next_days_seen_from_24_november_2026_are_the_metals_and_the_truce(record: Ledger, pack: Pack) -> None:
    seen = [
        (event.at.date().isoformat(), event.fact, event.phase.value, event.due.isoformat())
        for event in told(record, pack, TODAY, 60)
    ]
    assert seen == [
        ("2026-11-26", "china_metals_ban", "upcoming", "2026-11-27"),
        ("2026-11-27", "china_metals_ban", "due", "2026-11-27"),
        ("2026-11-28", "china_metals_ban", "passed", "2026-11-27"),
        ("2027-01-03", "tariff_truce", "upcoming", "2027-01-10"),
        ("2027-01-07", "tariff_truce", "upcoming", "2027-01-10"),
        ("2027-01-09", "tariff_truce", "upcoming", "2027-01-10"),
        ("2027-01-10", "tariff_truce", "due", "2027-01-10"),
        ("2027-01-11", "tariff_truce", "passed", "2027-01-10"),
    ]


def test_a_duty_that_the_court_struck_down_has_no_day_ahead(record: Ledger, pack: Pack) -> None:
    blocked = {"us_tariff_fentanyl", "us_tariff_reciprocal"}
    after_the_ruling = told(record, pack, datetime(2026, 2, 22, tzinfo=UTC), 365)
    assert not blocked & {event.fact for event in after_the_ruling}


def test_the_day_after_the_leaders_met_the_end_of_the_rare_earth_pause_was_still_open(pack: Pack) -> None:
    whole = rules.open_story(pack, history=True)
    morning = datetime(2025, 10, 31, tzinfo=UTC)
    known = Ledger(whole.story, tuple(entry for entry in whole.entries if entry.valid <= morning))
    assert known.state("china_rare_earth_controls").to_json() == {"status": "suspended"}
    assert known.state("us_tariff_additional").to_json()["status"] == "threatened"


def test_without_history_the_story_stands_where_the_baseline_left_it(pack: Pack) -> None:
    start = rules.open_story(pack)
    assert start.state("trade_deal").to_json() == {"status": "framework"}
    assert start.state("trump_xi_meeting").to_json() == {"status": "scheduled", "effective": "2025-10-30"}


def test_the_lines_stand_in_the_order_of_their_dates_and_name_their_sources(pack: Pack) -> None:
    lines = [json.loads(line) for line in (pack.path / "history.jsonl").read_text("utf-8").splitlines()]
    assert [line["date"] for line in lines] == sorted(line["date"] for line in lines)
    assert all(line["source"] and line["text"] for line in lines)
    assert {line["confidence"] for line in lines} <= {"primary", "press", "secondary"}


def test_a_pack_without_a_history_starts_at_its_baseline(pack: Pack, tmp_path: Path) -> None:
    shutil.copytree(pack.path, tmp_path / "pack")
    (tmp_path / "pack" / "history.jsonl").unlink()
    alone = rules.load_pack(tmp_path / "pack")
    assert rules.open_story(alone, history=True).entries == rules.open_story(alone, later=True).entries
