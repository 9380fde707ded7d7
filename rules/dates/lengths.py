"""Durations and distances: "two weeks", "a one-year", "half a year", "24 hours", "12 more months", "three months
ago"."""

from __future__ import annotations

from rules.dates import words as w
from rules.dates.model import Kind
from rules.dates.shape import Shape
from rules.scan import Tokens, number, word_set

_BETWEEN = word_set("- more further additional full calendar business working extra other consecutive")
_BEFORE_A = word_set(
    "back off forward for in within by of over than after about nearly almost least around last lasts lasted delayed "
    "postponed extended prolonged deferred only just like roughly and inside"
)
"""Before "a year", where it is a length, and not how often ("20 million tonnes a year")."""
_BEHIND_A = word_set("ago later earlier early late ahead sooner before after from - and of")


def length(tokens: Tokens, i: int) -> Shape | None:
    """The duration at token `i`, or None."""
    found = _amount(tokens, i)
    if found is None:
        return None
    value, j = found
    j += tokens.at(j) in _BETWEEN
    unit = w.UNITS.get(tokens.at(j))
    if unit is None or value > 1e4 or (value == 1 and tokens.at(j).endswith("s")):
        return None
    article = tokens.at(i) in ("a", "an") and j == i + 1
    if article and tokens.at(i - 1) not in _BEFORE_A and tokens.at(j + 1) not in _BEHIND_A:
        return None
    return _measured(tokens, i, j + 1, value, unit)


def _amount(tokens: Tokens, i: int) -> tuple[float, int] | None:
    word, after = tokens.at(i), tokens.at(i + 1)
    if word == "half":
        return (0.5, i + 2) if after == "a" else None
    if word not in ("a", "an", "another"):
        return number(tokens, i)
    if after == "couple":
        return 2.0, i + 2 + (tokens.at(i + 2) == "of")
    if after in ("further", "full"):
        return number(tokens, i + 2) or (1.0, i + 2)
    return number(tokens, i + 1) or (1.0, i + 1) if word == "another" else (1.0, i + 1)


def _measured(tokens: Tokens, i: int, j: int, value: float, unit: str) -> Shape | None:
    """The duration of `value` units whose words end before `j`, with what may follow: "and a half", "ago", "-long"."""
    if tokens.seq(j, "and", "a", "half"):
        value, j = value + 0.5, j + 3
    if unit == "hour":
        if value % 24 or not value:
            return Shape(i, j, Kind.DURATION, name="hours")
        days, months = int(value // 24), 0
    else:
        days, months = w.LENGTHS[unit]
        days, months = round(value * days), round(value * months)
    name = "bare"
    if tokens.at(j) in ("'", "'s"):
        name = "in" if tokens.at(j + 1) == "time" else "bare"
        j += 2 if name == "in" else tokens.at(j) == "'"
    elif tokens.at(j) == "-" and tokens.at(j + 1) in ("long", "old") and tokens.touches(j):
        j += 2
    elif tokens.at(j) == "ago":
        name, j = "ago", j + 1
    elif tokens.at(j) == "hence":
        name, j = "in", j + 1
    elif tokens.seq(j, "from", "now") or tokens.seq(j, "from", "today"):
        name, j = ("in", j + 2) if tokens.at(i - 1) != "for" else ("bare", j)
    if name == "bare" and (own := _behind_itself(tokens, j)):
        after = tokens.at(i - 1) in ("effective", "force", "effect", "apply", "applies")
        name, j = ("within" if tokens.at(i - 1) in ("within", "inside") else "in" if after else "bare"), own
    return Shape(i, j, Kind.DURATION, days=days, months=months, name=name)


def _behind_itself(tokens: Tokens, j: int) -> int | None:
    """The token behind "after publication", "of the date of this order" at `j`: the day that the text itself bears."""
    if tokens.at(j) not in ("after", "from", "of", "following"):
        return None
    k = j + 1 + (tokens.at(j + 1) == "the")
    k += 2 * (tokens.at(k) in ("date", "day") and tokens.at(k + 1) == "of")
    k += tokens.at(k) in ("this", "its", "the")
    own = tokens.at(k) in w.PUBLISHING or (tokens.at(k) in w.TEXTS and tokens.at(k - 1) == "this")
    return k + 1 if own else None


def yearlong(tokens: Tokens, i: int) -> Shape | None:
    """ "year-long", "month-long"."""
    unit = w.UNITS.get(tokens.at(i))
    if unit not in w.LENGTHS or not tokens.seq(i + 1, "-", "long"):
        return None
    days, months = w.LENGTHS[unit]
    return Shape(i, i + 3, Kind.DURATION, days=days, months=months, name="bare")
