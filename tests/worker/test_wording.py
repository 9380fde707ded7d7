"""Facts, values, dates and changes in words."""

from __future__ import annotations

from datetime import date

import pytest

from rules import FactKind, PartialDate, State, Status, Value
from worker.wording import Row, dates_ahead, rows, say_change, say_date, say_state, say_status, say_value

TEN_NOV = PartialDate(2025, 11, 10)
TODAY = date(2025, 11, 1)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"percent": 20}, "20 %"),
        ({"percent": 12.5}, "12.5 %"),
        ({"percent": 0.1}, "0.1 %"),
        ({"tonnes": 1.2e7}, "12 million tonnes"),
        ({"tonnes": 1.2e7, "tonnes_per_year": 2.5e7}, "12 million tonnes, 25 million tonnes a year"),
        ({"usd": 1.7e10}, "$17 billion"),
        ({"usd_per_year": 1.7e10}, "$17 billion a year"),
        ({"usd": 1.25e12}, "$1.25 trillion"),
        ({"usd": 950_000}, "$950,000"),
        ({"aircraft": 200}, "200 aircraft"),
        ({}, ""),
    ],
)
def test_amounts_are_said_as_people_say_them(value: Value, words: str) -> None:
    assert say_value(value) == words


@pytest.mark.parametrize(
    ("when", "words"),
    [
        (TEN_NOV, "10 Nov 2025"),
        (PartialDate(2025, 11), "Nov 2025"),
        (PartialDate(2025), "2025"),
        (date(2026, 3, 1), "1 Mar 2026"),
        (None, "no day"),
    ],
)
def test_dates_are_said_as_exactly_as_they_are_known(when: PartialDate | date | None, words: str) -> None:
    assert say_date(when) == words


def test_a_state_is_said_whole() -> None:
    state = State(Status.SUSPENDED, {"percent": 24}, TEN_NOV, PartialDate(2026, 11, 10))
    assert say_state(state) == "suspended, 24 %, from 10 Nov 2025, until 10 Nov 2026"
    assert say_state(State()) == ""
    assert say_status(Status.IN_FORCE) == "in force"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (
            State(Status.IN_FORCE, {"percent": 20}),
            State(Status.AGREED, {"percent": 10}, TEN_NOV),
            "20 % → 10 %, from 10 Nov 2025",
        ),
        (State(Status.THREATENED), State(Status.WITHDRAWN), "threatened → withdrawn"),
        (State(until=TEN_NOV), State(until=PartialDate(2026, 1, 10)), "end 10 Nov 2025 → 10 Jan 2026"),
        (
            State(Status.IN_FORCE, until=TEN_NOV),
            State(Status.SUSPENDED, until=PartialDate(2026, 1, 10)),
            "in force → suspended, end 10 Nov 2025 → 10 Jan 2026",
        ),
        (
            State(Status.SUSPENDED, until=TEN_NOV),
            State(Status.SUSPENDED, until=PartialDate(2026, 1, 10)),
            "end of the suspension 10 Nov 2025 → 10 Jan 2026",
        ),
        (None, State(Status.FRAMEWORK), "framework"),
        (State(Status.FRAMEWORK), State(Status.FRAMEWORK), ""),
    ],
)
def test_a_change_is_what_differs(before: State | None, after: State, words: str) -> None:
    assert say_change(before, after) == words


def test_a_table_holds_two_states_against_each_other() -> None:
    before = State(Status.IN_FORCE, {"percent": 20})
    assert rows(before, State(Status.AGREED, {"percent": 10}, TEN_NOV), FactKind.MEASURE) == (
        Row("Status", "in force", "agreed"),
        Row("Rate", "20 %", "10 %"),
        Row("Start", "", "10 Nov 2025"),
    )
    assert rows(None, State(until=TEN_NOV, value={"tonnes": 5}), FactKind.PURCHASES) == (
        Row("Amount", "", "5 tonnes"),
        Row("Target date", "", "10 Nov 2025"),
    )
    assert rows(None, State(), FactKind.DEAL) == ()


@pytest.mark.parametrize(
    ("kind", "label"),
    [(FactKind.MEETING, "Date"), (FactKind.VISIT, "Date"), (FactKind.DEAL, "Signing"), (FactKind.MEASURE, "Start")],
)
def test_a_day_is_called_what_it_is_for_such_a_fact(kind: FactKind, label: str) -> None:
    assert rows(None, State(effective=TEN_NOV), kind) == (Row(label, "", "10 Nov 2025"),)


def test_the_dates_ahead_are_those_with_a_day_that_is_not_gone_by() -> None:
    until = PartialDate(2026, 11, 10)
    assert dates_ahead(State(Status.SUSPENDED, None, TEN_NOV, until), FactKind.MEASURE, TODAY) == (
        "starts in 9 days, on 10 Nov 2025",
        "suspension ends in 374 days, on 10 Nov 2026",
    )
    assert dates_ahead(State(effective=TEN_NOV), FactKind.MEETING, date(2025, 11, 10)) == (
        "takes place today, on 10 Nov 2025",
    )
    assert dates_ahead(State(effective=TEN_NOV), FactKind.VISIT, date(2025, 11, 9)) == (
        "takes place tomorrow, on 10 Nov 2025",
    )
    assert dates_ahead(State(effective=TEN_NOV), FactKind.MEASURE, date(2025, 11, 11)) == ()
    assert dates_ahead(State(effective=PartialDate(2025, 11)), FactKind.MEASURE, TODAY) == ()
