"""From tokens to shapes: which words form one time expression, before anything is said about when that is.

`read(tokens, i)` gives the shape that begins at token `i`, or None. Every parser looks at a bounded number of tokens.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from rules.dates import words as w
from rules.dates.clock import clock
from rules.dates.model import Kind
from rules.scan import ORDINALS, TENS, Tokens, number, whole, word_set
from rules.scan import UNITS as NUMBERS


@dataclass(frozen=True, slots=True)
class Shape:
    """The parts of a time expression that the words name; tokens [first, last)."""

    first: int
    last: int
    kind: Kind
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    relation: str | None = None
    """this, next, last, coming, nth:N."""
    unit: str | None = None
    """week, month, year, quarter, season, half, weekend: what a relation or an edge is about."""
    edge: str | None = None
    """end, start, mid, early, late, within."""
    offset: int | None = None
    """Days from the publication, for deictic words."""
    days: int = 0
    months: int = 0
    name: str = ""
    """A holiday, a season, or what kind of duration ("ago", "within", "in", "later", "bare")."""
    time: bool = False
    """Only a time of day: swallowed, and no date."""
    until: Shape | None = None
    """The end of a range."""
    heading: bool = False
    """A dateline or the date that opens an entry of a timeline."""


def read(tokens: Tokens, i: int) -> Shape | None:
    """The time expression that begins at token `i`, with its clock time, its apposition and its range."""
    word = tokens.at(i)
    numeric = word[0].isdecimal()
    if not (numeric or word in _STARTERS or word in _CLOCK_WORDS):
        return None
    behind = clock(tokens, i) if numeric or word in _CLOCK_WORDS else None
    if behind:
        return _after_clock(tokens, i, behind)
    shape = core(tokens, i)
    if shape is None:
        return None
    if shape.kind is Kind.DURATION:
        return shape
    return _range(tokens, _tail(tokens, shape))


def _after_clock(tokens: Tokens, i: int, behind: int) -> Shape | None:
    j = behind
    for _ in range(3):
        if tokens.at(j) in ("on", ",", "of", "the", "local", "time"):
            j += 1
    shape = core(tokens, j)
    if shape and shape.kind is not Kind.DURATION and (shape.year is None or shape.month):
        return _tail(tokens, replace(shape, first=i))
    if tokens.at(i) == "midnight" or "midnight" in tokens.words[i:behind]:
        return Shape(i, behind, Kind.DEICTIC, offset=0, name="midnight")
    return Shape(i, behind, Kind.DEICTIC, time=True)


def _tail(tokens: Tokens, shape: Shape) -> Shape:
    """Swallow what belongs to the same date: parts of the day, a clock time, "today, 1 November"."""
    j = shape.last
    if tokens.at(j) in w.DAYPARTS and shape.kind in (Kind.WEEKDAY, Kind.ABSOLUTE, Kind.DEICTIC):
        j += 1
    shape = replace(shape, last=j)
    at = j + 1 if tokens.at(j) == "," else j
    if tokens.at(at) == "at":
        at += 2 if tokens.at(at + 1) in ("around", "about", "exactly") else 1
        behind = clock(tokens, at)
    else:
        behind = clock(tokens, at) if at == j and tokens.at(at) not in ("midnight",) else None
    if behind:
        return replace(shape, last=behind)
    if shape.kind in (Kind.DEICTIC, Kind.WEEKDAY) and shape.day is None:
        return _apposition(tokens, shape)
    return shape


def _apposition(tokens: Tokens, shape: Shape) -> Shape:
    """ "today, November 10, 2025", "this morning, Wednesday the 25th of February", "Saturday, 1 November"."""
    j = shape.last + 1 if tokens.at(shape.last) in (",", "(") else shape.last
    j += tokens.at(j) == "the"
    other = core(tokens, j)
    if other and other.kind is Kind.ABSOLUTE and other.day and other.month and not shape.relation:
        return replace(other, first=shape.first, weekday=shape.weekday if shape.weekday is not None else other.weekday)
    if other and other.kind is Kind.WEEKDAY and shape.kind is Kind.DEICTIC and not other.relation:
        return replace(shape, last=other.last)
    return shape


def _range(tokens: Tokens, shape: Shape) -> Shape:
    """ "31 March to 2 April", "June 30-July 2", "2018-2020": two full dates with a dash or "to" between."""
    if shape.kind is not Kind.ABSOLUTE or shape.until or shape.edge:
        return shape
    j = shape.last
    dash = tokens.at(j) == "-"
    if not dash and tokens.at(j) not in ("to", "through"):
        return shape
    other = core(tokens, j + 1)
    same = other and other.kind is Kind.ABSOLUTE and not other.until and not other.edge
    if (
        not (other and same)
        or (other.day is None) != (shape.day is None)
        or (other.month is None) != (shape.month is None)
    ):
        return shape
    if dash and not shape.year and other.first == j + 1 and not tokens.touches(j) and shape.first == 0:
        return shape
    first = replace(shape, year=shape.year or (other.year if shape.month else None))
    if not other.year and shape.year and not other.edge:
        other = replace(other, year=shape.year)
    return replace(first, last=other.last, until=other)


def core(tokens: Tokens, i: int) -> Shape | None:
    """One date, period or duration at `i`, without what surrounds it."""
    word = tokens.at(i)
    if not word:
        return None
    if word[0].isdecimal():
        return _numeric(tokens, i) or _day_first(tokens, i) or _length(tokens, i) or _year(tokens, i)
    for parser in _STARTERS.get(word, ()):
        shape = parser(tokens, i)
        if shape:
            return shape
    return None


def _year_of(tokens: Tokens, i: int) -> int | None:
    year = whole(tokens.at(i))
    if year is None or not 1900 <= year <= 2100 or len(tokens.at(i)) != 4:
        return None
    return None if _season_years(tokens, i) else year


def _season_years(tokens: Tokens, i: int) -> bool:
    """Whether a year begins "2025/26", "2025/2026" or "2026-27", which name a season."""
    follows = tokens.at(i + 2)
    year, second = whole(tokens.at(i)), whole(follows)
    if tokens.at(i + 1) not in ("/", "-") or not tokens.touches(i + 1) or not tokens.touches(i + 2) or second is None:
        return False
    return (
        year is not None and second in ((year + 1) % 100, year + 1) and (len(follows) == 2 or tokens.at(i + 1) == "/")
    )


def _with_year(tokens: Tokens, i: int, comma: bool) -> tuple[int | None, str | None, int]:
    """A year behind a month or day: "2026", ", 2026", "of next year", "this year". Year, relation, and token behind."""
    j = i + 1 if comma and tokens.at(i) == "," else i
    year = _year_of(tokens, j)
    if year and (tokens.at(j + 1) not in ("tonnes", "tons", "%", "percent", "per")):
        return year, None, j + 1
    j = i + 1 if tokens.at(i) == "of" else i
    if tokens.at(j) in ("this", "next", "last") and tokens.at(j + 1) == "year":
        return None, tokens.at(j), j + 2
    if tokens.at(i) == "of" and _year_of(tokens, i + 1):
        return _year_of(tokens, i + 1), None, i + 2
    return None, None, i


def _day_at(tokens: Tokens, i: int) -> tuple[int, int] | None:
    """A day of the month: "1", "1st", "first" (only where the caller wants a day). Day and token behind."""
    word = tokens.at(i)
    if word in ORDINALS:
        return ORDINALS[word], i + 1
    if word in ("twenty", "thirty") and tokens.at(i + 1) == "-" and ORDINALS.get(tokens.at(i + 2), 10) < 10:
        return {"twenty": 20, "thirty": 30}[word] + ORDINALS[tokens.at(i + 2)], i + 3
    day = whole(word)
    if day is None or not 1 <= day <= 31 or len(word) > 2:
        return None
    return day, i + 2 if tokens.at(i + 1) in w.SUFFIXES and tokens.touches(i + 1) else i + 1


def _month_at(tokens: Tokens, i: int) -> tuple[int, int] | None:
    """A month's name as such; the full stop of an abbreviation belongs to it. Month and token behind."""
    word = tokens.at(i)
    month = w.MONTHS.get(word)
    if month is None or (word in ("may", "march", "mar", "sun") and not tokens.capital(i)):
        return None
    dot = word in w.SHORT_MONTHS and word != "may" and tokens.at(i + 1) == "." and tokens.touches(i + 1)
    return month, i + 2 if dot else i + 1


