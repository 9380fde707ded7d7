"""What a clause says becomes of an amount: new and old value, the difference, the factor."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from rules.scan import Tokens, tokens_of, word_set
from rules.values.model import Amount, Change

_DOWN = word_set(
    "cut cuts cutting lower lowers lowered lowering reduce reduces reduced reducing reduction trim trims "
    "trimmed trimming pare pared pares shave shaves "
    "shaved shaving slash slashes slashed ease eases eased easing fall falls fell falling drop drops dropped "
    "dropping down decrease decreases decreased "
    "shed sheds less removed remove removes removing off halve halves halved halving halved decline declines rolled "
    "knock knocked"
)
_UP = word_set(
    "raise raises raised raising hike hikes hiked hiking increase increases increased increasing lift lifts "
    "lifted lifting rise rises rose rising risen "
    "add adds added adding up bump bumps bumped climb climbs climbed higher jack jacked ratchet ratcheted more "
    "top tops grow grows grew jump jumped"
)
_FACTORS = {
    "halve": 0.5, "halves": 0.5, "halved": 0.5, "halving": 0.5, "doubles": 2.0, "doubled": 2.0, "doubling": 2.0,
    "triples": 3.0, "tripled": 3.0, "tripling": 3.0, "treble": 3.0, "trebles": 3.0, "trebled": 3.0, "trebling": 3.0,
    "quadruple": 4.0,
    "quadruples": 4.0, "quadrupled": 4.0, "quadrupling": 4.0, "quintuple": 5.0, "quintupled": 5.0,
}  # fmt: skip
_ADJECTIVAL = {"double": 2.0, "triple": 3.0}
_FOLDS = {"twofold": 2.0, "threefold": 3.0, "fourfold": 4.0, "fivefold": 5.0, "sixfold": 6.0, "tenfold": 10.0}
_PARTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "sixth": 1 / 6, "tenth": 1 / 10}
_PLURALS = {"halves": 1 / 2, "thirds": 1 / 3, "quarters": 1 / 4, "fifths": 1 / 5, "tenths": 1 / 10}
_MULTIPLYING = frozenset({"fold", *_FACTORS, *_ADJECTIVAL, *_FOLDS, *_PARTS, *_PLURALS})
"""Without any of these no clause multiplies anything."""
_TOPS = {"one": 1, "a": 1, "two": 2, "three": 3, "four": 4}
_STANDING = word_set("now present today currently presently existing previously formerly then hitherto before was were")
"""Directly before an amount that a cut or a rise starts from."""


def change_of(amounts: Sequence[Amount], text: str) -> Change:
    """What `text` (one clause) says becomes of the thing that `amounts` are of (those of the clause, spans into it).

    Never raises; an empty `Change` where nothing is told. Where the unit is mixed, percentages count before others.
    """
    tokens = tokens_of(text)
    step = _step(tokens, amounts)
    level = [a for a in _levels(amounts) if step is None or a is not step.amount]
    factor = _factor(tokens)
    source = _source(tokens, level, changed=factor is not None or (step is not None and step.points is not None))
    target = _target(level, source)
    if target is not None and target.range:
        return Change(old=source.number if source else None, unit=target.unit, source=source)
    if factor is None and step is not None:
        factor = step.factor
    return _reckon(target, source, step.points if step else None, factor)


def _levels(amounts: Sequence[Amount]) -> list[Amount]:
    """The amounts that are levels, all in one unit: that of the percentages, or of the first."""
    levels = [a for a in amounts if a.unit not in ("points", "times")]
    units = [a.unit for a in levels]
    if "percent" in units:  # "now 20 percent, drops to 10 on Monday": the unit is not said twice
        return [a for a in levels if a.unit == "percent" or (a.unit == "number" and a.role == "to")]
    return [a for a in levels if a.unit == units[0]] if units else []


def _source(tokens: Tokens, level: list[Amount], *, changed: bool) -> Amount | None:
    """The value that stood before: "from 20", "rather than 100", "57% to", "now 20 per cent" of something halved."""
    for a in level:
        if (a.role == "from" or a.ruled_out) and not a.range:
            return a
    for first, second in itertools.pairwise(level):
        between = tokens.text[first.end : second.start].strip().lower()
        if not first.range and (between == "to" or (second.role == "to" and _raised(tokens, first))):
            return first
    for a in level:
        around = _around(tokens, a)
        stands = bool(around & _STANDING) and (changed or len(level) > 1)
        if not a.range and (stands or (changed and len(level) > 1 and a.role == "bare" and a is level[-1])):
            return a
    return None


def _around(tokens: Tokens, a: Amount) -> set[str]:
    """The word before an amount, and the words "at present" or one other behind it."""
    first, last = bisect_left(tokens.starts, a.start), bisect_left(tokens.starts, a.end)
    behind = (
        {"present"}
        if tokens.seq(last, "at", "present") or tokens.seq(last, "until", "then")
        else {tokens.at(last)} & {"now", "currently", "presently", "today"}
    )
    return {tokens.at(first - 1)} | behind


def _raised(tokens: Tokens, a: Amount) -> bool:
    """ "raises a 10% duty to 25%": what is raised or cut stands right behind the verb."""
    first = bisect_left(tokens.starts, a.start)
    return bool((_DOWN | _UP) & set(tokens.words[max(0, first - 3) : first]))


_ORDER = {"to": 0, "at": 1, "bare": 2, "above": 3, "below": 3, "by": 4, "from": 5}


def _target(level: list[Amount], source: Amount | None) -> Amount | None:
    """The value that holds from now on: "to 10" before "at 10" before a bare one."""
    rest = [a for a in level if a is not source and not a.ruled_out and a.role not in ("from", "by")]
    return min(rest, key=lambda a: (_ORDER[a.role], a.start)) if rest else None


@dataclass(frozen=True, slots=True)
class Step:
    """A difference that the clause names, and its amount."""

    amount: Amount
    points: float | None = None
    factor: float | None = None


def _step(tokens: Tokens, amounts: Sequence[Amount]) -> Step | None:
    """A difference in points ("by five points", "adds 10 percent"), or a relative one ("by 10 percent"), signed by
    its verb."""
    added = (a for a in amounts if a.unit == "percent" and (_adds(tokens, a) or (a.role == "by" and a.further)))
    step = next((a for a in amounts if a.unit == "points"), None) or next(added, None)
    absolute = step is not None
    step = step or next((a for a in amounts if a.role == "by" and a.unit == "percent"), None)
    if step is None:
        return None
    sign = 0 if step.range else _sign(tokens, step)
    if sign == 0:
        return Step(step)
    return Step(step, points=sign * step.number) if absolute else Step(step, factor=1 + sign * step.number / 100)


def _adds(tokens: Tokens, a: Amount) -> bool:
    first = bisect_left(tokens.starts, a.start)
    return bool({"add", "adds", "added", "adding"} & set(tokens.words[max(0, first - 3) : first]))


def _sign(tokens: Tokens, step: Amount) -> int:
    """1 for a rise, -1 for a fall, 0 where no word tells: by the nearest such word, one to the left before one to the
    right."""
    best = (10**9, 0)
    for word, start in zip(tokens.words, tokens.starts, strict=True):
        sign = -1 if word in _DOWN else 1 if word in _UP else 0
        if sign:
            far = step.start - start if start < step.start else 2 * (start - step.end)
            best = min(best, (far, sign))
    return best[1]


def _factor(tokens: Tokens) -> float | None:
    """halve, double, "cut in half", "by a third", "to a fifth of", tenfold; the first that stands."""
    if _MULTIPLYING.isdisjoint(tokens.words):
        return None
    for k, word in enumerate(tokens.words):
        if word in _FACTORS:
            return _FACTORS[word]
        if word in _FOLDS or (
            tokens.at(k + 1) == "-" and tokens.at(k + 2) == "fold" and word in ("two", "three", "four", "five", "ten")
        ):
            return _FOLDS.get(word, {"two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "ten": 10.0}.get(word))
        if word in _ADJECTIVAL and tokens.at(k + 1) != "-" and _verbal(tokens, k):
            return _ADJECTIVAL[word]
        if word == "half" and tokens.at(k - 1) in ("in", "by") and _near(tokens, k) < 0:
            return 0.5
        part = _part(tokens, k)
        if part is not None:
            return part
    return None


_BEFORE_VERB = word_set("to will would could may might and or should")
_OBJECTS = word_set("the its their his that those tariffs tariff duties duty")


def _verbal(tokens: Tokens, k: int) -> bool:
    """Whether "double" is a verb: behind "to" or a modal, or before its object."""
    return tokens.at(k - 1) in _BEFORE_VERB or tokens.at(k + 1) in _OBJECTS


def _part(tokens: Tokens, k: int) -> float | None:
    """ "by a third", "by two-fifths" (with the sign of the verb), "to a fifth of"."""
    if tokens.at(k) not in ("by", "to"):
        return None
    top = _TOPS.get(tokens.at(k + 1))
    at = k + 3 if tokens.at(k + 2) == "-" else k + 2
    part = _PARTS.get(tokens.at(at)) or _PLURALS.get(tokens.at(at))
    if top is None or part is None or tokens.at(at + 1) in ("time", "country", "party", "year"):
        return None
    if tokens.at(k) == "to":
        return top * part if tokens.at(at + 1) == "of" else None
    sign = _near(tokens, k)
    return 1 + sign * top * part if sign else None


def _near(tokens: Tokens, k: int) -> int:
    """The sign of the nearest verb of change left of `k`, or else right of it."""
    for n in [*range(k - 1, max(-1, k - 20), -1), *range(k, min(len(tokens), k + 10))]:
        if tokens.at(n) in _DOWN:
            return -1
        if tokens.at(n) in _UP:
            return 1
    return 0


def _reckon(target: Amount | None, source: Amount | None, points: float | None, factor: float | None) -> Change:
    """Fill in what follows from the rest."""
    new = target.number if target else None
    old = source.number if source else None
    unit = target.unit if target else source.unit if source else "percent" if points is not None else None
    if new is None and old is not None:
        new = old + points if points is not None else old * factor if factor is not None else None
    if new is not None and old is None and target is not None:
        old = new - points if points is not None else new / factor if factor else None
    if new is not None and old is not None and points is None:
        points = new - old
    rounded = [None if value is None else round(value, 6) for value in (new, old, points)]
    return Change(rounded[0], rounded[1], unit, rounded[2], factor, target, source)
