"""Why nothing came of a word: a fact that is named without a claim, and a noun that names no fact of the story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

from rules.events import NAMING, SELF_NAMING
from rules.extract import Read
from rules.fit import contradicts
from rules.frames import forms_of, frame
from rules.grammar import Form, Op, Trigger
from rules.lexicon import GOODS, NOUNS, Label, Lexicon
from rules.mentions import Finder, Mention, finder
from rules.model import FactKind
from rules.pack import FactSpec
from rules.pairs import OPS, foreign_subject
from rules.phrases import ELSEWHERE, LEFT, Phrase, is_modifier, is_verb, phrase_of
from rules.text import Token
from rules.triggers import COULD_BE, Scene, readings

_COMPARING = frozenset("than like unlike alongside similar compared comparable".split())
_BESIDE = 6
"""How many tokens before a noun a word can stand that compares it."""


Place = tuple[int, int]
"""Indices of tokens: the first, and the one behind the last."""


def unclaimed(mention: Mention, read: Read, lexicon: Lexicon) -> str:
    """Why the naming of a fact gave no claim, as far as the engine knows."""
    tokens, spec = read.sight.tokens, lexicon.pack.facts[mention.fact]
    if any(token.low in _COMPARING for token in tokens[max(0, mention.head - _BESIDE) : mention.head]):
        return "only compared with something"
    verbs = [*_verbs(read, mention)]
    if not verbs:
        return "named, and no verb acts on it"
    able = [(trigger, span) for trigger, span in verbs if _can_happen(trigger.op, spec)]
    if not able:
        return f"{_quoted(tokens, verbs[0][1])} is nothing that can happen to a {_kind(spec)}"
    scene = Scene(tokens, read.mentions, read.sight.hits, lexicon.pack, read.sentence.title)
    for trigger, (start, _) in able:
        top = frame(tokens, start, forms_of(tokens[start].low) if trigger.stance else trigger.form).top
        if trigger.form != {Form.NOUN} and start < mention.head and foreign_subject(scene, top):
            return f"another country is the subject of {_quoted(tokens, able[0][1])}"
    taken = next((p for p in read.pairs if p.index in {start for _, (start, _) in able}), None)
    if taken and taken.mention.fact == mention.fact:
        return f"{_quoted(tokens, (taken.index, taken.end))} acts on it where it is named by other words"
    if taken:
        title = lexicon.pack.facts[taken.mention.fact].title
        return f"{_quoted(tokens, (taken.index, taken.end))} acts on another fact: {title}"
    return f"named, and {_quoted(tokens, able[0][1])} does not act on it"


def _verbs(read: Read, mention: Mention) -> Iterator[tuple[Trigger, Place]]:
    """The words of a sentence that could say that something happens, with the tokens that each takes up."""
    tokens, heads = read.sight.tokens, {m.head for m in read.mentions if not m.anaphor} | {mention.head}
    for index, token in enumerate(tokens):
        if token.low in COULD_BE and index not in heads:
            yield from ((trigger, (index, end)) for trigger, end in readings(tokens, index)[:1])


def _can_happen(op: Op, spec: FactSpec) -> bool:
    return op in OPS[spec.kind]


def _kind(spec: FactSpec) -> str:
    return {FactKind.PURCHASES: "promise to buy"}.get(spec.kind, spec.kind.value)


def _quoted(tokens: Sequence[Token], span: Place) -> str:
    """The words of a trigger as they stand, the middle of a long one left out."""
    start, end = span
    rest = " … " if end - start > 4 else " "
    shown = tokens[start:end] if end - start <= 4 else (tokens[start], tokens[end - 1])
    return f"“{rest.join(token.raw for token in shown)}”"


def passed_over(read: Read, lexicon: Lexicon) -> Iterator[tuple[Place, str]]:
    """The words that could name a fact of the story and name none here, each with the reason."""
    find = finder(lexicon)
    taken = {m.head for m in read.mentions} | {k for pair in read.pairs for k in range(pair.index, pair.end)}
    taken |= {k for h in read.sight.hits if h.entry.label in _PROPER for k in range(h.start, h.end)}
    for noun in read.sight.hits:
        if noun.entry.label is not Label.NOUN or noun.start in taken or noun.end - 1 in taken:
            continue
        if read.sight.tokens[noun.start].low in GOODS and any(m.start <= noun.start < m.end for m in read.mentions):
            continue  # "the fentanyl tariff on Chinese imports": what it is aimed at
        if is_modifier(noun, read.sight) or is_verb(read.sight.tokens, noun.start) or noun.entry.of not in NOUNS:
            continue
        yield (noun.start, noun.end), _why_not(phrase_of(read.sight, noun, find.fit.sides), read, find)
    yield from _events(read, lexicon, taken)


def _events(read: Read, lexicon: Lexicon, taken: AbstractSet[int]) -> Iterator[tuple[Place, str]]:
    """The verbs that name a fact by themselves ("they met"), in a sentence that bears its marks."""
    tokens, facts = read.sight.tokens, lexicon.pack.facts
    marked = {facts[h.entry.of].kind for h in read.sight.hits if h.entry.label is Label.MARK}
    for index, token in enumerate(tokens):
        if token.low not in NAMING or index in taken:
            continue
        for trigger, end in readings(tokens, index)[:1]:
            if SELF_NAMING.get(trigger.op) in marked:
                foreign = next((h for h in read.sight.hits if h.entry.label is Label.COUNTRY), None)
                why = f"another country: {_quoted(tokens, (foreign.start, foreign.end))}" if foreign else _UNFIT
                yield (index, end), why


_UNFIT = "who and what stands round it is not what the story's fact has there"
_PROPER = (Label.NAME, Label.DECIDER)
"""Nouns inside of these name nothing by themselves: the "tariff" of the Tariff Commission."""


def _why_not(phrase: Phrase, read: Read, find: Finder) -> str:
    """The first thing that makes a noun's phrase another matter than every fact of its family."""
    specs = find.by_family.get(phrase.noun.entry.of, [])
    marked = {
        h.entry.of
        for h in phrase.inside
        if h.entry.label is Label.MARK and find.lexicon.groups[h.entry.of, h.entry.group] == 1
    }
    likely = [spec for spec in specs if spec.id in marked] or specs
    if ELSEWHERE in phrase.by or ELSEWHERE in phrase.on:
        return f"another country{_named(phrase, Label.COUNTRY)}"
    if phrase.holds(Label.OTHER):
        return f"another matter{_named(phrase, Label.OTHER)}"
    barred = [spec for spec in likely if phrase.holds(Label.WITHOUT, spec.id)]
    if barred and len(barred) == len(likely):
        return f"another matter than {barred[0].title}{_named(phrase, Label.WITHOUT)}"
    if likely and all(contradicts(spec, phrase) for spec in likely):
        return "its owner or its target is another than that of the story's fact"
    if read.memory.elsewhere:
        return "the headline names another country"
    if not any(find.fit.is_aimed(spec, phrase, read.memory) for spec in likely):
        return "nothing says that it is aimed at a party of the story"
    return "no word of its phrase says which fact of the story it could be"


def _named(phrase: Phrase, label: Label) -> str:
    """The word that decided: `: “India”`; empty where it stands further off."""
    near = (*phrase.inside, *phrase.sight.between(phrase.left - LEFT, phrase.left))
    found = next((h for h in near if h.entry.label is label), None)
    return f": “{' '.join(token.raw for token in phrase.tokens[found.start : found.end])}”" if found else ""
