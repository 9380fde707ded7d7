"""Which verb, noun or predicate acts on which mention: the pairs that a claim is made of.

Voice decides: what a passive, an intransitive or a predicate is about stands before it ("the tariff was cut", "the
truce expired", "the levy is off the table"); what an active verb is about stands behind it ("cuts the tariff").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rules.events import HOSTING, NAMING, SELF_NAMING, self_named, took_place
from rules.frames import DECIDED, STANCE_MODE, Frame, Mode, forms_of, frame
from rules.grammar import GOVERNORS, TRIGGERS, Form, Op, Stance, Trigger, inflect
from rules.lexicon import Label
from rules.mentions import Mention
from rules.model import FactKind, Status
from rules.pack import FactSpec
from rules.phrases import DEFINITE
from rules.rows import Row
from rules.text import Token
from rules.triggers import COULD_BE, HARD, Act, Pair, Scene, is_said_of_another, readings
from rules.words import AUXILIARY, EASING, INTENTIONS, MODAL_FUTURE, NEGATION, SUBORDINATE

_GATHERINGS = "CONSIDER START END WITHDRAW DELAY ADVANCE HAPPEN SCHEDULE SET RESTORE"
OPS: dict[FactKind, frozenset[Op]] = {
    kind: frozenset(Op[name] for name in names.split())
    for kind, names in {
        FactKind.MEASURE: (
            "EXEMPT CONSIDER ANNOUNCE IMPOSE START SET RAISE LOWER SUSPEND DELAY ADVANCE WITHDRAW EXPIRE END BLOCK "
            "RESTORE EXTEND SHORTEN HAPPEN THREATEN PROPOSE"
        ),
        FactKind.TRUCE: "CONSIDER DELAY EXTEND SHORTEN EXPIRE END WITHDRAW COLLAPSE REACH SUSPEND RESTORE",
        FactKind.PURCHASES: "CONSIDER BUY SUSPEND WITHDRAW DELAY RAISE EXTEND RESTORE END",
        FactKind.MEETING: "MEET REACH " + _GATHERINGS,
        FactKind.VISIT: "TRAVEL REACH " + _GATHERINGS,
        FactKind.DEAL: "CONSIDER REACH SIGN COLLAPSE WITHDRAW END SUSPEND",
    }.items()
}
"""What can happen to a fact of each kind."""

_OF_SUSPENSIONS = frozenset({Op.WITHDRAW, Op.END, Op.EXPIRE, Op.EXTEND, Op.START})
"""What can be done to a suspension, and to a measure as well."""
_REACH = 26
"""How far, in tokens, a verb looks for what it is about."""


def pairs(scene: Scene) -> list[Pair]:
    """Every trigger of a sentence with what it acts on, in the order of the triggers."""
    tokens, out = scene.tokens, list[Pair]()
    last: Act | None = None
    used = {m.head for m in scene.mentions if not m.anaphor}
    nouns = frozenset(m.head for m in scene.mentions)
    words = COULD_BE if scene.mentions else NAMING
    for index, token in enumerate(tokens):
        if token.low not in words or index in used:
            continue
        for trigger, end in readings(tokens, index):
            forms = forms_of(token.low) if trigger.stance else trigger.form
            own = frame(tokens, index, forms, headline=scene.headline, nouns=nouns)
            act = Act(trigger, index, end, _joined_frame(tokens, index, trigger, own, last))
            found = list(_acts_on(act, scene))
            if found:
                out += found
                used |= set(range(end - len(trigger.rest), end))
                if trigger.form & {Form.BASE, Form.PRESENT, Form.PAST, Form.PARTICIPLE}:
                    last = act
                break
    kept = [pair for each in out if (pair := _unless_given_up(each, scene))]
    kept = list(_on_suspensions(kept, scene))
    return kept + list(_taken_for_granted(scene, {pair.mention.head for pair in kept}))


def row_pairs(row: Row, mentions: Sequence[Mention]) -> list[Pair]:
    """What a row of a table sets that names a rate and the one before: the fact that stands before the rate."""
    before = [m for m in mentions if m.head < row.at]
    if not before:
        return []
    plain = Frame(Mode.ASSERTED, row.at, row.at, perfect=True)
    return [Act(ROW_SETS, row.at, row.at + 1, plain).on(max(before, key=lambda m: m.weight))]


def _on_suspensions(found: Sequence[Pair], scene: Scene) -> Iterator[Pair]:
    """ "Lifted the suspension of the duty": the duty is back; "extended the suspension": it stays suspended."""
    nouns = [
        pair
        for pair in found
        if pair.trigger.op is Op.SUSPEND
        and Form.NOUN in pair.trigger.form
        and scene.pack.facts[pair.mention.fact].kind is FactKind.MEASURE
    ]
    suspended = {(pair.mention.fact, pair.mention.start) for pair in nouns}
    verbs = [p for p in found if (p.mention.fact, p.mention.start) in suspended and p.trigger.op in _OF_SUSPENSIONS]
    acted_on = {(p.mention.fact, p.mention.start) for p in verbs}
    for pair in found:
        if pair in verbs:
            if pair.trigger.op is Op.START:  # "the suspension begins on Monday"
                yield replace(pair, trigger=replace(pair.trigger, op=Op.SUSPEND))
                continue
            trigger = pair.trigger if pair.trigger.op is Op.EXTEND else replace(pair.trigger, op=Op.RESTORE)
            yield replace(pair, trigger=trigger, suspension=True)
        elif pair not in nouns or (pair.mention.fact, pair.mention.start) not in acted_on:
            yield pair


def _taken_for_granted(scene: Scene, told: set[int]) -> Iterator[Pair]:
    """ "Speaking after his meeting with Xi": the meetings that no verb tells of, and that must have been."""
    for m in scene.mentions:
        if m.head in told or scene.pack.facts[m.fact].kind is not FactKind.MEETING:
            continue
        index = took_place(m, scene.tokens)
        if index is not None:
            known = Frame(Mode.BACKGROUND, index, index, cues=[scene.tokens[index].low])
            yield Act(_MEETING, m.head, m.head + 1, known).on(m)


def _unless_given_up(pair: Pair, scene: Scene) -> Pair | None:
    """The pair, unless its verb tells what was only intended, and the intention is dropped.

    That is told by the dropping verb. Where nothing but the intended verb names the fact ("dropped its promise to buy
    soybeans"), what is dropped takes its place.
    """
    tokens, governor = scene.tokens, pair.frame.governor
    if governor is None or tokens[governor].low not in _INTENTIONS:
        return pair
    near = (*range(max(0, governor - 4), governor), *range(pair.mention.end, min(len(tokens), pair.mention.end + 5)))
    drops = ((k, t) for k in near for t in TRIGGERS.get(tokens[k].low, ()) if t.op in _DROPS and not t.rest)
    index, trigger = next(drops, (None, None))
    if index is None or trigger is None:
        return pair
    if pair.trigger.op not in SELF_NAMING:
        return None
    own = frame(tokens, index, trigger.form, headline=scene.headline)
    return replace(pair, trigger=trigger, index=index, end=index + 1, frame=own)


def _can_happen_to(act: Act, mention: Mention, scene: Scene) -> bool:
    """Whether a trigger can act on a mention at all, wherever the two stand."""
    trigger, tokens = act.trigger, scene.tokens
    if not _able(trigger.op, tokens[act.index].low, scene.pack.facts[mention.fact]):
        return False
    if mention.act and trigger.op not in _OF_ACTS:
        return False
    if trigger.op is Op.ANNOUNCE and tokens[mention.head].low in _EVENT_PRONOUNS:
        return False  # "the ministry announced it on Wednesday": what was done to the fact, and not the fact
    if mention.presumed and not _threatens_or_imposes(act, mention, scene):
        return False
    pending = scene.pack.facts[mention.fact].record.status in (Status.PROPOSED, Status.THREATENED)
    return pending or not _undoes_an_intention(act, mention, tokens)


def _threatens_or_imposes(act: Act, mention: Mention, scene: Scene) -> bool:
    """Whether a trigger is a threat or an imposition, and no other country stands between it and what it is of."""
    if act.trigger.op not in _OF_PRESUMED and act.trigger.stance is not Stance.THREAT:
        return False
    return not any(h.entry.label is Label.COUNTRY and act.index < h.start < mention.head for h in scene.hits)


def _undoes_an_intention(act: Act, mention: Mention, tokens: Sequence[Token]) -> bool:
    """ "Dropped its plan to lift the duty", "plans to lift the duty were dropped": the duty stays."""
    if act.trigger.op not in _DROPS:
        return False
    stopped = tokens[act.end : mention.head]
    for k, token in enumerate(stopped[:3]):
        found = TRIGGERS.get(token.low, ()) if token.low.endswith("ing") else ()
        if found and all(word.low in ("on", "of", "off", "short") for word in stopped[:k]):
            return any(t.op in _TAKES_OFF for t in found)  # "held off on lifting the duty"
    left = range(mention.head - 1, max(1, mention.head - 12), -1)
    verb = next((k for k in left if tokens[k - 1].low == "to" and tokens[k].low in TRIGGERS), None)
    if verb in (None, act.index) or not any(token.low in _INTENTIONS for token in tokens[max(0, verb - 5) : verb - 1]):
        return False
    return any(trigger.op in _TAKES_OFF for trigger in TRIGGERS[tokens[verb].low])


def _joined_frame(tokens: Sequence[Token], index: int, trigger: Trigger, own: Frame, last: Act | None) -> Frame:
    """The trigger's own frame, or that of the verb it is joined to ("agreed to halve … and extend …")."""
    if last is None or not own.bare or index - last.index > 24 or own.start == 0:
        return own
    listed = tokens[own.start - 1].low == "," and Form.BASE in trigger.form  # "set rates by law, end the pause or …"
    if tokens[own.start - 1].low not in ("and", "or", "but") and not listed:
        return own
    if any(token.low in HARD for token in tokens[last.index : index]):
        return own
    infinitive = last.frame.future or last.frame.governor is not None or last.frame.mode is not Mode.ASSERTED
    alike = trigger.form & ({Form.BASE} if infinitive else {Form.PARTICIPLE, Form.PAST})
    return replace(last.frame, start=own.start) if alike else own


def _acts_on(act: Act, scene: Scene) -> Iterator[Pair]:
    """The mentions that a trigger acts on, with everything joined to them by "and"."""
    trigger = act.trigger
    able = [m for m in scene.mentions if _can_happen_to(act, m, scene)]
    if trigger.op in SELF_NAMING:
        yield from (act.on(m) for m in self_named(act, scene))
    if scene.tokens[act.index].low in HOSTING:
        return
    if Form.NOUN in trigger.form:
        if foreign_subject(scene, act.index):
            able = [m for m in able if scene.pack.facts[m.fact].kind is not FactKind.MEASURE]
        yield from (act.on(m) for m in _joined(scene.tokens, _nominal(scene.tokens, act.index, able), able))
    elif trigger.op is Op.EXEMPT:
        yield from (act.on(m) for m in _joined(scene.tokens, _behind(act, scene.tokens, able), able))
    elif trigger.stance is not None:
        yield from _governed(act, scene, trigger.stance, able)
    elif not _adjectival(act, scene.tokens):
        yield from _verbal(act, scene, able)


ROW_SETS = Trigger(Op.SET, frozenset({Form.PARTICIPLE}), intransitive=True)
"""What a row does that names a rate, and the one before."""
_MEETING = Trigger(Op.MEET, frozenset({Form.NOUN}))
_INTENTIONS = frozenset(INTENTIONS.split())
_DROPS = frozenset({Op.WITHDRAW, Op.SUSPEND, Op.DELAY, Op.END})
_RATES = frozenset({Op.SET, Op.RAISE, Op.LOWER})
_EASING = frozenset(word for lemma in EASING.split() for word in inflect(lemma))
_OF_PRESUMED = frozenset({Op.THREATEN, Op.IMPOSE, Op.PROPOSE})
_COMPARED = {
    **dict.fromkeys(("lower", "smaller", "reduced", "lighter", "milder"), Op.LOWER),
    **dict.fromkeys(("higher", "steeper", "increased", "bigger", "stiffer"), Op.RAISE),
}
"""What a thing becomes that is to be so: "is weighing a lower duty"."""
_KEEPING = frozenset("kept keeps keep left leaves leave retained retains maintained maintains".split())
_OPENING = {Op.PROPOSE: Mode.PROPOSED, Op.THREATEN: Mode.THREATENED}
"""What is told by these is not decided."""
_PAST = frozenset({Form.PAST})
_EVENT_PRONOUNS = ("it", "this", "that")
_OF_ACTS = frozenset({Op.START, Op.EXPIRE, Op.EXTEND})
"""What an act can do itself: it takes effect, and it runs out."""
_TAKES_OFF = _DROPS | {Op.LOWER, Op.BLOCK, Op.SHORTEN}


def _able(op: Op, word: str, spec: FactSpec) -> bool:
    """Whether an op can happen to a fact: what has no rate can be eased and tightened, and not raised, cut or set."""
    if spec.kind is FactKind.MEASURE and not spec.unit and op in _RATES:
        return word in _EASING
    return op in OPS[spec.kind]


def _verbal(act: Act, scene: Scene, able: Sequence[Mention]) -> Iterator[Pair]:
    """What a verb or a predicate acts on, by its voice."""
    tokens, shape = scene.tokens, act.frame
    behind, before = _behind(act, tokens, able), _before(act, tokens, able)
    if before is None and Form.PREDICATE in act.trigger.form and is_said_of_another(tokens, act.index):
        return  # "planning is under way for a visit"
    if (act.trigger.intransitive and not (behind and not before)) or shape.passive:
        if before and shape.bare and Form.PARTICIPLE in act.trigger.form:
            act = replace(act, frame=_small_clause(tokens, before, shape)[0])
        if before is None and behind and behind.head <= act.end + 6:
            before = behind  # "are being levied a tariff of 25 percent"
        if before and _none_of(tokens, before):
            act = replace(act, frame=replace(act.frame, negated=not act.frame.negated))
        yield from (act.on(m) for m in _joined(tokens, before, able, backwards=True))
    elif behind:
        yield from _object(act, scene, behind, able)
    elif before:
        yield from _participle(act, tokens, before, able)


def _none_of(tokens: Sequence[Token], subject: Mention) -> bool:
    """ "No additional tariff will be imposed"."""
    for k in range(subject.head - 1, max(-1, subject.head - 6), -1):
        if tokens[k].low in ("no", "neither"):
            return tokens[k + 1].low != "longer"
        if tokens[k].low in HARD or tokens[k].low in (",", ":"):
            return False
    return False


def _object(act: Act, scene: Scene, behind: Mention, able: Sequence[Mention]) -> Iterator[Pair]:
    """ "Cuts the tariff": unless another country does it, or what is cut is none ("imposes no duty")."""
    kind, shape = scene.pack.facts[behind.fact].kind, act.frame
    if kind in (FactKind.MEASURE, FactKind.PURCHASES) and foreign_subject(scene, shape.top):
        return
    near = scene.tokens[max(act.index + 1, behind.head - 5) : behind.head]
    if any(token.low in ("no", "neither", "nothing") for token in near):
        act = replace(act, frame=replace(shape, negated=True))
    if act.trigger.op in _OPENING and act.frame.mode in DECIDED:
        said = _compared(act, scene, behind)
        act = act if said is act else replace(said, frame=replace(act.frame, mode=_OPENING[act.trigger.op]))
    yield from (act.on(m) for m in _joined(scene.tokens, behind, able))


def _participle(act: Act, tokens: Sequence[Token], before: Mention, able: Sequence[Mention]) -> Iterator[Pair]:
    """Nothing behind the verb: a headline's passive, a relative clause in short, or what somebody lets happen."""
    shape, op = act.frame, act.trigger.op
    if shape.bare and act.trigger.form & {Form.PARTICIPLE, Form.PAST}:
        if _has_object(tokens, act.end):
            return  # "the levy …, after the European Union eased rules on data"
        if any(token.low in AUXILIARY or token.low in MODAL_FUTURE for token in tokens[before.end : shape.start]):
            return  # "a duty shall be imposed on goods withdrawn from warehouse": the goods are, and not the duty
        shape, reduced = _small_clause(tokens, before, shape)
        act = replace(act, frame=shape)
        yield from (act.on(m, reduced=reduced) for m in _joined(tokens, before, able, backwards=True))
    elif any(t.low in ("let", "lets", "letting") for t in tokens[max(0, before.start - 3) : before.head]):
        yield from (act.on(m) for m in _joined(tokens, before, able, backwards=True))
    elif op in (Op.SET, Op.SUSPEND, Op.WITHDRAW) and not before.anaphor and shape.negated:
        yield act.on(before)


def _has_object(tokens: Sequence[Token], end: int) -> bool:
    """Whether an article or a plural noun stands right behind a verb, as its object."""
    if end >= len(tokens):
        return False
    word = tokens[end].low
    noun = word.isalpha() and len(word) > 4 and word.endswith("s") and word not in TRIGGERS and word not in AUXILIARY
    return word in ("the", "a", "an", "its", "their", "his", "her", "all", "some") or noun


def _governed(act: Act, scene: Scene, stance: Stance, able: Sequence[Mention]) -> Iterator[Pair]:
    """ "Is discussing a visit", "proposed a tariff of 10 percent": the object itself is considered or wanted."""
    tokens, mode, shape = scene.tokens, STANCE_MODE.get(stance, Mode.HEDGED), act.frame
    if shape.passive and stance in (Stance.CONSIDER, Stance.PLAN, Stance.PROPOSE):
        subject = _before(act, tokens, able)
        if subject:
            yield replace(act, frame=replace(shape, mode=mode)).on(subject)
        return
    found = next((m for m in able if act.index < m.head <= act.index + 9 and not m.anaphor), None)
    if found is None:
        return
    if act.trigger.op is Op.REACH and [token.low for token in tokens[found.head + 1 : found.head + 2]] == ["to"]:
        return  # "near a pact to prolong the truce": that is about the truce
    between = tokens[act.end : found.head]
    if any(token.low in HARD or token.low in ("to", "that", "whether", ",") for token in between):
        return
    if shape.mode in (Mode.ASSERTED, Mode.COMMITTED, Mode.HYPOTHETICAL):
        act = replace(act, frame=replace(shape, mode=mode, governor=act.index))
    said = _compared(act, scene, found)
    if said is not act or stance is not Stance.HEDGE or act.trigger.op is Op.REACH:
        yield said.on(found)  # "open to a lower duty", and not "open to a meeting on the duty"


def _compared(act: Act, scene: Scene, found: Mention) -> Act:
    """ "Is weighing a lower duty": what is in prospect is that it falls."""
    between = scene.tokens[act.end : found.head]
    op = next((op for token in between if (op := _COMPARED.get(token.low))), None)
    if op is None or not _able(op, "", scene.pack.facts[found.fact]):
        return act
    return replace(act, trigger=replace(act.trigger, op=op))


def foreign_subject(scene: Scene, top: int) -> bool:
    """Whether the nearest country before an active verb is none of the story's parties."""
    labels = (Label.PARTY, Label.COUNTRY, Label.DECIDER)
    who = [h for h in scene.hits if h.entry.label in labels and top - 12 <= h.start < top]
    last = max(who, key=lambda h: h.start, default=None)
    if last is None or last.entry.label is not Label.COUNTRY:
        return False
    return not any(t.low in HARD or t.low in ("said", "says", ",") for t in scene.tokens[last.end : top])


def _adjectival(act: Act, tokens: Sequence[Token]) -> bool:
    """ "Further modified duty": a participle that opens its phrase describes the noun and tells nothing."""
    trigger, start, following = act.trigger, act.frame.start, act.index + 1
    if not act.frame.bare or trigger.rest or not trigger.form & {Form.PARTICIPLE, Form.PAST} or trigger.op is Op.MEET:
        return False
    opens = start == 0 or tokens[start - 1].low in (":", "—", "on", "of", "for", "to", "with")
    describes = following < len(tokens) and tokens[following].low not in (":", ",", "to", "until", "by", "from", "for")
    return opens and describes


def _small_clause(tokens: Sequence[Token], mention: Mention, shape: Frame) -> tuple[Frame, bool]:
    """ "They want the duty ended": the wish or the forecast before the noun governs the participle behind it.

    Returns the frame, and whether the participle stands alone.
    """
    for k in range(mention.head - 1, max(-1, mention.head - 26), -1):
        stance = GOVERNORS.get(tokens[k].low)
        if stance in (Stance.WISH, Stance.EXPECT):
            return replace(shape, mode=STANCE_MODE[stance], governor=k, bare=False), False
        if tokens[k].low in HARD or tokens[k].low == ",":
            break
    return shape, True


def _behind(act: Act, tokens: Sequence[Token], able: Sequence[Mention]) -> Mention | None:
    """The first mention behind an active verb, inside its clause."""
    index = act.index
    following = tokens[index + 1].low if index + 1 < len(tokens) else ""
    if act.trigger.op is Op.ANNOUNCE and following == ",":
        return None  # "by a second order, …"
    if act.trigger.op is Op.IMPOSE and following == "to" and Form.PARTICIPLE in act.trigger.form:
        return None  # "the duties imposed to curb the trade"
    limit = min(len(tokens), index + _REACH)
    limit = next((k for k in range(index + 1, limit) if _closes(tokens, k) or _goes_on(tokens, index, k)), limit)
    gap = act.trigger.gap
    return next((m for m in able if index < m.head < limit and (not gap or m.head < act.end + 18)), None)


def _closes(tokens: Sequence[Token], k: int) -> bool:
    """Whether a token ends the clause of the verb before it; "until" and "as of" do not."""
    word = tokens[k].low
    as_of = word == "as" and k + 1 < len(tokens) and tokens[k + 1].low == "of"
    return word in HARD or word in ("unless", "if", "but") or (word in SUBORDINATE and word != "until" and not as_of)


def _goes_on(tokens: Sequence[Token], index: int, k: int) -> bool:
    """Whether a second verb begins behind the first one's object: "cut its duty on Swiss goods and kept the others"."""
    if k - index < 3 or not _second_verb(tokens, k):
        return False
    return any(token.low in DEFINITE or token.low == "%" or token.raw[:1].isupper() for token in tokens[index + 1 : k])


def _second_verb(tokens: Sequence[Token], k: int) -> bool:
    """Whether a finite verb stands right behind "and" or "but" at `k`."""
    if tokens[k].low not in ("and", "but") or k + 1 >= len(tokens):
        return False
    word = tokens[k + 1].low
    return word in _KEEPING or any(t.form & _PAST and not t.rest for t in TRIGGERS.get(word, ()))


def _before(act: Act, tokens: Sequence[Token], able: Sequence[Mention]) -> Mention | None:
    """The nearest mention before the verb's chain, inside the sentence's segment."""
    start = act.frame.start
    for m in reversed(able):
        if m.head < start or (m.head < act.index and m.anaphor):
            between = [token.low for token in tokens[m.head : start]]
            another = any(
                word == "," and between[k + 1 : k + 2] in (["and"], ["but"], ["while"])
                for k, word in enumerate(between)
            )
            return None if another or set(between) & {";", ".", "!", "?"} else m
    return None


def _nominal(tokens: Sequence[Token], index: int, able: Sequence[Mention]) -> Mention | None:
    """ "The suspension of the rules", or a compound with the noun right before it ("tariff cut")."""
    if index + 1 < len(tokens) and tokens[index + 1].low in ("of", "in", "to", "on", "for"):
        found = next((m for m in able if index < m.head <= index + 12), None)
        if found and not any(token.low == "," for token in tokens[index : found.start]):
            return found
    return next((m for m in reversed(able) if m.head == index - 1), None)


def _joined(
    tokens: Sequence[Token], first: Mention | None, able: Sequence[Mention], *, backwards: bool = False
) -> Iterator[Mention]:
    """A mention and those joined to it by "and" or "both"."""
    if first is None:
        return
    yield first
    last = first
    for m in reversed(able) if backwards else able:
        if m is first or m.fact == first.fact:
            continue
        if m.head == first.head and (m.joint or first.joint):
            yield m
            continue
        low, high = (m, last) if backwards else (last, m)
        if low.head >= high.head or high.head - low.head > 14:
            continue
        between = {token.low for token in tokens[low.head + 1 : high.head]}
        if any(_second_verb(tokens, k) for k in range(low.head + 1, high.head)):
            continue  # "raised the one to 15 percent and left the other"
        if between & {"and", "both"} and not between & (AUXILIARY | NEGATION | SUBORDINATE | HARD | {","}):
            yield m
            last = m
