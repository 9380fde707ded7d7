"""What facts a baseline article may state: nouns of the shared families with the words that tell each apart, pairs of
leaders who meet, and promises to buy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from rules.draft.marks import forms, goods_at, marks_of, stem
from rules.draft.people import Person, country_at, country_id, country_names, slug
from rules.grammar import TRIGGERS, Op
from rules.lexicon import NOUNS, Label, Lexicon
from rules.model import FactKind
from rules.pack import FactSpec, Pack, Party
from rules.phrases import ELSEWHERE, Phrase, is_modifier, is_topic, is_verb, phrase_of
from rules.sight import Sight
from rules.text import Sentence, Token
from rules.values import find_amounts

KINDS = {
    **dict.fromkeys(("tariff", "controls", "ban", "fee", "quota", "subsidy", "sanctions"), FactKind.MEASURE),
    **{kind.value: kind for kind in (FactKind.TRUCE, FactKind.DEAL, FactKind.VISIT, FactKind.PURCHASES)},
    "meeting": FactKind.MEETING,
}
"""Family of nouns -> kind of fact."""
_GENERAL = frozenset("trade trades free interim final comprehensive bilateral".split())
"""Words that a deal between two sides can bear without being another one."""
_TRADED = frozenset("exports imports sales shipments supplies deliveries export import sale".split())
_MEETING = frozenset(word for word, found in TRIGGERS.items() if any(t.op is Op.MEET and not t.rest for t in found))
_BUYING = frozenset("buy buys buying bought purchase purchases purchasing".split())
_QUANTITY = frozenset("at least up to about nearly some more than million billion tonnes tons barrels worth of".split())
_MAX_FACTS = 40


@dataclass
class Candidate:
    """A fact that the article seems to state, and where."""

    family: str
    kind: FactKind
    text: str
    """The words of the article that name it."""
    marks: list[str] = field(default_factory=list)
    by: str | None = None
    on: str | None = None
    units: list[str] = field(default_factory=list)
    values: dict[str, float] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)
    id: str = ""

    def spec(self) -> FactSpec:
        """The fact as the engine reads it."""
        return FactSpec(
            id=self.id,
            title=self.text,
            topic=self.family,
            kind=self.kind,
            by=self.by,
            on=self.on,
            noun=(self.family,),
            marks=tuple(self.marks),
            unit=tuple(self.units),
        )


def candidates(
    sentences: Sequence[Sentence], groups: Sequence[tuple[str, ...]], known: Sequence[Person]
) -> list[Candidate]:
    """The facts of an article about these countries and persons, in the order of the text."""
    finder = _Finder(groups, known)
    for sentence in sentences:
        finder.read(sentence)
    finder.name()
    return finder.found[:_MAX_FACTS]


def leaders_of(known: Sequence[Person], groups: Sequence[tuple[str, ...]]) -> list[Person]:
    """The leaders of the two sides, and those whom the text does not place; of two with one id the first."""
    taken = {country_id(group) for group in groups}
    found = []
    for person in known:
        if person.leader and person.country in (*groups, None) and person.id not in taken:
            taken.add(person.id)
            found.append(person)
    return found


class _Finder:
    def __init__(self, groups: Sequence[tuple[str, ...]], known: Sequence[Person]) -> None:
        self.parties = [country_id(group) for group in groups]
        self.leaders = leaders_of(known, groups)
        named = {country_id(group): Party(country_id(group), tuple(country_names(group))) for group in groups}
        facts = {family: FactSpec(family, family, "", kind, noun=(family,)) for family, kind in KINDS.items()}
        self.lexicon = Lexicon(Pack("draft", "", date.min, {}, named, facts, (), Path()))
        self.found: list[Candidate] = []
        self.words: set[str] = set()
        self.before: Sentence | None = None
        self.surnames = {part for p in known for name in p.names for part in name.split() if part[:1].isupper()}

    def read(self, sentence: Sentence) -> None:
        """Take up what a sentence names."""
        tokens = sentence.tokens
        self.words |= {token.low for token in tokens}
        sight = Sight(tokens, self.lexicon.hits(tokens))
        self._meeting(sentence)
        self._purchase(sentence, sight)
        for noun in sight.hits:
            plain = noun.entry.label is Label.NOUN and noun.entry.of not in ("meeting", "visit")
            if plain and not is_modifier(noun, sight) and not is_verb(tokens, noun.start) and not is_topic(noun, sight):
                self._noun(phrase_of(sight, noun, set(self.parties)), sentence)
        self.before = sentence

    def _noun(self, phrase: Phrase, sentence: Sentence) -> None:
        family = phrase.noun.entry.of
        if ELSEWHERE in phrase.by | phrase.on:
            return
        marks, text = marks_of(phrase, self.surnames)
        kind = KINDS[family]
        told = [sentence]
        if not marks and kind is FactKind.MEASURE:
            marks = self._traded(sentence.tokens)
            if not marks and phrase.definite and self.before:
                marks = self._traded(self.before.tokens)  # "banned exports of rice. The ban …"
                told = [self.before, sentence] if marks else told
        values = _values(phrase, sentence) if kind is not FactKind.DEAL else {}
        if kind is FactKind.PURCHASES and not marks:
            return
        if not marks and "percent" in values:
            marks = [f"{values['percent']:g} percent"]
        by, on = (None, None) if kind in _SHARED else self._sides(phrase)
        by = by or (_owner(told[0].tokens, len(told[0].tokens), self.parties) if told[1:] else None)
        new = Candidate(family, kind, text, marks, by, on, list(values), values, told)
        self._take(new, definite=phrase.definite or kind in _SHARED)

    def _traded(self, tokens: Sequence[Token]) -> list[str]:
        """The goods that a sentence speaks of: "banned exports of rice, and the ban …"."""
        for k in range(len(tokens) - 2):
            if tokens[k].low in _TRADED and tokens[k + 1].low == "of":
                run = goods_at(tokens, k + 2, Sight(tokens, self.lexicon.hits(tokens)), self.surnames)
                if run:
                    return forms(" ".join(run))
        return []

    def _sides(self, phrase: Phrase) -> tuple[str | None, str | None]:
        """Whose a measure is, and whom it is aimed at: what one side is hit by is the other's."""
        by, on = _one(phrase.by), _one(phrase.on)
        if owner := _relative_owner(phrase, self.parties):
            return owner, None
        other = next((party for party in self.parties if on and party != on), None)
        by = by or other or _owner(phrase.tokens, phrase.noun.start, self.parties)
        return by, (on if on != by else None)

    def _take(self, new: Candidate, *, definite: bool) -> None:
        """A candidate that is known already adds its words; one that nothing tells apart is a known one, or none."""
        alike = [known for known in self.found if known.family == new.family]
        own = [mark for mark in new.marks if not mark.endswith(" percent") and not set(mark.split()) <= _GENERAL]
        same = next((k for k in alike if set(map(stem, k.marks)) & set(map(stem, new.marks))), None)
        if same is None and not own and definite:
            free = [k for k in alike if not (k.values and new.values) or k.values == new.values]
            same = free[-1] if len(free) == 1 or (free and new.values) else None
        if same is None and new.kind in _SHARED and not own:
            same = next((k for k in alike if all(set(mark.split()) <= _GENERAL for mark in k.marks)), None)
        if same is not None:
            same.marks, same.text = same.marks or new.marks, same.text if same.marks else new.text
            same.sentences += [s for s in new.sentences if s not in same.sentences]
            same.values = {**new.values, **same.values}
            same.units = list(same.values)
            same.by, same.on = same.by or new.by, same.on or new.on
        elif new.marks or new.kind in _SHARED:
            self.found.append(new)

    def _meeting(self, sentence: Sentence) -> None:
        """Two leaders in a sentence that speaks of meeting."""
        low = {token.low for token in sentence.tokens}
        if not low & (_MEETING | set(NOUNS["meeting"].replace(";", "").split()) | {"receive", "host", "visit"}):
            return
        there = [p for p in self.leaders if any(f" {name}" in f" {sentence.raw}" for name in p.names)]
        for first in there[:1]:
            for second in there[1:]:
                apart = first.country is None or second.country is None or first.country != second.country
                if apart:
                    mark = f"@{first.id} + @{second.id}"
                    same = next((k for k in self.found if mark in k.marks), None)
                    beside = next(
                        (k for k in self.found if k.kind is FactKind.MEETING and sentence in k.sentences), None
                    )
                    if same or beside:
                        known = same or beside
                        assert known is not None
                        known.sentences += [sentence] if sentence not in known.sentences else []
                        known.marks += [mark] if mark not in known.marks else []
                    else:
                        text = f"Meeting of {first.names[-1]} and {second.names[-1]}"
                        self.found.append(Candidate("meeting", FactKind.MEETING, text, [mark], sentences=[sentence]))

    def _purchase(self, sentence: Sentence, sight: Sight) -> None:
        """ "Agreed to buy green hydrogen from India": the words behind the verb."""
        tokens = sentence.tokens
        for k, token in enumerate(tokens):
            noun = any(h.start == k for h in sight.hits) and k and tokens[k - 1].low not in ("to", "will", "would")
            if token.low not in _BUYING or noun:
                continue
            first = k + 1
            while first < len(tokens) and (tokens[first].low in _QUANTITY or tokens[first].low[0].isdigit()):
                first += 1
            goods = " ".join(goods_at(tokens, first, sight, self.surnames))
            if not goods:
                continue
            seller = next(
                (j + 1 for j in range(first, min(first + 9, len(tokens) - 1)) if tokens[j].low == "from"), first
            )
            on = country_at(tokens, seller) if seller < len(tokens) else None
            amounts = {
                a.unit if not a.per else f"{a.unit}_per_{a.per}": a.number
                for a in find_amounts(sentence.raw)
                if a.unit in ("tonnes", "barrels", "bushels", "units") and not a.range
            }
            by, of = _owner(tokens, k, self.parties), country_id(on[0]) if on else None
            new = Candidate("purchases", FactKind.PURCHASES, f"purchases of {goods}", forms(goods), by, of)
            new.units, new.values, new.sentences = list(amounts), amounts, [sentence]
            self._take(new, definite=False)

    def name(self) -> None:
        """Give every candidate an id of its own, and marks to what lies between the two."""
        for new in self.found:
            new.marks = [mark for mark in new.marks if not mark[-1:].isalpha() or "@" in mark or self._written(mark)]
            if not new.marks and self.parties:
                new.marks = [" + ".join(f"@{party}" for party in self.parties)]
            mark = next((m for m in new.marks if "@" not in m), "")
            owner = "_".join(self.parties) if new.kind in _SHARED else new.by or ""
            base = slug("_".join(filter(None, (owner, mark, new.family))))
            if new.kind is FactKind.MEETING:
                base = slug(new.text.removeprefix("Meeting of ").replace(" and ", " ")) + "_meeting"
            taken = {other.id for other in self.found}
            new.id = next(i for i in (base, *(f"{base}_{n}" for n in range(2, 99))) if i not in taken)

    def _written(self, mark: str) -> bool:
        """Whether a form of a mark stands in the article, so that a plural that nobody writes is left out."""
        return mark.endswith("percent") or mark.rsplit(maxsplit=1)[-1] in self.words


