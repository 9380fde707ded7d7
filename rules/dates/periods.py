"""Weeks, months, years, quarters, seasons and holidays by name or relation, their edges, and deictic words."""

from __future__ import annotations

from rules.dates import words as w
from rules.dates.days import bare_year, day_first, month_at, month_first, nth_weekday, year_at
from rules.dates.lengths import length
from rules.dates.model import Kind
from rules.dates.shape import Shape
from rules.scan import ORDINALS, Tokens, whole, word_set

QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "final": 4, "q": 0, "h": 0}
_SPANS = word_set("next last past coming")
_LINKED_EDGES = word_set("end close beginning start middle course turn")
"""Edges that need an "of" or a hyphen: "end of March", "end-March"."""
_BEFORE_SEASON = word_set("in by until till through since before after during for from mid early late")
_BEHIND_VERB = word_set("a the from to in by")


def deictic(tokens: Tokens, i: int) -> Shape:
    """today, tonight, tomorrow, yesterday, overnight."""
    word = tokens.at(i)
    return Shape(i, i + 1, Kind.DEICTIC, offset=w.DEICTIC[word], name="overnight" if word == "overnight" else "")


def immediately(tokens: Tokens, i: int) -> Shape | None:
    """ "effective immediately", "with immediate effect", "from now on", "as of now"."""
    now = Shape(i, i + 1, Kind.DEICTIC, offset=0, name="immediately")
    word = tokens.at(i)
    if word == "immediate":
        return now._replace(last=i + 2) if tokens.at(i + 1) == "effect" and tokens.at(i - 1) == "with" else None
    if word == "immediately":
        beside = {"effective", "effect"} & set(tokens.words[max(0, i - 2) : i + 2])
        return now if beside else None
    if tokens.at(i - 1) == "from" or tokens.seq(i - 2, "as", "of"):
        return now._replace(last=i + 1 + (tokens.at(i + 1) == "on"))
    return None


def same_day(tokens: Tokens, i: int) -> Shape | None:
    """ "Until the same day", "as of the latter date", "on that date": the day named last."""
    marked = tokens.at(i) == "that" or tokens.at(i - 1) == "the"
    if not marked or tokens.at(i + 1) not in ("day", "date"):
        return None
    return Shape(i, i + 2, Kind.RELATIVE, name="same")


def own_day(tokens: Tokens, i: int) -> Shape | None:
    """ "From the date of this notice", "as of the day of its publication", "effective on publication": today."""
    if tokens.at(i) in ("date", "day"):
        j = i + 2 + (tokens.at(i + 2) in ("this", "its", "the"))
        its = tokens.at(j) in w.PUBLISHING or (tokens.at(j) in w.TEXTS and tokens.at(j - 1) == "this")
        named = tokens.at(i + 1) == "of" and its
        return Shape(i, j + 1, Kind.DEICTIC, offset=0) if named and tokens.at(i - 1) in ("the", "from") else None
    effective = tokens.at(i - 1) in ("on", "upon") and tokens.at(i - 2) == "effective"
    return Shape(i, i + 1, Kind.DEICTIC, offset=0, name="immediately") if effective else None


def before(tokens: Tokens, i: int) -> Shape | None:
    """ "the night before", "the day before yesterday", "the day after tomorrow"."""
    word = tokens.at(i + 1)
    if word not in ("before", "after") or tokens.at(i - 1) != "the":
        return None
    if tokens.at(i + 2) in ("yesterday", "tomorrow"):
        return Shape(i, i + 3, Kind.DEICTIC, offset=-2 if word == "before" else 2)
    closes = tokens.at(i + 2) in ("", ".", ",", ";", "\n")
    return Shape(i, i + 2, Kind.DEICTIC, offset=-1) if word == "before" and closes else None


