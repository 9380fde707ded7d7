"""Which dates and amounts of a sentence belong to which of its pairs, and what value a pair's amounts come to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from rules.claims import Claim, Reading
from rules.dates import Role, TimeExpression, find_dates
from rules.frames import Mode
from rules.grammar import GOVERNORS, Op, Stance
from rules.model import PartialDate, Value
from rules.pairs import ROW_SETS
from rules.text import Token, fold
from rules.triggers import Pair
from rules.values import Amount, change_of, find_amounts, soybean_tonnes
from rules.words import AUXILIARY, MODAL_FUTURE

RATE_OPS = frozenset({Op.SET, Op.RAISE, Op.LOWER})
_LEGAL_SWAP = ("inserting", "substituting", "substituted", "replaced by")
_LEGAL_OLD = ("striking", "deleting", "the words", "the amount", "the date", "the figure", '"')
_SPACED = re.compile(r"(?<![\d.,])(\d{1,3})[ \u00a0\u202f](\d{3})(?=[ \u00a0\u202f]\d{3}\b|\b)(?![.,]?\d)")
_PARTICIPLES = frozenset("made set fixed held taken brought put drawn laid".split())
_JOINING = frozenset(["and", "but", "while", "whereas"])
_YEARLY = (" a year", " per year", " each year", " every year", " annually", " yearly", " in each of")


@lru_cache(maxsize=64)
def dates_in(raw: str, published: datetime, named: PartialDate | None = None) -> tuple[TimeExpression, ...]:
    """The dates of a sentence, before which `named` was named last. Of a legal amendment those of the new words."""
    old, new = _struck(raw)
    return tuple(when for when in find_dates(raw, published, named=named) if not old < when.start < new)


@lru_cache(maxsize=64)
def amounts_in(raw: str) -> tuple[Amount, ...]:
    """The amounts of a sentence. In a legal amendment only those of the new words."""
    old, new = _struck(raw)
    grouped = _SPACED.sub(r"\1,\2", raw)  # "350 000 tonnes", in the same length
    return tuple(amount for amount in find_amounts(grouped) if not old < amount.start < new)


def _struck(raw: str) -> tuple[int, int]:
    """Between which characters the old words of a legal amendment stand; nowhere in any other sentence."""
    folded = fold(raw)
    new = max(folded.find(word) for word in _LEGAL_SWAP)
    if new < 0:
        return new, new
    return min((at for word in _LEGAL_OLD if 0 <= (at := folded.find(word)) < new), default=new), new


def dates_of(pair: Pair, reading: Reading) -> list[TimeExpression]:
    """The dates that belong to a pair: those nearer to its trigger than to any other's."""
    owned = reading.owned
    if not owned:
        for when in reading.dates:
            owned.setdefault(_owner(when, reading).index, []).append(when)
    return [
        when
        for when in owned.get(pair.index, ())
        if not _in_the_next_clause(when, pair, reading.tokens) and not _describes(when, pair, reading.tokens)
    ]


def _describes(when: TimeExpression, pair: Pair, tokens: Sequence[Token]) -> bool:
    """Whether a date dates a participle between a noun and its verb: "the notices made public on 9 October are paused".

    Only where that verb has an auxiliary: "the rules suspended until June" tells it by the participle.
    """
    if (
        pair.reduced
        or pair.mention.anaphor
        or pair.frame.start == pair.index
        or not pair.mention.head < pair.frame.start
    ):
        return False
    inside = [token for token in tokens[pair.mention.head + 1 : pair.frame.start] if token.end <= when.start]
    behind = when.end <= tokens[pair.frame.start].start
    return behind and any(
        _is_participle(token.low) and before.low not in AUXILIARY
        for before, token in pairwise([tokens[pair.mention.head], *inside])
    )


def _is_participle(word: str) -> bool:
    return word in _PARTICIPLES or (word.endswith("ed") and len(word) > 4)


def _in_the_next_clause(when: TimeExpression, pair: Pair, tokens: Sequence[Token]) -> bool:
    """Whether a clause with a subject of its own begins between a verb and a date: "…, and Brazil has threatened"."""
    between = [token.low for token in tokens[pair.end :] if token.end <= when.start]
    opens = next((k for k in range(1, len(between)) if between[k - 1] == "," and between[k] in _JOINING), None)
    if opens is None or between[opens + 1 : opens + 2] == [] or between[opens + 1] in AUXILIARY | MODAL_FUTURE:
        return False
    return not (AUXILIARY | MODAL_FUTURE).isdisjoint(between[opens + 2 :])


def _owner(when: TimeExpression, reading: Reading) -> Pair:
    """The pair nearest to a date; of a date that opens the sentence, the main verb's."""
    tokens, everyone = reading.tokens, list(reading.pairs)
    if when.end < min(tokens[min(p.index, p.mention.start)].start for p in everyone):
        main = [p for p in everyone if not p.reduced and p.frame.mode is not Mode.BACKGROUND]
        return (main or everyone)[0]
    told = [
        p
        for p in everyone
        if not ((p.reduced or _inserted(tokens, p)) and _comma(tokens, p, when))
        and not (p.trigger.op is Op.ANNOUNCE and (when.end <= tokens[p.index].start or when.role is Role.UNTIL))
    ]
    return min(told or everyone, key=lambda p: _distance(tokens[p.index].start, tokens[p.end - 1].end, when))


def _inserted(tokens: Sequence[Token], pair: Pair) -> bool:
    """ ", due to start tomorrow, "."""
    governor = pair.frame.governor
    return (
        governor is not None and GOVERNORS.get(tokens[governor].low) is Stance.DUE and tokens[governor - 1].low == ","
    )


