"""Whether a verb's event is told as a fact, and on whose word.

`frame` reads the chain of words that a verb hangs on ("has not yet agreed to", "may be", "was to have been") and says what they make
of it; the order in which the cues bind is that of `docs/engine.md`. `Speakers` says who stands behind a sentence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rules.grammar import GOVERNORS, Form, Stance
from rules.lexicon import Hit, Label
from rules.text import Token
from rules.words import (
    ADVERB,
    AUXILIARY,
    CONDITION,
    MODAL_FUTURE,
    MODAL_HEDGE,
    MODAL_WISH,
    NEGATION,
    SUBORDINATE,
    SUPPOSING,
)


class Mode(StrEnum):
    """How an event is told, the weakest first."""

    QUESTION = "question"
    DENIED = "denied"
    NEGATED = "negated"
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

_HARD = frozenset('; : — ( ) . " ! ? | *'.split())
_ALWAYS_HEDGE = frozenset("probably likely possibly perhaps reportedly maybe tentatively".split())
_REPORT = frozenset(
    (
        "think believe expect expects reckon predict reckons reckoned hinted hints signalled signaled indicated argues argued predicts predicted estimates estimated believes believed thinks said says "
        "say saying warned warns told tells tell statement announced announces confirmed confirms replied replies "
        "added adds wrote writes informed stated according disclosed revealed reveals reported reports recalled "
        "claimed insisted noted explained declared posted"
    ).split()
)
_DENIAL = frozenset(
    (
        "deny denies denied denying denial rejects rejected dismissed dismisses rebuts rebutted refuted refutes "
        "forgery hoax fake false untrue"
    ).split()
)


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
    conditional: bool = False
    """The sentence makes it depend on something ("unless Beijing …")."""
    bare: bool = False
    """No auxiliary, no governor: a simple past or present, or a headline's participle."""
    cues: list[str] = field(default_factory=list)
    governor: int | None = None


def clause_start(tokens: Sequence[Token], index: int) -> int:
    """The first token of the clause that holds a token: behind the last hard mark, comma or subordinator."""
    k = index
    while k > 0:
        word = tokens[k - 1].low
        if word in _HARD or word == "," or word in SUBORDINATE:
            break
        if word in ("and", "but", "or") and k < index and not _chain_word(tokens[k].low) and k - 1 > 0:
            break
        k -= 1
    return k


def _chain_word(word: str) -> bool:
    return (
        word in AUXILIARY
        or word in MODAL_FUTURE
        or word in MODAL_HEDGE
        or word in MODAL_WISH
        or word in NEGATION
        or word in ADVERB
        or word in ("to", "longer", "would", "wouldn't", "about")
    )


def frame(
    tokens: Sequence[Token],
    index: int,
    forms: frozenset[Form],
    *,
    headline: bool = False,
    nouns: frozenset[int] = frozenset(),
    depth: int = 0,
) -> Frame:
    """The frame of the trigger at `index`. Reads at most a few words to the left for each level; four levels at most."""
    chain: list[str] = []
    k = index - 1
    while k >= 0 and (_chain_word(tokens[k].low) or _quote_inside(tokens, k)) and len(chain) < 12:
        if tokens[k].low != '"':
            chain.insert(0, tokens[k].low)
        k -= 1
    out = Frame(Mode.ASSERTED, k + 1, k + 1)
    out.cues = [word for word in chain if word not in ADVERB]
    aux = {word for word in chain if word in AUXILIARY}
    out.passive = (
        bool(aux & {"be", "been", "being", "is", "are", "was", "were", "am", "'s", "'re"}) and Form.PARTICIPLE in forms
    )
    out.progressive = Form.GERUND in forms and bool(aux & {"be", "been", "is", "are", "was", "were", "am", "'s", "'re"})
    out.perfect = bool(aux & {"has", "have", "'ve", "having"}) or (
        "'s" in aux and Form.PARTICIPLE in forms and "been" in aux
    )
    out.negated = (
        any(word in NEGATION for word in chain) or ("no" in chain and "longer" in chain) or _inverted(tokens, k + 1)
    )
    out.bare = not [w for w in chain if w not in ADVERB] and not out.progressive
    _modals(out, tokens, chain, aux)
    infinitive = "to" in chain
    if depth < 4 and (infinitive or (Form.GERUND in forms and not out.progressive) or Form.NOUN in forms):
        _govern(out, tokens, k, aux, chain, depth, noun=Form.NOUN in forms, headline=headline, nouns=nouns)
    if Form.NOUN in forms and out.governor is None and not headline and not _told_of(tokens, index):
        out.mode = Mode.BACKGROUND  # "the suspension of the rules" alone takes for granted that there is one
    elif out.bare and Form.BASE in forms:
        _subjunctive(out, tokens, k, depth)
    return out


