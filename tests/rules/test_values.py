"""Amounts: each clause of `data/rules/values.yaml` beside what it must give, and what holds for any text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.values import Amount, Change, change_of, find_amounts, soybean_tonnes

TABLE = yaml.load((Path(__file__).parents[1] / "data/rules/values.yaml").read_text("utf-8"), yaml.CSafeLoader)
ALL = [(f"{group}: {case['text'] or 'nothing'}", case) for group, cases in TABLE.items() for case in cases]
AMOUNTS = [pytest.param(case, id=name) for name, case in ALL if "amounts" in case]
CHANGES = [pytest.param(case, id=name) for name, case in ALL if "change" in case]


def plain(number: float | None) -> str:
    return "-" if number is None else f"{number:.6f}".rstrip("0").rstrip(".")


def told(a: Amount) -> str:
    high = f"..{plain(a.high)}" if a.range else ""
    per = f"/{a.per}" if a.per else ""
    marks = [a.bound, "not" if a.ruled_out else None, "further" if a.further else None]
    return " | ".join([a.text, f"{plain(a.number)}{high} {a.unit}{per}", a.role, *[mark for mark in marks if mark]])


def outcome(change: Change) -> str:
    if change.new is None and change.points is not None:
        return f"{'+' if change.points > 0 else ''}{plain(change.points)} points"
    if change.new is None and change.factor is not None:
        return f"x{plain(change.factor)}"
    return f"{plain(change.old)} -> {plain(change.new)}"


@pytest.mark.parametrize("case", AMOUNTS)
def test_a_clause_gives_its_amounts(case: dict[str, Any]) -> None:
    assert [told(a) for a in find_amounts(case["text"])] == case["amounts"], case["reason"]


@pytest.mark.parametrize("case", CHANGES)
def test_a_clause_tells_the_new_value_and_the_old_one(case: dict[str, Any]) -> None:
    assert outcome(change_of(find_amounts(case["text"]), case["text"])) == case["change"], case["reason"]


def test_a_step_without_its_start_is_reckoned_from_the_record() -> None:
    for text, new in (
        ("raised by five points", 25),
        ("halved", 10),
        ("cut by 10 percent", 18),
        ("cut to 12 percent", 12),
        ("kept", None),
    ):
        assert change_of(find_amounts(text), text).applied(20) == new, text


def test_soybeans_are_weighed_at_sixty_pounds_a_bushel() -> None:
    assert round(soybean_tonnes(441e6) / 1e6) == 12


def test_the_amounts_that_a_change_was_read_from_are_told() -> None:
    text = "cut to 10 percent from 20 percent"
    change = change_of(find_amounts(text), text)
    assert change.target is not None
    assert change.source is not None
    assert (change.target.text, change.source.text) == ("10 percent", "20 percent")


WORDS = sorted({word for _, case in ALL for word in case["text"].split()})


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)))
def test_any_text_gives_ordered_spans_that_index_it(text: str) -> None:
    before = 0
    found = find_amounts(text)
    for a in found:
        assert before <= a.start < a.end <= len(text)
        assert a.text == text[a.start : a.end]
        assert a.high is None or a.high > a.number
        before = a.end
    change_of(found, text)


@pytest.mark.parametrize(
    "piece", ["10% ", "from 10 to 20 percent, ", "$1bn ", "1-", "not 5 ", "one ", "hundred ", "1,", "1", ".", "\n"]
)
def test_two_hundred_kilobytes_of_anything_are_worked_through(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    change_of(find_amounts(text), text)