def _day_first(tokens: Tokens, i: int) -> Shape | None:
    """ "1 November", "8th of November 2025", "14 to 16 April", "14-16 April"."""
    if tokens.at(i - 1) in ("$", "€", "£", "¥", "no", "section", "article") or tokens.seq(i - 2, "no", "."):
        return None
    first = _day_at(tokens, i)
    if first is None:
        return None
    day, j = first
    second = None
    if tokens.at(j) in ("-", "to", "and", "through", "until"):
        second = _day_at(tokens, j + 1)
    k = second[1] if second else j
    spelled = tokens.at(i).isalpha() or tokens.at(i + 1) in w.SUFFIXES
    k += tokens.at(k) in ("of", "-") if spelled or tokens.at(k) == "-" else tokens.at(k) == "of"
    month = _month_at(tokens, k)
    if month is None:
        return None
    year, relation, last = _with_year(tokens, month[1], comma=True)
    shape = Shape(i, last, Kind.ABSOLUTE, year, month[0], day, relation=relation)
    if second:
        return replace(shape, until=replace(shape, first=j + 1, day=second[0]))
    return shape


def _month_first(tokens: Tokens, i: int) -> Shape | None:
    """ "Nov. 1", "November 1st, 2025", "November the 1st", "May 14-15", "November 2026", "April"."""
    month = _month_at(tokens, i)
    if month is None:
        return None
    j = month[1]
    day = _day_at(tokens, j + 1 if tokens.at(j) == "the" else j)
    if day and (tokens.at(j).isalpha() and tokens.at(j) != "the"):
        day = None
    if day and _counts(tokens, i, day[1]):
        day = None
    if day is None:
        year, relation, last = _with_year(tokens, j, comma=tokens.at(j) == "," and not tokens.at(i + 2).isalpha())
        if not year and not relation and not _month_alone(tokens, i):
            return None
        return Shape(i, last, Kind.ABSOLUTE, year, month[0], relation=relation)
    second = _day_at(tokens, day[1] + 1) if tokens.at(day[1]) in ("-", "to", "and", "through") else None
    if second and (
        tokens.at(day[1]) == "and"
        or _counts(tokens, i, second[1])
        or _month_at(tokens, second[1])
        or second[0] <= day[0]
    ):
        second = None
    year, relation, last = _with_year(tokens, second[1] if second else day[1], comma=True)
    shape = Shape(i, last, Kind.ABSOLUTE, year, month[0], day[0], relation=relation)
    return replace(shape, until=replace(shape, day=second[0])) if second else shape


