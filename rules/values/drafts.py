"""The numbers of a sentence that are amounts: with a unit of their own, with one shared by a neighbour, and ranges."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from rules.dates.words import MONTHS
from rules.scan import NUMERALS, SCALES, Tokens, digits, number, word_set
from rules.values.units import BEFORE, currency_before, rate, unit_at


@dataclass(slots=True)
class Draft:
    """A number on its way to an amount; tokens [first, last). `unit` is empty until it is known."""

    first: int
    last: int
    number: float
    scale: float
    """What "million" or the unit multiplied the written number by."""
    unit: str = ""
    per: str | None = None
    shared: bool = False
    """The unit was taken from a neighbour."""
    high: float | None = None


_NAMED_BY_NUMBER = word_set("rule rules test threshold ownership owned stake")
"""Behind a percentage: it names the thing, and is no amount of anything ("the 50% rule")."""


_BEGINS = NUMERALS | BEFORE
"""The words that an amount can begin with; else it is a digit."""


def drafts(tokens: Tokens) -> list[Draft]:
    """The amounts of a text in order, ranges merged."""
    out: list[Draft] = []
    free = 0
    for i, word in enumerate(tokens.words):
        if i < free or not (word[0].isdecimal() or word in _BEGINS):
            continue
        draft = _draft(tokens, i)
        if draft:
            free = draft.last
            if draft.unit != "none":
                out.append(draft)
    _share(tokens, out)
    return _ranges(tokens, [draft for draft in out if draft.unit])


def _draft(tokens: Tokens, i: int) -> Draft | None:
    """The number at `i` with its unit; unit "none" where it is a number, but no amount."""
    money = currency_before(tokens, i)
    at = money[1] if money else i
    found = number(tokens, at)
    if found is None:
        return None
    value, j = found
    base = digits(tokens.at(at))
    scale = value / base if base else _spelled_scale(tokens, at, j)
    if money:
        unit, per, j = rate(tokens, money[0], j)
        return Draft(i, j, value, scale, unit, per)
    own = unit_at(tokens, j, value)
    if own is None:
        return Draft(i, j, value, scale, "" if _bare(tokens, i, j) else "none")
    name, times, j = own
    if name == "percent" and tokens.at(j + (tokens.at(j) == "-")) in _NAMED_BY_NUMBER:
        return Draft(i, j, value, scale, "none")
    unit, per, j = rate(tokens, name, j)
    return Draft(i, j, value * times, scale * times, unit, per)


def _spelled_scale(tokens: Tokens, i: int, j: int) -> float:
    scale = 1.0
    for word in tokens.words[i + 1 : j]:
        scale *= SCALES.get(word, 1.0)
    return scale


_LABELS = word_set(": / # no section article chapter list heading announcement sec column phase paragraph day")
_AFTER_BARE = word_set(
    "on in for from to as if by and or after before until when under with but than not instead rather at this "
    "next last now first "
    "previously planned threatened earlier originally announced today tomorrow starting effective because "
    "should unless while which "
    "that is was will would he she it they said says currently"
)
_CLOSERS = word_set('. , ; : ) " ! ? - %') | {"", "\n", "'"}


def _bare(tokens: Tokens, i: int, j: int) -> bool:
    """Whether a number without a unit may be an amount at all, and is no date, time, count, score or label."""
    before, after = tokens.at(i - 1), tokens.at(j)
    if before in _LABELS or tokens.seq(i - 2, "no", ".") or after in ("/", "am", "pm", "o'clock"):
        return False
    if (after in (":", ".") and tokens.touches(j) and tokens.touches(j + 1)) or tokens.at(i) == "one":
        return False
    months = (before, tokens.at(i - 2) if before == "." else "", after, tokens.at(j + 1))
    if any(word in MONTHS for word in months) or (after in ("st", "nd", "rd", "th") and tokens.touches(j)):
        return False
    word = tokens.at(i)
    if len(word) == 4 and word.isdecimal() and 1900 <= int(word) <= 2100:
        return False
    if before == "-" and tokens.touches(i) and tokens.touches(i - 1) and not tokens.at(i - 2).isdecimal():
        return False
    return after in _AFTER_BARE or after in _CLOSERS


_LINKS = word_set(
    "to from and or not but instead of rather than down up , - the at only as against versus previously about "
    "around nearly"
)
_STRONG = word_set("not instead rather from")
_LISTS = (["and"], ["or"], [","])
_BEFORE_OTHER = word_set("from at the of than not to")


def _share(tokens: Tokens, out: list[Draft]) -> None:
    """Give bare numbers the unit of the amount that they are contrasted, listed or paired with."""
    for left, right in itertools.pairwise(out):
        if left.unit and not right.unit and _linked(tokens, left, right):
            _take(right, left, before=False)
    for left, right in reversed(list(itertools.pairwise(out))):
        if right.unit and not left.unit and _linked(tokens, left, right):
            _take(left, right, before=True)
    stepped = any(draft.unit == "points" for draft in out)
    for n, draft in enumerate(out):
        other = out[n + 1] if n + 1 < len(out) else None
        if not draft.unit and other and not other.unit and _contrasted(tokens, draft, other):
            draft.unit = other.unit = "number"
        elif not draft.unit and _expected(tokens, draft, stepped=stepped):
            draft.unit = "number"


def _take(draft: Draft, other: Draft, *, before: bool) -> None:
    """Give a bare number its neighbour's unit, and its "million", where the number can bear it."""
    if before and other.scale >= 1e3 > draft.number and draft.scale == 1:
        draft.number, draft.scale = draft.number * other.scale, other.scale
    if (other.unit == "points" and not before) or (other.unit == "percent" and draft.number > 1000):
        return
    draft.unit, draft.shared = other.unit, True


