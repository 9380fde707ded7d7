"""An archive told again: what is told, in which order, and what raises nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

import rules
from rules import Article, Kind, Pack, SourceKind
from worker.alerts import Alert
from worker.items import BrokenLine, read_items
from worker.replay import replay, start_of

CUT = "The US agrees to cut the fentanyl tariff on China to 10%."


@pytest.fixture(scope="module")
def pack() -> Pack:
    return rules.load_pack("us-china-trade")


def article(ident: str, published: str, text: str = CUT) -> Article:
    return Article(ident, "Courier", SourceKind.WIRE, "", datetime.fromisoformat(published + "+00:00"), "", text)


def told(pack: Pack, *articles: Article, until: date | None = None, history: bool = False) -> list[Alert]:
    return [alert for step in replay(pack, articles, until, history=history) for alert in step.alerts]


def summary(alerts: list[Alert]) -> list[tuple[str, str, str]]:
    return [(f"{alert.at:%m-%d %H:%M}", alert.phase or alert.kind, alert.fact) for alert in alerts]


def test_a_change_is_told_when_it_was_published(pack: Pack) -> None:
    alerts = told(pack, article("a", "2025-10-28T09:00"))

    assert [(alert.kind, alert.fact, alert.articles) for alert in alerts] == [("change", "us_tariff_fentanyl", ("a",))]
    assert alerts[0].after.value == {"percent": 10}
    assert alerts[0].at == datetime(2025, 10, 28, 9, tzinfo=UTC)


def test_articles_are_told_in_the_order_of_their_publication(pack: Pack) -> None:
    later = article("b", "2025-10-28T12:00", CUT.replace("10%", "5%"))

    alerts = told(pack, later, article("a", "2025-10-28T09:00"))

    assert [alert.articles for alert in alerts if alert.kind == "change"] == [("a",), ("b",)]


def test_the_same_id_twice_raises_nothing_the_second_time(pack: Pack) -> None:
    again = article("a", "2025-10-28T10:00", CUT.replace("10%", "5%"))

    assert len(told(pack, article("a", "2025-10-28T09:00"), again)) == 1


def test_what_is_older_than_the_baseline_raises_nothing(pack: Pack) -> None:
    assert told(pack, article("a", "2025-10-26T23:59"), until=date(2025, 10, 27)) == []


def test_a_deadline_is_told_at_the_start_of_its_day_before_the_articles_of_that_day(pack: Pack) -> None:
    alerts = told(pack, article("a", "2025-11-01T00:00"), until=date(2025, 11, 1))

    ours = [line for line in summary(alerts) if line[2] in ("us_tariff_additional", "us_tariff_fentanyl")]
    assert ours == [
        ("10-29 00:00", "upcoming", "us_tariff_additional"),
        ("10-31 00:00", "upcoming", "us_tariff_additional"),
        ("11-01 00:00", "due", "us_tariff_additional"),
        ("11-01 00:00", "change", "us_tariff_fentanyl"),
    ]


def test_a_deadline_of_which_nothing_was_heard_is_told_as_passed_the_day_after(pack: Pack) -> None:
    last = summary(told(pack, until=date(2025, 11, 2)))[-1]

    assert last == ("11-02 00:00", "passed", "us_tariff_additional")


def test_the_days_go_on_to_the_last_one_though_no_article_does(pack: Pack) -> None:
    with_articles = told(pack, article("a", "2025-10-28T09:00"), until=date(2025, 12, 2))

    assert summary(with_articles)[-1] == ("12-02 00:00", "passed", "china_rare_earth_controls")
    assert max(alert.at for alert in told(pack, until=date(2025, 10, 30))) < datetime(2025, 10, 31, tzinfo=UTC)


def test_articles_after_the_last_day_are_left_out(pack: Pack) -> None:
    assert told(pack, article("a", "2025-10-29T00:00"), until=date(2025, 10, 28)) == []


def test_each_alert_is_told_once_and_the_same_again_in_another_run(pack: Pack) -> None:
    articles = [article("a", "2025-10-28T09:00"), article("b", "2025-11-03T09:00")]
    first, second = told(pack, *articles), told(pack, *articles)

    assert [alert.id for alert in first] == [alert.id for alert in second]
    assert len({alert.key for alert in first}) == len(first)


def test_from_history_starts_where_the_record_stands_today(pack: Pack) -> None:
    ledger = rules.open_story(pack, history=True)
    turns = [entry.valid for entry in ledger.entries if entry.kind is Kind.CHANGE]
    start = start_of(pack, ledger, history=True)
    before = article("a", f"{start.replace(year=start.year - 1):%Y-%m-%dT%H:%M}")

    assert start >= max(turns)
    assert told(pack, before, until=start.date(), history=True) == []


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"{", "is not JSON"),
        (b"\xff\xfe", "is not UTF-8"),
        (b"[" * 100_000, "nested too deeply"),
        (b"[]", "no object"),
        (b'{"published": "2025-10-28T09:00:00Z", "title": "t"}', "id is missing"),
        (b'{"id": 7, "published": "2025-10-28T09:00:00Z", "title": "t"}', "id is 7"),
        (b'{"id": "a", "title": "t"}', "published is missing"),
        (b'{"id": "a", "published": "28 October", "title": "t"}', "'28 October'"),
        (b'{"id": "a", "published": "2025-10-28T09:00:00", "title": "t"}', "without a time zone"),
        (b'{"id": "a", "published": "2025-02-30T09:00:00Z", "title": "t"}', "2025-02-30"),
        (b'{"id": "a", "published": "9999-12-31T23:59:59-12:00", "title": "t"}', "9999"),
        (b'{"id": "a", "published": "3025-10-28T09:00:00Z", "title": "t"}', "of the year 3025"),
        (b'{"id": "a", "published": "2025-10-28T09:00:00Z"}', "neither a title nor a text"),
        (b'{"id": "a", "published": "2025-10-28T09:00:00Z", "title": "t", "source_kind": "rumour"}', "'rumour'"),
    ],
)
def test_a_line_that_is_no_item_says_what_is_wrong_with_it_and_the_next_is_read(line: bytes, complaint: str) -> None:
    good = b'\xef\xbb\xbf{"id": "b", "published": "2025-10-28T11:00:00+02:00", "title": "t", "source": null}'

    broken, item = read_items([line, b"", good])

    assert isinstance(broken, BrokenLine)
    assert str(broken).startswith("line 1: ")
    assert complaint in broken.message
    assert isinstance(item, Article)
    assert item.published == datetime(2025, 10, 28, 9, tzinfo=UTC)
