"""What a phrase needs behind it to be one: a rate behind "fall to", a day behind "come in", none behind "push to"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from rules.dates.words import MONTHS, WEEKDAYS
from rules.grammar import Op, Trigger
from rules.text import Token
from rules.words import AUXILIARY, INTENTIONS

COPULAS = frozenset({"be", "is", "are", "'s", "now"})
"""What can say that a rate is so much; "now" in a headline that leaves its copula out."""
_CALENDAR = MONTHS.keys() | WEEKDAYS.keys() | {"end", "next", "year"}
_CURRENCIES = frozenset("euros eur dollars usd $ € £ pounds rupees inr yuan yen won".split())
_LASTING = frozenset("until till through beyond past for up to".split())
_COMING_IN = ("on", "from", "at", "this", "tomorrow", "today")
_INTENTIONS = frozenset(INTENTIONS.split())
_WITHIN = 7


def leads_on(tokens: Sequence[Token], end: int, trigger: Trigger) -> bool:
    """Whether what stands behind a phrase, from token `end` on, is what it needs."""
    near = [token.low for token in tokens[end : end + _WITHIN]]
    need = _NEEDS.get(trigger.op)
    return need is None or need(tokens, end, trigger, near)


def _moved(tokens: Sequence[Token], end: int, trigger: Trigger, near: Sequence[str]) -> bool:
    """No rate behind "push to"; "slips from 1 December to March", and not "from ten to eleven"."""
    dated = any(word in _CALENDAR or word == "may." or word[:1].isdigit() for word in near)
    hours = trigger.intransitive and "from" in (token.low for token in tokens[end - 5 : end]) and not dated
    return not (_towards(trigger) and ("%" in near[:3] or hours))


def _imposed(tokens: Sequence[Token], end: int, trigger: Trigger, near: Sequence[str]) -> bool:
    """ "Puts the tariff on goods at 44 percent" sets it."""
    return trigger.rest != ("on",) or not any(a == "at" and b[:1].isdigit() for a, b in pairwise(near))


def _extended(tokens: Sequence[Token], end: int, trigger: Trigger, near: Sequence[str]) -> bool:
    """A day: "runs to 61 pages" and "remains in place" say nothing."""
    if trigger.rest == ("to",):
        return any(word in _CALENDAR or (word.isdigit() and len(word) == 4) for word in near[:4])
    if trigger.rest in (("in", "place"), ("in", "force")):
        return not _LASTING.isdisjoint(near) or any(word in _CALENDAR for word in near)
    return True


def _started(tokens: Sequence[Token], end: int, trigger: Trigger, near: Sequence[str]) -> bool:
    """ "Will come in on 1 June"."""
    return trigger.rest != ("in",) or (bool(near) and near[0] in _COMING_IN)


def _bought(tokens: Sequence[Token], end: int, trigger: Trigger, near: Sequence[str]) -> bool:
    """ "Committed to 12 million tonnes"."""
    return trigger.rest not in (("to",), ("name", "to")) or any(word[:1].isdigit() for word in near[:5])


def _set(tokens: Sequence[Token], end: int, trigger: Trigger, near: Sequence[str]) -> bool:
    if not _intended(tokens, end, trigger) and "%" in near:
        bare = trigger.rest == ("to",) and near[0] not in ("a", "an", "the")
        # "agreed to a tariff of 28 percent", and not "to lift …"
        return not (bare and tokens[end - 2].low.startswith("agree"))
    return False


def _changed(tokens: Sequence[Token], end: int, trigger: Trigger, near: Sequence[str]) -> bool:
    amount = not _towards(trigger) or any(word[:1].isdigit() or word == "%" for word in near)
    return amount and not _intended(tokens, end, trigger)


def _towards(trigger: Trigger) -> bool:
    return trigger.rest[-1] in ("to", "by", "into")


def _intended(tokens: Sequence[Token], end: int, trigger: Trigger) -> bool:
    """ "Dropped plans to impose …"."""
    return any(token.low in _INTENTIONS for token in tokens[end - len(trigger.rest) - trigger.gap : end])


_Need = Callable[[Sequence[Token], int, Trigger, Sequence[str]], bool]
_NEEDS: dict[Op, _Need] = {
    Op.DELAY: _moved,
    Op.ADVANCE: _moved,
    Op.IMPOSE: _imposed,
    Op.EXTEND: _extended,
    Op.START: _started,
    Op.BUY: _bought,
    Op.SET: _set,
    Op.RAISE: _changed,
    Op.LOWER: _changed,
}


def sets_a_rate(tokens: Sequence[Token], index: int) -> bool:
    """Whether the token at `index` says that a rate is so much: "shall be 45 percent", "now 47%, down from 57%"."""
    word = tokens[index].low
    if word == "now":
        return _now_down_from(tokens, index)
    return word in COPULAS and _is_rate(tokens, index)


def _now_down_from(tokens: Sequence[Token], index: int) -> bool:
    """ "Tariff now 47%, down from 57%": a headline's copula is left out."""
    ahead = [token.low for token in tokens[index + 1 : index + 7]]
    moved = any(pair in (("down", "from"), ("up", "from")) for pair in pairwise(ahead))
    return moved and "%" in ahead[1:3] and ahead[0][:1].isdigit() and tokens[index - 1].low not in AUXILIARY


def _is_rate(tokens: Sequence[Token], index: int) -> bool:
    """ "Shall be 45 percent", "is now 10 percent": a form of "to be" before an amount, with a future or "now"."""
    before = [token.low for token in tokens[:index]]
    if tokens[index].low == "'s" and before[-1:] not in (["it"], ["that"], ["this"], ["there"], ["which"], ["what"]):
        return False  # "Saturday's 100% tariff"
    ahead = [token.low for token in tokens[index + 1 : index + 9]]
    instead = "instead" in ahead[:6] and any(word.isdigit() for word in ahead[:2])
    counted = any(word[:1].isdigit() for word in ahead[:3]) and not _CURRENCIES.isdisjoint(ahead[:4])
    if "%" not in ahead[:4] and not instead and not counted:
        return False
    moved = bool({"up", "down"} & set(ahead[2:7])) and "from" in ahead[2:8]
    opens = before[:1] in (["from"], ["starting"], ["beginning"])  # "From 10 November the duty is …"
    dated = opens or bool({"effective", "effect", "today", "now", "morning", "midnight"} & set(before))
    if (moved or dated) and tokens[index].low in ("is", "'s"):
        return True
    return bool({"will", "shall", "now", "to", "would", "could", "might", "may"} & {*before[-3:], *ahead[:1]})
