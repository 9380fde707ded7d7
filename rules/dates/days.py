"""Dates by the calendar: "1 November", "May 14-15", "2025-11-10", "11/10", "Wednesday the 25th of February", "in
2019"."""

from __future__ import annotations

from rules.dates import words as w
from rules.dates.model import Kind
from rules.dates.shape import Shape
from rules.scan import ORDINALS, Tokens, whole, word_set

_COUNTED = word_set(
    "% percent per pct million billion m bn tonnes tons points people units dollars : countries members"
)
"""Behind a number: it counts something, and is neither day nor year."""


_TURN = 70
"""Years of two digits from here on are of the last century: "May '98"."""


def year_at(tokens: Tokens, i: int) -> int | None:
    """A year of four digits from 1900 to 2100 that does not begin a season ("2025/26")."""
    word = tokens.at(i)
    year = whole(word)
    if year is None or len(word) != 4 or not 1900 <= year <= 2100 or season_years(tokens, i):
        return None
    return year


def season_years(tokens: Tokens, i: int) -> bool:
    """Whether a year begins "2025/26", "2025/2026" or "2026-27", which name a season."""
    sign, follows = tokens.at(i + 1), tokens.at(i + 2)
    year, second = whole(tokens.at(i)), whole(follows)
    if (
        sign not in ("/", "-")
        or not (tokens.touches(i + 1) and tokens.touches(i + 2))
        or year is None
        or second is None
    ):
        return False
    return second in ((year + 1) % 100, year + 1) and (len(follows) == 2 or sign == "/")


def with_year(tokens: Tokens, i: int, *, comma: bool) -> tuple[int | None, str | None, int]:
    """A year behind a month or a day: "2026", ", 2026"; relation: "of next year", "this year". And the token behind."""
    j = i + 1 if (comma and tokens.at(i) == ",") or (tokens.at(i) == "-" and tokens.touches(i)) else i
    year = year_at(tokens, j)
    counted = tokens.at(j + 1) in _COUNTED and not (tokens.at(j + 1) == ":" and not tokens.touches(j + 2))
    if year and not counted:
        return year, None, j + 1
    of = tokens.at(i) == "of"
    if tokens.at(i + of) in ("this", "next", "last") and tokens.at(i + of + 1) == "year":
        return None, f"{tokens.at(i + of)} year", i + of + 2
    year = year_at(tokens, i + 1) if of else None
    short = whole(tokens.at(i + 1)) if tokens.at(i) == "'" and tokens.touches(i + 1) else None
    if short is not None and len(tokens.at(i + 1)) == 2:  # "Nov '26"
        return short + (2000 if short < _TURN else 1900), None, i + 2
    return (year, None, i + 2) if year else (None, None, i)


def day_at(tokens: Tokens, i: int) -> tuple[int, int] | None:
    """A day of the month: "1", "1st", "first", "twenty-first". Day and token behind."""
    word = tokens.at(i)
    if word in ORDINALS:
        return ORDINALS[word], i + 1
    if word in ("twenty", "thirty") and tokens.at(i + 1) == "-" and ORDINALS.get(tokens.at(i + 2), 10) < 10:
        return {"twenty": 20, "thirty": 30}[word] + ORDINALS[tokens.at(i + 2)], i + 3
    day = whole(word)
    if day is None or not 1 <= day <= 31 or len(word) > 2:
        return None
    return day, i + 2 if tokens.at(i + 1) in w.SUFFIXES and tokens.touches(i + 1) else i + 1


def month_at(tokens: Tokens, i: int) -> tuple[int, int] | None:
    """A month's name; the full stop of an abbreviation belongs to it. Month and token behind."""
    word = tokens.at(i)
    month = w.MONTHS.get(word)
    if month is None or (word in ("may", "march", "mar") and not tokens.capital(i)):
        return None
    dot = word in w.SHORT_MONTHS and word != "may" and tokens.at(i + 1) == "." and tokens.touches(i + 1)
    return month, i + 2 if dot else i + 1


_NOT_A_DAY = word_set("$ € £ ¥ no section article chapter")


def day_first(tokens: Tokens, i: int) -> Shape | None:
    """ "1 November", "8th of November 2025", "14 to 16 April", "14-16 April"."""
    if tokens.at(i - 1) in _NOT_A_DAY or tokens.seq(i - 2, "no", "."):
        return None
    first = day_at(tokens, i)
    if first is None:
        return None
    day, j = first
    second = day_at(tokens, j + 1) if tokens.at(j) in ("-", "to", "and", "through", "until") else None
    k = second[1] if second else j
    if tokens.at(k) == "of" and tokens.at(k + 1) in ("this", "next", "last", "the") and tokens.at(k + 2) == "month":
        related = tokens.at(k + 1) if tokens.at(k + 1) in ("next", "last") else None
        return Shape(i, k + 3, Kind.ABSOLUTE, day=day, relation=related, unit="month" if related else None)
    k += tokens.at(k) == "day" and tokens.at(k + 1) == "of"  # "the 1st day of June"
    k += tokens.at(k) in ("of", "-")
    month = month_at(tokens, k)
    if month is None:
        return None
    year, relation, last = with_year(tokens, month[1], comma=True)
    shape = Shape(i, last, Kind.ABSOLUTE, year, month[0], day, relation=relation)
    return shape._replace(until=shape._replace(day=second[0])) if second else shape


