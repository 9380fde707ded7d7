"""The shared grammar: what English says can happen to a measure, a meeting, a deal or a promise, and how.

Packs never name a verb: the families of `rules.words` are inflected here and become two tables, `TRIGGERS` and
`GOVERNORS`, by folded word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from rules import words


class Op(StrEnum):
    """What a verb, a noun or a predicate does to the thing it is about."""

    THREATEN = "threaten"
    PROPOSE = "propose"
    IMPOSE = "impose"
    START = "start"
    SET = "set"
    RAISE = "raise"
    LOWER = "lower"
    SUSPEND = "suspend"
    DELAY = "delay"
    ADVANCE = "advance"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    END = "end"
    BLOCK = "block"
    RESTORE = "restore"
    EXTEND = "extend"
    SHORTEN = "shorten"
    MEET = "meet"
    TRAVEL = "travel"
    HAPPEN = "happen"
    SCHEDULE = "schedule"
    REACH = "reach"
    SIGN = "sign"
    COLLAPSE = "collapse"
    BUY = "buy"
    EXEMPT = "exempt"
    """Takes something out from under it: a part of it ends."""
    CONSIDER = "consider"
    """Talked about, wanted or expected as a whole, without a verb of its own."""
    ANNOUNCE = "announce"


class Form(StrEnum):
    BASE = "base"
    PRESENT = "present"
    PAST = "past"
    PARTICIPLE = "participle"
    GERUND = "gerund"
    NOUN = "noun"
    PREDICATE = "predicate"


class Stance(StrEnum):
    """What a governing word makes of the verb below it ("agreed to …", "is considering …")."""

    AGREE = "agree"
    ORDER = "order"
    DECIDE = "decide"
    DUE = "due"
    PLAN = "plan"
    HEDGE = "hedge"
    CONSIDER = "consider"
    SUPPOSE = "suppose"
    EXPECT = "expect"
    THREAT = "threat"
    PROPOSE = "propose"
    WISH = "wish"
    REFUSE = "refuse"
    DENY = "deny"
    CONTINUE = "continue"


@dataclass(frozen=True, slots=True)
class Trigger:
    """One entry of the lexicon: the first word matches, then `rest` right behind it or a few words on."""

    op: Op
    form: frozenset[Form]
    rest: tuple[str, ...] = ()
    gap: int = 0
    """How many words may stand between the first word and `rest` ("put the rules off")."""
    intransitive: bool = False
    """Its subject is what it happens to ("the truce expired")."""
    stance: Stance | None = None
    """Set for a verb that governs its object instead of another verb ("is discussing a visit")."""


_IRREGULAR = {
    base: (past, (*participle, past)[0]) for base, past, *participle in map(str.split, words.IRREGULAR.split(";"))
}
_DOUBLED = frozenset(words.DOUBLED.split())
_DOUBLED_GERUND = _DOUBLED | frozenset(words.DOUBLED_GERUND.split())


@cache
def inflect(lemma: str) -> dict[str, frozenset[Form]]:
    """The forms of a verb: `cut` is base, past and participle at once."""
    past, participle = _IRREGULAR.get(lemma) or (_regular_past(lemma),) * 2
    told = {
        Form.BASE: lemma,
        Form.PRESENT: _present(lemma),
        Form.PAST: past,
        Form.PARTICIPLE: participle,
        Form.GERUND: _gerund(lemma),
    }
    forms: dict[str, frozenset[Form]] = {}
    for form, word in told.items():
        for spelling in {word, words.AMERICAN.get(word, word)}:
            forms[spelling] = forms.get(spelling, frozenset()) | {form}
    return forms


def _ends_in_y(lemma: str) -> bool:
    return lemma[-1] == "y" and lemma[-2] not in "aeiou"


def _present(lemma: str) -> str:
    if lemma[-1] in "sxz" or lemma.endswith(("ch", "sh", "go", "do")):
        return lemma + "es"
    return lemma[:-1] + "ies" if _ends_in_y(lemma) else lemma + "s"


def _regular_past(lemma: str) -> str:
    if lemma in _DOUBLED:
        return lemma + lemma[-1] + "ed"
    if lemma[-1] == "e":
        return lemma + "d"
    return lemma[:-1] + "ied" if _ends_in_y(lemma) else lemma + "ed"


def _gerund(lemma: str) -> str:
    if lemma[-1] == "e" and lemma != "be" and not lemma.endswith("ee"):
        return lemma[:-1] + "ing"
    return lemma + (lemma[-1] if lemma in _DOUBLED_GERUND else "") + "ing"


def _governors() -> Iterator[tuple[str, Stance]]:
    for stance in Stance:
        for lemma in words.VERBS_OF_STANCE[stance].split():
            yield from ((word, stance) for word in inflect(lemma))
        yield from ((word, stance) for word in words.WORDS_OF_STANCE.get(stance, "").split())


GOVERNORS: dict[str, Stance] = dict(_governors())
"""Word -> what it makes of the verb, or of some nouns, below it."""

_OVER_NOUNS = frozenset({Stance.CONSIDER, Stance.EXPECT, Stance.PLAN, Stance.WISH, Stance.PROPOSE, Stance.THREAT})
_OVER_VERBS_ONLY = frozenset(word for lemma in words.OVER_VERBS_ONLY.split() for word in inflect(lemma))


def _triggers() -> Iterator[tuple[str, Trigger]]:
    yield from _phrases()
    for op, family in words.PREDICATES.items():
        for first, *rest in map(str.split, family.split(";")):
            yield first, Trigger(Op(op), frozenset({Form.PREDICATE}), tuple(rest), intransitive=True)
    yield from _verbs()
    for op, nouns in words.NOUNS.items():
        for noun in nouns.split():
            yield noun, Trigger(Op(op), frozenset({Form.NOUN}))
    for first, *rest in map(str.split, words.NEARING.split("; ")):
        yield first, Trigger(Op.REACH, frozenset({Form.BASE}), tuple(rest), stance=Stance.HEDGE)
    yield "open", Trigger(Op.CONSIDER, frozenset({Form.BASE}), ("to",), stance=Stance.HEDGE)
    forms = frozenset({Form.BASE, Form.PRESENT, Form.PAST, Form.PARTICIPLE, Form.GERUND})
    for word, stance in GOVERNORS.items():
        if stance in _OVER_NOUNS and word not in _OVER_VERBS_ONLY:
            yield word, Trigger(Op.CONSIDER, forms, stance=stance)


def _phrases() -> Iterator[tuple[str, Trigger]]:
    """The phrases with each form of their verb. "Be" keeps to its base: its other forms are auxiliaries."""
    for op, family in words.PHRASES.items():
        for phrase in family.split("; "):
            yield from _phrase(Op(op), phrase)
    for held in words.HELD_OFF.split("; "):
        for verb in ("keep", "leave", "hold"):
            yield from _phrase(Op.SUSPEND, f"{verb} …14 {held}")
        for verb in ("remain", "stay"):
            yield from _phrase(Op.SUSPEND, f"{verb} …1 {held}~")


def _phrase(op: Op, phrase: str) -> Iterator[tuple[str, Trigger]]:
    lemma, *rest = phrase.removesuffix("~").split()
    gap = int(rest.pop(0)[1:]) if rest[0].startswith("…") else 0
    inflected = {"be": frozenset({Form.BASE})} if lemma == "be" else inflect(lemma)
    for word, forms in inflected.items():
        yield word, Trigger(op, forms, tuple(rest), gap, intransitive=phrase.endswith("~"))


def _verbs() -> Iterator[tuple[str, Trigger]]:
    for op, lemmas in words.VERBS.items():
        happening = words.INTRANSITIVE.get(op, "").split()
        for lemma in lemmas.split():
            for word, forms in inflect(lemma).items():
                if Op(op) is not Op.START or Form.GERUND not in forms:  # "starting on Monday" is a date's cue
                    yield word, Trigger(Op(op), forms, intransitive=lemma in happening)


def _build() -> dict[str, tuple[Trigger, ...]]:
    table: dict[str, list[Trigger]] = {}
    for word, trigger in _triggers():
        table.setdefault(word, []).append(trigger)
    # the longest phrase first, so that "put off" is tried before "put"
    return {word: tuple(sorted(found, key=lambda t: -len(t.rest))) for word, found in table.items()}


TRIGGERS = _build()
"""First word -> what it can mean, the longest phrase first."""
