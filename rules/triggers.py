"""Which verb, noun or predicate acts on which mention: the pairs that a claim is made of.

Voice decides: what a passive, an intransitive or a predicate is about stands before it ("the tariff was cut", "the truce
expired", "the levy is off the table"); what an active verb is about stands behind it ("cuts the tariff").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rules.grammar import GOVERNORS, TRIGGERS, Form, Op, Stance, Trigger
from rules.lexicon import Hit, Label
from rules.mentions import Mention
from rules.modality import Frame, Mode, forms_of, frame
from rules.model import FactKind
from rules.pack import FactSpec, Pack
from rules.text import Token
from rules.words import AUXILIARY, MODAL_FUTURE, NEGATION, SUBORDINATE

_M, _T, _P = FactKind.MEASURE, FactKind.TRUCE, FactKind.PURCHASES
_GATHERINGS = "CONSIDER START END WITHDRAW DELAY ADVANCE HAPPEN SCHEDULE SET RESTORE"
OPS: dict[FactKind, frozenset[Op]] = {
    kind: frozenset(Op[name] for name in names.split())
    for kind, names in {
        _M: "EXEMPT CONSIDER ANNOUNCE IMPOSE START SET RAISE LOWER SUSPEND DELAY ADVANCE WITHDRAW EXPIRE END BLOCK RESTORE EXTEND SHORTEN HAPPEN THREATEN PROPOSE",
        _T: "CONSIDER EXTEND SHORTEN EXPIRE END WITHDRAW COLLAPSE REACH SUSPEND RESTORE",
        _P: "CONSIDER BUY SUSPEND WITHDRAW DELAY RAISE EXTEND RESTORE END",
        FactKind.MEETING: "MEET REACH " + _GATHERINGS,
        FactKind.VISIT: "TRAVEL " + _GATHERINGS,
        FactKind.DEAL: "CONSIDER REACH SIGN COLLAPSE WITHDRAW END SUSPEND",
    }.items()
}
"""What can happen to a fact of each kind."""

SELF_NAMING = {Op.MEET: FactKind.MEETING, Op.TRAVEL: FactKind.VISIT, Op.BUY: FactKind.PURCHASES}
"""Verbs that name the fact themselves: "they met", "he will travel to China", "China will buy soybeans"."""

_HARD = frozenset("; — ( ) . ! ?".split())
_COPULAS = frozenset({"be", "is", "are", "'s"})
_NAMING = frozenset(word for word, found in TRIGGERS.items() if any(trigger.op in SELF_NAMING for trigger in found))
"""The words that can name a fact without a noun; where a sentence names none, only these are looked at."""
_DETERMINERS = frozenset(
    (
        "executive the a an his her its their this that 's ' state official possible any no another every our your each"
    ).split()
)
"""Behind these a word is a noun or an adjective, whatever verb it could be."""
_PREPOSITIONS = frozenset("in of under by for with from on at about over between against".split())
_REACH = 26
"""How far, in tokens, a verb looks for what it is about."""


@dataclass(slots=True)
class Pair:
    """One trigger on one mention."""

    trigger: Trigger
    index: int
    end: int
    """Index behind the last token of the trigger (behind the first word, for "put … off")."""
    mention: Mention
    frame: Frame
    reduced: bool = False
    """A participle without an auxiliary behind its noun: a headline's passive, or a reduced relative clause."""
    compound: bool = False
    """ "Tariff cut", "truce extension"."""