def _counts(tokens: Tokens, month: int, j: int) -> bool:
    """Whether the number that ends before `j` counts something, and is no day: "in November 12 percent"."""
    word = tokens.at(j)
    if word in ("%", "percent", "per", "pct", "million", "billion", "m", "bn", "tonnes", "tons", "points", ":", "/"):
        return word != "/" or tokens.touches(j)
    in_month = tokens.at(month - 1) == "in" and tokens.at(j) != "," and _year_of(tokens, j) is None
    return in_month and word.isalpha() and word not in w.PREPOSITIONS


def _month_alone(tokens: Tokens, i: int) -> bool:
    """Whether a month's name without number is a month, and not a verb, a modal or a person."""
    word, before, after = tokens.at(i), tokens.at(i - 1), tokens.at(i + 1)
    if word in w.SHORT_MONTHS and word != "may":
        return before in ("in", "by", "until", "since", "early", "late", "mid", "-") and not tokens.capital(i + 1)
    if word not in w.NAMES:
        return True
    governed = before in w.RELATIONS or before in w.EDGES or before in (
        "in", "by", "until", "till", "since", "from", "to", "of", "through", "before", "after", "for", "during", "between", "and", "-", "for"
    )  # fmt: skip
    named = before in w.DETERMINERS or before == "'s"
    if word == "may" and tokens.raw(i) == "MAY":
        return governed and before not in ("and", "of", "for")
    if tokens.capital(i + 1) and governed and before in ("for", "of", "and", "to", "from", "by", "after"):
        return False
    heads = i == 0 and after in ("-", ":")
    return governed or named or heads