def relation(tokens: Tokens, i: int) -> Shape | None:
    """ "next week", "this Saturday", "last April", "the coming season", "this morning", "next two weeks", "last week
    of May"."""
    related, j = w.RELATIONS[tokens.at(i)], i + 1
    if tokens.at(i) == "last" and tokens.seq(j, "day", "of"):
        return _last_day(tokens, i)
    if tokens.at(j) in ("coming", "past"):
        related, j = w.RELATIONS[tokens.at(j)], j + 1
    word = tokens.at(j)
    if word == "day" and related == "this" and tokens.at(i - 1) in ("from", "until", "till", "to", "of"):
        return Shape(i, j + 1, Kind.DEICTIC, offset=0)
    if word in w.FULL_DAYS:
        nth = nth_weekday(tokens, i, j, -1) if tokens.at(i) == "last" else None
        return nth or Shape(i, j + 1, Kind.WEEKDAY, weekday=w.FULL_DAYS[word], relation=related)
    month = month_at(tokens, j)
    if month:
        return Shape(i, month[1], Kind.ABSOLUTE, month=month[0], relation=related)
    if word in w.DAYPARTS:
        return Shape(i, j + 1, Kind.DEICTIC, offset=-(related == "last")) if related in ("this", "last") else None
    if word in w.PERIODS:
        inner = month_first(tokens, j + 2) if related == "last" and tokens.at(j + 1) == "of" else None
        if inner and not inner.day:
            return inner._replace(first=i, edge="late")
        return Shape(i, j + 1, Kind.RELATIVE, relation=related, unit=word)
    if word in w.SEASONS:
        return Shape(i, j + 1, Kind.NAMED, relation=related, unit="season", name=word)
    span = length(tokens, j) if tokens.at(i) in _SPANS and word not in ("a", "an", "another") else None
    return span._replace(first=i, name=f"{related} span") if span else None


def _last_day(tokens: Tokens, i: int) -> Shape | None:
    """ "The last day of April", "the last day of the month"."""
    j = i + 3 + (tokens.at(i + 3) == "the")
    inner = _inner(tokens, j)
    if inner is None and tokens.at(j) in ("month", "year", "quarter"):
        inner = Shape(i, j + 1, Kind.RELATIVE, relation="this", unit=tokens.at(j))
    return inner._replace(first=i, edge="last") if inner and not inner.day else None


def _inner(tokens: Tokens, j: int) -> Shape | None:
    """A month, a year or a period: what an edge ("the end of") or a part ("the first half of") is about."""
    word = tokens.at(j)
    if word[:1].isdecimal():
        return bare_year(tokens, j)
    if word in w.MONTHS:
        return month_first(tokens, j)
    if word in w.RELATIONS:
        return relation(tokens, j)
    return season(tokens, j) if word in w.SEASONS else None


def edge(tokens: Tokens, i: int) -> Shape | None:
    """ "end of March", "mid-May", "the middle of next week", "early 2026", "late in the year", "the turn of the
    year"."""
    name, j = w.EDGES[tokens.at(i)], i + 1
    linked = tokens.at(j) in ("of", "in", "-")
    if tokens.at(i) in _LINKED_EDGES and (not linked or tokens.at(j) == "in"):
        return None
    j += linked
    marked = tokens.at(j) == "the"
    j += marked
    word = tokens.at(j)
    if tokens.at(i) == "turn":
        return Shape(i, j + 1, Kind.NAMED, unit="holiday", name="new year") if marked and word == "year" else None
    inner = quarter(tokens, j) if word in QUARTERS else _inner(tokens, j)
    if inner is None:
        if marked and word in w.PERIODS:
            return Shape(i, j + 1, Kind.RELATIVE, relation="this", unit=word, edge=name)
        if marked and word in w.SEASONS:
            return Shape(i, j + 1, Kind.NAMED, unit="season", name=word, edge=name)
        year = year_at(tokens, j)
        return Shape(i, j + 1, Kind.ABSOLUTE, year, edge=name) if year else None
    if inner.day or inner.kind in (Kind.DURATION, Kind.DEICTIC, Kind.WEEKDAY):
        return None
    return inner._replace(first=i, edge=inner.edge or name)


