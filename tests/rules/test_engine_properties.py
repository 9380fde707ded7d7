"""What holds for every text: nothing twice, spans that are slices, typography without effect, and no exception."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import rules
from rules import Article, Entry, Evaluation, Finding, Kind, PartialDate, SourceKind, State, Status
from rules.text import MAX_CHARS, full_text
from tests.bench.engine import HOSTILE

PACK = rules.load_pack("us-china-trade")
LEDGER = rules.open_story(PACK)
PAIRS = yaml.load((Path(__file__).parents[1] / "data/rules/pairs.yaml").read_text("utf-8"), yaml.CSafeLoader)
CASES: list[dict[str, Any]] = [case for pair in PAIRS for case in pair["cases"]]
NEWS = (Kind.CHANGE, Kind.SIGNAL)
NOON = datetime(2025, 10, 29, 12, tzinfo=UTC)
LOCAL = "The weather in the valley was mild, and the bakery opened at seven."


def item(case: dict[str, Any]) -> Article:
    published = datetime.fromisoformat(case.get("published", "2025-10-29T12:00:00Z"))
    return Article(
        "1",
        "East Gate Daily",
        SourceKind.WIRE,
        "https://gate.example/1",
        published,
        case.get("title", ""),
        case["text"],
    )


def evaluate(article: Article) -> Evaluation:
    return rules.evaluate(article, LEDGER, PACK)


def said(findings: tuple[Finding, ...]) -> list[tuple[object, ...]]:
    """What was found, without where."""
    return [(f.kind, f.fact, f.claimed, f.after, f.why, f.rule) for f in findings]


@pytest.mark.parametrize("day", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)], ids=str)
def test_the_ends_of_the_calendar_raise_nothing(day: datetime) -> None:
    pact = "China and the United States put their names to the trade deal on Tuesday."
    for case in [{"text": pact}, *CASES]:
        found = rules.evaluate(replace(item(case), published=day), LEDGER, PACK)
        rules.due(found.ledger, PACK, day, day)


@pytest.mark.parametrize("end", ["1 January 0001", "31 December 9999"])
def test_a_deadline_at_an_end_of_the_calendar_raises_nothing(end: str) -> None:
    day = date(1, 1, 1) if end.startswith("1 ") else date(9999, 12, 31)
    entry = Entry("tariff_truce", State(Status.IN_FORCE, until=PartialDate.of(day)), Kind.CHANGE, NOON, NOON, "1")
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    for since, now in ((first, NOON), (NOON, last)):
        rules.due(LEDGER.add(entry), PACK, since, now)


cases = pytest.mark.parametrize("case", [pytest.param(case, id=case["text"][:60]) for case in CASES])


@cases
def test_the_same_article_twice_raises_nothing_the_second_time(case: dict[str, Any]) -> None:
    first = evaluate(item(case))
    again = rules.evaluate(item(case), first.ledger, PACK)
    assert [f.fact for f in again.findings if f.kind is Kind.CHANGE] == []
    assert again.deadlines == ()


@cases
def test_a_quote_is_exactly_the_slice_that_its_span_names(case: dict[str, Any]) -> None:
    article = item(case)
    for finding in evaluate(article).findings:
        start, end = finding.span
        assert full_text(article)[start:end] == finding.quote


def _typographic(text: str) -> str:
    out, opened = [], False
    for char in text:
        if char == '"':
            opened = not opened
        out.append({'"': "“" if opened else "”", "'": "’"}.get(char, char))
    return "".join(out)


@cases
@pytest.mark.parametrize(
    "change",
    [_typographic, lambda text: text.replace(". ", ".  "), lambda text: f"{text} {LOCAL}"],
    ids=["typographic quotes", "double spaces", "an irrelevant sentence"],
)
def test_what_does_not_matter_changes_no_finding(case: dict[str, Any], change: Callable[[str], str]) -> None:
    article = item(case)
    other = replace(article, text=change(article.text), title=_typographic(article.title))
    assert said(evaluate(other).findings) == said(evaluate(article).findings)


@given(st.text(max_size=400), st.text(max_size=60), st.sampled_from(SourceKind))
def test_no_text_makes_it_raise(text: str, title: str, source_kind: SourceKind) -> None:
    published = datetime(2026, 5, 13, 12, tzinfo=UTC)
    evaluate(Article("1", "Ministry of Commerce", source_kind, "", published, title, f"{text} tariff truce. {text}"))


@settings(deadline=None)
@given(st.data())
def test_no_shuffle_of_words_makes_it_raise(data: st.DataObject) -> None:
    case = data.draw(st.sampled_from(CASES))
    other = data.draw(st.sampled_from(CASES))
    text = " ".join(data.draw(st.permutations((case["text"] + " " + other["text"]).split())))
    article = item(case)
    later = article.published + timedelta(days=data.draw(st.integers(0, 700)))
    found = evaluate(replace(article, text=text, published=later))
    rules.due(found.ledger, PACK, article.published, later + timedelta(days=30))


@pytest.mark.timeout(30)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_long_text_is_worked_through(text: str) -> None:
    evaluate(item({"text": "tariff " + text * (MAX_CHARS // len(text)), "title": "Tariffs"}))


def test_a_sentence_without_an_end_is_read_for_twenty_thousand_characters() -> None:
    cut = "The United States cut the fentanyl tariff on Chinese goods to 10 percent on Monday"
    first, late = f"{cut} and " + "on and " * 5_000, "on and " * 5_000 + cut
    assert [f.kind for f in evaluate(item({"text": first})).findings] == [Kind.CHANGE]
    assert evaluate(item({"text": late})).findings == ()


CUT = (
    "China has cut the fentanyl tariff on American goods. The United States has cut the fentanyl tariff to 10 percent."
)
FAR = "\n" + f"{LOCAL}\n" * 9


def test_what_is_told_again_in_the_same_words_is_told_once() -> None:
    once = evaluate(item({"text": CUT}))
    assert any(f.kind is Kind.CHANGE for f in once.findings)
    assert said(evaluate(item({"text": (CUT + FAR) * 4})).findings) == said(once.findings)


def test_a_denial_behind_the_second_telling_denies_it() -> None:
    denied = evaluate(item({"text": CUT + FAR + CUT + " The reports are false."}))
    assert [f for f in denied.findings if f.kind is Kind.CHANGE] == []


def test_a_year_beside_a_day_is_compared() -> None:
    published = "2026-03-02T12:00:00Z"
    for text in (
        "Donald Trump and Xi Jinping met in 2026.",
        "The US-China tariff truce was extended until November 2026 from 10 November 2026 until 2026.",
    ):
        evaluate(item({"text": text, "published": published}))