_NUMERIC_CUES = word_set("on from until till by to through since before after starting beginning effective of not than")


def _numeric(tokens: Tokens, i: int) -> Shape | None:
    """ "2025-11-10", "10.11.2025", "11/10/2025", and "11/10" behind a preposition. Which is the month stays open."""
    word = tokens.at(i)
    if word.count(".") == 2:
        parts, last = [whole(part) for part in word.split(".")], i + 1
    else:
        sign = tokens.at(i + 1)
        if sign not in ("-", "/") or not (tokens.touches(i + 1) and tokens.touches(i + 2)):
            return None
        parts, last = [whole(word), whole(tokens.at(i + 2))], i + 3
        if tokens.at(i + 3) == sign and tokens.touches(i + 3) and tokens.touches(i + 4):
            parts, last = [*parts, whole(tokens.at(i + 4))], i + 5
    if (
        None in parts
        or (tokens.touches(last) and tokens.at(last) in ("/", "-", "%"))
        or (len(parts) == 2 and "-" in tokens.at(i + 1))
    ):
        return None
    numbers = [part for part in parts if part is not None]
    if len(numbers) == 3 and 1900 <= numbers[0] <= 2100:
        valid = 1 <= numbers[1] <= 12 and 1 <= numbers[2] <= 31
        return Shape(i, last, Kind.ABSOLUTE, numbers[0], numbers[1], numbers[2]) if valid else None
    return _day_month(tokens, i, last, numbers, dotted="." in word)


def _day_month(tokens: Tokens, i: int, last: int, numbers: list[int], dotted: bool) -> Shape | None:
    first, second = numbers[0], numbers[1]
    if not (1 <= min(first, second) <= 12 and 1 <= max(first, second) <= 31):
        return None
    year = numbers[2] if len(numbers) == 3 else None
    if year is None:
        cue = tokens.at(i - 2) if tokens.at(i - 1) in ("about", "around", "only") else tokens.at(i - 1)
        if (
            cue not in _NUMERIC_CUES
            or len(tokens.at(i)) > 2
            or tokens.at(last) in ("of", "%", "majority", "vote", "votes")
        ):
            return None
    else:
        year += 2000 if year < 100 else 0
        if not 1900 <= year <= 2100:
            return None
    if dotted or first > 12:
        return Shape(i, last, Kind.ABSOLUTE, year, second, first) if second <= 12 else None
    if second > 12 or first == second:
        return Shape(i, last, Kind.ABSOLUTE, year, first, second)
    return Shape(i, last, Kind.ABSOLUTE, year, first, second, name="either")


_YEAR_CUES = word_set(
    "in of since by until till through during from before after for early late mid to and spring summer autumn "
    "winter year years between"
)


def _year(tokens: Tokens, i: int) -> Shape | None:
    """A bare year behind a preposition: "in 2019", "through 2029". A season ("2025/26") is one period without a date."""
    if _season_years(tokens, i):
        return Shape(i, i + 3, Kind.NAMED, name="marketing year")
    year = _year_of(tokens, i)
    before, after = tokens.at(i - 1), tokens.at(i + 1)
    if (
        year is None
        or after in ("%", "percent", "per", "tonnes", "tons", "points", "people", "units", "dollars")
        or (tokens.touches(i + 1) and after not in (",", ".", ";", ":", ")", "'s", "-"))
    ):
        return None
    if before == "-":
        before = tokens.at(i - 2)
    if before in ("and", "to") and _year_of(tokens, i - 2) is None:
        return None
    return Shape(i, i + 1, Kind.ABSOLUTE, year) if before in _YEAR_CUES else None


