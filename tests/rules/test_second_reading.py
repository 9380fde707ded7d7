"""What the record makes of copies, rewrites and late articles: nothing is told twice, and history is mended quietly."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import rules
from rules import Article, Evaluation, Kind, Ledger, SourceKind, Status
from rules.compare import Why

PACK = rules.load_pack("us-china-trade")
LEDGER = rules.open_story(PACK)
DATA = Path(__file__).parents[1] / "data"
SETS = [
    DATA / "eval/single.jsonl",
    *sorted((DATA / "eval/more").glob("*.jsonl")),
    *sorted(DATA.glob("blind/us-*.jsonl")),
]
NOON = datetime(2025, 10, 30, 12, tzinfo=UTC)
ADDITIONAL, FENTANYL, RARE = "us_tariff_additional", "us_tariff_fentanyl", "china_rare_earth_controls"


def article(text: str, published: datetime = NOON, title: str = "", name: str = "1") -> Article:
    return Article(name, f"Courier {name}", SourceKind.WIRE, "https://gate.example/1", published, title, text)


def read(text: str, ledger: Ledger = LEDGER, published: datetime = NOON) -> Evaluation:
    return rules.evaluate(article(text, published), ledger, PACK)


def told(found: Evaluation) -> list[tuple[str, Kind, str]]:
    return [(f.fact, f.kind, f.why) for f in found.findings]


def items() -> Iterator[Article]:
    for line in (line for path in SETS for line in path.read_text("utf-8").splitlines()):
        said = json.loads(line)
        published = datetime.fromisoformat(said["published"])
        kind = SourceKind(said["source_kind"])
        yield Article(said["id"], said["source"], kind, said["url"], published, said["title"], said["text"])


def test_no_item_of_any_set_raises_anything_new_when_it_is_read_again() -> None:
    again = []
    for item in items():
        first = rules.evaluate(item, LEDGER, PACK)
        if first.ledger == LEDGER:
            continue  # the record is the same, and so is what is read against it
        news = {(f.fact, f.kind) for f in first.findings if f.kind is Kind.SIGNAL}
        second = rules.evaluate(item, first.ledger, PACK)
        again += [
            (item.id, f.fact, f.kind)
            for f in second.findings
            if f.kind is Kind.CHANGE or (f.kind is Kind.SIGNAL and (f.fact, f.kind) not in news)
        ]
    assert again == []


TWO_TURNS = (
    "Trump has shelved the additional 100% tariff on Chinese goods until January 5. "
    "The additional tariff on Chinese goods is withdrawn, the White House said."
)
"""The fuller is told, and the other is said beside it."""


def test_what_was_said_beside_a_change_is_no_news_for_some_days_and_is_news_again_after_them() -> None:
    first = read(TWO_TURNS)
    only = "The United States has withdrawn the additional 100% tariff on Chinese goods."

    assert told(first) == [(ADDITIONAL, Kind.CHANGE, Why.NEW_STATUS)]
    assert told(read(only, first.ledger, NOON + timedelta(days=2))) == [(ADDITIONAL, Kind.CONFIRM, Why.BESIDE)]
    assert told(read(only, first.ledger, NOON + timedelta(days=9))) == [(ADDITIONAL, Kind.CHANGE, Why.NEW_STATUS)]


PART = "China has exempted motors for passenger cars from the rare-earth licences that start on 1 December."


def test_a_part_that_ends_is_told_once_and_another_part_again() -> None:
    ledger = read(PART).ledger
    rewritten = "Motors for passenger cars are exempted from rare-earth licences, Beijing said on Thursday."
    other = "China has exempted research samples under fifty grams from its rare-earth rules, the ministry announced."

    assert told(read(PART)) == [(RARE, Kind.CHANGE, Why.PART)]
    assert told(read(rewritten, ledger, NOON + timedelta(hours=5))) == [(RARE, Kind.CONFIRM, Why.SAME)]
    assert told(read(other, ledger, NOON + timedelta(hours=5))) == [(RARE, Kind.CHANGE, Why.PART)]


@pytest.mark.parametrize(
    "text",
    [
        "China set its retaliatory tariff on American goods at 4 percent. China's retaliatory tariff has doubled.",
        "Trump has torn up the additional 100% tariff. He has suspended half of the additional tariff on China.",
        "It may take off the additional tariff on Chinese goods. The additional tariff will be imposed on Monday.",
    ],
    ids=["a value and a factor", "the whole and a part", "a prospect and a decision"],
)
def test_two_ways_to_tell_of_a_fact_in_one_text_are_told_once(text: str) -> None:
    first = read(text)
    assert [f.kind for f in first.findings] == [Kind.CHANGE]
    assert [f.kind for f in read(text, first.ledger, NOON + timedelta(hours=3)).findings] == [Kind.CONFIRM]


CUT = "The United States cut the fentanyl tariff on Chinese goods to 10 percent."
ENDED = "The United States has scrapped the fentanyl tariff on Chinese goods."


def test_a_late_article_corrects_history_and_raises_nothing() -> None:
    ledger = read(ENDED, published=NOON + timedelta(days=10)).ledger

    late = read(CUT, ledger, NOON)

    assert told(late) == [(FENTANYL, Kind.CONFIRM, Why.LATE)]
    assert late.deadlines == ()
    assert late.ledger.state(FENTANYL).status is Status.WITHDRAWN
    assert late.ledger.as_of(NOON + timedelta(days=1)).state(FENTANYL).value == {"percent": 10}
    assert [f.kind for f in read(CUT, late.ledger, NOON + timedelta(hours=1)).findings] == [Kind.CONFIRM]


def test_a_late_article_that_completes_the_last_turn_is_news_and_holds_from_that_turn() -> None:
    suspended = "China has suspended its October rare-earth rules."
    ledger = read(suspended, published=NOON).ledger
    assert ledger.state(RARE).status is Status.SUSPENDED

    found = read(f"{suspended[:-1]} until 10 November 2026.", ledger, NOON - timedelta(hours=2))

    assert told(found) == [(RARE, Kind.CHANGE, Why.NEW_DATE)]
    assert str(found.ledger.state(RARE).until) == "2026-11-10"
    assert [entry.valid for entry in found.ledger.history(RARE)[-2:]] == [NOON, NOON]


def test_what_was_published_before_the_baseline_is_history() -> None:
    found = read("China has suspended its October rare-earth rules.", published=datetime(2025, 10, 26, tzinfo=UTC))
    assert [f.kind for f in found.findings] == [Kind.CONFIRM]
    assert found.ledger.state(RARE) == LEDGER.state(RARE)


def test_an_article_from_before_the_baseline_does_not_move_its_start() -> None:
    old = datetime(2019, 5, 1, tzinfo=UTC)
    found = read("President Trump may visit China, the White House said.", published=old)
    assert [f.kind for f in found.findings] == [Kind.SIGNAL]
    assert found.ledger.start == LEDGER.start


def test_who_agreed_may_stand_at_the_end() -> None:
    ledger = read("The United States agreed to cut the fentanyl tariff on Chinese goods to 10 percent.").ledger
    passive = "The fentanyl tariff on Chinese goods will be cut to 10 percent, the United States agreed."
    assert told(read(passive, ledger)) == [(FENTANYL, Kind.CONFIRM, Why.SAME)]


def test_another_outlets_word_is_a_second_source_for_some_days_and_the_same_outlets_is_none() -> None:
    ledger = read(CUT).ledger
    soon, later = NOON + timedelta(hours=3), NOON + timedelta(days=5)

    def update(other: Article) -> list[bool]:
        return [f.update for f in rules.evaluate(other, ledger, PACK).findings]

    assert update(article(CUT, soon, name="2")) == [True]
    assert update(article(CUT, soon, name="1")) == [False]
    assert update(article(CUT, later, name="2")) == [False]
    assert [f.update for f in read(CUT).findings] == [False]


def test_an_edit_is_held_against_the_version_before_it() -> None:
    first = f"{CUT} It will be reviewed in spring."
    ledger = read(ENDED, read(first).ledger, NOON + timedelta(days=2)).ledger
    edited = replace(article(f"{first} A reader wrote in.", NOON + timedelta(days=3)), earlier=f"\n{first}")
    corrected = replace(article(first.replace("10", "15"), NOON + timedelta(hours=1)), earlier=f"\n{first}")
    retitled = replace(edited, title="US cuts fentanyl tariff on China to 10%")

    assert told(rules.evaluate(edited, ledger, PACK)) == [(FENTANYL, Kind.MENTION, Why.READ)]
    assert told(rules.evaluate(retitled, ledger, PACK)) == [(FENTANYL, Kind.MENTION, Why.READ)]
    assert told(rules.evaluate(corrected, read(first).ledger, PACK)) == [(FENTANYL, Kind.CHANGE, Why.NEW_VALUE)]


def test_what_is_restored_is_news_although_the_record_has_held_it_before() -> None:
    off = "The United States suspended the fentanyl tariff on Chinese goods."
    back = "The United States restores the fentanyl tariff on Chinese goods."
    ledger = read(off).ledger
    assert told(read(back)) == [(FENTANYL, Kind.CONFIRM, Why.SAME)]
    assert told(read(back, ledger, NOON + timedelta(days=9))) == [(FENTANYL, Kind.CHANGE, Why.NEW_STATUS)]


def test_a_meeting_long_after_its_day_is_another_one_and_a_visit_is_not() -> None:
    spring = datetime(2026, 3, 20, 12, tzinfo=UTC)
    assert told(read("Trump and Xi Jinping met in Busan on Tuesday.", published=spring)) == [
        ("trump_xi_meeting", Kind.MENTION, Why.ANOTHER)
    ]
    visit = read("Trump's visit to China has been called off, the White House said.", published=spring)
    assert [f.kind for f in visit.findings] == [Kind.CHANGE]


def test_what_the_story_takes_up_later_is_silent_until_the_record_has_it() -> None:
    text = "China has ended its ban on exports of gallium, germanium and antimony to the United States."
    begun = rules.open_story(PACK, later=True)
    assert told(read(text)) == [("china_metals_ban", Kind.MENTION, Why.NOT_YET)]
    assert told(read(text, begun)) == [("china_metals_ban", Kind.CHANGE, Why.NEW_STATUS)]
