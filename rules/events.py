"""Verbs that name the fact themselves: "they met", "he will travel to China", "China will buy soybeans"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules import words
from rules.grammar import TRIGGERS, Form, Op, inflect
from rules.lexicon import Hit, Label
from rules.mentions import Mention
from rules.model import FactKind
from rules.pack import FactSpec
from rules.text import Token
from rules.triggers import HARD, Act, Scene

SELF_NAMING = {Op.MEET: FactKind.MEETING, Op.TRAVEL: FactKind.VISIT, Op.BUY: FactKind.PURCHASES}
"""The ops that name a fact of that kind by who, whom, where or what stands round them."""
NAMING = frozenset(word for word, found in TRIGGERS.items() if any(trigger.op in SELF_NAMING for trigger in found))
"""The words that can name a fact without a noun; where a sentence names none, only these are looked at."""
_OF_STATES = (FactKind.MEASURE, FactKind.PURCHASES)
_ONE_OF_MANY = frozenset("a an one two three four five several".split())
HOSTING = frozenset(word for lemma in words.HOSTING.split() for word in inflect(lemma))
"""These name a visit only with who comes as their object: "welcomed the visit" says nothing of it."""


def self_named(act: Act, scene: Scene) -> Iterator[Mention]:
    """The facts that a verb of `SELF_NAMING` and the words of its segment name."""
    trigger, shape = act.trigger, act.frame
    if trigger.form == {Form.GERUND} and not (shape.progressive or shape.governor is not None):
        return
    if shape.bare and trigger.form <= {Form.BASE} and not scene.headline:
        return
    low, high = _segment(scene.tokens, act.index)
    inside = [h for h in scene.hits if low <= h.start < high]
    for spec in scene.pack.facts.values():
        if spec.kind is SELF_NAMING[trigger.op] and _names_it(act, spec, inside, scene):
            yield Mention(spec.id, act.index, act.index, act.end, weight=5)


def _segment(tokens: Sequence[Token], index: int) -> tuple[int, int]:
    """The stretch between hard marks round a token."""
    low = high = index
    while low > 0 and tokens[low - 1].low not in HARD:
        low -= 1
    while high < len(tokens) and tokens[high].low not in HARD:
        high += 1
    return low, high


def _names_it(act: Act, spec: FactSpec, inside: Sequence[Hit], scene: Scene) -> bool:
    """Whether the words round a verb make it this fact."""
    tokens = scene.tokens
    if any(h.entry.label is Label.OTHER or (h.entry.label is Label.WITHOUT and h.entry.of == spec.id) for h in inside):
        return False
    if act.trigger.op is Op.BUY:
        return _buys(act, spec, inside, tokens)
    sides = list(_sides(spec, inside))
    if not sides and _is_a_persons(spec, scene):
        who = [h.start for h in inside if h.entry.of == spec.by and h.entry.label in (Label.PARTY, Label.DECIDER)]
        sides = [(who, [h.start for h in inside if h.entry.label is Label.MARK and h.entry.of == spec.id])]
    if tokens[act.index].low in HOSTING:
        return any(_hosts(act, who, where, tokens) for who, where in sides)
    if act.trigger.op is Op.TRAVEL:
        return any(_travels(act, who, where) for who, where in sides)
    both = any(
        tokens[h.start].low in ("two", "both") and h.entry.label is Label.MARK and h.entry.of == spec.id
        for h in inside
        if h.start < act.index
    )  # "the two presidents will sit down on Saturday"
    return both or any(_meet(act.index, first, second) for first, second in sides)


def _is_a_persons(spec: FactSpec, scene: Scene) -> bool:
    """Whether a journey is that of a party which is a person: one that owns no measure and has made no promise."""
    states = {side for other in scene.pack.facts.values() if other.kind in _OF_STATES for side in (other.by, other.on)}
    return spec.kind is FactKind.VISIT and spec.by is not None and spec.by not in states


def _sides(spec: FactSpec, inside: Sequence[Hit]) -> Iterator[tuple[list[int], list[int]]]:
    """Where the first and the second member of each mark of two members stand."""
    groups: dict[int, dict[int, list[int]]] = {}
    for h in inside:
        if h.entry.label is Label.MARK and h.entry.of == spec.id:
            groups.setdefault(h.entry.group, {}).setdefault(h.entry.member, []).append(h.start)
    for members in groups.values():
        if len(members) > 1:
            yield members.get(0, []), members.get(1, [])


def _travels(act: Act, who: Sequence[int], where: Sequence[int]) -> bool:
    return any(k < act.index for k in who) and any(
        act.index < k < act.end + (2 if act.trigger.rest else 4) for k in where
    )


def _hosts(act: Act, who: Sequence[int], where: Sequence[int], tokens: Sequence[Token]) -> bool:
    """ "Xi will host Trump in Beijing", "China welcomed Trump": who comes stands behind, and where on either side."""
    if act.frame.passive:  # "Trump will be received in Beijing"
        return any(k < act.index for k in who) and any(act.index < k < act.end + 4 for k in where)
    guests = [k for k in who if act.end <= k < act.end + 4 and all(t.low != "'s" for t in tokens[k : k + 3])]
    return bool(guests) and any(act.index - 6 < k < act.end + 8 for k in where)


def _meet(index: int, first: Sequence[int], second: Sequence[int]) -> bool:
    return any(k < index for k in (*first, *second)) and all(
        any(index - 14 < k < index + 10 for k in places) for places in (first, second)
    )


def _buys(act: Act, spec: FactSpec, inside: Sequence[Hit], tokens: Sequence[Token]) -> bool:
    """The buyer is the nearest country or party before the verb; the goods stand behind it."""
    index = act.index
    sides, own = {spec.by, spec.on}, (Label.PARTY, Label.DECIDER)
    who = [
        h
        for h in inside
        if h.end <= index and (h.entry.label is Label.COUNTRY or (h.entry.label in own and h.entry.of in sides))
    ]
    if not who and _somebody(act, tokens):
        return False  # "a refiner in Rotterdam will buy"
    if who and max(who, key=lambda h: h.start).entry.of != spec.by:
        return False
    marks = [h for h in inside if h.entry.label is Label.MARK and h.entry.of == spec.id]
    goods = [h for h in marks if index < h.start < index + 16]
    return bool(goods) and not any(
        h.entry.label is Label.COUNTRY and index < h.start <= goods[0].end + 2 for h in inside
    )


def _somebody(act: Act, tokens: Sequence[Token]) -> bool:
    """Whether the subject of a verb is one of many: "a refiner in Rotterdam", "two mills"."""
    before = (token.low for token in tokens[max(0, act.frame.top - 6) : act.frame.top])
    return not _ONE_OF_MANY.isdisjoint(before)


_BEHIND_IT = frozenset("after following from".split())
_DURING_IT = frozenset("at in during".split())
_AHEAD = frozenset(
    "will shall would may might could can should expected due scheduled set ahead before if unless until to "
    "planned".split()
)
_PAST = frozenset("told said agreed announced decided pledged promised discussed".split())
_WITHIN_PHRASE = 7


def took_place(mention: Mention, tokens: Sequence[Token]) -> int | None:
    """The preposition by which a sentence takes for granted that a meeting took place: "after his talks with Xi".

    None where there is none, or where the sentence looks ahead.
    """
    for k in range(mention.head - 1, max(-1, mention.head - 1 - _WITHIN_PHRASE), -1):
        word = tokens[k].low
        if word in HARD or word == "," or word in TRIGGERS:
            return None
        if word == "of" and tokens[k - 1].low == "out":
            return None if {token.low for token in tokens[:k]} & _AHEAD else k  # "came out of their meeting"
        if word in _BEHIND_IT | _DURING_IT:
            before = {token.low for token in tokens[:k]}
            during = word in _DURING_IT and not any(token.low in _PAST for token in tokens[mention.head :])
            left = word != "from" or bool(before & {"emerged", "fresh", "returned", "returning", "home", "emerging"})
            return k if left and not during and not before & _AHEAD else None
    return None
