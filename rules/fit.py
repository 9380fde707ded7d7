"""How well the phrase round a noun fits a fact: by its marks, whose it is, and whom it is aimed at."""

from __future__ import annotations

from collections.abc import Sequence

from rules.lexicon import GOODS, Hit, Label, Lexicon
from rules.memory import Memory
from rules.model import FactKind
from rules.pack import FactSpec
from rules.phrases import ELSEWHERE, Phrase
from rules.text import Token, words

_WEAK = frozenset("additional extra further new another added".split())
"""Marks that many things of one kind can bear."""
_BETWEEN = (FactKind.DEAL, FactKind.TRUCE)
"""Kinds that lie between two parties."""
_EVENTS = (FactKind.MEETING, FactKind.VISIT, FactKind.DEAL)
"""Kinds of which a party named before need not be named again."""
_DESCRIBED = frozenset("business unit arm operations market sales chain firm company stores".split())
"""Behind a country's name these say that it only describes: "its China business"."""
_MARKED, _ALONE = 6, 4
_FAR = 9


class Fit:
    """Weighs the phrases of one pack."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.pack = lexicon.pack
        facts = self.pack.facts.values()
        self.sides = {side for spec in facts for side in (spec.by, spec.on) if side}
        self.weak = {
            (spec.id, group) for spec in facts for group, mark in enumerate(spec.marks) if set(words(mark)) <= _WEAK
        }
        """The marks of facts that many things can bear."""
        self.only = {spec.id for spec in facts if not any(_alike(spec, other) for other in facts)}
        """The facts that are the only ones of their kind on that party."""

    def weigh(self, spec: FactSpec, phrase: Phrase, memory: Memory) -> int:
        """How well a phrase fits a fact; 0: not at all."""
        if spec.id not in phrase.sight.marks and spec.kind is not FactKind.MEETING:
            alone = bool(spec.marks) and self._alone(spec, phrase, memory)  # without marks only that is left, and rare
            return _ALONE if alone and self._possible(spec, phrase, memory) else 0
        if not self._possible(spec, phrase, memory):
            return 0
        marks = self._marks(spec, phrase, memory)
        if not marks:
            return _ALONE if spec.marks and self._alone(spec, phrase, memory) else 0
        if all((spec.id, group) in self.weak for group in marks) and self._aimless(spec, phrase, memory):
            return 0
        near = min(
            (
                abs(h.start - phrase.noun.start)
                for h in phrase.inside
                if h.entry.label is Label.MARK and h.entry.of == spec.id and h.entry.group in marks
            ),
            default=_FAR,
        )
        return _MARKED + bool(phrase.by) + bool(phrase.on) + max(0, 4 - near // 2)

    def _possible(self, spec: FactSpec, phrase: Phrase, memory: Memory) -> bool:
        """Whether nothing in a phrase makes it another matter."""
        if phrase.is_without(spec.id) or phrase.holds(Label.OTHER):
            return False
        if contradicts(spec, phrase) or (spec.by is None and ELSEWHERE in phrase.by | phrase.on):
            return False
        if spec.kind is FactKind.VISIT and phrase.holds(Label.COUNTRY):
            return False
        if spec.kind is FactKind.MEASURE and spec.by and _is_anothers(spec, phrase):
            return False
        if spec.kind is FactKind.MEASURE and spec.on is None and phrase.on == {ELSEWHERE}:
            return False  # "curbs on rare earths that were imposed on Japanese buyers"
        return self.is_aimed(spec, phrase, memory) and self._is_between(spec, phrase, memory)

    def is_aimed(self, spec: FactSpec, phrase: Phrase, memory: Memory) -> bool:
        """Whether a measure is aimed where the fact says: in so many words, or as the article is about that party."""
        if spec.kind is not FactKind.MEASURE or spec.on in phrase.on:
            return True
        party = spec.on or spec.by
        if party is None or party not in memory.parties:  # those of this sentence are among them
            return party is None
        held = phrase.sight.held
        if (Label.PARTY, party) in held or (Label.DECIDER, party) in held:
            return True
        return not memory.elsewhere and (Label.COUNTRY, None) not in held

    def is_presumable(self, spec: FactSpec, phrase: Phrase, memory: Memory) -> bool:
        """Whether a phrase without a mark can be this fact: aimed where it is, and its owner's."""
        held = phrase.sight.held
        if (Label.OTHER, None) in held or (Label.WITHOUT, spec.id) in held:
            return False
        aimed = spec.on in phrase.on or _is_hit(phrase, spec.on)
        return aimed and self._possible(spec, phrase, memory) and self._is_owner(spec, phrase, memory)

    def _is_between(self, spec: FactSpec, phrase: Phrase, memory: Memory) -> bool:
        """Whether a thing between two parties is between these: it names them, or no other country is in sight."""
        if spec.kind not in _BETWEEN:
            return True
        parties = {h.entry.of for h in phrase.inside if h.entry.label is Label.PARTY}
        if len(parties & self.sides) > 1:
            return True
        return not memory.elsewhere and not phrase.sight.foreign

    def _aimless(self, spec: FactSpec, phrase: Phrase, memory: Memory) -> bool:
        """ "An additional duty", on nobody: the short name of whatever came before."""
        if not spec.on or spec.on in phrase.on or spec.id in memory.title or _is_hit(phrase, spec.on):
            return False
        return not _speaks_of_goods(phrase.tokens, spec.on, phrase.hits)

    def _alone(self, spec: FactSpec, phrase: Phrase, memory: Memory) -> bool:
        """Whether a noun without a mark is this fact: the only one of its kind on that party, and its owner's."""
        if phrase.noun.entry.of == "controls":  # "the rules" can be anything
            return False
        return phrase.on == {spec.on} and spec.id in self.only and self._is_owner(spec, phrase, memory)

    def _is_owner(self, spec: FactSpec, phrase: Phrase, memory: Memory) -> bool:
        """Whether a measure that bears no mark is this party's: by its phrase, the subject before it, or the source."""
        if spec.by is None or phrase.by:
            return phrase.by == {spec.by}
        owners = (
            h.entry.of
            for h in reversed(phrase.sight.between(0, phrase.noun.start))
            if h.end <= phrase.noun.start
            and (
                h.entry.label is Label.COUNTRY
                or (h.entry.label in (Label.PARTY, Label.DECIDER) and h.entry.of in self.sides)
            )
        )
        return spec.by == next(owners, memory.home)

    def _marks(self, spec: FactSpec, phrase: Phrase, memory: Memory) -> set[int]:
        """The marks of a fact of which every member is there. Marks of events and deals may stand all over the
        sentence, and a party that the article has named before counts as there."""
        event = spec.kind in _EVENTS
        found: dict[int, set[int]] = {}
        for h in phrase.inside:
            if h.entry.label is Label.MARK and h.entry.of == spec.id and h.start != phrase.noun.start:
                found.setdefault(h.entry.group, set()).add(h.entry.member)
        if event or spec.kind is FactKind.TRUCE:
            for h in phrase.sight.shared.get(spec.id, ()):
                if h.start != phrase.noun.start:
                    found.setdefault(h.entry.group, set()).add(h.entry.member)
        if spec.kind is FactKind.MEETING and not found and _is_their_meeting(phrase):
            found = {group: set() for group in range(len(spec.marks))}
        if spec.kind is FactKind.DEAL:
            found = {group: members for group, members in found.items() if self._named_as_sides(spec, group, phrase)}
        known = memory.parties if event else set()
        return {
            group
            for group, members in found.items()
            if len(members | self.lexicon.implied(spec.id, group, known)) == self.lexicon.groups[spec.id, group]
        }

    def _named_as_sides(self, spec: FactSpec, group: int, phrase: Phrase) -> bool:
        """Whether a deal's parties are its sides: "the American coffee chain" and "its China business" are not."""
        if spec.marks[group].count("@") < 2:
            return True
        hits = self.lexicon.hits(phrase.tokens)
        return any(h.entry.label is Label.DECIDER for h in hits) or any(
            h.entry.label is Label.PARTY and h.entry.of in self.sides and not _describes(phrase.tokens, h) for h in hits
        )

    def is_strong(self, h: Hit, fact: str) -> bool:
        """Whether a hit is a mark of this fact that few things can bear."""
        return h.entry.label is Label.MARK and h.entry.of == fact and (fact, h.entry.group) not in self.weak

    def marked(self, phrase: Phrase) -> set[str]:
        """The facts of which a strong mark of one member, and no party, stands in the sentence."""
        return {
            h.entry.of
            for h in phrase.hits
            if self.is_strong(h, h.entry.of)
            and h.entry.members == 1
            and "@" not in self.pack.facts[h.entry.of].marks[h.entry.group]
        }