def pairs(
    tokens: Sequence[Token], mentions: Sequence[Mention], hits: Sequence[Hit], pack: Pack, *, headline: bool = False
) -> list[Pair]:
    """Every trigger of a sentence with what it acts on, in the order of the triggers."""
    out: list[Pair] = []
    last: Frame | None = None
    last_index = -9
    used: set[int] = set()
    nouns = frozenset(m.head for m in mentions)
    for index, token in enumerate(tokens):
        if token.low not in TRIGGERS and token.low not in _COPULAS:
            continue
        if not mentions and token.low not in _NAMING:
            continue
        if index in used or any(m.head == index and not m.anaphor for m in mentions):
            continue
        for trigger, end in _readings(tokens, index):
            shape = _frame(tokens, index, trigger, last, last_index, headline=headline, nouns=nouns)
            found = list(_acts_on(tokens, index, end, trigger, shape, mentions, hits, pack, headline=headline))
            if found:
                out += found
                used |= set(range(end - len(trigger.rest), end))
                if trigger.form & {Form.BASE, Form.PRESENT, Form.PAST, Form.PARTICIPLE}:
                    last, last_index = shape, index
                break
    return out


def _readings(tokens: Sequence[Token], index: int) -> list[tuple[Trigger, int]]:
    """What a token can mean: the phrase whose rest comes first, then the longer one, then the word alone."""
    nominal = index > 0 and tokens[index - 1].low in _DETERMINERS
    after_preposition = index > 0 and tokens[index - 1].low in _PREPOSITIONS
    found: list[tuple[int, int, Trigger, int]] = []
    for trigger in TRIGGERS.get(tokens[index].low, ()):
        if _imperative(tokens, index, trigger.form):
            continue
        if index and tokens[index - 1].low in ("as", "so") and Form.PARTICIPLE in trigger.form:
            continue  # "as announced", "so-called"
        if nominal and tokens[index - 1].low in ("this", "that") and trigger.form == {Form.PRESENT}:
            pass  # "that leaves the rate at …"
        elif nominal and not trigger.form & {Form.NOUN, Form.PREDICATE}:
            continue
        if after_preposition and trigger.form <= {Form.BASE, Form.PRESENT}:
            continue
        if tokens[index].low.startswith("lift") and trigger.op is Op.RAISE and not _to_a_rate(tokens, index):
            continue
        if Form.PREDICATE in trigger.form and not _predicative(tokens, index):
            continue
        end = _rest(tokens, index + 1, trigger) if trigger.rest else index + 1
        if end is None or (
            trigger.rest and trigger.op is Op.SET and "%" not in {token.low for token in tokens[end : end + 7]}
        ):
            continue
        found.append((end - len(trigger.rest) if trigger.rest else len(tokens) + 1, -len(trigger.rest), trigger, end))
    if tokens[index].low in _COPULAS and _copula(tokens, index):
        found.append((0, 0, Trigger(Op.SET, frozenset({Form.BASE}), intransitive=True), index + 1))
    return [(trigger, end) for _, _, trigger, end in sorted(found, key=lambda row: row[:2])]


def _to_a_rate(tokens: Sequence[Token], index: int) -> bool:
    """ "Lifted to 25 percent" is up; "lifted" alone is off."""
    ahead = [token.low for token in tokens[index + 1 : index + 16]]
    return any(word in ("to", "by") and "%" in ahead[k + 1 : k + 4] for k, word in enumerate(ahead))


def _rest(tokens: Sequence[Token], start: int, trigger: Trigger) -> int | None:
    """Where the rest of a phrase ends, if it follows within the gap and inside the clause."""
    size = len(trigger.rest)
    for k in range(start, min(start + trigger.gap + 1, len(tokens) - size + 1)):
        if all(tokens[k + n].low == word for n, word in enumerate(trigger.rest)):
            return k + size
        if tokens[k].low in _HARD or (tokens[k].low == "," and trigger.gap < 14):
            return None
    return None


def _imperative(tokens: Sequence[Token], index: int, forms: frozenset[Form]) -> bool:
    """ "Extend the truce and go fishing.": advice, not news."""
    if forms != {Form.BASE}:
        return False
    before = [token.low for token in tokens[max(0, index - 2) : index]]
    quoted = before[-1:] == ['"'] and (len(before) == 1 or not before[0].isalpha())
    opens = not before or quoted or before[-1] in (".", ":", ";", "please", "*", "•", "—") or before == [",", "and"]
    return opens or (len(before) == 1 and tokens[0].low.endswith("ly"))


