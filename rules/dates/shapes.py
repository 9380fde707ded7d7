"""From tokens to shapes: `read(tokens, i)` gives the time expression that begins at token `i`, or None.

Every parser looks at a bounded number of tokens, and none calls itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rules.dates import days, lengths, periods
from rules.dates import words as w
from rules.dates.clock import clock
from rules.dates.model import Kind
from rules.dates.shape import Shape
from rules.scan import ORDINALS, TENS, Tokens, word_set
from rules.scan import UNITS as NUMBERS

_CLOCK_WORDS = word_set("midnight noon midday a one two five ten zero")
_AFTER_CLOCK = word_set("on , of the local time")


def read(tokens: Tokens, i: int) -> Shape | None:
    """The time expression that begins at token `i`, with its clock time, its apposition and its range."""
    word = tokens.at(i)
    if word.isdecimal() and tokens.at(i + 1) in ("percent", "%"):
        return None  # what no parser would take, and what most numbers of the news are
    behind = clock(tokens, i) if word[:1].isdecimal() or word in _CLOCK_WORDS else None
    if behind:
        return _timed(tokens, i, behind)
    shape = core(tokens, i)
    if shape is None or shape.kind is Kind.DURATION:
        return shape
    shape = _range(tokens, _tail(tokens, shape))
    if shape.first == 0 and _loose_dash(tokens, shape.last):
        return shape._replace(entry=True)
    return shape


def core(tokens: Tokens, i: int) -> Shape | None:
    """One date, period or duration at `i`, without what surrounds it."""
    word = tokens.at(i)
    if word[:1].isdecimal():
        return _numbered(tokens, i)
    for parser in _STARTERS.get(word, ()):
        shape = parser(tokens, i)
        if shape:
            return shape
    return None


def _numbered(tokens: Tokens, i: int) -> Shape | None:
    """What begins with a number; a parser is asked only where its length, or the sign behind it, lets it answer."""
    word, after = tokens.at(i), tokens.at(i + 1)
    signed, short = after in ("-", "/"), len(word) <= 2
    return (
        ((signed or word.count(".") == 2) and days.numeric(tokens, i))
        or (short and days.day_first(tokens, i))
        or lengths.length(tokens, i)
        or ((signed or len(word) == 4) and days.bare_year(tokens, i))
        or (short and days.month_day(tokens, i))
        or None
    )


def _loose_dash(tokens: Tokens, j: int) -> bool:
    """Whether a dash or colon that is no hyphen stands at `j`."""
    return tokens.at(j) in ("-", ":") and not (tokens.touches(j) and tokens.touches(j + 1))


def _timed(tokens: Tokens, i: int, behind: int) -> Shape:
    """A time of day that ends before `behind`, and the date behind it, if one follows."""
    j = behind
    for _ in range(3):
        j += tokens.at(j) in _AFTER_CLOCK
    shape = core(tokens, j)
    if shape and "midnight" in tokens.words[i:behind] and tokens.at(shape.first) == "tonight":
        return shape._replace(first=i, name="midnight")
    if shape and shape.kind is not Kind.DURATION and (shape.year is None or shape.month):
        return _tail(tokens, shape._replace(first=i))
    if "midnight" in tokens.words[i:behind]:
        return Shape(i, behind, Kind.DEICTIC, offset=0, name="midnight")
    return Shape(i, behind, Kind.DEICTIC, time=True)


def _tail(tokens: Tokens, shape: Shape) -> Shape:
    """Swallow what belongs to the same date: parts of the day, a clock time, "today, 1 November"."""
    j = shape.last
    if tokens.at(j) in w.DAYPARTS and shape.kind in (Kind.WEEKDAY, Kind.ABSOLUTE, Kind.DEICTIC):
        j += 1
    if j > shape.last:
        shape = shape._replace(last=j)
    at = j + 1 if tokens.at(j) == "," else j
    if tokens.at(at) == "at":
        at += 2 if tokens.at(at + 1) in ("around", "about", "exactly") else 1
        behind = clock(tokens, at)
    else:
        behind = clock(tokens, j) if tokens.at(j) != "midnight" else None
    if behind:
        return shape._replace(last=behind)
    if shape.kind in (Kind.DEICTIC, Kind.WEEKDAY) and shape.day is None:
        return _apposition(tokens, shape)
    return shape


def _apposition(tokens: Tokens, shape: Shape) -> Shape:
    """ "today, November 10, 2025", "this morning, Wednesday the 25th of February", "Saturday, 1 November"."""
    j = shape.last + (tokens.at(shape.last) in (",", "("))
    j += tokens.at(j) == "the"
    other = core(tokens, j)
    if other is None or shape.relation:
        return shape
    if other.kind is Kind.ABSOLUTE and other.day and other.month:
        return other._replace(first=shape.first, weekday=other.weekday if shape.weekday is None else shape.weekday)
    if other.kind is Kind.WEEKDAY and shape.kind is Kind.DEICTIC and not other.relation:
        return shape._replace(last=other.last)
    return shape


def _range(tokens: Tokens, shape: Shape) -> Shape:
    """ "31 March to 2 April", "June 30-July 2", "2018-2020", "between February and April"."""
    if shape.kind is not Kind.ABSOLUTE or shape.until or shape.edge:
        return shape
    j = shape.last
    between = tokens.at(j) == "and" and tokens.at(shape.first - 1) == "between"
    if tokens.at(j) not in ("-", "to", "through") and not between:
        return shape
    other = core(tokens, j + 1)
    if other is None or other.kind is not Kind.ABSOLUTE or other.until or other.edge:
        return shape
    if (other.day is None, other.month is None) != (shape.day is None, shape.month is None):
        return shape
    if not other.year and shape.year:
        other = other._replace(year=shape.year)
    year = shape.year
    if not year and other.year and shape.month and other.month:
        year = other.year - ((shape.month, shape.day or 0) > (other.month, other.day or 0))
    return shape._replace(year=year, last=other.last, until=other)


_Parser = Callable[[Tokens, int], Shape | None]


def _starters() -> dict[str, tuple[_Parser, ...]]:
    """Which parsers to try for a first word, in order."""
    table: dict[str, list[_Parser]] = {}
    groups: list[tuple[_Parser, Iterable[str]]] = [
        (days.month_first, w.MONTHS),
        (days.weekday, w.WEEKDAYS),
        (periods.deictic, w.DEICTIC),
        (periods.immediately, ("immediately", "immediate", "now")),
        (periods.relation, w.RELATIONS),
        (periods.edge, w.EDGES),
        (periods.season, w.SEASONS),
        (periods.quarter, periods.QUARTERS),
        (periods.holiday, ("christmas", "thanksgiving", "new", "year", "month", "week", "quarter")),
        (periods.before, ("day", "night", "evening")),
        (periods.same_day, ("same", "latter", "that")),
        (periods.own_day, ("date", "day", "publication", "issuance", "signature", "promulgation")),
        (lengths.yearlong, ("year", "month", "week", "decade")),
        (lengths.length, ("a", "an", "another", "half", *NUMBERS, *TENS)),
        (days.day_first, ("twenty", "thirty", *ORDINALS)),
    ]
    for parser, words in groups:
        for word in words:
            table.setdefault(word, []).append(parser)
    return {word: tuple(parsers) for word, parsers in table.items()}


_STARTERS = _starters()
FIRST = frozenset(_STARTERS.keys() | _CLOCK_WORDS)
"""The words that a time expression can begin with; else it begins with a digit."""