def _weekday(tokens: Tokens, i: int) -> Shape | None:
    """ "Thursday", "Wednesday the 25th of February", "Saturday 1 November", "Mon 3", "Monday of next week"."""
    word = tokens.at(i)
    weekday = w.WEEKDAYS[word]
    short = word in w.SHORT_DAYS
    j = i + 2 if short and tokens.at(i + 1) == "." else i + 1
    part = tokens.at(j) in w.DAYPARTS
    k = j + part
    k += tokens.at(k) in (",", "the")
    k += tokens.at(k) == "the"
    full = _day_first(tokens, k) or (_month_first(tokens, k) if tokens.at(k) in w.MONTHS else None)
    if full and full.day and tokens.at(k - 1) != "and":
        return replace(full, first=i, weekday=weekday)
    day = _day_at(tokens, k)
    suffixed = tokens.at(k + 1) in w.SUFFIXES
    if (
        day
        and tokens.at(k - 1) != ","
        and (suffixed or tokens.at(k - 1) == "the" or (short and tokens.at(k).isdigit()))
    ):
        return Shape(i, day[1], Kind.WEEKDAY, weekday=weekday, day=day[0])
    if short and (
        not tokens.capital(i) or tokens.at(i - 1) not in ("on", "by", "until", "from", "since", "next", "last")
    ):
        return None
    j += tokens.at(j) == "of"
    if tokens.at(j) in ("next", "last", "this") and tokens.at(j + 1) == "week":
        return Shape(i, j + 2, Kind.WEEKDAY, weekday=weekday, relation=f"{tokens.at(j)} week")
    return Shape(i, i + 1, Kind.WEEKDAY, weekday=weekday)


def _deictic(tokens: Tokens, i: int) -> Shape:
    return Shape(
        i, i + 1, Kind.DEICTIC, offset=w.DEICTIC[tokens.at(i)], name="overnight" if tokens.at(i) == "overnight" else ""
    )


def _immediately(tokens: Tokens, i: int) -> Shape | None:
    """ "effective immediately", "with immediate effect", "from now on", "as of now", "at once"."""
    if tokens.seq(i, "immediate", "effect"):
        return Shape(i, i + 2, Kind.DEICTIC, offset=0, name="immediately") if tokens.at(i - 1) == "with" else None
    if tokens.at(i) == "immediately" and (
        {"effective", "effect"} & set(tokens.words[max(0, i - 2) : i]) or tokens.at(i + 1) == "effective"
    ):
        return Shape(i, i + 1, Kind.DEICTIC, offset=0, name="immediately")
    if tokens.at(i) == "now" and (tokens.at(i - 1) == "from" or tokens.seq(i - 2, "as", "of")):
        return Shape(i, i + 1 + (tokens.at(i + 1) == "on"), Kind.DEICTIC, offset=0, name="immediately")
    return None


def _relation(tokens: Tokens, i: int) -> Shape | None:
    """ "next week", "this Saturday", "last April", "the coming season", "this morning", "next two weeks", "last week of May"."""
    relation, j = w.RELATIONS[tokens.at(i)], i + 1
    if tokens.at(j) in ("coming", "past"):
        relation, j = w.RELATIONS[tokens.at(j)], j + 1
    word = tokens.at(j)
    if (
        tokens.at(i) in ("past", "previous", "current")
        and word not in w.PERIODS
        and word not in w.UNITS
        and not _length(tokens, j)
    ):
        return None
    if word in w.FULL_DAYS:
        of = tokens.at(j + 1) in ("of", "in") and _month_at(tokens, j + 2)
        if of and tokens.at(i) == "last":
            year, other, last = _with_year(tokens, of[1], comma=False)
            return Shape(i, last, Kind.ABSOLUTE, year, of[0], weekday=w.FULL_DAYS[word], relation=other, name="nth:-1")
        return Shape(i, j + 1, Kind.WEEKDAY, weekday=w.FULL_DAYS[word], relation=relation)
    month = _month_at(tokens, j)
    if month:
        return Shape(i, month[1], Kind.ABSOLUTE, month=month[0], relation=relation)
    if word in w.DAYPARTS and word != "spring":
        return (
            Shape(i, j + 1, Kind.DEICTIC, offset=-1 if relation == "last" else 0)
            if relation in ("this", "last")
            else None
        )
    return _relative_period(tokens, i, j, relation)