_TELLING = frozenset(
    (
        "welcome announced announces confirmed confirms extends extended extend welcomed hailed ordered orders published "
        "signed approved approves told declares declared includes granted grants won secured set begins began "
        "starts started takes imposed followed follows brings means"
    ).split()
)


def _told_of(tokens: Sequence[Token], index: int) -> bool:
    """Whether a verb nearby tells of the event that a noun names: "announced a cut", "the halving was confirmed"."""
    return any(token.low in _TELLING for token in (*tokens[max(0, index - 5) : index], *tokens[index + 1 : index + 24]))


def _subjunctive(out: Frame, tokens: Sequence[Token], k: int, depth: int) -> None:
    """ "We demand that the United States remove …": a wish governs a bare verb through "that"."""
    for j in range(k, max(0, k - 12), -1):
        if tokens[j].low in _HARD:
            return
        if tokens[j].low in ("let", "lets", "letting"):
            above = frame(tokens, j, forms_of("let"), depth=depth + 1)
            out.mode, out.future, out.agreed, out.negated, out.top = (
                above.mode,
                above.future,
                above.agreed,
                above.negated,
                above.top,
            )
            return
        if tokens[j].low == "that":
            wish = next(
                (
                    n
                    for n in range(j - 1, max(-1, j - 5), -1)
                    if GOVERNORS.get(tokens[n].low) in (Stance.WISH, Stance.PROPOSE)
                ),
                None,
            )
            if wish is not None:
                _apply(out, tokens, wish, Stance.WISH, depth)
            return


def _inverted(tokens: Sequence[Token], start: int) -> bool:
    """ "Nor has their implementation been suspended"."""
    for k in range(start - 1, max(-1, start - 8), -1):
        if tokens[k].low in ("nor", "neither"):
            return k + 1 < len(tokens) and tokens[k + 1].low in AUXILIARY
        if tokens[k].low in _HARD or tokens[k].low == ",":
            return False
    return False


def _quote_inside(tokens: Sequence[Token], k: int) -> bool:
    """A quotation mark between the words of one chain: "will \"probably\" fly"."""
    return tokens[k].low == '"' and k > 0 and (_chain_word(tokens[k - 1].low) or tokens[k - 1].low in GOVERNORS)


def _maybe(tokens: Sequence[Token], start: int) -> bool:
    """ "Maybe" at the head of the clause."""
    return any(token.low in ("maybe", "perhaps") for token in tokens[max(0, start - 5) : start])


def _modals(out: Frame, tokens: Sequence[Token], chain: Sequence[str], aux: set[str]) -> None:
    """Modal verbs, the pluperfect, and adverbs that hedge."""
    words = set(chain)
    if words & MODAL_FUTURE:
        out.future, out.mode = True, Mode.COMMITTED
    if words & {"would", "wouldn't", "'d"} and "had" not in words:
        out.future, out.mode = True, Mode.HYPOTHETICAL
    if "had" in aux or "hadn't" in words:
        out.mode = Mode.BACKGROUND
    if words & MODAL_HEDGE or words & _ALWAYS_HEDGE or _maybe(tokens, out.start) or words & {"couldn't"}:
        out.mode = Mode.HEDGED
    if words & MODAL_WISH:
        out.mode = Mode.WISHED
    if "to" in words and aux & {"is", "are", "'s", "am"} and out.mode is Mode.ASSERTED:
        out.future, out.mode = True, Mode.COMMITTED
    if "to" in words and aux & {"was", "were"}:
        out.mode = Mode.BACKGROUND
    if "about" in words and "to" in words:
        out.mode = Mode.HEDGED