def _predicative(tokens: Sequence[Token], index: int) -> bool:
    """Whether a predicate is said of something: a form of "to be" or "remain" shortly before it, or a headline's end."""
    before = {token.low for token in tokens[max(0, index - 2 - (tokens[index - 1].low == '"')) : index]}
    if before & (AUXILIARY | {"remain", "remains", "remained", "becomes", "stay", "stays", "entered"}):
        return True
    return index + 3 >= len(tokens) and tokens[index].low in ("off", "on", "in")


def _copula(tokens: Sequence[Token], index: int) -> bool:
    """ "Shall be 45 percent", "is now 10 percent": a form of "to be" before an amount, with a future or "now"."""
    ahead = [token.low for token in tokens[index + 1 : index + 5]]
    near = {token.low for token in tokens[max(0, index - 3) : index]} | {tokens[index].low} | set(ahead[:1])
    amount = "%" in ahead or (
        "instead" in ahead + [token.low for token in tokens[index + 5 : index + 7]]
        and any(word.isdigit() for word in ahead[:2])
    )
    stands = bool({"up", "down"} & {token.low for token in tokens[index + 3 : index + 8]}) and "from" in {
        token.low for token in tokens[index + 3 : index + 9]
    }
    dated = bool({"effective", "effect", "today", "now"} & {token.low for token in tokens[:index]})
    if amount and (stands or dated) and tokens[index].low in ("is", "'s"):
        return True
    return amount and bool(near & {"will", "shall", "now", "to", "would"}) and tokens[index].low != "now"


def _frame(
    tokens: Sequence[Token],
    index: int,
    trigger: Trigger,
    last: Frame | None,
    last_index: int,
    *,
    headline: bool,
    nouns: frozenset[int],
) -> Frame:
    """The trigger's own frame, or that of the verb it is joined to ("agreed to halve … and extend …")."""
    own = frame(
        tokens, index, forms_of(tokens[index].low) if trigger.stance else trigger.form, headline=headline, nouns=nouns
    )
    if last is None or not own.bare or index - last_index > 24 or index == 0:
        return own
    joined = tokens[own.start - 1].low in ("and", "or", "but") if own.start else False
    if joined and not any(token.low in _HARD for token in tokens[last_index:index]):
        same = (
            Form.BASE in trigger.form
            if last.future or last.governor is not None
            else bool({Form.PARTICIPLE, Form.PAST} & trigger.form)
        )
        if same:
            return replace(last, start=own.start)
    return own


