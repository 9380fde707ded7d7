"""What the chain of words that a verb hangs on makes of it: "has not yet agreed to", "may be", "was to have been".

`frame` reads the chain to the left of a verb, and where it ends in an infinitive, a gerund or a noun, the word that
governs it, whose own chain is read in turn. What stands round the clause is asked in `rules.modality`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rules.grammar import GOVERNORS, TRIGGERS, Form, Op, Stance
from rules.text import Token
from rules.words import ADVERB, AUXILIARY, MODAL_FUTURE, MODAL_HEDGE, MODAL_WISH, NEGATION


class Mode(StrEnum):
    """How an event is told, the weakest first."""

    QUESTION = "question"
    DENIED = "denied"
    HYPOTHETICAL = "hypothetical"
    BACKGROUND = "background"
    WISHED = "wished"
    HEDGED = "hedged"
    EXPECTED = "expected"
    THREATENED = "threatened"
    PROPOSED = "proposed"
    COMMITTED = "committed"
    ASSERTED = "asserted"


DECIDED = frozenset({Mode.COMMITTED, Mode.ASSERTED})
OPEN = frozenset({Mode.HEDGED, Mode.EXPECTED, Mode.THREATENED, Mode.PROPOSED, Mode.WISHED})
STANCE_MODE = {
    Stance.HEDGE: Mode.HEDGED,
    Stance.CONSIDER: Mode.HEDGED,
    Stance.PLAN: Mode.HEDGED,
    Stance.EXPECT: Mode.EXPECTED,
    Stance.THREAT: Mode.THREATENED,
    Stance.PROPOSE: Mode.PROPOSED,
    Stance.WISH: Mode.WISHED,
    Stance.DENY: Mode.DENIED,
    Stance.SUPPOSE: Mode.HYPOTHETICAL,
}
"""The mode that a governing word gives to what it governs."""

HARD = frozenset('; : — ( ) . " ! ? | *'.split())
"""Marks over which no word governs another."""

_BE = frozenset("be been is are was were am 's 're".split())
_FINITE_BE = frozenset("is are was were am 's 're".split())
_NOBODY = frozenset("nobody neither none hardly".split())
_SOMEBODY = frozenset("one side country government party official officials capital delegation".split())
_SPANS = frozenset("hours days weeks months years words".split())
_NO_ADVERBS = frozenset("july supply reply apply comply family italy only".split())
_CHAIN = (
    AUXILIARY
    | MODAL_FUTURE
    | MODAL_HEDGE
    | MODAL_WISH
    | NEGATION
    | ADVERB
    | frozenset("to longer would wouldn't about".split())
)
_ALWAYS_HEDGE = frozenset("probably likely possibly perhaps reportedly maybe tentatively couldn't".split())
_TELLING = frozenset(
    (
        "welcome announced announces confirmed confirms extends extended extend welcomed hailed ordered orders "
        "published signed approved approves told declares declared includes granted grants won secured set begins "
        "began starts started takes imposed followed follows brings means known"
    ).split()
)
_IMAGINING = frozenset(["would", "could", "might", "should"])
"""Before a telling verb these only imagine it: "importers would welcome a cut"."""
_RULING = ("rule", "rules", "ruled", "ruling")
_LETTING = ("let", "lets", "letting")
_CAUSING = ("have", "make", "having", "making", "get", "help", "see")
_STOPPING = frozenset({Op.SUSPEND, Op.DELAY, Op.WITHDRAW, Op.END})
_TOPICAL = frozenset("about on of for against towards toward".split())
"""Before a gerund these name what something is about, and tell no event."""
_MAX_DEPTH = 4
_MANDATE = 20
"""How many words may stand between "demand that" and its verb."""


@dataclass(slots=True)
class Frame:
    """What the chain round a trigger says of it."""

    mode: Mode
    start: int
    """The first token of the verb's own chain."""
    top: int
    """The first token of the chain of the word that governs it, where one does."""
    passive: bool = False
    future: bool = False
    perfect: bool = False
    progressive: bool = False
    agreed: bool = False
    ordered: bool = False
    negated: bool = False
    bare: bool = False
    """No auxiliary, no governor: a simple past or present, or a headline's participle."""
    cues: list[str] = field(default_factory=list)
    governor: int | None = None