def _linked(tokens: Tokens, left: Draft, right: Draft) -> bool:
    """Whether only words of contrast, of a list or of a change stand between two numbers."""
    gap = tokens.words[left.last : right.first]
    if not gap or len(gap) > 12 or {";", ".", "\n", "?", "!"} & set(gap):
        return False
    if all(word in _LINKS for word in gap):
        return (
            gap == ["and"]
            or (not left.unit and gap in _LISTS)
            or not set(gap) <= {",", "and", "or", "at", "down", "up"}
        )
    contrast = bool(_STRONG & set(gap)) and (gap[-1] in _BEFORE_OTHER or len(gap) <= 3)
    return contrast and not right.unit


_CONTRASTS = {", not", "and not", "not", "instead of", "rather than", ", and not", ", down from", "from", "to", "but"}


def _contrasted(tokens: Tokens, left: Draft, right: Draft) -> bool:
    """ "60, not 100", "140 instead of 100", "from 57 to 47": two bare numbers that can only be amounts."""
    gap, before = " ".join(tokens.words[left.last : right.first]), tokens.at(left.first - 1)
    if gap not in _CONTRASTS or max(left.number, right.number) > 1000:
        return False
    return (gap != "but" or before == "not") and (gap != "to" or before == "from")


def _expected(tokens: Tokens, draft: Draft, *, stepped: bool) -> bool:
    """ "is now set at 40", "will be 60", "goes to 41", "cut to zero"; "ten points lower, at 37" where a step is
    told."""
    before, word = tokens.at(draft.first - 1), tokens.at(draft.first)
    if before not in ("at", "to", "be") or draft.number > 1000 or not (word[0].isdecimal() or word in ("zero", "nil")):
        return False
    return before != "at" or stepped or tokens.at(draft.first - 2) not in ("", ",", ".", '"')


def _ranges(tokens: Tokens, out: list[Draft]) -> list[Draft]:
    """Merge "10 to 15 percent", "10-15%", "between 10% and 15%". "57% to 47%" and "from A to B" are changes: they
    stay two."""
    merged: list[Draft] = []
    for draft in out:
        last = merged[-1] if merged else None
        if last and last.high is None and last.number < draft.number and _spans(tokens, last, draft):
            merged[-1] = replace(last, last=draft.last, high=draft.number, unit=draft.unit, per=draft.per)
        else:
            merged.append(draft)
    return merged


def _spans(tokens: Tokens, left: Draft, right: Draft) -> bool:
    """Whether two amounts in one unit ("$330 to $352 a kilogram" included) are the ends of a range."""
    if left.unit != right.unit and not right.unit.startswith(f"{left.unit}_per_"):
        return False
    gap = " ".join(word for word in tokens.words[left.last : right.first] if word not in ("about", "perhaps"))
    before = tokens.words[max(0, left.first - 3) : left.first]
    if gap == "and":
        return before[-1:] == ["between"]
    apart = "from" in before or (before[-1:] == ["by"] and not left.shared)
    return (gap in ("-", "to") or (gap == "or" and left.shared)) and not apart