def month_first(tokens: Tokens, i: int) -> Shape | None:
    """ "Nov. 1", "November 1st, 2025", "November the 1st", "May 14-15", "November 2026", "April"."""
    month = month_at(tokens, i)
    if month is None:
        return None
    j = month[1]
    spelled = tokens.at(j) == "the" or (tokens.at(j) in ORDINALS and not _noun_at(tokens, j + 1))
    day = day_at(tokens, j + (tokens.at(j) == "the")) if not tokens.at(j).isalpha() or spelled else None
    if day is None or _counts(tokens, i, day[1]):
        year, relation, last = with_year(tokens, j, comma=tokens.at(j) == "," and year_at(tokens, j + 1) is not None)
        if not year and not relation and not _month_alone(tokens, i):
            return None
        return Shape(i, last, Kind.ABSOLUTE, year, month[0], relation=relation)
    second = day_at(tokens, day[1] + 1) if tokens.at(day[1]) in ("-", "to", "through") else None
    if second and (_counts(tokens, i, second[1]) or month_at(tokens, second[1]) or second[0] <= day[0]):
        second = None
    year, relation, last = with_year(tokens, second[1] if second else day[1], comma=True)
    shape = Shape(i, last, Kind.ABSOLUTE, year, month[0], day[0], relation=relation)
    return shape._replace(until=shape._replace(day=second[0])) if second else shape


def _noun_at(tokens: Tokens, j: int) -> bool:
    """Whether a word stands at `j` that an ordinal can count: "April first quarter"."""
    word = tokens.at(j)
    return word.isalpha() and word not in w.PREPOSITIONS and word not in w.AUX_NOW | w.AUX_PAST | w.MODALS


def _counts(tokens: Tokens, month: int, j: int) -> bool:
    """Whether the number that ends before `j` counts something, and is no day: "in November 12 percent"."""
    word = tokens.at(j)
    if word in _COUNTED or (word == "/" and tokens.touches(j)):
        return True
    in_month = tokens.at(month - 1) == "in" and word != "," and year_at(tokens, j) is None
    return in_month and word.isalpha() and word not in w.PREPOSITIONS


_BEFORE_MONTH = word_set("in by until till since from to of through before after for during between and -")
_BEFORE_SHORT = word_set("in by until since early late mid -")
_BEFORE_PERSON = word_set("for of and to from by after")


def _month_alone(tokens: Tokens, i: int) -> bool:
    """Whether a month's name without a number is a month, and not a verb, a modal or a person."""
    word, before = tokens.at(i), tokens.at(i - 1)
    if word in w.SHORT_MONTHS and word != "may":
        return before in _BEFORE_SHORT and not tokens.capital(i + 1)
    if word not in w.NAMES:
        return True
    governed = before in w.RELATIONS or before in w.EDGES or before in _BEFORE_MONTH
    if tokens.raw(i) == "MAY" or (tokens.capital(i + 1) and before in _BEFORE_PERSON):
        return governed and before not in _BEFORE_PERSON
    after = tokens.at(i + 1)
    noun = (
        after.isalpha()
        and after not in w.PREPOSITIONS
        and after not in w.SAY
        and after not in w.PRESENT
        and word != "may"
    )
    heads = i == 0 and (after in ("-", ":") or (noun and not tokens.capital(i + 1)))
    return governed or heads or before in w.DETERMINERS or before == "'s"


_NUMERIC_CUES = word_set("on from until till by to through since before after starting beginning effective of not than")


def numeric(tokens: Tokens, i: int) -> Shape | None:
    """ "2025-11-10", "10.11.2025", "11/10/2025", and "11/10" behind a preposition. Which is the month stays open."""
    parts, last = _parts(tokens, i)
    if len(parts) < 2 or (tokens.touches(last) and tokens.at(last) in ("/", "-", "%")):
        return None
    if len(parts) == 3 and 1900 <= parts[0] <= 2100:
        valid = 1 <= parts[1] <= 12 and 1 <= parts[2] <= 31
        return Shape(i, last, Kind.ABSOLUTE, parts[0], parts[1], parts[2]) if valid else None
    first, second = parts[0], parts[1]
    if not (1 <= min(first, second) <= 12 and max(first, second) <= 31):
        return None
    year = parts[2] if len(parts) == 3 else None
    if year is None and not _behind_cue(tokens, i, last):
        return None
    if year is not None:
        year += 2000 if year < 100 else 0
        if not 1900 <= year <= 2100:
            return None
    if "." in tokens.at(i) or first > 12:
        return Shape(i, last, Kind.ABSOLUTE, year, second, first) if second <= 12 else None
    name = "" if second > 12 or first == second else "either"
    return Shape(i, last, Kind.ABSOLUTE, year, first, second, name=name)


