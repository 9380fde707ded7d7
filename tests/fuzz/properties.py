"""What must hold for every article, whatever its text: a breach is an `AssertionError`, or another exception."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from math import isfinite

import rules
from rules import Article, DeadlineEvent, Evaluation, Kind, Ledger, Pack
from rules.deadlines import days_of
from rules.explain import explain
from rules.explanation import Words
from rules.text import full_text

PACKS = [rules.load_pack(name) for name in ("us-china-trade", "india-eu-trade")]
_SLOWER = 12
"""How many times the usual time for its length an evaluation may take."""
_GRACE = 0.15
"""Seconds that any evaluation may take: a short text has its own beginnings."""
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def rate() -> float:
    """Seconds of the processor that a character of a usual article takes on this machine, now."""
    body = " ".join(
        f"On day {n} Washington agreed to cut the fentanyl tariff on Chinese goods by {n}." for n in range(150)
    )
    item = Article("rate", "", rules.SourceKind.WIRE, "", datetime(2025, 10, 30, tzinfo=UTC), "", body)
    start = time.process_time()
    rules.evaluate(item, rules.open_story(PACKS[0]), PACKS[0])
    return (time.process_time() - start) / len(body)


def check(article: Article, ledger: Ledger, pack: Pack, usual: float) -> Evaluation:
    """Hold the article against a record, and everything that must be so against what comes out."""
    found = _in_time(article, ledger, pack, usual)
    text = full_text(article)
    for finding in found.findings:
        start, end = finding.span
        assert text[start:end] == finding.quote, f"{finding.span} is not the quote {finding.quote!r}"
        assert finding.key
        amounts = [*(finding.claimed.value or {}).values(), *(finding.after.value or {}).values()]
        assert all(map(isfinite, amounts)), f"an amount without end: {amounts}"
    assert Ledger.from_json(json.loads(json.dumps(found.ledger.to_json()))) == found.ledger, (
        "the record is not its JSON"
    )
    told = explain(article, ledger, pack)
    assert tuple(outcome.finding for outcome in told.outcomes) == found.findings, "explain tells other findings"
    for words in _words(told):
        assert text[slice(*words.span)] == words.text, f"{words.span} are not the words {words.text!r}"
    _twice(article, found, pack)
    _deadlines(article, found, ledger, pack)
    return found


def _in_time(article: Article, ledger: Ledger, pack: Pack, usual: float) -> Evaluation:
    """The evaluation, in bounded time for its length; a slow one gets a second go, for the machine is shared."""
    length = len(full_text(article))
    taken = []
    for _ in range(2):
        fresh = replace(article, text=f"{article.text} ")
        start = time.process_time()
        found = rules.evaluate(article if not taken else fresh, ledger, pack)
        taken.append(time.process_time() - start)
        if taken[-1] <= _GRACE + _SLOWER * usual * length:
            return found if len(taken) == 1 else rules.evaluate(article, ledger, pack)
    raise AssertionError(f"{length} characters took {taken} s, {min(taken) / usual / length:.1f} times the usual")


def _twice(article: Article, found: Evaluation, pack: Pack) -> None:
    again = rules.evaluate(article, found.ledger, pack)
    changes = [finding.fact for finding in again.findings if finding.kind is Kind.CHANGE]
    assert not changes, f"read again, it changes {changes}"
    assert not again.deadlines, "read again, it moves a deadline"


def _deadlines(article: Article, found: Evaluation, ledger: Ledger, pack: Pack) -> None:
    for event in found.deadlines:
        before = days_of(ledger.state(event.fact))
        assert before.get(event.role) == event.due, f"{event.due} was no exact day of {event.fact}.{event.role}"
    for since, now in ((article.published, _after(article.published)), (_FIRST, _LAST)):
        for event in rules.due(found.ledger, pack, since, now):
            _is_exact(event, found.ledger)


def _after(moment: datetime) -> datetime:
    return min(moment, _LAST - timedelta(days=1000)) + timedelta(days=1000)


def _is_exact(event: DeadlineEvent, ledger: Ledger) -> None:
    on_record = days_of(ledger.state(event.fact))
    assert on_record.get(event.role) == event.due, f"{event.due} is no exact day of {event.fact}.{event.role}"


def _words(part: object) -> Iterator[Words]:
    """Every piece of text in an explanation, however deep."""
    if isinstance(part, Words):
        yield part
    elif isinstance(part, tuple):
        for each in part:
            yield from _words(each)
    elif is_dataclass(part) and type(part).__module__ == Words.__module__:
        for field in fields(part):
            yield from _words(getattr(part, field.name))
