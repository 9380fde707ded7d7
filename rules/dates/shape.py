"""The parts of a time expression as the words name them, before anything is said about when it is."""

from __future__ import annotations

from typing import NamedTuple

from rules.dates.model import Kind


class Shape(NamedTuple):
    """Tokens [first, last) of a sentence, and what they name."""

    first: int
    last: int
    kind: Kind
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    """0 is Monday."""
    relation: str | None = None
    """this, next, last, coming; "next week" and "next year" for what belongs to them ("10 November next year")."""
    unit: str | None = None
    """week, month, year, quarter, half, season, weekend, holiday: what a relation or an edge is about."""
    edge: str | None = None
    """end, start, mid, early, late, within; "last" is the last day itself."""
    offset: int | None = None
    """Days from the publication for deictic words; which quarter or half."""
    days: int = 0
    months: int = 0
    name: str = ""
    """A holiday, a season, "nth:2" for the second Monday of a month, "either" for 11/10, or the sort of a duration:
    bare, hours, ago, in, within, "next span"."""
    time: bool = False
    """Only a time of day: swallowed, and no date."""
    until: Shape | None = None
    """The end of a range."""
    dateline: bool = False
    """The article's own day: "BEIJING, Oct 29 (TNS) -"."""
    entry: bool = False
    """Opens the entry of a timeline or calendar: "Feb 4 - A tariff takes effect"."""