def _govern(
    out: Frame,
    tokens: Sequence[Token],
    k: int,
    aux: set[str],
    chain: Sequence[str],
    depth: int,
    *,
    noun: bool,
    headline: bool,
    nouns: frozenset[int],
) -> None:
    """Look for the word that governs an infinitive, a gerund or a noun, and fold in what it says."""
    span = 5 if noun else 20
    for j in range(k, max(-1, k - span), -1):
        word = tokens[j].low
        if (word in _HARD and word != '"') or word in ("which", "who") or (word == "," and noun):
            break
        stance = GOVERNORS.get(word)
        if stance is None or j in nouns:
            continue
        _apply(out, tokens, j, stance, depth)
        return
    if "to" in chain and not aux:
        # a headline's infinitive ("Trump to visit China") is a future; elsewhere it is a purpose
        out.future, out.mode = True, Mode.COMMITTED if headline else Mode.BACKGROUND


_STANCE_MODE = {
    Stance.HEDGE: Mode.HEDGED,
    Stance.CONSIDER: Mode.HEDGED,
    Stance.PLAN: Mode.HEDGED,
    Stance.EXPECT: Mode.EXPECTED,
    Stance.THREAT: Mode.THREATENED,
    Stance.PROPOSE: Mode.PROPOSED,
    Stance.WISH: Mode.WISHED,
    Stance.DENY: Mode.DENIED,
}


def _apply(out: Frame, tokens: Sequence[Token], j: int, stance: Stance, depth: int) -> None:
    out.governor = j
    if tokens[j].low in ("choice", "option", "alternative"):
        out.mode, out.negated, out.bare = Mode.THREATENED, False, False  # "no choice but to …"
        return
    above = frame(tokens, j, forms_of(tokens[j].low), depth=depth + 1)
    out.cues = [*above.cues, tokens[j].low, *out.cues]
    out.top = min(out.top, above.top)
    out.future = out.future or above.future or stance in (Stance.AGREE, Stance.ORDER, Stance.DUE, Stance.PLAN)
    out.perfect = out.perfect or above.perfect
    out.conditional = out.conditional or above.conditional
    out.bare = False
    if stance is Stance.REFUSE:
        out.negated = not out.negated
    if above.negated and stance is not Stance.REFUSE:
        out.negated = True
    if stance is Stance.AGREE:
        out.agreed = True
    if stance is Stance.ORDER:
        out.ordered = True
    own = _STANCE_MODE.get(stance)
    if stance in (Stance.DUE, Stance.PLAN) and {"was", "were"} & set(above.cues):
        own = Mode.BACKGROUND  # "was due to start"
    if out.mode in (Mode.ASSERTED, Mode.COMMITTED):
        out.mode = own or Mode.COMMITTED
    if own is Mode.EXPECTED and above.mode is Mode.HYPOTHETICAL:
        return  # "I would expect us to …" is a forecast
    if above.mode not in DECIDED and (
        own is None or above.mode in (Mode.BACKGROUND, Mode.DENIED, Mode.HYPOTHETICAL, Mode.WISHED)
    ):
        out.mode = above.mode
    if above.agreed:
        out.agreed = True


def forms_of(word: str) -> frozenset[Form]:
    """The forms that a governing word can have, by its ending."""
    if word.endswith("ing"):
        return frozenset({Form.GERUND})
    if word.endswith(("ed", "en", "n", "t", "d")):
        return frozenset({Form.PAST, Form.PARTICIPLE})
    return frozenset({Form.BASE, Form.PRESENT})


