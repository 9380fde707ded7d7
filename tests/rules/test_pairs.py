"""Pairs of texts that differ in a word or a turn, each with its verdict: see `tests/data/rules/pairs.yaml`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

import rules

PAIRS = yaml.load((Path(__file__).parents[1] / "data/rules/pairs.yaml").read_text("utf-8"), yaml.CSafeLoader)
PACK = rules.load_pack("us-china-trade")
LEDGER = rules.open_story(PACK)


def _article(case: dict[str, Any]) -> rules.Article:
    published = datetime.fromisoformat(case.get("published", "2025-10-29T12:00:00Z"))
    return rules.Article(
        "pair",
        "East Gate Daily",
        rules.SourceKind.WIRE,
        "https://gate.example/1",
        published,
        case.get("title", ""),
        case["text"],
    )


@pytest.mark.parametrize(
    "case",
    [pytest.param(case, id=f"{pair['reason']}: {case['text'][:60]}") for pair in PAIRS for case in pair["cases"]],
)
def test_one_word_differs_and_so_does_the_verdict(case: dict[str, Any]) -> None:
    found = {
        finding.fact: {"kind": finding.kind.value, **finding.claimed.to_json()}
        for finding in rules.evaluate(_article(case), LEDGER, PACK).findings
        if finding.kind in (rules.Kind.CHANGE, rules.Kind.SIGNAL)
    }
    assert {
        fact: {key: said.get(key) for key in case["expect"].get(fact, said)} for fact, said in found.items()
    } == case["expect"]