def _comma(tokens: Sequence[Token], pair: Pair, when: TimeExpression) -> bool:
    """Whether a comma closes what a participle describes before a date comes: "the duty charged on …, as of Monday"."""
    return any(token.low == "," for token in tokens[pair.end :] if token.end <= when.start)


def _distance(start: int, end: int, when: TimeExpression) -> int:
    """Characters between a trigger and a date; a date before it counts double, since English puts dates behind."""
    if when.start >= end:
        return when.start - end
    return 2 * (start - when.end) if when.end <= start else 0


def in_relative(when: TimeExpression, pair: Pair, tokens: Sequence[Token]) -> bool:
    """Whether a relative clause begins between a trigger and a date: "rules that it issued three weeks ago"."""
    if when.end <= tokens[pair.index].start:  # "the accord that was sketched two weeks ago is dead"
        inside = [token for token in tokens[pair.mention.head : pair.index] if token.end <= when.start]
        return any(token.low in ("that", "which", "who") for token in inside) and not any(t.low == "," for t in inside)
    return any(
        token.low in ("that", "which", "who")
        and token.end <= when.start
        and before.low not in ("of", "in", "on", "at", "by", "for")
        for before, token in pairwise(tokens[pair.end - 1 :])
    )


def value_of(pair: Pair, reading: Reading, units: Sequence[str], claim: Claim) -> Value | None:
    """The new value, by unit. What it was before, or is not, is no value.

    What has to be reckoned from the record ("halved") is left in `claim.change`.
    """
    if not units:
        return None
    if pair.trigger is ROW_SETS and reading.sight.row:
        amount = reading.sight.row.amount
        unit = units[0] if amount.unit == "number" else amount.unit
        return {unit: amount.number} if unit in units else None
    low, high = _clause(pair, reading)
    raw = reading.sentence.raw[low:high]
    mine = [_shifted(a, low) for a in amounts_in(reading.sentence.raw) if low <= a.start and a.end <= high]
    if "percent" in units:
        return _rate(pair, claim, raw, mine, reading.tokens[pair.index].start - low)
    found = _quantities(raw, mine, units)
    if pair.trigger.op in (Op.RAISE, Op.LOWER):
        change = change_of([], raw)
        if found is None:
            claim.change = change  # "halved its transit fee"
        elif change.factor is not None and len(found) == 1 and any(_is_old(raw, a) for a in mine):
            return {unit: change.factor * number for unit, number in found.items()}
    return found


def _is_old(raw: str, amount: Amount) -> bool:
    """ "Halved the levy, 20 euros a tonne until then", "halved the levy of 20 euros": what it was before."""
    before, behind = fold(raw[: amount.start]).rstrip(), fold(raw[amount.end :])
    return before.endswith((" of", " from")) or any(word in behind[:24] for word in ("until then", "until now"))


def _clause(pair: Pair, reading: Reading) -> tuple[int, int]:
    """Where the words of a pair begin and end in the sentence: up to the next trigger on something else."""
    tokens = reading.tokens
    low = tokens[min(pair.frame.top, pair.mention.start, pair.index)].start
    later = [p for p in reading.pairs if p.index > pair.index and p.mention.head != pair.mention.head]
    starts = [min(p.frame.top, p.mention.start) for p in later if p.mention.start > pair.mention.head]
    first = min(starts, default=len(tokens))
    high = tokens[first].start if pair.index < first < len(tokens) else len(reading.sentence.raw)
    return low, max(high, tokens[pair.end - 1].end)


def _shifted(amount: Amount, by: int) -> Amount:
    return amount._replace(start=amount.start - by, end=amount.end - by)


def _rate(pair: Pair, claim: Claim, raw: str, amounts: Sequence[Amount], at: int) -> Value | None:
    """The rate that a clause comes to; its verb stands at `at`."""
    op = pair.trigger.op
    percents = [a for a in amounts if a.unit in ("percent", "points", "number", "times")]
    behind = [a for a in percents if a.start > at]
    told = any(a.unit != "number" for a in behind)
    if told and op in RATE_OPS:
        raw, percents = raw[at:], [_shifted(a, at) for a in behind]
    change = claim.change = change_of(percents, raw)
    if op in (Op.RAISE, Op.LOWER) and not told and percents and change.target is not None:
        alone = change_of([], raw)  # what stands before the verb is the rate that it changes
        moves = alone.points is not None or alone.factor is not None
        new = alone.applied(change.target.number) if moves else None
        return {"percent": new} if new is not None else None
    if op is Op.SET and change.new is not None and change.old is not None:
        claim.negated = False  # "will not be 100 but 155"
    return {"percent": change.new} if change.new is not None and change.unit != "points" else None


def _quantities(raw: str, amounts: Sequence[Amount], units: Sequence[str]) -> Value | None:
    out: dict[str, float] = {}
    for place, amount in enumerate(amounts):
        number, unit = amount.number, amount.unit
        if unit == "bushels":
            number, unit = soybean_tonnes(number), "tonnes"
        after = amounts[place + 1].start if place + 1 < len(amounts) else len(raw)
        yearly = amount.per == "year" or (amount.per is None and _yearly(raw[amount.end : after]))
        if yearly and f"{unit}_per_year" in units:
            unit += "_per_year"
        if unit in units and not amount.range and not amount.ruled_out:
            out.setdefault(unit, number)
    return out or None


def _yearly(behind: str) -> bool:
    """Whether "a year" follows an amount with only the goods between."""
    near = fold(behind[:60]).replace("\n", " ").split(",")[0]
    return any(words in near for words in _YEARLY)