def _relative_period(tokens: Tokens, i: int, j: int, relation: str) -> Shape | None:
    word = tokens.at(j)
    if word in w.PERIODS:
        inner = _month_first(tokens, j + 2) if relation == "last" and tokens.at(j + 1) == "of" else None
        if inner and not inner.day:
            return replace(inner, first=i, edge="late")
        return Shape(i, j + 1, Kind.RELATIVE, relation=relation, unit=word)
    if word in w.SEASONS:
        return Shape(i, j + 1, Kind.NAMED, relation=relation, unit="season", name=word)
    length = _length(tokens, j)
    if length and tokens.at(i) in ("next", "last", "past", "coming"):
        return replace(length, first=i, name=f"{relation} span")
    return None


def _inner(tokens: Tokens, j: int) -> Shape | None:
    """A month, a year, or a period: what an edge ("the end of") or a part ("the first half of") is about."""
    word = tokens.at(j)
    if word[:1].isdecimal():
        return _year(tokens, j)
    if word in w.MONTHS:
        return _month_first(tokens, j)
    if word in w.RELATIONS:
        return _relation(tokens, j)
    return _season(tokens, j) if word in w.SEASONS else None


def _edge(tokens: Tokens, i: int) -> Shape | None:
    """ "end of March", "mid-May", "the middle of next week", "early 2026", "late in the year", "the turn of the year"."""
    edge, j = w.EDGES[tokens.at(i)], i + 1
    linked = tokens.at(j) in ("of", "in", "-")
    if tokens.at(i) in ("end", "close", "beginning", "start", "middle", "course", "turn") and not linked:
        return None
    j += linked
    marked = tokens.at(j) == "the"
    j += marked
    inner = _quarter(tokens, j) if tokens.at(j) in _QUARTERS else _inner(tokens, j)
    if inner is None:
        if marked and tokens.at(j) in ("year", "month", "week", "quarter", "season", "decade", "century"):
            return Shape(i, j + 1, Kind.RELATIVE, relation="this", unit=tokens.at(j), edge=edge)
        if marked and tokens.at(j) in w.SEASONS:
            return Shape(i, j + 1, Kind.NAMED, unit="season", name=tokens.at(j), edge=edge)
        year = _year_of(tokens, j)
        return Shape(i, j + 1, Kind.ABSOLUTE, year, edge=edge) if year else None
    if inner.day or inner.kind in (Kind.DURATION, Kind.DEICTIC, Kind.WEEKDAY) or inner.time:
        return None
    return replace(inner, first=i, edge=inner.edge or edge)


def _season(tokens: Tokens, i: int) -> Shape | None:
    """ "in the spring", "by summer", "spring 2026", "the autumn of 2019"; not the verbs and the fall of prices."""
    word, j = tokens.at(i), i + 1
    of = tokens.at(j) == "of"
    year = _year_of(tokens, j + of)
    if year:
        return Shape(i, j + of + 1, Kind.NAMED, year, unit="season", name=word)
    if of and tokens.at(j + 1) in ("next", "last", "this") and tokens.at(j + 2) == "year":
        return Shape(i, j + 3, Kind.NAMED, relation=f"{tokens.at(j + 1)} year", unit="season", name=word)
    before = tokens.at(i - 2) if tokens.at(i - 1) == "the" else tokens.at(i - 1)
    if before not in (
        "in",
        "by",
        "until",
        "till",
        "through",
        "since",
        "before",
        "after",
        "during",
        "for",
        "from",
        "mid",
        "early",
        "late",
    ):
        return None
    if (
        word == "fall"
        and (tokens.at(i - 1) != "the" or tokens.at(j) in ("in", "of", "to"))
        and before not in ("until", "by")
    ):
        return None
    verbal = word in ("spring", "fall") and tokens.at(j) in ("a", "the", "from", "to", "in", "by")
    return None if verbal else Shape(i, j, Kind.NAMED, unit="season", name=word)


_QUARTERS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "q": 0, "h": 0, "final": 4}