def conditional(tokens: Sequence[Token], index: int) -> bool:
    """Whether the trigger stands inside a condition ("if the rate were cut", "should Beijing …", "whether to …")."""
    start = index
    while start > 0 and tokens[start - 1].low not in _HARD and tokens[start - 1].low != ",":
        start -= 1
    words = [token.low for token in tokens[start:index]]
    if any(token.low in SUPPOSING for token in tokens[:index]):
        return True
    if any(w in CONDITION or w == "whether" for w in words):
        return True
    return (
        bool(words)
        and words[0] in ("should", "were", "had", "imagine", "assume", "say")
        and len(words) > 1
        and words[1] not in NEGATION
        and not words[1].endswith("ing")
    )


def depends(tokens: Sequence[Token]) -> bool:
    """Whether a sentence holds a condition anywhere."""
    for k, token in enumerate(tokens):
        if token.low in CONDITION:
            return True
        if token.low == "should" and (
            k == 0
            or tokens[k - 1].low in _HARD
            or tokens[k - 1].low in (",", "and", "goods")
            or tokens[k - 1].low.isdigit()
            or tokens[k - 1].low == "%"
        ):
            return True
    return False


def reported(tokens: Sequence[Token], index: int) -> bool:
    """Whether the trigger is told in somebody's words ("said that …", "…, the ministry announced")."""
    for k in range(len(tokens)):
        if tokens[k].low not in _REPORT:
            continue
        if k > index:
            return True
        between = [token.low for token in tokens[k + 1 : index]]
        if "which" not in between and "who" not in between:
            return True
    return False


def belies(tokens: Sequence[Token]) -> bool:
    """Whether a sentence says that what was reported is not so: "the reports are without basis"."""
    words = [token.low for token in tokens]
    subject = {
        "rate",
        "rated",
        "rating",
        "verdict",
        "report",
        "reports",
        "message",
        "claim",
        "claims",
        "rumour",
        "rumours",
        "rumor",
        "rumors",
        "post",
        "statement",
        "screenshot",
        "that",
        "story",
        "picture",
        "video",
    }
    verdict = {
        "false",
        "untrue",
        "fake",
        "forgery",
        "hoax",
        "mistake",
        "wrong",
        "fabricated",
        "invented",
        "baseless",
        "unfounded",
    }
    without = any(
        a == "without" and b in ("basis", "foundation", "substance") for a, b in zip(words, words[1:], strict=False)
    )
    negated = any(word in NEGATION - {"without"} for word in words)
    return bool(subject & set(words)) and (without or bool(verdict & set(words))) and not negated


def denied(tokens: Sequence[Token], index: int) -> bool:
    """Whether a denial governs the trigger: it stands to the left in the same sentence, and is not itself negated."""
    for k, token in enumerate(tokens[:index]):
        if token.low in _DENIAL and not any(t.low in NEGATION for t in tokens[max(0, k - 3) : k]):
            return True
        if token.low == "knocked" and k + 1 < len(tokens) and tokens[k + 1].low in ("down", "back"):
            return True
        if token.low == "no" and k + 1 < len(tokens) and tokens[k + 1].low in ("truth", "basis"):
            return True
        if token.low == "we" and k + 1 < len(tokens) and tokens[k + 1].low in ("reported", "wrote", "said"):
            return True  # an outlet that speaks of its own earlier report
    return False


class Speaker(StrEnum):
    OUTLET = "outlet"
    """Nobody is named: the outlet itself says so."""
    DECIDER = "decider"
    UNNAMED = "unnamed"
    OUTSIDER = "outsider"
    """Analysts, lobbies, legislators, companies: they decide nothing."""