def season(tokens: Tokens, i: int) -> Shape | None:
    """ "in the spring", "by summer", "spring 2026", "the autumn of 2019"; not the verbs, and not the fall of prices."""
    word, j = tokens.at(i), i + 1
    of = tokens.at(j) == "of"
    year = year_at(tokens, j + of)
    if year:
        return Shape(i, j + of + 1, Kind.NAMED, year, unit="season", name=word)
    if of and tokens.at(j + 1) in ("next", "last", "this") and tokens.at(j + 2) == "year":
        return Shape(i, j + 3, Kind.NAMED, relation=f"{tokens.at(j + 1)} year", unit="season", name=word)
    marked = tokens.at(i - 1) == "the"
    if tokens.at(i - 2 if marked else i - 1) not in _BEFORE_SEASON:
        return None
    if word in ("spring", "fall") and (tokens.at(j) in _BEHIND_VERB or (word == "fall" and not marked)):
        return None
    return Shape(i, j, Kind.NAMED, unit="season", name=word)


def quarter(tokens: Tokens, i: int) -> Shape | None:
    """ "Q3 2026", "the third quarter", "the second half of 2026", "first-half December", "the first week of May"."""
    word, nth = tokens.at(i), QUARTERS[tokens.at(i)]
    if word in ("q", "h"):
        written = whole(tokens.at(i + 1)) if tokens.touches(i + 1) and tokens.capital(i) else None
        if written is None or not 1 <= written <= (4 if word == "q" else 2):
            return None
        nth, unit, j = written, "quarter" if word == "q" else "half", i + 2
    else:
        j = i + 1 + (tokens.at(i + 1) == "-")
        unit = tokens.at(j)
        if unit in w.FULL_DAYS:
            return nth_weekday(tokens, i, j, nth)
        if unit not in ("quarter", "half", "week") or (unit == "half" and nth > 2):
            return day_first(tokens, i) if word in ORDINALS else None
        j += 1
    return _part_of(tokens, i, j, nth, unit)


def _part_of(tokens: Tokens, i: int, j: int, nth: int, unit: str) -> Shape | None:
    """The nth quarter, half or week of what stands at `j`."""
    k = j + (tokens.at(j) == "of")
    k += tokens.at(k) == "the"
    year = year_at(tokens, k)
    if year:
        return Shape(i, k + 1, Kind.NAMED, year, unit=unit, offset=nth)
    inner = _inner(tokens, k)
    if inner and inner.month and not inner.day:
        name = "mid" if unit != "half" else "early" if nth == 1 else "late"
        return inner._replace(first=i, edge=name)
    if inner and inner.unit == "year":
        return inner._replace(first=i, kind=Kind.NAMED, unit=unit, offset=nth)
    if tokens.at(k) == "year" and k > j:
        return Shape(i, k + 1, Kind.NAMED, relation="this", unit=unit, offset=nth)
    return Shape(i, j, Kind.NAMED, unit=unit, offset=nth) if unit == "quarter" or tokens.at(i) == "h" else None


def holiday(tokens: Tokens, i: int) -> Shape | None:
    """ "Christmas", "Thanksgiving", "New Year's Day", "the new year", "year-end"."""
    word = tokens.at(i)
    if word in ("christmas", "thanksgiving"):
        if not tokens.capital(i):
            return None
        name = "christmas eve" if tokens.at(i + 1) == "eve" and word == "christmas" else word
        return Shape(i, i + 1 + (tokens.at(i + 1) in ("eve", "day")), Kind.NAMED, unit="holiday", name=name)
    if word == "new":
        if tokens.at(i + 1) != "year" or tokens.at(i - 1) in ("lunar", "chinese"):
            return None
        day = tokens.at(i + 2) == "'s" and tokens.at(i + 3) in ("day", "eve")
        name = f"new year's {tokens.at(i + 3)}" if day else "new year"
        return Shape(i, i + 4 if day else i + 2, Kind.NAMED, unit="holiday", name=name)
    out = tokens.seq(i - 2, "before", "the") and (
        tokens.seq(i + 1, "is", "out") or tokens.at(i + 1) in ("ends", "closes")
    )
    if out:  # "before the year is out"
        return Shape(i, i + 2 + (tokens.at(i + 1) == "is"), Kind.RELATIVE, relation="this", unit=word, edge="end")
    j = i + 1 + (tokens.at(i + 1) in ("-", "'s"))
    ends = tokens.at(j) == "end" and tokens.at(j + 1) != "of"
    return Shape(i, j + 1, Kind.RELATIVE, relation="this", unit=word, edge="end") if ends else None
