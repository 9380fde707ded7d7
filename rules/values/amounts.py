"""Find the amounts of a sentence: numbers with a unit, numbers that share a unit with a neighbour, and ranges."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.dates.words import MONTHS
from rules.scan import SCALES, Tokens, digits, number, word_set
from rules.values.model import Amount
from rules.values.units import SYMBOLS, currency_before, rate, recurring, unit_at


@dataclass(slots=True)
class Draft:
    """A number on its way to an amount; tokens [first, last). `unit` is empty until it is known."""

    first: int
    last: int
    number: float
    scale: float
    unit: str = ""
    per: str | None = None
    shared: bool = False
    """The unit was taken from a neighbour."""
    high: float | None = None


_NAMED_BY_NUMBER = word_set("rule rules test threshold ownership owned stake")
"""Behind a percentage: it names the thing, and is no amount of anything ("the 50% rule")."""


def drafts(tokens: Tokens) -> list[Draft]:
    """Every number that could be an amount, in order."""
    out: list[Draft] = []
    i = 0
    while i < len(tokens):
        draft = _draft(tokens, i)
        if draft is None:
            i += 1
            continue
        i = draft.last
        if draft.unit != "skip":
            out.append(draft)
    _share(tokens, out)
    return _ranges(tokens, [draft for draft in out if draft.unit])


def _draft(tokens: Tokens, i: int) -> Draft | None:
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
    unit_found = unit_at(tokens, j, value)
    if unit_found is None:
        plain = base is not None or j > i
        return (
            Draft(i, j, value, scale)
            if plain and _bare(tokens, i, j)
            else Draft(i, max(j, i + 1), value, scale, "skip")
        )
    name, times, j = unit_found
    if name == "percent" and (
        tokens.at(j) in _NAMED_BY_NUMBER or (tokens.at(j) == "-" and tokens.at(j + 1) in _NAMED_BY_NUMBER)
    ):
        return Draft(i, j, value, scale, "skip")
    unit, per, j = rate(tokens, name, j)
    return Draft(i, j, value * times, scale * times, unit, per)


def _spelled_scale(tokens: Tokens, i: int, j: int) -> float:
    scale = 1.0
    for word in tokens.words[i + 1 : j]:
        scale *= SCALES.get(word, 1.0)
    return scale


_AFTER_BARE = word_set(
    "on in for from to as if by and or after before until when under with but than not instead rather at this next last now first previously "
    "planned threatened earlier originally announced today tomorrow starting effective because should unless while which that is was will would "
    "he she it they said says currently"
)
_CLOSERS = word_set('. , ; : ) " ! ? -') | {"", "\n", "'"}


def _bare(tokens: Tokens, i: int, j: int) -> bool:
    """Whether a number without a unit may be an amount at all, and no date, time, count, score or label."""
    before, after = tokens.at(i - 1), tokens.at(j)
    if before in (
        ":",
        "/",
        "#",
        "no",
        "section",
        "article",
        "chapter",
        "list",
        "heading",
        "announcement",
        "$",
    ) or tokens.seq(i - 2, "no", "."):
        return False
    if (
        after in (":", "/")
        or tokens.at(j) in ("am", "pm", "o'clock")
        or (after == "." and tokens.touches(j) and tokens.touches(j + 1))
    ):
        return False
    if (
        before in MONTHS
        or (before == "." and tokens.at(i - 2) in MONTHS)
        or after in MONTHS
        or tokens.at(j + 1) in MONTHS
    ):
        return False
    if after in ("st", "nd", "rd", "th") and tokens.touches(j):
        return False
    word = tokens.at(i)
    if len(word) == 4 and word.isdecimal() and 1900 <= int(word) <= 2100:
        return False
    dash = before == "-" and tokens.touches(i) and tokens.touches(i - 1)
    if dash and not tokens.at(i - 2).isdecimal() or word == "one":
        return False
    return after in _AFTER_BARE or after in _CLOSERS


_LINKS = word_set(
    "to from and or not but instead of rather than down up , - the at only as against versus previously now now. about around nearly"
)
_STRONG = word_set("not instead rather from")


def _share(tokens: Tokens, out: list[Draft]) -> None:
    """Give bare numbers the unit of the amount that they are contrasted, listed or paired with."""
    for step in (1, -1):
        order = range(len(out)) if step > 0 else range(len(out) - 1, -1, -1)
        for n in order:
            m = n - step
            if out[n].unit or not 0 <= m < len(out) or not out[m].unit:
                continue
            left, right = (out[m], out[n]) if step > 0 else (out[n], out[m])
            if _linked(tokens, left, right):
                _take(out[n], out[m], left is out[n])
    for n, draft in enumerate(out):
        if not draft.unit:
            other = out[n + 1] if n + 1 < len(out) else None
            if other and not other.unit and _contrasted(tokens, draft, other):
                draft.unit = other.unit = "number"
            elif _expected(tokens, draft):
                draft.unit = "number"


def _take(draft: Draft, other: Draft, before: bool) -> None:
    draft.unit, draft.shared = other.unit, True
    if before and other.scale >= 1e3 > draft.number and draft.scale == 1:
        draft.number *= other.scale


def _linked(tokens: Tokens, left: Draft, right: Draft) -> bool:
    gap = tokens.words[left.last : right.first]
    if not gap or len(gap) > 12 or any(word in (";", ".", "\n", "?", "!") for word in gap):
        return False
    if all(word in _LINKS for word in gap):
        return (
            not set(gap) <= {",", "and", "or", "at"}
            or (left.unit == "" and gap in (["and"], ["or"], [","]))
            or gap == ["and"]
        )
    return (
        bool(_STRONG & set(gap))
        and (gap[-1] in ("from", "at", "the", "of", "than", "not", "to") or len(gap) <= 3)
        and right.unit == ""
    )


def _contrasted(tokens: Tokens, left: Draft, right: Draft) -> bool:
    """ "60, not 100", "140 instead of 100", "from 57 to 47": two bare numbers that can only be amounts."""
    gap = tuple(tokens.words[left.last : right.first])
    if gap in (
        (",", "not"),
        ("and", "not"),
        ("not",),
        ("instead", "of"),
        ("rather", "than"),
        ("but",),
        (",", "and", "not"),
        (",", "down", "from"),
        ("from",),
    ):
        return gap != ("but",) or tokens.at(left.first - 1) == "not"
    return gap == ("to",) and tokens.at(left.first - 1) == "from"


_EXPECTING = word_set("at to be")


def _expected(tokens: Tokens, draft: Draft) -> bool:
    """ "is now set at 40", "will be 60", "goes to 41"."""
    before = tokens.at(draft.first - 1)
    if (
        before not in _EXPECTING
        or draft.number > 1000
        or draft.number != draft.number // 0.01 * 0.01
        and draft.number > 100
    ):
        return False
    return before != "at" or tokens.at(draft.first - 2) not in ("", ",", ".", '"')


def _ranges(tokens: Tokens, out: list[Draft]) -> list[Draft]:
    """Merge "10 to 15 percent", "10-15%", "between 10% and 15%"; "57% to 47%" and "from A to B" are changes, and stay two."""
    merged: list[Draft] = []
    for draft in out:
        last = merged[-1] if merged else None
        if (
            last
            and last.unit == draft.unit
            and last.high is None
            and last.number < draft.number
            and _spans(tokens, last, draft)
        ):
            merged[-1] = replace(last, last=draft.last, high=draft.number, per=draft.per)
        else:
            merged.append(draft)
    return merged


def _spans(tokens: Tokens, left: Draft, right: Draft) -> bool:
    gap = tuple(word for word in tokens.words[left.last : right.first] if word not in ("about", "perhaps"))
    before = tokens.at(left.first - 1)
    if gap == ("and",):
        return before == "between"
    return gap in (("-",), ("to",), ("or",)) and before != "from" and (gap != ("or",) or left.shared)


_BOUNDS: dict[tuple[str, ...], str] = {
    ("at", "least"): "at least", ("no", "less", "than"): "at least", ("not", "less", "than"): "at least", ("a", "minimum", "of"): "at least",
    ("nothing", "below"): "at least", ("at", "most"): "at most", ("no", "more", "than"): "at most", ("not", "more", "than"): "at most",
    ("a", "maximum", "of"): "at most", ("up", "to"): "up to", ("as", "much", "as"): "up to", ("as", "many", "as"): "up to",
    ("as", "high", "as"): "up to", ("as", "low", "as"): "at least", ("more", "than"): "more than", ("less", "than"): "less than",
    ("fewer", "than"): "less than", ("just", "over"): "more than", ("well", "over"): "more than", ("just", "under"): "less than",
    ("over",): "more than", ("above",): "more than", ("exceeding",): "more than", ("exceeds",): "more than", ("exceed",): "more than",
    ("under",): "less than", ("below",): "less than", ("nearly",): "nearly", ("almost",): "nearly", ("about",): "about", ("around",): "about",
    ("roughly",): "about", ("approximately",): "about", ("some",): "about", ("close", "to"): "about", ("perhaps",): "about", ("barely",): "nearly",
    ("~",): "about", ("only",): "", ("just",): "", ("merely",): "", ("the",): "", ("a",): "", ("its",): "", ("current",): "", ("even",): "",
    ("further",): "", ("another",): "", ("additional",): "", ("extra",): "", ("an",): "", ("first",): "", ("(",): "", ("level",): "",
}  # fmt: skip
_BY_LAST: dict[str, list[tuple[str, ...]]] = {}
for _words in sorted(_BOUNDS, key=len, reverse=True):
    _BY_LAST.setdefault(_words[-1], []).append(_words)
_ROLES = {
    "to": "to",
    "from": "from",
    "by": "by",
    "at": "at",
    "above": "above",
    "over": "above",
    "exceeding": "above",
    "below": "below",
    "under": "below",
}
_RISING = word_set(
    "go goes going gone went move moved moves bumped bump jacked taken take brought raised pushed ratchet ratcheted climb climbs climbed"
)


def amount(tokens: Tokens, draft: Draft) -> Amount:
    """The amount of a draft, with what the words to its left say of it."""
    k, bound, further, role = draft.first - 1, None, False, "bare"
    for _ in range(5):
        words = _bounding(tokens, k)
        if words is None:
            break
        if words == ("up", "to") and tokens.at(k - 2) in _RISING:
            break
        if words == ("a",) and tokens.at(k - 1) in ("per",):
            break
        bound = bound or _BOUNDS[words] or None
        role = _ROLES.get(words[0], role) if len(words) == 1 else role
        further = further or words[0] in ("further", "another", "additional", "extra")
        k -= len(words)
    role = _ROLES.get(tokens.at(k), role)
    per = draft.per or recurring(tokens, draft.first, draft.last)
    start, end = tokens.starts[draft.first], tokens.ends[draft.last - 1]
    out = _ruled_out(tokens, k)
    return Amount(
        start, end, tokens.text[start:end], draft.number, draft.unit, per, role, bound, draft.high, out, further
    )


def _bounding(tokens: Tokens, k: int) -> tuple[str, ...] | None:
    for words in _BY_LAST.get(tokens.at(k), ()):
        first = k - len(words) + 1
        if first >= 0 and tuple(tokens.words[first : k + 1]) == words:
            return words
    return None


def _ruled_out(tokens: Tokens, k: int) -> bool:
    """Whether the words that end at `k` set the amount aside: "not", "rather than", "instead of", "and not …, at"."""
    k -= tokens.at(k) in ("to", "at", "by", "from")
    while tokens.at(k) in ("(", "the", ","):
        k -= 1
    if tokens.at(k) == "not" or tokens.seq(k - 1, "rather", "than") or tokens.seq(k - 1, "instead", "of"):
        return True
    left = tokens.words[max(0, k - 9) : k + 1]
    return tokens.at(k + 1) == "," and "," in left and "not" in left and left[left.index(",") - 1] == "not"


def money(unit: str) -> bool:
    """Whether a unit is a currency."""
    return unit in SYMBOLS.values() or unit in ("chf", "jpy", "brl", "other")