def frame(
    tokens: Sequence[Token],
    index: int,
    forms: frozenset[Form],
    *,
    headline: bool = False,
    nouns: frozenset[int] = frozenset(),
    depth: int = 0,
) -> Frame:
    """The frame of the trigger at `index`, which can have these forms.

    Tokens in `nouns` name facts and govern nothing. Reads a few words to the left for each level; four levels at most.
    """
    chain, start = _chain(tokens, index)
    out = _auxiliaries(chain, start, forms)
    out.negated = out.negated or _inverted(tokens, start) or _nobody(tokens, start)
    aux = set(chain) & AUXILIARY
    _modals(out, tokens, chain, aux)
    if "unlikely" in chain:
        out.mode, out.negated = Mode.HEDGED, not out.negated
    if "being" in chain and (stop := _stopping(tokens, start)) is not None:
        _stop(out, tokens, stop, headline=headline, depth=depth)
    noun = Form.NOUN in forms
    seen = aux == {"being"} and out.passive  # "sees the truce being carried on"
    infinitive = "to" in chain and aux.isdisjoint(_FINITE_BE)  # "was to start" hangs on nothing
    if depth < _MAX_DEPTH and (seen or infinitive or noun or (Form.GERUND in forms and not out.progressive)):
        above = _governor(tokens, start - 1, nouns, noun=noun)
        if above is not None:
            _apply(out, tokens, above, GOVERNORS[tokens[above].low], depth)
        else:
            _ungoverned(out, tokens, chain, forms, headline=headline, depth=depth)
    if noun and out.governor is None:
        _named(out, tokens, index, headline=headline)
    elif out.bare and Form.BASE in forms:
        _subjunctive(out, tokens, start - 1, depth)
    elif out.passive and [word for word in chain if word not in ADVERB] in (["be"], ["not", "be"]):
        _subjunctive(out, tokens, start - 1, depth, own=True)  # "asks that the duty be lifted"
    return out


def _ungoverned(
    out: Frame, tokens: Sequence[Token], chain: Sequence[str], forms: frozenset[Form], *, headline: bool, depth: int
) -> None:
    """An infinitive or a gerund that no word governs."""
    start = out.start
    if "to" in chain and AUXILIARY.isdisjoint(chain):
        # a headline's infinitive ("Trump to visit China") is a future; elsewhere it is a purpose
        out.future, out.mode = True, Mode.COMMITTED if headline else Mode.BACKGROUND
    elif Form.GERUND in forms and (stop := _stopping(tokens, start)) is not None:
        _stop(out, tokens, stop, headline=headline, depth=depth)
    elif Form.GERUND in forms and start > 0 and tokens[start - 1].low in _TOPICAL:
        out.mode = Mode.BACKGROUND  # "a paper on extending the truce"


def _stop(out: Frame, tokens: Sequence[Token], stop: int, *, headline: bool, depth: int) -> None:
    """What the verb at `stop` keeps from coming is told as it is, and does not come."""
    stopped = frame(tokens, stop, forms_of(tokens[stop].low), headline=headline, depth=depth + 1)
    out.mode, out.top, out.negated = stopped.mode, stopped.top, not stopped.negated


def _named(out: Frame, tokens: Sequence[Token], index: int, *, headline: bool) -> None:
    """ "There will be a delay"; "the suspension of the rules" alone takes for granted that there is one."""
    if _will_be(tokens, index):
        out.future, out.mode = True, Mode.COMMITTED
    elif not headline and not _told_of(tokens, index):
        out.mode = Mode.BACKGROUND


def _stopping(tokens: Sequence[Token], start: int) -> int | None:
    """The verb by which what a gerund names does not come: "held off on lifting", "stopped short of suspending"."""
    near = [token.low for token in tokens[max(0, start - 3) : start]]
    if near[-2:] in (["short", "of"], ["off", "on"]) and len(near) == 3:
        return start - 3
    stops = bool(near) and any(t.op in _STOPPING and not t.rest for t in TRIGGERS.get(near[-1], ()))
    return start - 1 if stops else None


def _chain(tokens: Sequence[Token], index: int) -> tuple[list[str], int]:
    """The auxiliaries, negations and adverbs right before a verb, and where they begin."""
    chain: list[str] = []
    k = index - 1
    while k >= 0 and (_in_chain(tokens[k].low) or _quote_inside(tokens, k)) and len(chain) < 12:
        if tokens[k].low != '"':
            chain.insert(0, tokens[k].low)
        k -= 1
    return chain, k + 1


def _in_chain(word: str) -> bool:
    """An auxiliary, a negation or an adverb: "will surely raise", "shall duly be"."""
    return word in _CHAIN or (len(word) > 4 and word.endswith("ly") and word not in _NO_ADVERBS)


