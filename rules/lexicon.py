"""What a pack's words mean: a table over token sequences, and whether an article matters at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from rules.anchors import ANCHORS
from rules.countries import COUNTRIES
from rules.model import FactKind
from rules.pack import FactSpec, Pack
from rules.text import Token, words

NOUNS = {
    "tariff": (
        "tariff; tariffs; duty; duties; levy; levies; surcharge; surcharges; import tax; import taxes; impost; burden"
    ),
    "controls": (
        "controls; export control; control measures; rules; rule; regime; licensing; licences; licence; "
        "licenses; license; restrictions; curbs; requirement; requirements; measures; regulations; permits; "
        "announcement; announcements"
    ),
    "truce": "truce; pause; standstill; ceasefire; cease fire; reprieve; detente; moratorium; respite",
    "meeting": "meeting; summit; talks; sit down; encounter; face to face; showdown; rendezvous; parley",
    "visit": "visit; trip; journey",
    "deal": "deal; agreement; accord; pact; framework; treaty",
    "purchases": "purchases; purchase; buying; imports; orders; order; commitment; commitments",
    "ban": "ban; bans; embargo; prohibition",
    "fee": "fee; fees; charge; charges",
    "quota": "quota; quotas; cap; caps; ceiling; ceilings; limit; limits",
    "subsidy": "subsidy; subsidies",
    "sanctions": "sanctions; sanction",
}
"""Noun families that a pack names in `noun`; a word that is no family stands for itself."""

GOODS = frozenset(
    (
        "goods products imports merchandise exports wares shipments articles items cars steel soybeans beans soya "
        "companies firms origin everything"
    ).split()
)


class Label(StrEnum):
    PARTY = "party"
    DECIDER = "decider"
    COUNTRY = "country"
    NOUN = "noun"
    MARK = "mark"
    NAME = "name"
    WITHOUT = "without"
    PART = "part"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Entry:
    label: Label
    of: str
    """The party, fact, noun family or country."""
    group: int = 0
    """Which mark of the fact; all members of one group must be present."""
    member: int = 0
    members: int = 1
    """How many members the mark has."""


@dataclass(slots=True)
class Hit:
    """An entry in its place. Not frozen, like tokens: there are many."""

    entry: Entry
    start: int
    """Index of the first token."""
    end: int
    """Index behind the last token."""


class Lexicon:
    """One pack's words, ready to be looked up."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.table: dict[str, dict[str | None, list[tuple[tuple[str, ...], Entry]]]] = {}
        """First word -> second word, or None for a word alone -> the words that follow the first, and what they mean
        together; the longest first. Entries that are equal are identical."""
        self._known: dict[Entry, Entry] = {}
        self.groups: dict[tuple[str, int], int] = {}
        self.events = frozenset(spec.id for spec in pack.facts.values() if is_event(spec.kind))
        """The facts that a verb can name, with their marks round it."""
        self._countries()
        for party in pack.parties.values():
            self._add(party.names, Entry(Label.PARTY, party.id))
            self._add(party.deciders, Entry(Label.DECIDER, party.id))
        for spec in pack.facts.values():
            self._fact(spec)
        self._add(pack.others, Entry(Label.OTHER, ""))
        for by_next in self.table.values():
            for found in by_next.values():
                found.sort(key=lambda pair: -len(pair[0]))
        ANCHORS.add(self, (phrase for phrase, entry in self._sequences() if self._is_anchor(entry)))

    def _add(self, phrases: Sequence[str], entry: Entry) -> None:
        for phrase in phrases:
            sequence = words(phrase)
            if sequence:
                first, *rest = sequence
                told = (tuple(rest), self._known.setdefault(entry, entry))
                found = self.table.setdefault(first, {}).setdefault(rest[0] if rest else None, [])
                if told not in found:
                    found.append(told)

    def _countries(self) -> None:
        own = {words(name) for party in self.pack.parties.values() for name in party.names}
        for group in COUNTRIES:
            if not any(words(name) in own for name in group):
                self._add(group, Entry(Label.COUNTRY, group[0]))

    def _fact(self, spec: FactSpec) -> None:
        for family in spec.noun:
            self._add(NOUNS.get(family, family).split("; "), Entry(Label.NOUN, family))
        for group, mark in enumerate(spec.marks):
            members = [part.strip() for part in mark.split("+")]
            self.groups[spec.id, group] = len(members)
            for member, part in enumerate(members):
                self._add(self._names(part), Entry(Label.MARK, spec.id, group, member, len(members)))
        self._add(spec.names, Entry(Label.NAME, spec.id))
        self._add(spec.without, Entry(Label.WITHOUT, spec.id))
        self._add(spec.part, Entry(Label.PART, spec.id))

    def implied(self, fact: str, group: int, parties: set[str]) -> set[int]:
        """The members of a mark that stand for one of these parties."""
        members = [part.strip() for part in self.pack.facts[fact].marks[group].split("+")]
        return {n for n, part in enumerate(members) if part.startswith("@") and part[1:] in parties}

    def _names(self, part: str) -> tuple[str, ...]:
        """A member of a mark: a phrase, or `@party` for every name of that party."""
        return self.pack.parties[part[1:]].names if part.startswith("@") else (part,)

    def hits(self, tokens: Sequence[Token]) -> list[Hit]:
        """Every entry that matches, in order: all that match at one place. A country inside a longer one does not
        count ("Korea" in "North Korea")."""
        out: list[Hit] = []
        named, table = 0, self.table
        for start, token in enumerate(tokens):
            by_next = table.get(token.low)
            if by_next is None:
                continue
            found = by_next.get(None, ())
            if start + 1 < len(tokens) and (longer := by_next.get(tokens[start + 1].low)):
                found = [*longer, *found]
            first = len(out)
            for rest, entry in found:
                end = start + 1 + len(rest)
                if len(rest) > 1 and tuple([each.low for each in tokens[start + 1 : end]]) != rest:
                    continue
                if entry.label is Label.COUNTRY:
                    inside, named = end <= named, max(named, end)
                    if inside:
                        continue
                if not any(hit.entry is entry for hit in out[first:]):
                    out.append(Hit(entry, start, end))
        return out

    def _sequences(self) -> Iterator[tuple[str, Entry]]:
        """Every phrase, its words joined by spaces, and what it means."""
        for first, by_next in self.table.items():
            for found in by_next.values():
                yield from ((" ".join((first, *rest)), entry) for rest, entry in found)

    def _is_anchor(self, entry: Entry) -> bool:
        """Whether a fact can hang on it: nouns, names, and of facts that a verb alone can name whom it is about, where,
        what goods."""
        event = entry.label is Label.MARK and entry.of in self.events
        return event or entry.label in (Label.NOUN, Label.NAME)

    def anchored(self, text: str) -> bool:
        """Whether the text holds any word that a fact of this pack could hang on."""
        return self in ANCHORS.owners(text)


@lru_cache(maxsize=256)
def lexicon(pack: Pack) -> Lexicon:
    """The lexicon of a pack, built once."""
    return Lexicon(pack)


def is_event(kind: FactKind) -> bool:
    """Whether verbs alone can name a fact of this kind ("they met", "he will travel", "China buys")."""
    return kind in (FactKind.MEETING, FactKind.VISIT, FactKind.PURCHASES)
