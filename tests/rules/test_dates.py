"""Time expressions: each sentence of `data/rules/dates.yaml` beside what it must give, and what holds for any text."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from rules.dates import Kind, Role, TimeExpression, find_dates

TABLE = yaml.load((Path(__file__).parents[1] / "data/rules/dates.yaml").read_text("utf-8"), yaml.CSafeLoader)
CASES = [
    pytest.param(case, id=f"{group}: {case['text'] or 'nothing'}") for group, cases in TABLE.items() for case in cases
]
PUBLISHED = datetime(2025, 10, 30, 12, tzinfo=UTC)


def noon(day: date | None) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC) if day else PUBLISHED


def told(found: TimeExpression) -> str:
    when = str(found.when or "-") + (f"..{found.last}" if found.last else "")
    return f"{found.text} | {when} | {found.role.value}"


@pytest.mark.parametrize("case", CASES)
def test_a_sentence_gives_its_dates_with_their_roles(case: dict[str, Any]) -> None:
    found = find_dates(case["text"], noon(case.get("published")), country=case.get("country"))
    assert [told(f) for f in found] == case["expected"], case["reason"]


def test_the_words_that_gave_the_role_are_told() -> None:
    text = "Beijing must answer no later than 15 November."
    (found,) = find_dates(text, PUBLISHED)
    assert found.cue == "no later than"
    assert found.cue_span is not None
    assert text[slice(*found.cue_span)] == "no later than"


def test_a_moved_date_and_one_that_a_noun_owns_are_marked() -> None:
    old, new = find_dates("Friday's meeting was postponed to Saturday.", PUBLISHED)
    assert (old.given, old.moved, new.given, new.moved) == (True, False, False, True)


def test_a_duration_tells_its_length_in_days_or_months() -> None:
    for text, days, months in (
        ("for two weeks", 14, None),
        ("for a year", None, 12),
        ("for half a year", None, 6),
        ("by 48 hours", 2, None),
    ):
        (found,) = find_dates(f"They stopped {text}.", PUBLISHED)
        assert (found.kind, found.days, found.months) == (Kind.DURATION, days, months), text


def test_today_is_the_publication_s_day_in_utc() -> None:
    late = datetime.fromisoformat("2025-10-30T23:30:00-04:00")
    (found,) = find_dates("The duty took effect today.", late)
    assert str(found.when) == "2025-10-31"


def test_the_ends_of_the_calendar_raise_nothing() -> None:
    for day in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)):
        for case in CASES:
            find_dates(case.values[0]["text"], day)  # type: ignore[attr-defined]


WORDS = sorted({word for case in CASES for word in case.values[0]["text"].split()})  # type: ignore[attr-defined]
moments = st.datetimes(timezones=st.just(UTC))


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)), moments)
@example("in in in 2019-", PUBLISHED)
@example("İ 1 May 2٣", PUBLISHED)
def test_any_text_gives_ordered_spans_that_index_it(text: str, published: datetime) -> None:
    before = 0
    for found in find_dates(text, published):
        assert before <= found.start < found.end <= len(text)
        assert found.text == text[found.start : found.end]
        assert found.cue_span is None or found.cue_span[0] < found.cue_span[1] <= len(text)
        assert found.role is not Role.DURATION or found.when is None
        before = found.end


@pytest.mark.parametrize(
    "piece",
    [
        "Nov 1 ",
        "from May 1 to June 2, ",
        "for one year from today ",
        "1/2/",
        "12:01 ",
        "end of the ",
        "a ",
        ".",
        "\n",
        "-",
        "1",
    ],
)
def test_two_hundred_kilobytes_of_anything_are_worked_through(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    find_dates(text, PUBLISHED)
