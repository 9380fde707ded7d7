"""What a page says of a record: pure, without a store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from rules import Entry, Ledger, PartialDate, State, Status
from tests.worker.samples import FENTANYL, NOW, STORY, TEN, TWENTY, entry, later, ledger, pack
from worker.web import record, words
from worker.web.models import Fact

TODAY = date(2025, 11, 5)


def fact(of: Ledger, name: str = FENTANYL) -> Fact:
    return next(fact for topic in record.topics(of, pack()) for fact in topic.facts if fact.id == name)


def test_every_fact_of_the_pack_stands_under_its_topic_also_where_nothing_is_stated() -> None:
    topics = record.topics(ledger(), pack())
    assert [topic.id for topic in topics] == list(pack().topics)
    assert sorted(fact.id for topic in topics for fact in topic.facts) == sorted(pack().facts)
    assert fact(ledger()).now.empty
    assert fact(ledger()).source is None


def test_a_fact_is_shown_now_and_before_since_when_and_who_says_so() -> None:
    turned = entry(TEN, article="7", at=later(days=1))
    shown = fact(ledger(entry(TWENTY), turned))
    assert (shown.now, shown.before, shown.since) == (TEN, TWENTY, later(days=1))
    assert shown.source is not None
    assert (shown.source.name, shown.source.url, shown.source.article) == (
        "The Courier",
        "https://courier.example/1",
        "7",
    )


def test_a_line_that_repeats_the_record_is_no_turn_and_does_not_move_since_when() -> None:
    again = ledger(entry(TWENTY), entry(TEN, at=later(days=1)), entry(TEN, at=later(days=2)))
    assert (fact(again).since, fact(again).before) == (later(days=1), TWENTY)
    assert [turn.after for turn in record.timeline(again, pack())] == [TEN, TWENTY]


def test_a_late_article_takes_its_place_in_the_past_and_not_at_the_top() -> None:
    late = replace(entry(TWENTY, at=later(days=-3)), learned=later(days=2))
    turns = record.timeline(ledger(entry(TEN), late), pack())
    assert [(turn.after, turn.before) for turn in turns] == [(TEN, TWENTY), (TWENTY, None)]
    assert turns[0].change == "20 % → 10 %, from 10 Nov 2025"
    assert fact(ledger(entry(TEN), late)).now == TEN


def test_the_next_deadline_stands_first_and_a_month_is_none() -> None:
    of = ledger(
        entry(State(Status.AGREED, until=PartialDate(2025, 12, 1)), fact="tariff_truce"),
        entry(TEN),
        entry(State(Status.SCHEDULED, effective=PartialDate(2026, 4)), fact="trump_china_visit"),
    )
    ahead = record.deadlines(of, pack(), TODAY)
    assert [(d.fact, d.days_left, d.says) for d in ahead] == [(FENTANYL, 5, "starts"), ("tariff_truce", 26, "ends")]


def test_a_deadline_of_today_is_still_ahead_and_one_of_yesterday_has_just_gone_by() -> None:
    of = ledger(entry(TEN))
    assert [d.days_left for d in record.deadlines(of, pack(), date(2025, 11, 10))] == [0]
    assert record.deadlines(of, pack(), date(2025, 11, 11)) == []
    assert [(d.days_left, d.says) for d in record.passed(of, pack(), date(2025, 11, 11))] == [(-1, "started")]
    assert record.passed(of, pack(), date(2025, 11, 25)) == []


@pytest.mark.parametrize(
    ("name", "state", "role", "says"),
    [
        ("china_farm_purchases", State(Status.AGREED, until=PartialDate(2025, 12, 31)), "until", "is to be kept by"),
        ("tariff_truce", State(Status.SUSPENDED, until=PartialDate(2025, 12, 31)), "until", "the suspension ends"),
        ("trump_xi_meeting", State(Status.SCHEDULED, None, PartialDate(2025, 12, 31)), "effective", "takes pl"),
        ("us_tariff_total", State(Status.THREATENED, None, PartialDate(2025, 12, 31)), "effective", "would start"),
        ("us_tariff_total", State(Status.WITHDRAWN, None, PartialDate(2025, 12, 31)), "effective", "falls away"),
    ],
)
def test_what_happens_on_a_day_is_said_by_the_kind_of_fact(name: str, state: State, role: str, says: str) -> None:
    [deadline] = record.deadlines(ledger(entry(state, fact=name)), pack(), TODAY)
    assert deadline.says.startswith(says)
    assert deadline.role.startswith(role)


def test_the_next_reminder_is_the_earliest_that_has_not_begun() -> None:
    ahead = record.deadlines(ledger(entry(TEN)), pack(), TODAY)
    assert record.next_reminder(ahead, (7, 3, 1), NOW) == (date(2025, 11, 7), ahead[0])
    assert record.next_reminder(ahead, (7,), NOW) == (date(2025, 11, 10), ahead[0])
    assert record.next_reminder([], (7, 3, 1), NOW) is None


@pytest.mark.parametrize("good", ["http://a.example", "https://a.example/x?y=1#z", "HTTPS://a.example/"])
def test_links_to_the_web_are_links(good: str) -> None:
    assert record.web_link(good) == good


@pytest.mark.parametrize(
    "bad",
    [
        None,
        "",
        "javascript:alert(1)",
        " javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//a.example/x",
        "/x",
        "https:",
        "https:///x",
        "http://[::1",
    ],
)
def test_anything_else_is_no_link(bad: str | None) -> None:
    assert record.web_link(bad) is None


def test_a_source_without_a_usable_address_is_named_without_a_link() -> None:
    sly = Entry(FENTANYL, TEN, entry(TEN).kind, NOW, NOW, "1", "The Courier", "javascript:alert(1)", "Said.")
    source = fact(Ledger(STORY, (sly,))).source
    assert source is not None
    assert (source.name, source.url) == ("The Courier", None)


def test_moments_are_written_in_utc_whatever_zone_they_come_in() -> None:
    assert words.moment(datetime.fromisoformat("2026-01-01T01:30:00+02:00")) == "31 Dec 2025, 23:30 UTC"
    assert words.weekday(date(2026, 11, 27)) == "Friday, 27 November 2026"
    assert words.short_day(date(2026, 11, 7)) == "7 Nov"
    assert words.moment(datetime(2026, 5, 3, 4, 5, tzinfo=UTC)) == "3 May 2026, 04:05 UTC"


@pytest.mark.parametrize(
    ("count", "said"), [(15, "15 min"), (1, "1 min"), (0.5, "30 s"), (60, "1 h"), (90, "1.5 h"), (100, "100 min")]
)
def test_intervals_are_written_as_people_say_them(count: float, said: str) -> None:
    assert words.minutes(count) == said


def test_days_left_are_counted_as_people_count_them() -> None:
    assert [words.days_left(days) for days in (0, 1, 2)] == ["today", "1 day", "2 days"]