def _quote_inside(tokens: Sequence[Token], k: int) -> bool:
    """A quotation mark between the words of one chain: "will \"probably\" fly"."""
    return tokens[k].low == '"' and k > 0 and (tokens[k - 1].low in _CHAIN or tokens[k - 1].low in GOVERNORS)


def _auxiliaries(chain: Sequence[str], start: int, forms: frozenset[Form]) -> Frame:
    """Voice, aspect and negation."""
    aux, cues = set(chain) & AUXILIARY, [word for word in chain if word not in ADVERB]
    infinitive = chain[-1:] == ["to"]  # "was to cut": the same word as "was cut", and no passive
    participle, progressive = Form.PARTICIPLE in forms and not infinitive, Form.GERUND in forms and bool(aux & _BE)
    return Frame(
        Mode.ASSERTED,
        start,
        start,
        passive=participle and bool(aux & (_BE | {"being"})),
        perfect=bool(aux & {"has", "have", "'ve", "having"}) or (participle and {"'s", "been"} <= aux),
        progressive=progressive,
        negated=bool(NEGATION & set(chain)),
        bare=not cues and not progressive,
        cues=cues,
    )


def _inverted(tokens: Sequence[Token], start: int) -> bool:
    """ "Nor has their implementation been suspended"."""
    for k in range(start - 1, max(-1, start - 8), -1):
        if tokens[k].low in ("nor", "neither"):
            return k + 1 < len(tokens) and tokens[k + 1].low in AUXILIARY
        if tokens[k].low in HARD or tokens[k].low == ",":
            return False
    return False


def _nobody(tokens: Sequence[Token], start: int) -> bool:
    """ "Neither side has agreed", "few in Beijing believe": the subject of the clause is nobody, or next to nobody."""
    for k in range(start - 1, max(-1, start - 8), -1):
        word, after = tokens[k].low, tokens[k + 1].low
        if word in HARD or word == "," or word in AUXILIARY or word.endswith("ed"):
            return False
        if word in _NOBODY or (word == "few" and after not in _SPANS) or (word == "no" and after in _SOMEBODY):
            return k == 0 or tokens[k - 1].low in HARD or tokens[k - 1].low in (",", "that", "but", "and")
    return False


def _modals(out: Frame, tokens: Sequence[Token], chain: Sequence[str], aux: set[str]) -> None:
    """Modal verbs, the pluperfect, and adverbs that hedge; of several the later rule counts."""
    words = set(chain)
    if words & MODAL_FUTURE:
        out.future, out.mode = True, Mode.COMMITTED
    if words & {"would", "wouldn't", "'d"} and "had" not in words:
        out.future, out.mode = True, Mode.HYPOTHETICAL
    if "had" in aux or "hadn't" in words:
        out.mode = Mode.BACKGROUND
    if words & (MODAL_HEDGE | _ALWAYS_HEDGE) or _maybe(tokens, out.start):
        out.mode = Mode.HEDGED
    if words & MODAL_WISH:
        out.mode = Mode.WISHED
    if "to" in words and aux & {"is", "are", "'s", "am"} and out.mode is Mode.ASSERTED:
        out.future, out.mode = True, Mode.COMMITTED
    if "to" in words and aux & {"was", "were"} and not words & _ALWAYS_HEDGE:
        out.mode = Mode.BACKGROUND
    if "to" in words and ("yet" in words or "still" in words) and aux & {"has", "have", "had"}:
        out.negated = not out.negated  # "has yet to be cut"
    if {"about", "to"} <= words:
        out.mode = Mode.HEDGED


def _maybe(tokens: Sequence[Token], start: int) -> bool:
    """ "Maybe" at the head of the clause."""
    return any(token.low in ("maybe", "perhaps") for token in tokens[max(0, start - 5) : start])


def _will_be(tokens: Sequence[Token], index: int) -> bool:
    """ "There will be a delay of", "there 'll be a cut in": what a noun names is told to come."""
    for k in range(index - 1, max(1, index - 7), -1):
        if tokens[k].low == "be":
            return tokens[k - 1].low in MODAL_FUTURE and tokens[k - 2].low == "there" and tokens[k + 1].low != "no"
        if tokens[k].low in HARD or tokens[k].low == ",":
            return False
    return False


def _told_of(tokens: Sequence[Token], index: int) -> bool:
    """Whether a verb nearby tells of the event that a noun names: "announced a cut", "the halving was confirmed"."""
    if any(token.low in _TELLING for token in tokens[index + 1 : index + 24]):
        return True
    near = range(max(0, index - 5), index)
    return any(tokens[k].low in _TELLING and (not k or tokens[k - 1].low not in _IMAGINING) for k in near)