def _acts_on(
    tokens: Sequence[Token],
    index: int,
    end: int,
    trigger: Trigger,
    shape: Frame,
    mentions: Sequence[Mention],
    hits: Sequence[Hit],
    pack: Pack,
    *,
    headline: bool,
) -> Iterator[Pair]:
    """The mentions that a trigger acts on, with everything joined to them by "and"."""
    able = [m for m in mentions if _able(trigger.op, pack.facts[m.fact])]
    if trigger.op in SELF_NAMING:
        yield from (
            Pair(trigger, index, end, m, shape)
            for m in _self_named(tokens, index, end, trigger, shape, hits, pack, headline=headline)
        )
    if Form.NOUN in trigger.form:
        chosen, compound = _nominal(tokens, index, able)
        yield from (Pair(trigger, index, end, m, shape, compound=compound) for m in _joined(tokens, chosen, able))
        return
    if trigger.op is Op.EXEMPT:
        exempt = _behind(tokens, index, end, trigger, able)
        yield from (Pair(trigger, index, end, m, shape) for m in _joined(tokens, exempt, able))
        return
    if trigger.stance is not None:
        yield from _governed(tokens, index, end, trigger, shape, able)
        return
    if _adjectival(tokens, index, shape, trigger):
        return
    behind = _behind(tokens, index, end, trigger, able)
    before = _before(tokens, shape.start, index, able)
    if (trigger.intransitive and not (behind and not before)) or shape.passive:
        if before and shape.bare and Form.PARTICIPLE in trigger.form:
            shape, _ = _small_clause(tokens, before, shape)
        yield from (Pair(trigger, index, end, m, shape) for m in _joined(tokens, before, able, backwards=True))
    elif behind:
        if _foreign_subject(tokens, shape.top, hits) and pack.facts[behind.fact].kind in (
            FactKind.MEASURE,
            FactKind.PURCHASES,
        ):
            return
        if any(
            token.low in ("no", "neither", "nothing") for token in tokens[max(index + 1, behind.head - 5) : behind.head]
        ):
            shape = replace(shape, negated=True)
        yield from (Pair(trigger, index, end, m, shape) for m in _joined(tokens, behind, able))
    elif before and (shape.bare or shape.passive) and trigger.form & {Form.PARTICIPLE, Form.PAST}:
        if any(token.low in AUXILIARY or token.low in MODAL_FUTURE for token in tokens[before.end : shape.start]):
            return  # "a duty shall be imposed on goods withdrawn from warehouse": the goods are, and not the duty
        shape, reduced = _small_clause(tokens, before, shape)
        yield from (
            Pair(trigger, index, end, m, shape, reduced=reduced) for m in _joined(tokens, before, able, backwards=True)
        )
    elif before and any(
        token.low in ("let", "lets", "letting") for token in tokens[max(0, before.start - 3) : before.head]
    ):
        yield from (Pair(trigger, index, end, m, shape) for m in _joined(tokens, before, able, backwards=True))
    elif before and trigger.op in (Op.SET, Op.SUSPEND, Op.WITHDRAW) and before.anaphor is False and shape.negated:
        yield Pair(trigger, index, end, before, shape)


_STANCE_MODES = {
    Stance.EXPECT: Mode.EXPECTED,
    Stance.WISH: Mode.WISHED,
    Stance.PROPOSE: Mode.PROPOSED,
    Stance.THREAT: Mode.THREATENED,
}


def _governed(
    tokens: Sequence[Token], index: int, end: int, trigger: Trigger, shape: Frame, able: Sequence[Mention]
) -> Iterator[Pair]:
    """ "Is discussing a visit", "proposed a tariff of 10 percent": the object itself is what is considered or wanted."""
    if shape.passive and trigger.stance in (Stance.CONSIDER, Stance.PLAN, Stance.PROPOSE):
        subject = _before(tokens, shape.start, index, able)
        if subject:
            yield Pair(
                trigger, index, end, subject, replace(shape, mode=_STANCE_MODES.get(trigger.stance, Mode.HEDGED))
            )
        return
    found = next((m for m in able if index < m.head <= index + 9 and not m.anaphor), None)
    between = tokens[index + 1 : found.head] if found else ()
    if (
        found is None
        or any(token.low in ("to", "that", "whether", ",") or (token.low in _HARD) for token in between)
        or trigger.stance is None
    ):
        return
    if shape.mode in (Mode.ASSERTED, Mode.COMMITTED, Mode.HYPOTHETICAL):
        shape = replace(shape, mode=_STANCE_MODES.get(trigger.stance, Mode.HEDGED), governor=index)
    yield Pair(trigger, index, end, found, shape)


def _foreign_subject(tokens: Sequence[Token], top: int, hits: Sequence[Hit]) -> bool:
    """Whether the nearest country before an active verb is none of the story's parties."""
    who = [
        h for h in hits if h.entry.label in (Label.PARTY, Label.COUNTRY, Label.DECIDER) and top - 12 <= h.start < top
    ]
    if not who or max(who, key=lambda h: h.start).entry.label is not Label.COUNTRY:
        return False
    last = max(who, key=lambda h: h.start)
    return not any(token.low in _HARD or token.low in ("said", "says", ",") for token in tokens[last.end : top])