def _quarter(tokens: Tokens, i: int) -> Shape | None:
    """ "Q3 2026", "the third quarter", "the second half of 2026", "first-half December", "the first week of May"."""
    word, nth = tokens.at(i), _QUARTERS[tokens.at(i)]
    if word in ("q", "h"):
        n = whole(tokens.at(i + 1)) if tokens.touches(i + 1) and tokens.capital(i) else None
        if n is None or not 1 <= n <= (4 if word == "q" else 2):
            return None
        nth, unit, j = n, "quarter" if word == "q" else "half", i + 2
    else:
        j = i + 2 if tokens.at(i + 1) == "-" else i + 1
        if tokens.at(j) in w.FULL_DAYS and tokens.at(j + 1) in ("of", "in"):
            return _nth_weekday(tokens, i, j, nth)
        if tokens.at(j) not in ("quarter", "half", "week") or (tokens.at(j) == "half" and nth > 2):
            return _day_first(tokens, i) if word in ORDINALS else None
        unit, j = tokens.at(j), j + 1
    k = j + (tokens.at(j) == "of")
    k += tokens.at(k) == "the"
    inner = _inner(tokens, k)
    year = _year_of(tokens, k)
    if year:
        return Shape(i, k + 1, Kind.NAMED, year, unit=unit, offset=nth)
    if inner and inner.month and not inner.day:
        return replace(inner, first=i, edge="mid" if unit != "half" else ("early" if nth == 1 else "late"))
    if inner and inner.unit in ("year", "month", "decade"):
        return replace(inner, first=i, kind=Kind.NAMED, unit=unit if inner.unit == "year" else inner.unit, offset=nth)
    if tokens.at(k) == "year":
        return Shape(i, k + 1, Kind.NAMED, relation="this", unit=unit, offset=nth)
    return Shape(i, j, Kind.NAMED, unit=unit, offset=nth) if unit == "quarter" or word == "h" else None


def _nth_weekday(tokens: Tokens, i: int, j: int, nth: int) -> Shape | None:
    month = _month_at(tokens, j + 2)
    if month is None:
        return None
    year, relation, last = _with_year(tokens, month[1], comma=False)
    return Shape(
        i, last, Kind.ABSOLUTE, year, month[0], weekday=w.FULL_DAYS[tokens.at(j)], relation=relation, name=f"nth:{nth}"
    )


def _holiday(tokens: Tokens, i: int) -> Shape | None:
    """ "Christmas", "Thanksgiving", "New Year's Day", "the new year", "year-end"."""
    word = tokens.at(i)
    if word in ("christmas", "thanksgiving"):
        if not tokens.capital(i):
            return None
        eve = tokens.at(i + 1) in ("eve", "day")
        name = "christmas eve" if tokens.at(i + 1) == "eve" and word == "christmas" else word
        return Shape(i, i + 1 + eve, Kind.NAMED, unit="holiday", name=name)
    if word == "new" and tokens.at(i + 1) == "year":
        if tokens.at(i + 2) == "'s" and tokens.at(i + 3) in ("day", "eve"):
            return Shape(i, i + 4, Kind.NAMED, unit="holiday", name=f"new year's {tokens.at(i + 3)}")
        return (
            None
            if tokens.at(i - 1) in ("lunar", "chinese")
            else Shape(i, i + 2, Kind.NAMED, unit="holiday", name="new year")
        )
    if word in ("year", "month", "week", "quarter"):
        j = i + 1 + (tokens.at(i + 1) in ("-", "'s"))
        if tokens.at(j) == "end" and tokens.at(j + 1) != "of":
            return Shape(i, j + 1, Kind.RELATIVE, relation="this", unit=word, edge="end")
    return None


def _before(tokens: Tokens, i: int) -> Shape | None:
    """ "the night before", "the day before yesterday", "the day after tomorrow"."""
    j = i + 1
    if tokens.at(j) not in ("before", "after") or tokens.at(i - 1) != "the":
        return None
    sign = -1 if tokens.at(j) == "before" else 1
    if tokens.at(j + 1) in ("yesterday", "tomorrow"):
        return Shape(i, j + 2, Kind.DEICTIC, offset=2 * sign)
    return (
        Shape(i, j + 1, Kind.DEICTIC, offset=-1) if sign < 0 and tokens.at(j + 1) in ("", ".", ",", ";", "\n") else None
    )