def _is_anothers(spec: FactSpec, phrase: Phrase) -> bool:
    """ "The European Commission extended the suspension of its retaliatory tariffs": whoever acts owns them."""
    if not any(token.low in ("its", "their") for token in phrase.tokens[phrase.left : phrase.noun.start]):
        return False
    own = any(h.entry.label in (Label.PARTY, Label.DECIDER) and h.entry.of == spec.by for h in phrase.hits)
    return not own and any(h.entry.label is Label.COUNTRY and h.end <= phrase.left for h in phrase.hits)


def _alike(spec: FactSpec, other: FactSpec) -> bool:
    """Whether another fact has a noun in common, and the same target."""
    return other is not spec and bool(set(other.noun) & set(spec.noun)) and other.on == spec.on


def contradicts(spec: FactSpec, phrase: Phrase) -> bool:
    """Whether a phrase names another owner or another target."""
    return bool(
        (phrase.by and spec.by and spec.by not in phrase.by) or (phrase.on and spec.on and spec.on not in phrase.on)
    )


def _is_their_meeting(phrase: Phrase) -> bool:
    """ "The meeting", "Thursday's meeting": that of the people named before. Negotiators' "talks" are not."""
    start = phrase.noun.start
    before = phrase.tokens[start - 1].low if start else ""
    return phrase.tokens[start].low in ("meeting", "summit", "sit") and before in ("the", "'s", "their")


def _is_hit(phrase: Phrase, party: str | None) -> bool:
    """ "Hit China with a tariff of …": the target stands between the verb and "with"."""
    tokens = phrase.tokens
    return any(
        h.entry.of == party and h.entry.label is Label.PARTY and any(t.low == "with" for t in tokens[h.end : h.end + 2])
        for h in phrase.sight.between(phrase.noun.start - 9, phrase.noun.start)
    )


def _describes(tokens: Sequence[Token], h: Hit) -> bool:
    """Whether a country's name only describes: by its ending, or by the noun behind it."""
    business = h.end < len(tokens) and tokens[h.end].low in _DESCRIBED
    return business or tokens[h.end - 1].low.endswith(("an", "ese"))


def _speaks_of_goods(tokens: Sequence[Token], party: str, hits: Sequence[Hit]) -> bool:
    """Whether a sentence speaks of a party's goods: "hit all Chinese goods with the extra tariff"."""
    return any(
        h.entry.label is Label.PARTY
        and h.entry.of == party
        and (tokens[min(h.end, len(tokens) - 1)].low in GOODS or (h.start > 0 and tokens[h.start - 1].low == "from"))
        for h in hits
    )