def _adjectival(tokens: Sequence[Token], index: int, shape: Frame, trigger: Trigger) -> bool:
    """ "Further modified duty": a participle that opens its phrase describes the noun and tells nothing."""
    if not shape.bare or trigger.rest or not trigger.form & {Form.PARTICIPLE, Form.PAST} or index + 1 >= len(tokens):
        return False
    opens = shape.start == 0 or tokens[shape.start - 1].low in (":", "—", "on", "of", "for", "to", "with")
    return (
        opens
        and tokens[index + 1].low not in (":", ",", "to", "until", "by", "from", "for")
        and trigger.op is not Op.MEET
    )


_AMOUNT_OPS = frozenset({Op.SET, Op.RAISE, Op.LOWER})


def _able(op: Op, spec: FactSpec) -> bool:
    """Whether an op can happen to a fact: only what has a rate can be raised, cut or set."""
    return op in OPS[spec.kind] and not (op in _AMOUNT_OPS and spec.kind is FactKind.MEASURE and not spec.unit)


def _small_clause(tokens: Sequence[Token], mention: Mention, shape: Frame) -> tuple[Frame, bool]:
    """ "They want the duty ended": the wish or the forecast before the noun governs the participle behind it."""
    for k in range(mention.head - 1, max(-1, mention.head - 26), -1):
        stance = GOVERNORS.get(tokens[k].low)
        if stance in (Stance.WISH, Stance.EXPECT):
            mode = Mode.WISHED if stance is Stance.WISH else Mode.EXPECTED
            return replace(shape, mode=mode, governor=k, bare=False), False
        if tokens[k].low in _HARD or tokens[k].low == ",":
            break
    return shape, True


def _behind(tokens: Sequence[Token], index: int, end: int, trigger: Trigger, able: Sequence[Mention]) -> Mention | None:
    """The first mention behind an active verb, inside its clause."""
    if trigger.op is Op.ANNOUNCE and index + 1 < len(tokens) and tokens[index + 1].low == ",":
        return None  # "by a second order, …"
    limit = min(len(tokens), index + _REACH)
    for k in range(index + 1, limit):
        if tokens[k].low in _HARD or (
            tokens[k].low in SUBORDINATE - {"until"}
            and not (tokens[k].low == "as" and k + 1 < len(tokens) and tokens[k + 1].low == "of")
        ):
            limit = k
            break
    return next((m for m in able if index < m.head < limit and (not trigger.gap or m.head < end + 18)), None)


def _before(tokens: Sequence[Token], start: int, index: int, able: Sequence[Mention]) -> Mention | None:
    """The nearest mention before the verb's chain, inside the sentence's segment."""
    for m in reversed(able):
        if m.head < start or (m.head < index and m.anaphor):
            between = [token.low for token in tokens[m.head : start]]
            if set(between) & frozenset("; . ! ?".split()) or any(
                word == "," and between[k + 1 : k + 2] in (["and"], ["but"], ["while"])
                for k, word in enumerate(between)
            ):
                return None
            return m
    return None


def _nominal(tokens: Sequence[Token], index: int, able: Sequence[Mention]) -> tuple[Mention | None, bool]:
    """ "The suspension of the rules", or a compound with the noun right before it."""
    if index + 1 < len(tokens) and tokens[index + 1].low in ("of", "in", "to", "on", "for"):
        found = next((m for m in able if index < m.head <= index + 12), None)
        if found:
            return found, False
    found = next((m for m in reversed(able) if m.head == index - 1), None)
    return found, True