def _parts(tokens: Tokens, i: int) -> tuple[list[int], int]:
    """The numbers of a numeric date and the token behind it; none where the signs do not fit."""
    word, sign = tokens.at(i), tokens.at(i + 1)
    if word.count(".") == 2:
        found, last = [whole(part) for part in word.split(".")], i + 1
    elif sign in ("-", "/") and tokens.touches(i + 1) and tokens.touches(i + 2):
        found, last = [whole(word), whole(tokens.at(i + 2))], i + 3
        if tokens.at(i + 3) == sign and tokens.touches(i + 3) and tokens.touches(i + 4):
            found, last = [*found, whole(tokens.at(i + 4))], i + 5
        elif sign == "-":
            return [], i
    else:
        return [], i
    numbers = [part for part in found if part is not None]
    return (numbers, last) if len(numbers) == len(found) else ([], i)


def _behind_cue(tokens: Tokens, i: int, last: int) -> bool:
    """Whether "11/10" stands where a date stands, and is no fraction or score."""
    at = i - 2 if tokens.at(i - 1) in ("about", "around", "only") else i - 1
    return (
        tokens.at(at) in _NUMERIC_CUES
        and len(tokens.at(i)) <= 2
        and tokens.at(last) not in ("of", "majority", "vote", "votes")
    )


_YEAR_CUES = word_set(
    "in of since by until till through during from before after for early late mid to and spring summer autumn "
    "winter year "
    "years between"
)


def bare_year(tokens: Tokens, i: int) -> Shape | None:
    """A year behind a preposition: "in 2019", "through 2029". A season ("2025/26") is a period without a date."""
    if season_years(tokens, i):
        return Shape(i, i + 3, Kind.NAMED, name="marketing year")
    year = year_at(tokens, i)
    if year is None or tokens.at(i + 1) in _COUNTED - {":"}:
        return None
    if tokens.touches(i + 1) and (tokens.at(i + 1).isalnum() or tokens.at(i + 1) in ("%", "/")):
        return None
    before = tokens.at(i - 2) if tokens.at(i - 1) == "-" else tokens.at(i - 1)
    if before in ("and", "to") and year_at(tokens, i - 2) is None:
        return None
    return Shape(i, i + 1, Kind.ABSOLUTE, year) if before in _YEAR_CUES else None


_BEFORE_DAY = word_set("on by until from since next last")


def weekday(tokens: Tokens, i: int) -> Shape | None:
    """ "Thursday", "Wednesday the 25th of February", "Saturday 1 November", "Mon 3", "Monday of next week"."""
    word = tokens.at(i)
    number, short = w.WEEKDAYS[word], word in w.SHORT_DAYS
    j = i + 2 if short and tokens.at(i + 1) == "." else i + 1
    k = j + (tokens.at(j) in w.DAYPARTS)
    k += tokens.at(k) == ","
    k += tokens.at(k) == "the"
    full = month_first(tokens, k) if tokens.at(k) in w.MONTHS else day_first(tokens, k)
    if full and full.day:
        return full._replace(first=i, weekday=number)
    day = day_at(tokens, k)
    marked = tokens.at(k + 1) in w.SUFFIXES or tokens.at(k - 1) == "the" or (short and tokens.at(k).isdecimal())
    if day and marked and tokens.at(k - 1) != ",":
        return Shape(i, day[1], Kind.WEEKDAY, weekday=number, day=day[0])
    if short and not (tokens.capital(i) and tokens.at(i - 1) in _BEFORE_DAY):
        return None
    if tokens.at(j) == "week" and not _noun_at(tokens, j + 1):
        return Shape(i, j + 1, Kind.WEEKDAY, weekday=number, relation="week")  # "Monday week"
    j += tokens.at(j) == "of"
    if tokens.at(j) in ("next", "last", "this") and tokens.at(j + 1) == "week":
        return Shape(i, j + 2, Kind.WEEKDAY, weekday=number, relation=f"{tokens.at(j)} week")
    return Shape(i, i + 1, Kind.WEEKDAY, weekday=number)


def month_day(tokens: Tokens, i: int) -> Shape | None:
    """ "on the 15th", "by the 8th": a day without its month."""
    day = day_at(tokens, i)
    if (
        day is None
        or tokens.at(i + 1) not in w.SUFFIXES
        or tokens.at(i - 1) != "the"
        or tokens.at(i - 2) not in _BEFORE_DAY
    ):
        return None
    return (
        None
        if tokens.at(day[1]).isalpha() and tokens.at(day[1]) not in w.PREPOSITIONS
        else Shape(i, day[1], Kind.ABSOLUTE, day=day[0])
    )


def nth_weekday(tokens: Tokens, i: int, j: int, nth: int) -> Shape | None:
    """ "the last Saturday of June 2019": the weekday stands at `j`."""
    month = month_at(tokens, j + 2) if tokens.at(j + 1) in ("of", "in") else None
    if month is None:
        return None
    year, relation, last = with_year(tokens, month[1], comma=False)
    number = w.FULL_DAYS[tokens.at(j)]
    return Shape(i, last, Kind.ABSOLUTE, year, month[0], weekday=number, relation=relation, name=f"nth:{nth}")
