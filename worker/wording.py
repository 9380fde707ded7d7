"""Facts, values, dates and changes in words for a person: headlines, mails and pages all speak alike. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any, NamedTuple

from rules import DeadlineEvent, FactKind, Finding, Kind, Pack, PartialDate, Phase, State, Status, Value

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
EXPECTED = frozenset({Status.ANNOUNCED, Status.AGREED, Status.IN_FORCE})
"""Statuses that go without saying beside a new value."""


def headline_of_finding(finding: Finding, pack: Pack) -> str:
    """`US fentanyl tariff on Chinese goods: 20 % → 10 %, from 10 Nov 2025`; a signal says that it is in prospect."""
    spec = pack.facts[finding.fact]
    after = finding.claimed if finding.kind is Kind.SIGNAL else finding.after
    parts = _differences(finding.before, after, spec.kind)
    if finding.kind is Kind.SIGNAL:
        return f"{spec.title}: " + (f"in prospect: {', '.join(parts)}" if parts else "a change is in prospect")
    if finding.update:
        told = replace(finding.after, effective=None, until=None)
        return f"{spec.title}: another source: {', '.join(parts) or say_state(told) or 'what was told'}"
    return f"{spec.title}: {', '.join(parts) or 'a part of it changes'}"


def headline_of_deadline(event: DeadlineEvent, pack: Pack) -> str:
    """`US-China tariff truce: ends in 7 days, on 10 Nov 2026`, or that the date passed, moved or fell away."""
    spec = pack.facts[event.fact]
    # of a day that falls away the state is the new one, which says nothing of what would have ended then
    verb, noun = _words(spec.kind, event.role, State() if event.phase is Phase.CANCELLED else event.state)
    day = say_date(event.due)
    if event.phase is Phase.UPCOMING:
        return f"{spec.title}: {verb} {_ahead(event.days_left or 0)}{day}"
    if event.phase is Phase.DUE:
        return f"{spec.title}: {verb} {_ahead(0)}{day}"
    if event.phase is Phase.PASSED:
        return f"{spec.title}: the {noun}, {day}, went by and nothing was reported"
    if event.phase is Phase.MOVED:
        return f"{spec.title}: {noun} moved, {day} → {say_date(event.moved_to)}"
    return f"{spec.title}: the {noun} on {day} falls away"


def reminded_later(headline: str, due: date, said: int, left: int) -> str:
    """The headline of a reminder that said so many days left, as it reads when `left` are: told late, it stays true."""
    before, now = (f"{_ahead(days)}{say_date(due)}" for days in (said, left))
    return headline.replace(before, now)


def of_an_outage(since: datetime, until: datetime) -> str:
    """Why what the calendar brought in these days (UTC) is told so late."""
    days = f"from {say_date(since.date())} to {say_date(until.date())}"
    return f"Deltawire did not look at the calendar {days}: what fell into these days is told now, once."


def say_state(state: State) -> str:
    """A whole state in words: `suspended, 24 %, until 10 Nov 2026`; empty for a state that says nothing."""
    parts = [
        say_status(state.status) if state.status else "",
        say_value(state.value) if state.value else "",
        f"from {say_date(state.effective)}" if state.effective else "",
        f"until {say_date(state.until)}" if state.until else "",
    ]
    return ", ".join(part for part in parts if part)


def say_change(before: State | None, after: State, kind: FactKind = FactKind.MEASURE) -> str:
    """What differs, in one line: `20 % → 10 %, from 10 Nov 2025`; empty where nothing does."""
    return ", ".join(_differences(before or State(), after, kind))


def say_status(status: Status) -> str:
    """`in force`, `suspended`."""
    return status.value.replace("_", " ")


def say_value(value: Value) -> str:
    """`10 %`, `$17 billion`, `12 million tonnes, 25 million tonnes a year`."""
    return ", ".join(_amount(unit, amount) for unit, amount in value.items())


def say_date(when: PartialDate | date | None) -> str:
    """`10 Nov 2025`, `Nov 2025` or `2025`, as exact as it is known."""
    if when is None:
        return "no day"
    month = f"{MONTHS[when.month - 1]} " if when.month else ""
    return (f"{when.day} " if when.day else "") + month + str(when.year)


class Row(NamedTuple):
    """One line of a table that holds two states against each other. An empty cell: not stated."""

    label: str
    before: str
    after: str


def rows(before: State | None, after: State, kind: FactKind) -> tuple[Row, ...]:
    """What two states say of a fact, line by line, where one of them says something."""
    old = before or State()
    value_label = "Rate" if "percent" in {*(old.value or ()), *(after.value or ())} else "Amount"
    lines = (
        Row("Status", _cell(say_status, old.status), _cell(say_status, after.status)),
        Row(value_label, _cell(say_value, old.value), _cell(say_value, after.value)),
        Row(_label(kind, "effective"), _cell(say_date, old.effective), _cell(say_date, after.effective)),
        Row(_label(kind, "until"), _cell(say_date, old.until), _cell(say_date, after.until)),
    )
    return tuple(line for line in lines if line.before or line.after)


def dates_ahead(state: State, kind: FactKind, today: date) -> tuple[str, ...]:
    """`starts in 9 days, on 10 Nov 2025`: the days of a state that are not gone by, the next one first."""
    days = [(when.exact, role) for role, when in (("effective", state.effective), ("until", state.until)) if when]
    ahead = sorted((day, role) for day, role in days if day and day >= today)
    return tuple(f"{_words(kind, role, state)[0]} {_in_days(day, today)}" for day, role in ahead)


def _ahead(days: int) -> str:
    """What stands before a day that is so many days ahead: `in 3 days, on `."""
    return {0: "today, ", 1: "tomorrow, on "}.get(days, f"in {days} days, on ")


def _in_days(day: date, today: date) -> str:
    left = (day - today).days
    ahead = {0: "today", 1: "tomorrow"}.get(left, f"in {left} days")
    return f"{ahead}, on {say_date(day)}"


def _cell(say: Callable[[Any], str], what: Any) -> str:
    return say(what) if what else ""


def _label(kind: FactKind, role: str) -> str:
    if role == "until":
        return "Target date" if kind is FactKind.PURCHASES else "End"
    if kind in (FactKind.MEETING, FactKind.VISIT):
        return "Date"
    return "Signing" if kind is FactKind.DEAL else "Start"


def _differences(before: State, after: State, kind: FactKind) -> list[str]:
    parts = []
    new_value = bool(after.value) and after.value != before.value
    if new_value and after.value:
        old = f"{say_value(before.value)} → " if before.value else ""
        parts.append(old + say_value(after.value))
    if (
        after.status
        and after.status != before.status
        and not (new_value and before.status and after.status in EXPECTED)
    ):
        old = f"{say_status(before.status)} → " if before.status else ""
        parts.insert(0, old + say_status(after.status))
    at = "on" if kind in (FactKind.MEETING, FactKind.VISIT, FactKind.DEAL) else "from"
    for role, preposition, old_date, new_date in (
        ("effective", at, before.effective, after.effective),
        ("until", "by" if kind is FactKind.PURCHASES else "until", before.until, after.until),
    ):
        if new_date and new_date != old_date:
            word = _words(kind, role, after if before.status is after.status else State())[1]
            moved = f"{word} {say_date(old_date)} → {say_date(new_date)}"
            parts.append(moved if old_date else f"{preposition} {say_date(new_date)}")
    return parts


def _words(kind: FactKind, role: str, state: State) -> tuple[str, str]:
    """What happens on such a date, as a verb and as a noun."""
    if role == "until":
        if kind is FactKind.PURCHASES:
            return "to be fulfilled", "target date"
        return ("suspension ends", "end of the suspension") if state.status is Status.SUSPENDED else ("ends", "end")
    if kind in (FactKind.MEETING, FactKind.VISIT):
        return "takes place", "date"
    if kind is FactKind.DEAL:
        return "to be signed", "signing"
    return ("would start" if state.status in (Status.THREATENED, Status.PROPOSED) else "starts"), "start"


def _amount(unit: str, amount: float) -> str:
    name, yearly = unit.removesuffix("_per_year"), " a year" if unit.endswith("_per_year") else ""
    if name == "percent":
        return f"{amount:g} %{yearly}"
    number = f"{amount:,.10g}"
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million")):
        if abs(amount) >= size:
            number = f"{amount / size:.4g} {word}"
            break
    return f"${number}{yearly}" if name == "usd" else f"{number} {name.replace('_', ' ')}{yearly}"
