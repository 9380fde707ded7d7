"""What the worker calls: open a story, evaluate an article, ask what is due."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from rules.consolidate import consolidate, turn_of
from rules.deadlines import due, moved
from rules.extract import claims
from rules.lexicon import lexicon
from rules.model import BACKGROUND, Article, Entry, Evaluation, Finding, Kind, Ledger, State
from rules.pack import Pack

__all__ = ["due", "evaluate", "open_story"]


def open_story(pack: Pack, learned: datetime | None = None, *, history: bool = False, later: bool = False) -> Ledger:
    """The record of a story at its start: the baseline, and with `history` what is known to have followed.

    `later`: with the facts that the story took up after its baseline, as they stood then; `history` brings them too.

    `learned` is the moment at which the record takes this up (default: the day of the baseline, 00:00 UTC).
    """
    start = datetime.combine(pack.date, time(), UTC)
    entries = [
        Entry(
            spec.id,
            spec.record,
            Kind.CHANGE,
            start,
            learned or start,
            source="baseline",
            confidence="primary" if spec.stated else BACKGROUND,
        )
        for spec in pack.facts.values()
        if not spec.record.empty and (history or later or not spec.later)
    ]
    if history:
        entries += [_turn(line, learned) for line in _lines(pack.path / "history.jsonl")]
    return Ledger(pack.id, tuple(entries))


def _lines(path: Path) -> list[str]:
    """The lines of a file that a pack may leave out."""
    if not path.exists():
        return []
    return [line for line in path.read_text("utf-8").splitlines() if line.strip()]


def _turn(line: str, learned: datetime | None) -> Entry:
    data = json.loads(line)
    valid = datetime.combine(date.fromisoformat(data["date"]), time(), UTC)
    return Entry(
        fact=data["fact"],
        state=State.from_json(data["state"]),
        kind=Kind(data.get("kind", "change")),
        valid=valid,
        learned=learned or valid,
        source=data["source"],
        url=data.get("url"),
        quote=data["text"],
        confidence=data["confidence"],
    )


def evaluate(article: Article, ledger: Ledger, pack: Pack, learned: datetime | None = None) -> Evaluation:
    """Compare one article with the record. Never raises for any text, and depends on nothing but its arguments.

    `learned` is the moment at which the record takes up what is found (default: the article's publication).
    """
    findings = consolidate(article, claims(article, lexicon(pack)), ledger, pack)
    deadlines = tuple(event for finding in findings for event in moved(finding, ledger))
    entries = [entry for finding in findings for entry in _lines_of(finding, article, ledger, learned)]
    return Evaluation(findings, deadlines, ledger.add(*entries))


def _lines_of(finding: Finding, article: Article, ledger: Ledger, learned: datetime | None) -> Iterator[Entry]:
    """What the record takes up of a finding: what was said beside it, and itself."""
    told = turn_of(finding, article, ledger, learned)
    for state, quote in finding.beside:
        yield replace(told, kind=Kind.MENTION, state=state, quote=quote, valid=article.published)
    if finding.late:
        yield replace(told, kind=Kind.CHANGE, state=finding.late)
    elif finding.kind is not Kind.MENTION:
        yield told