def _joined(
    tokens: Sequence[Token], first: Mention | None, able: Sequence[Mention], *, backwards: bool = False
) -> Iterator[Mention]:
    """A mention and those joined to it by commas, "and" or "as well as"."""
    if first is None:
        return
    yield first
    last = first
    for m in reversed(able) if backwards else able:
        if m is first or m.fact == first.fact:
            continue
        low, high = (m, last) if backwards else (last, m)
        if low.head >= high.head or high.head - low.head > 14:
            continue
        between = [token.low for token in tokens[low.head + 1 : high.head]]
        if ("and" in between or "both" in between) and not set(between) & (
            AUXILIARY | NEGATION | SUBORDINATE | _HARD | {","}
        ):
            yield m
            last = m


def _self_named(
    tokens: Sequence[Token],
    index: int,
    end: int,
    trigger: Trigger,
    shape: Frame,
    hits: Sequence[Hit],
    pack: Pack,
    *,
    headline: bool,
) -> Iterator[Mention]:
    if trigger.form == {Form.GERUND} and not (shape.progressive or shape.governor is not None):
        return
    if shape.bare and trigger.form <= {Form.BASE} and not headline:
        return
    kind = SELF_NAMING[trigger.op]
    for spec in pack.facts.values():
        if spec.kind is kind and _names_it(tokens, index, end, trigger.op, shape, spec, hits):
            yield Mention(spec.id, index, index, end, weight=5)


def _names_it(
    tokens: Sequence[Token], index: int, end: int, op: Op, shape: Frame, spec: FactSpec, hits: Sequence[Hit]
) -> bool:
    """Whether the words round a verb make it this fact: who, whom, where, what."""
    low, high = _segment(tokens, index)
    inside = [h for h in hits if low <= h.start < high]
    if any(h.entry.label is Label.OTHER or (h.entry.label is Label.WITHOUT and h.entry.of == spec.id) for h in inside):
        return False
    if op is Op.BUY:
        return _buys(index, shape, spec, inside, tokens)
    groups: dict[int, dict[int, list[int]]] = {}
    for h in inside:
        if h.entry.label is Label.MARK and h.entry.of == spec.id:
            groups.setdefault(h.entry.group, {}).setdefault(h.entry.member, []).append(h.start)
    for members in groups.values():
        if len(members) < 2:
            continue
        first, second = members.get(0, []), members.get(1, [])
        subject = [k for k in first if k < index]
        if op is Op.TRAVEL and subject and any(index < k < end + 4 for k in second):
            return True
        if (
            op is Op.MEET
            and any(k < index for k in first + second)
            and all(any(index - 14 < k < index + 10 for k in places) for places in (first, second))
        ):
            return True
    return False


def _buys(index: int, shape: Frame, spec: FactSpec, inside: Sequence[Hit], tokens: Sequence[Token]) -> bool:
    """The buyer is the nearest country or party before the verb; the goods stand behind it (or before it, in a passive)."""
    sides = {spec.by, spec.on}
    who = [
        h
        for h in inside
        if h.end <= index
        and (h.entry.label is Label.COUNTRY or (h.entry.label in (Label.PARTY, Label.DECIDER) and h.entry.of in sides))
    ]
    buyer = max(who, key=lambda h: h.start).entry.of if who else None
    if buyer is not None and buyer != spec.by:
        return False
    goods = [
        h for h in inside if h.entry.label is Label.MARK and h.entry.of == spec.id and index < h.start < index + 16
    ]
    if not goods:
        return False
    near = [h for h in inside if h.entry.label in (Label.PARTY, Label.COUNTRY) and index < h.start <= goods[0].end + 2]
    return not any(h.entry.label is Label.COUNTRY for h in near)


def _segment(tokens: Sequence[Token], index: int) -> tuple[int, int]:
    """The stretch between hard marks round a token."""
    low = index
    while low > 0 and tokens[low - 1].low not in _HARD:
        low -= 1
    high = index
    while high < len(tokens) and tokens[high].low not in _HARD:
        high += 1
    return low, high