def _subjunctive(out: Frame, tokens: Sequence[Token], k: int, depth: int, *, own: bool = False) -> None:
    """ "We demand that the United States remove …": a wish governs a bare verb through "that".

    `own`: what is proposed stays proposed; else to propose that somebody act is to wish it.
    """
    for j in range(k, max(0, k - _MANDATE), -1):
        if tokens[j].low in HARD:
            return
        caused = tokens[j].low in _CAUSING and k - j < 4 and tokens[j - 1].low in ("to", "not", "will", "would")
        if tokens[j].low in _LETTING or (caused and j > 0):
            above = frame(tokens, j, forms_of("let"), depth=depth + 1)
            out.mode, out.future, out.top = above.mode, above.future, above.top
            out.agreed, out.negated, out.governor, out.bare = above.agreed, above.negated, above.governor, False
            return
        if tokens[j].low == "that":
            wishes = (Stance.WISH, Stance.PROPOSE)
            near = range(j - 1, max(-1, j - 9), -1)  # "demanded on Monday that …"
            wish = next((n for n in near if GOVERNORS.get(tokens[n].low) in wishes), None)
            if wish is not None:
                _apply(out, tokens, wish, GOVERNORS[tokens[wish].low] if own else Stance.WISH, depth)
            return


def _governor(tokens: Sequence[Token], k: int, nouns: frozenset[int], *, noun: bool) -> int | None:
    """The word at or before `k` that governs an infinitive, a gerund or a noun."""
    for j in range(k, max(-1, k - (5 if noun else 20)), -1):
        word = tokens[j].low
        if (word in HARD and word != '"') or word in ("which", "who") or (word == "," and noun):
            return None
        if word in GOVERNORS and j not in nouns:
            return j
    return None


def _apply(out: Frame, tokens: Sequence[Token], j: int, stance: Stance, depth: int) -> None:
    """Fold what the governing word at `j`, and whatever governs that, says into the frame of what it governs."""
    out.governor = j
    if tokens[j].low in ("choice", "option", "alternative"):
        out.mode, out.negated, out.bare = Mode.THREATENED, False, False  # "no choice but to …"
        return
    if tokens[j].low in _RULING and tokens[j + 1].low == "out":
        stance = Stance.DENY
    above = frame(tokens, j, forms_of(tokens[j].low), depth=depth + 1)
    out.cues = [*above.cues, tokens[j].low, *out.cues]
    out.top = min(out.top, above.top)
    out.future = out.future or above.future or stance in (Stance.AGREE, Stance.ORDER, Stance.DUE, Stance.PLAN)
    out.perfect = out.perfect or above.perfect
    out.bare = False
    if stance is Stance.REFUSE:
        out.negated = not out.negated
    elif above.negated:
        out.negated = True
    out.ordered = out.ordered or stance is Stance.ORDER
    out.mode = _governed_mode(out.mode, tokens[j].low, stance, above)
    forecast = STANCE_MODE.get(stance) is Mode.EXPECTED and above.mode is Mode.HYPOTHETICAL
    out.agreed = out.agreed or stance is Stance.AGREE or (above.agreed and not forecast)


def _governed_mode(mode: Mode, word: str, stance: Stance, above: Frame) -> Mode:
    """The mode of a verb under a governing word, whose own frame is `above`: the weaker of them speaks."""
    own = STANCE_MODE.get(stance)
    if word in ("supposed", "meant"):
        own = Mode.BACKGROUND  # "there is supposed to be a tariff on Saturday"
    if stance in (Stance.DUE, Stance.PLAN) and {"was", "were"} & set(above.cues):
        own = Mode.BACKGROUND  # "was due to start"
    if mode in DECIDED:
        mode = own or Mode.COMMITTED
    if own in (Mode.EXPECTED, Mode.WISHED) and above.mode is Mode.HYPOTHETICAL:
        return mode  # "I would expect us to …" is a forecast
    overrules = own is None or above.mode in (Mode.BACKGROUND, Mode.DENIED, Mode.HYPOTHETICAL, Mode.WISHED)
    return above.mode if above.mode not in DECIDED and overrules else mode


def forms_of(word: str) -> frozenset[Form]:
    """The forms that a governing word can have, by its ending."""
    if word.endswith("ing"):
        return frozenset({Form.GERUND})
    if word.endswith(("ed", "en", "n", "t", "d")):
        return frozenset({Form.PAST, Form.PARTICIPLE})
    return frozenset({Form.BASE, Form.PRESENT})