_UNNAMED = frozenset(
    ("sources source people person insiders insider anonymity unnamed executives managers familiar briefed").split()
)
_OUTSIDER = frozenset(
    (
        "manufacturers producers exporters unions campaigners charity shippers millers mills dealers industry ngo "
        "ngos analyst analysts economist economists strategist strategists trader traders lawyer lawyers "
        "professor lobby association federation growers farmers senator senators lawmaker lawmakers congressman "
        "congresswoman congressmen legislator legislators committee chairman chairwoman expert experts broker "
        "brokers investor investors former retired company companies firm firms union think-tank importer "
        "importers retailer retailers group pundit columnist blogger critics opposition institute bank fund "
        "executive chief council board parliament mep meps lobbyist lobbyists consultant consultants researcher "
        "researchers"
    ).split()
)
_RUMOUR = frozenset(
    (
        "report reports article post posts video videos clip rumour rumor rumours rumors screenshot picture meme "
        "tweet newspaper"
    ).split()
)
_OFFICIAL = frozenset(
    (
        "spokesman spokesperson spokeswoman minister ministry secretary president government commission "
        "commissioner embassy envoy ambassador official customs notice order court judge judges justices treasury "
        "office presidential administration cabinet statement negotiator premier readout department agency "
        "leaders presidents delegations capitals governments chancellor"
    ).split()
)
_SEGMENT = frozenset('; : — ( ) . " ! ? , that'.split())


def speaker_of(tokens: Sequence[Token], hits: Sequence[Hit]) -> tuple[Speaker, str | None]:
    """Who says what a sentence says: the class, and the words that name him. Unnamed sources weigh more than whom they quote."""
    text = [token.low for token in tokens]
    hidden = "named" in text and {"not", "none", "neither", "nor"} & set(text)
    if "anonymity" in text or hidden or {"reportedly", "rumoured", "rumored"} & set(text):
        return Speaker.UNNAMED, "unnamed sources"
    found: list[tuple[Speaker, str | None]] = []
    for k, word in enumerate(text):
        if word in _REPORT:
            verdict, start, end = _sayer(text, k, hits)
            if verdict is not None:
                found.append((verdict, " ".join(token.raw for token in tokens[start:end])))
    unnamed = [each for each in found if each[0] is Speaker.UNNAMED]
    return (unnamed or found or [(Speaker.OUTLET, None)])[0]


def _sayer(text: Sequence[str], k: int, hits: Sequence[Hit]) -> tuple[Speaker | None, int, int]:
    """Who stands with the verb of saying at `k`, and where: before it, or behind "according to" and "said"."""
    start = k
    while start > 0 and text[start - 1] not in _SEGMENT:
        start -= 1
    if start and text[start - 1] == "that" and not (start > 1 and text[start - 2] in _REPORT):
        return None, start, k  # "… arguments that lawyers said pointed to defeat": a remark inside the sentence
    end = k + 1
    while end < len(text) and text[end] not in _SEGMENT:
        end += 1
    verdict = classify(text, start, k, hits)
    if verdict is None or text[k] == "according":
        return classify(text, k + 1, min(end, k + 12), hits), k, end
    return verdict, start, k + 1


def classify(text: Sequence[str], start: int, end: int, hits: Sequence[Hit]) -> Speaker | None:
    """The class of the person or institution named in a token range, or None where it names none."""
    segment = set(text[start:end])
    several = segment & {"two", "three", "four", "five", "several", "some", "unnamed", "senior", "one", "at least"}
    if "people" in segment and "'s" in segment:
        segment.discard("people")
    if segment & _UNNAMED or ("officials" in segment and several) or ("sources" in segment):
        return Speaker.UNNAMED
    named = any(h.entry.label is Label.DECIDER and start <= h.start < end for h in hits)
    if named and not segment & {"former", "retired"}:
        return Speaker.DECIDER
    if segment & (_OUTSIDER | _RUMOUR) or any(word.endswith("makers") for word in segment):
        return Speaker.OUTSIDER
    if segment & _OFFICIAL or "officials" in segment:
        return Speaker.DECIDER
    if any(h.entry.label is Label.PARTY and start <= h.start < end for h in hits):
        return Speaker.DECIDER
    return None