def _length(tokens: Tokens, i: int) -> Shape | None:
    """ "two weeks", "90-day", "a year", "half a year", "24 hours", "12 more months", with "ago", "from now", "later"."""
    word = tokens.at(i)
    half = word == "half" and tokens.at(i + 1) == "a"
    j = i + 2 if half else i
    amount = (1.0, i + 1) if word in ("a", "an", "another", "one") and not half else None
    if amount is None:
        amount = (0.5, j) if half else number(tokens, i)
    if word in ("a", "an", "another") and tokens.at(i + 1) in ("further", "full", "couple"):
        amount = (2.0, i + 3) if tokens.at(i + 1) == "couple" else number(tokens, i + 2) or (1.0, i + 2)
    elif word == "another":
        amount = number(tokens, i + 1) or amount
    if amount is None:
        return None
    value, j = amount
    j += tokens.at(j) in (
        "-",
        "more",
        "further",
        "additional",
        "full",
        "calendar",
        "business",
        "working",
        "extra",
        "other",
        "consecutive",
    )
    j += tokens.at(j) == "of" and tokens.at(j - 1) == "couple"
    unit = w.UNITS.get(tokens.at(j))
    if unit is None or value > 1e4:
        return None
    return _measured(tokens, i, j + 1, value, unit)


def _measured(tokens: Tokens, i: int, j: int, value: float, unit: str) -> Shape | None:
    if tokens.seq(j, "and", "a", "half"):
        value, j = value + 0.5, j + 3
    if unit == "hour":
        if value % 24 or not value:
            return Shape(i, j, Kind.DURATION, name="hours")
        days, months = int(value // 24), 0
    else:
        days, months = w.LENGTHS[unit]
        days, months = round(value * days), round(value * months)
    if tokens.at(j) == "'" or tokens.at(j) == "'s":
        if tokens.at(j + 1) == "time":
            return Shape(i, j + 2, Kind.DURATION, days=days, months=months, name="in")
        j += tokens.at(j) == "'"
    if tokens.at(j) == "-" and tokens.at(j + 1) in ("long", "old") and tokens.touches(j):
        j += 2
    elif tokens.at(j) == "ago":
        return Shape(i, j + 1, Kind.DURATION, days=days, months=months, name="ago")
    elif tokens.seq(j, "from", "now"):
        return Shape(i, j + 2, Kind.DURATION, days=days, months=months, name="in")
    return Shape(i, j, Kind.DURATION, days=days, months=months, name="bare")


def _yearlong(tokens: Tokens, i: int) -> Shape | None:
    """ "year-long", "a week-long"."""
    unit = w.UNITS.get(tokens.at(i))
    if unit in w.LENGTHS and tokens.at(i + 1) == "-" and tokens.at(i + 2) == "long":
        days, months = w.LENGTHS[unit]
        return Shape(i, i + 3, Kind.DURATION, days=days, months=months, name="bare")
    return None


_Parser = Callable[[Tokens, int], Shape | None]


def _starters() -> dict[str, tuple[_Parser, ...]]:
    table: dict[str, list[_Parser]] = {}
    groups: list[tuple[_Parser, Iterable[str]]] = [
        (_month_first, w.MONTHS),
        (_weekday, w.WEEKDAYS),
        (_deictic, w.DEICTIC),
        (_immediately, ("immediately", "immediate", "now")),
        (_relation, w.RELATIONS),
        (_edge, w.EDGES),
        (_season, w.SEASONS),
        (_quarter, _QUARTERS),
        (_holiday, ("christmas", "thanksgiving", "new", "year", "month", "week", "quarter")),
        (_before, ("day", "night", "evening")),
        (_yearlong, ("year", "month", "week", "decade")),
        (_length, ("a", "an", "another", "half", *NUMBERS, *TENS)),
        (_day_first, ("twenty", "thirty", *ORDINALS)),
    ]
    for parser, words in groups:
        for word in words:
            table.setdefault(word, []).append(parser)
    return {word: tuple(parsers) for word, parsers in table.items()}


_STARTERS = _starters()
_CLOCK_WORDS = word_set("midnight noon midday a one two five ten")
