"""The iCalendar feed of a story's deadlines, read with the library that calendar programs are tested by."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Event

from rules import Entry, Kind, Ledger, PartialDate, State, Status
from tests.worker.samples import FENTANYL, NOW, STORY, TEN, TWENTY, entry, ledger, pack
from tests.worker.site import Site, open_story
from worker.store import Store
from worker.web.calendar import calendar

PAGE = "https://deltawire.example.org/stories/us-china-trade"
UID = f"{FENTANYL}.effective.{STORY}@deltawire"


def agreed(day: date, status: Status = Status.AGREED) -> State:
    return State(status, {"percent": 10}, effective=PartialDate(day.year, day.month, day.day))


def turn(state: State, hours: float, **more: Any) -> Entry:
    return replace(entry(state, article=str(hours), at=NOW + timedelta(hours=hours)), **more)


def events(*entries: Entry) -> dict[str, Event]:
    feed = Calendar.from_ical(calendar(ledger(*entries), pack(), PAGE))
    found = [event for event in feed.walk("VEVENT") if isinstance(event, Event)]
    assert len({str(event["uid"]) for event in found}) == len(found)
    return {str(event["uid"]): event for event in found}


def test_a_date_on_record_is_an_event_of_a_whole_day() -> None:
    event = events(turn(TEN, 0))[UID]
    assert (event.decoded("dtstart"), event.decoded("dtend")) == (date(2025, 11, 10), date(2025, 11, 11))
    assert event["dtstart"].params["VALUE"] == "DATE"
    assert (event["status"], event["sequence"], event["transp"]) == ("CONFIRMED", 0, "TRANSPARENT")
    assert str(event["summary"]) == "US fentanyl tariff on Chinese goods: starts"
    assert "It says so." in str(event["description"])
    assert str(event["url"]) == f"{PAGE}#fact-{FENTANYL}"
    assert event.decoded("dtstamp") == event.decoded("last-modified") == NOW


def test_a_date_that_moves_stays_the_same_event_under_a_higher_sequence() -> None:
    first, second = turn(TEN, 0), turn(agreed(date(2025, 12, 1)), 2)
    event = events(first, second)[UID]
    assert (event.decoded("dtstart"), event["sequence"]) == (date(2025, 12, 1), 1)
    assert event.decoded("last-modified") == NOW + timedelta(hours=2)


def test_what_says_the_same_day_again_raises_no_sequence_and_is_the_later_word() -> None:
    again = turn(replace(TEN, status=Status.ANNOUNCED), 3)
    event = events(turn(TEN, 0), again)[UID]
    assert (event["sequence"], event.decoded("last-modified")) == (0, NOW + timedelta(hours=3))


@pytest.mark.parametrize(
    "end", [State(Status.WITHDRAWN), replace(TEN, status=Status.WITHDRAWN), State(Status.IN_FORCE)]
)
def test_a_date_that_falls_away_is_cancelled_on_its_last_day(end: State) -> None:
    event = events(turn(TEN, 0), turn(agreed(date(2025, 11, 20)), 1), turn(end, 2))[UID]
    assert (event["status"], event["sequence"]) == ("CANCELLED", 2)
    assert event.decoded("dtstart") == date(2025, 11, 20)
    assert "no longer holds" in str(event["summary"])


def test_a_date_that_comes_back_is_no_longer_cancelled() -> None:
    event = events(turn(TEN, 0), turn(State(Status.WITHDRAWN), 1), turn(agreed(date(2025, 11, 25)), 2))[UID]
    assert (event["status"], event["sequence"]) == ("CONFIRMED", 2)


def test_a_day_that_went_by_stays_when_the_record_moves_on() -> None:
    event = events(turn(TEN, 0), turn(State(Status.IN_FORCE, {"percent": 10}), 24 * 6))[UID]
    assert (event["status"], event["sequence"], event.decoded("dtstart")) == ("CONFIRMED", 0, date(2025, 11, 10))


def test_what_is_only_threatened_is_tentative() -> None:
    assert events(turn(agreed(date(2025, 12, 1), Status.THREATENED), 0))[UID]["status"] == "TENTATIVE"


def test_a_report_that_comes_late_and_never_came_to_hold_changes_nothing() -> None:
    late = turn(agreed(date(2025, 11, 30)), 1, valid=NOW - timedelta(days=3), learned=NOW + timedelta(hours=5))
    assert events(turn(TEN, 0), late) == events(turn(TEN, 0))


@pytest.mark.parametrize(
    "no_date",
    [
        turn(TWENTY, 0),
        turn(replace(TEN, effective=PartialDate(2025, 11)), 0),
        turn(TEN, 0, confidence="background"),
        turn(TEN, 0, kind=Kind.SIGNAL),
    ],
    ids=["none", "a month", "background", "a signal"],
)
def test_what_is_no_deadline_is_no_event(no_date: Entry) -> None:
    assert events(no_date) == {}


def test_the_sequence_never_falls_as_the_record_grows() -> None:
    days = [date(2025, 11, 10), None, date(2025, 11, 10), date(2025, 12, 1), date(2025, 12, 1), None, None]
    turns = [turn(agreed(day) if day else State(Status.WITHDRAWN), hours) for hours, day in enumerate(days)]
    numbers = [int(events(*turns[: count + 1])[UID]["sequence"]) for count in range(len(turns))]
    assert numbers == [0, 1, 2, 3, 3, 4, 4]


def test_the_same_record_gives_the_same_bytes_and_words_of_others_stay_in_their_place() -> None:
    hostile = turn(TEN, 0, quote="Falls\r\nEND:VEVENT\nBEGIN:VALARM; so, \\n they say", url="javascript:alert(1)")
    record = Ledger(STORY, (hostile,))
    first = calendar(record, pack(), PAGE)
    assert first == calendar(record, pack(), PAGE)
    assert b"\r\nBEGIN:VALARM" not in first
    assert b"javascript" not in first
    assert all(len(line) <= 75 for line in first.split(b"\r\n"))


def test_the_feed_is_served_and_linked_from_the_page(site: Site, lite: Store) -> None:
    open_story(lite, turn(TEN, 0))
    answer = site.get(f"/stories/{STORY}/deadlines.ics")
    assert (answer.status, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    feed = Calendar.from_ical(answer.body)
    assert (str(feed["x-wr-calname"]), str(feed["method"])) == ("US-China trade truce", "PUBLISH")
    assert [str(event["uid"]) for event in feed.walk("VEVENT")] == [UID]
    assert f"/stories/{STORY}/deadlines.ics" in site.get(f"/stories/{STORY}").page.links
    assert site.get("/stories/moon/deadlines.ics").status == 404


def test_moments_are_in_utc() -> None:
    assert events(turn(TEN, 0))[UID].decoded("dtstamp") == datetime(2025, 11, 5, 12, tzinfo=UTC)