_SHARED = (FactKind.DEAL, FactKind.TRUCE, FactKind.MEETING)
"""What lies between the two sides and belongs to neither."""


def _relative_owner(phrase: Phrase, parties: Sequence[str]) -> str | None:
    """The side of "rules that Brazil announced"."""
    tokens = phrase.tokens
    for k in range(phrase.noun.end, min(phrase.right + 1, len(tokens) - 1)):
        if tokens[k].low in ("that", "which") and (found := country_at(tokens, k + 1)):
            return country_id(found[0]) if country_id(found[0]) in parties else None
    return None


def _one(parties: set[str]) -> str | None:
    return next(iter(parties)) if len(parties) == 1 else None


def _owner(tokens: Sequence[Token], k: int, parties: Sequence[str]) -> str | None:
    """The nearest side named before a token, in its sentence: "Beijing had agreed to make …"."""
    for j in range(k - 1, -1, -1):
        found = country_at(tokens, j)
        if found and country_id(found[0]) in parties:
            return country_id(found[0])
    return None


def _values(phrase: Phrase, sentence: Sentence) -> dict[str, float]:
    """The amounts before the noun in its phrase, or right behind it, by unit: "a 100 percent tariff", "of 6%"."""
    tokens, noun = phrase.tokens, phrase.noun
    start, end = tokens[phrase.left].start, tokens[min(noun.end + 3, len(tokens)) - 1].end
    out: dict[str, float] = {}
    for amount in find_amounts(sentence.raw):
        if start <= amount.start < end and not amount.range and amount.unit not in ("number", "points", "times"):
            out[f"{amount.unit}_per_{amount.per}" if amount.per else amount.unit] = amount.number
    return out
