"""Which fact a piece of text speaks of.

A mention is a noun of the fact's family ("duty", "rules", "truce") with what stands round it: the marks that tell the
fact apart ("fentanyl"), whose it is, and whom it is aimed at. What another country puts on, or aims elsewhere, is
another matter. Short names and pronouns stand for what the article has named before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rules.dates.words import MONTHS, WEEKDAYS
from rules.fit import Fit, contradicts
from rules.grammar import TRIGGERS, Form, Op
from rules.lexicon import Entry, Hit, Label, Lexicon
from rules.memory import Memory
from rules.model import FactKind, Status
from rules.pack import FactSpec
from rules.phrases import ELSEWHERE, LEFT, RIGHT, Phrase, is_modifier, is_topic, is_verb, is_verbal, phrase_of
from rules.sight import Sight
from rules.text import Sentence, Token, tokenize
from rules.words import ADVERB

_PUTTING = frozenset(word for word, found in TRIGGERS.items() if any(t.op is Op.IMPOSE for t in found))
_PRONOUNS = frozenset("it this that they these those them".split())
_SIDES = frozenset("sides teams governments capitals countries delegations".split())
_BULK = frozenset("tonnes tons bushels".split())
_PENDING = (Status.THREATENED, Status.PROPOSED)
_ACTS = frozenset(
    "order orders proclamation decree notice change changes cut cuts reduction reductions increase increases hike "
    "hikes move moves decision decisions step steps adjustment adjustments suspension extension pause reprieve waiver "
    "rate rates measure measures amendment amendments".split()
)
_AMENDING = frozenset(["amended", "modified"])
_STRIKING = frozenset("striking inserting deleting substituting removing replacing".split())
_DETERMINERS = frozenset("the his her its their this that these those both".split())
_OPENERS = frozenset(', and but : " that'.split())
_FINITE_FORMS = frozenset({Form.BASE, Form.PRESENT, Form.PAST})
_TERMS = frozenset({Op.START, Op.EXPIRE, Op.END})
_KEPT = 64
"""How many sentences and labels are kept, for when they come again."""
_NAMED = 9
"""The weight of a name that is the fact by itself."""
_PRONOUNS_TAKEN = 3
"""Of so many pronouns of one sentence it is asked what becomes of them."""
_REMEMBERED, _RECENT = 3, 2
"""For how many sentences a short name, and a pronoun, stands for what was named."""


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a fact is named. Indices are token indices of the sentence."""

    fact: str
    head: int
    start: int
    end: int
    part: bool = False
    """Only a part of it is meant."""
    anaphor: bool = False
    """A pronoun or a short name, resolved to the fact last named."""
    act: bool = False
    """What was done to the fact is meant, and not the fact: "the order", "both cuts"."""
    joint: bool = False
    """It shares its noun with another fact: "the fentanyl and reciprocal tariffs"."""
    presumed: bool = False
    """It bears no mark of the fact: only a threat and an imposition are of it."""
    weight: int = 3


class Finder:
    """Finds the mentions of one pack's facts, sentence by sentence."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.pack = lexicon.pack
        self.fit = Fit(lexicon)
        self._labels: dict[str, str | None] = {}
        self._fits: dict[tuple[object, ...], list[tuple[int, FactSpec] | None]] = {}
        self._last: dict[Sight, tuple[list[Mention], list[Phrase]]] = {}
        self.promises = [spec for spec in self.pack.facts.values() if spec.kind is FactKind.PURCHASES]
        gatherings = (spec for spec in self.pack.facts.values() if spec.kind in (FactKind.MEETING, FactKind.VISIT))
        named = (part.strip() for spec in gatherings for mark in spec.marks for part in mark.split("+")[:1])
        self.people = {part[1:] for part in named if part.startswith("@")}
        self.by_family: dict[str, list[FactSpec]] = {}
        for spec in self.pack.facts.values():
            for family in spec.noun:
                self.by_family.setdefault(family, []).append(spec)

    def find(self, sentence: Sentence, number: int, sight: Sight, memory: Memory) -> list[Mention]:
        """The mentions of one sentence in order; `memory` is brought up to date."""
        memory.parties |= sight.parties
        memory.speaking = self._labelled(sentence.speaker) if sentence.speaker else None
        memory.paired = memory.paired or _speaks_of_two(sight)
        names, phrases = self._named(sight)
        fitted = list(zip(phrases, self._fitting(sight, phrases, memory), strict=True))
        mentions = (self._mention(phrase, fits, memory, number) for phrase, fits in fitted)
        found = _one_each([*names, *(m for m in mentions if m)])
        found += [m for phrase, fits in fitted if fits for m in self._joint(phrase, fits[1], memory)]
        if found:
            if "it" in sight.words or "them" in sight.words:
                found += _objects(sight.tokens, found)
        else:
            self._header(sentence, number, sight.hits, memory)
            found = next(filter(None, map(list, self._resolved(sight, memory, number))), [])
        found.sort(key=lambda m: m.head)
        memory.take_up(sentence, number, (m.fact for m in found), sight)
        memory.presumed |= {m.fact for m in found if m.presumed}
        memory.presumed -= {m.fact for m in found if not (m.presumed or m.anaphor)}
        memory.person = next((h.entry.of for h in reversed(sight.hits) if h.entry.of in self.people), memory.person)
        memory.goods |= {spec.id for spec in self.promises if (Label.MARK, spec.id) in sight.held}
        return found

    def _resolved(self, sight: Sight, memory: Memory, number: int) -> Iterator[Iterator[Mention]]:
        """What a sentence that names no fact can speak of, by what the article has named; the first counts."""
        yield _pronoun(sight, memory, number)
        yield _acts(sight, memory, number)
        yield self._goods(sight, memory)
        yield self._journeys(sight, memory)
        yield _amended(sight, memory)

    def _journeys(self, sight: Sight, memory: Memory) -> Iterator[Mention]:
        """ "He will travel to China in April", of the person named last."""
        subject = {token.low for token in sight.tokens[:3]}
        person = memory.person if subject & {"he", "she"} else memory.speaking if "i" in subject else None
        if person is None or (Label.COUNTRY, None) in sight.held:
            return
        for spec in (spec for spec in self.pack.facts.values() if spec.kind is FactKind.VISIT):
            where = (h for h in sight.hits if h.entry.label is Label.MARK and h.entry.of == spec.id and h.entry.member)
            place = next((h for h in where if sight.tokens[h.start - 1].low in ("to", "in", "for", "visit")), None)
            if place and any(f"@{person}" in mark for mark in spec.marks):
                yield Mention(spec.id, place.start, place.start, place.end, anaphor=True, weight=1)

    def _labelled(self, label: str) -> str | None:
        """Which of those that meet and travel a transcript's label names."""
        if label not in self._labels:
            if len(self._labels) >= _KEPT:
                self._labels.clear()
            hits = self.lexicon.hits(tokenize(label))
            self._labels[label] = next((h.entry.of for h in hits if h.entry.of in self.people), None)
        return self._labels[label]

    def _goods(self, sight: Sight, memory: Memory) -> Iterator[Mention]:
        """ "Has signed up for 441 million bushels", in an article about soybeans: so much of the goods it has named."""
        for spec in self.promises:
            named = spec.id in memory.goods or (Label.MARK, spec.id) in sight.held
            last = memory.facts[-1][0] if memory.facts else None
            bought = bool({(Label.PARTY, spec.by), (Label.DECIDER, spec.by)} & sight.held)
            bought = bought or (last == spec.id and sight.tokens[0].low in ("it", "they"))
            if not named or not bought or (Label.COUNTRY, None) in sight.held:
                continue
            tokens = sight.tokens
            amounts = (k for k, token in enumerate(tokens) if token.low in _BULK and _is_counted(tokens, k))
            k = next(amounts, None)
            behind = (h for h in sight.hits if k is not None and h.start > k and h.entry.of == spec.id)
            if k is not None and next(behind, None) is None:  # else the verb names it with its goods
                yield Mention(spec.id, k, k, k + 1, anaphor=True, weight=1)

    def _named(self, sight: Sight) -> tuple[list[Mention], list[Phrase]]:
        """The names, and the phrases round the nouns that are part of no name."""
        if not sight.hits and "%" not in sight.words:
            return [], []
        kept = self._last.get(sight)
        if kept is None:
            names = [Mention(h.entry.of, h.end - 1, h.start, h.end, weight=_NAMED) for h in self._names(sight)]
            taken = {index for m in names for index in range(m.start, m.end)}
            nouns = [hit for hit in self._nouns(sight) if hit.start not in taken]
            if len(self._last) >= _KEPT:
                self._last.clear()
            kept = self._last[sight] = names, [phrase_of(sight, noun, self.fit.sides) for noun in nouns]
        return kept

    def _fitting(self, sight: Sight, phrases: Sequence[Phrase], memory: Memory) -> list[tuple[int, FactSpec] | None]:
        """For each phrase the fact that fits it best, with its weight; None where none does.

        Kept as long as the memory answers the same, for a sentence that comes again.
        """
        if not phrases:
            return []
        known = (sight, frozenset(memory.parties), memory.home, memory.elsewhere, memory.title)
        kept = self._fits.get(known)
        if kept is None:
            if len(self._fits) >= _KEPT:
                self._fits.clear()
            kept = self._fits[known] = [self._best(phrase, memory) for phrase in phrases]
        return kept

    def _best(self, phrase: Phrase, memory: Memory) -> tuple[int, FactSpec] | None:
        family = self.by_family.get(phrase.noun.entry.of, ())
        weights = [(weight, spec) for spec in family if (weight := self.fit.weigh(spec, phrase, memory)) > 0]
        return max(weights, key=lambda pair: pair[0], default=None)

    def _names(self, sight: Sight) -> Iterator[Hit]:
        """The names near which nothing makes them another matter."""
        if (Label.NAME, None) not in sight.held:
            return
        for name in sight.hits:
            if name.entry.label is not Label.NAME:
                continue
            near = sight.between(name.start - LEFT, name.end + RIGHT)
            foreign = any(h.entry.label is Label.COUNTRY and name.start - 2 <= h.start < name.end + 3 for h in near)
            other = any(
                h.entry.label is Label.OTHER or (h.entry.label is Label.WITHOUT and h.entry.of == name.entry.of)
                for h in near
            )
            if not foreign and not other:
                yield name

    def _nouns(self, sight: Sight) -> Iterator[Hit]:
        tokens = sight.tokens
        rates = self._bare_rates(tokens) if "%" in sight.words else ()
        for hit in (*sight.hits, *rates):
            named = hit.entry.label is Label.NOUN and not is_modifier(hit, sight) and not is_verb(tokens, hit.start)
            if named and not is_topic(hit, sight):
                yield hit

    def _bare_rates(self, tokens: Sequence[Token]) -> Iterator[Hit]:
        """ "Slapped 34% on every product of …": a rate that is put on something is a tariff without the word."""
        if "tariff" not in self.by_family:
            return
        for k, token in enumerate(tokens[:-1]):
            on = token.low == "%" and tokens[k + 1].low == "on"
            if on and any(t.low in _PUTTING for t in tokens[max(0, k - 7) : k]):
                yield Hit(Entry(Label.NOUN, "tariff"), k, k + 1)

    def _mention(
        self, phrase: Phrase, fits: tuple[int, FactSpec] | None, memory: Memory, number: int
    ) -> Mention | None:
        """The fact that fits a phrase best, or that it is a short name of."""
        if fits is None:
            fact = self._short_name(phrase, memory, number) if phrase.definite else None
            return _as_anaphor(fact, phrase) if fact else self._presumed(phrase, memory)
        weight, best = fits
        part = phrase.holds(Label.PART, best.id) or phrase.partial
        mention = Mention(best.id, phrase.noun.start, phrase.left, phrase.right, part=part, weight=weight)
        return self._focused(mention, phrase, memory)

    def _joint(self, phrase: Phrase, best: FactSpec, memory: Memory) -> Iterator[Mention]:
        """The other facts whose marks stand before the same noun: "the fentanyl and reciprocal tariffs"."""
        noun, tokens = phrase.noun, phrase.tokens
        before = [
            h
            for h in phrase.inside
            if h.end <= noun.start and self.fit.is_strong(h, h.entry.of) and h.entry.members == 1
        ]
        mine = [h for h in before if h.entry.of == best.id]
        for h in before:
            spec = self.pack.facts[h.entry.of]
            if not mine or spec is best or noun.entry.of not in spec.noun or not self.fit.weigh(spec, phrase, memory):
                continue
            low, high = sorted((h.end, mine[0].end))
            if {"and", ",", "&"} & {token.low for token in tokens[low:high]}:
                yield Mention(spec.id, noun.start, phrase.left, phrase.right, joint=True, weight=5)

    def _focused(self, mention: Mention, phrase: Phrase, memory: Memory) -> Mention:
        """ "The additional duty" under a headline about another duty of the same kind is that other one."""
        focus = {fact for fact in memory.title if phrase.noun.entry.of in self.pack.facts[fact].noun}
        if len(focus) != 1 or mention.fact in focus:
            return mention
        own, other = self.pack.facts[mention.fact], self.pack.facts[focus.pop()]
        strong = any(self.fit.is_strong(h, mention.fact) for h in phrase.inside)
        same = (own.by, own.on) == (other.by, other.on)
        return replace(mention, fact=other.id) if same and not strong else mention

    def _short_name(self, phrase: Phrase, memory: Memory, number: int) -> str | None:
        """ "The levy", "the rules": the fact of that family last named, if nothing speaks against it."""
        if ELSEWHERE in phrase.by | phrase.on or phrase.holds(Label.OTHER):
            return None
        family = phrase.noun.entry.of
        if not any(family in self.pack.facts[fact].noun for fact, _ in memory.facts):
            return self._marked_elsewhere(phrase, memory) or self._known(phrase, memory, number)
        for fact, when in reversed(memory.facts):
            if number - when > _REMEMBERED or memory.foreign > when:
                return None
            spec = self.pack.facts[fact]
            if family in spec.noun:
                return None if contradicts(spec, phrase) or phrase.holds(Label.WITHOUT, fact) else fact
        return None

    def _presumed(self, phrase: Phrase, memory: Memory) -> Mention | None:
        """ "A 155 percent tariff on Chinese goods": the one that the baseline has threatened or proposed."""
        if not any(token.low == "%" for token in phrase.tokens[phrase.left : phrase.right]):
            return None
        family = self.by_family.get(phrase.noun.entry.of, ())
        pending = [
            spec for spec in family if spec.record.status in _PENDING and self.fit.is_presumable(spec, phrase, memory)
        ]
        if len(pending) != 1:
            return None
        return Mention(pending[0].id, phrase.noun.start, phrase.left, phrase.right, presumed=True, weight=2)

    def _marked_elsewhere(self, phrase: Phrase, memory: Memory) -> str | None:
        """ "The duty", in a sentence that bears the mark of one fact only."""
        family = self.by_family.get(phrase.noun.entry.of, ())
        aimed = {spec.id for spec in family if self.fit.is_aimed(spec, phrase, memory)}
        marked = {fact for fact in self.fit.marked(phrase) & aimed if not phrase.holds(Label.WITHOUT, fact)}
        elsewhere = memory.elsewhere or any(h.entry.label is Label.COUNTRY for h in phrase.hits)
        return marked.pop() if len(marked) == 1 and not elsewhere else None

    def _known(self, phrase: Phrase, memory: Memory, number: int) -> str | None:
        """ "The framework" in an article about both parties or by one: the story has one such thing."""
        family = self.by_family.get(phrase.noun.entry.of, ())
        found = [spec.id for spec in family if spec.kind in (FactKind.DEAL, FactKind.TRUCE)]
        if any(h.entry.label in (Label.MARK, Label.NAME) and h.entry.of not in found for h in phrase.inside):
            return None  # "the reprieve on rare earths" is another thing's
        both = self.fit.sides <= memory.parties or (memory.paired and bool(self.fit.sides & memory.parties))
        if len(found) == 1 and self.pack.facts[found[0]].kind is FactKind.TRUCE:
            both = both or memory.home in self.fit.sides  # a government that speaks of "the truce" has no other
        both = both and memory.foreign < number - 1
        return found[0] if len(found) == 1 and both else None

    def _header(self, sentence: Sentence, number: int, hits: Sequence[Hit], memory: Memory) -> None:
        """ "2. Fentanyl.": a line of a list that only names its topic."""
        if sentence.title or sum(token.low.isalpha() for token in sentence.tokens) > 3:
            return
        marked = {h.entry.of for h in hits if h.entry.label is Label.MARK and h.entry.members == 1}
        families = [self.by_family[h.entry.of] for h in hits if h.entry.label is Label.NOUN]
        named = marked | {family[0].id for family in families if len(family) == 1}
        if len(named) == 1:
            memory.facts.append((named.pop(), number))
            memory.header = number


@lru_cache(maxsize=256)
def finder(lexicon: Lexicon) -> Finder:
    """The finder of a lexicon, built once."""
    return Finder(lexicon)


def _speaks_of_two(sight: Sight) -> bool:
    """ "The two sides", "both teams"."""
    if _SIDES.isdisjoint(sight.words) or sight.words.isdisjoint(("two", "both")):
        return False
    low = [token.low for token in sight.tokens]
    return any(one in ("two", "both") and other in _SIDES for one, other in pairwise(low))


def _as_anaphor(fact: str, phrase: Phrase) -> Mention:
    return Mention(fact, phrase.noun.start, phrase.left, phrase.right, anaphor=True, weight=1)


def _one_each(found: Sequence[Mention]) -> list[Mention]:
    """One mention for one noun: the fact that fits best."""
    best: dict[int, Mention] = {}
    for m in found:
        if m.head not in best or m.weight > best[m.head].weight:
            best[m.head] = m
    return list(best.values())


def _objects(tokens: Sequence[Token], named: Sequence[Mention]) -> list[Mention]:
    """ "… its levy this summer: the college decided to put it off": the object "it" is the fact named before it."""
    out = []
    for k in range(1, len(tokens)):
        if tokens[k].low in ("it", "them") and tokens[k - 1].low in TRIGGERS:
            before = [m for m in named if m.head < k]
            if before:
                out.append(Mention(before[-1].fact, k, k, k + 1, anaphor=True, weight=1))
    return out


def _pronoun(sight: Sight, memory: Memory, number: int) -> Iterator[Mention]:
    """A pronoun at the head of its sentence or clause stands for the fact last named, if that was just before."""
    if not memory.facts or number - memory.facts[-1][1] > _RECENT or memory.foreign >= number:
        return
    if _PRONOUNS.isdisjoint(sight.words):
        return
    tokens = sight.tokens
    recent = {fact for fact, when in memory.facts if when == memory.facts[-1][1]}
    if len(recent) != 1:
        return
    fact = recent.pop()
    places = [k for k, token in enumerate(tokens) if token.low in _PRONOUNS and _stands_for(tokens, k)]
    for k in places[:_PRONOUNS_TAKEN]:  # "it was to end on Monday; it will now run to June"
        if k == places[0] or (tokens[k - 1].low == ";" and tokens[k].low == tokens[places[0]].low):
            yield Mention(fact, k, k, k + 1, anaphor=True, weight=1)


def _acts(sight: Sight, memory: Memory, number: int) -> Iterator[Mention]:
    """ "The order takes effect on Monday", "both cuts": what the sentence before has told was done."""
    if not memory.facts or number - memory.facts[-1][1] > _RECENT or memory.foreign >= number:
        return
    tokens, recent = sight.tokens, {fact for fact, when in memory.facts if when == memory.facts[-1][1]}
    if recent & memory.presumed:
        return
    index = next((k for k in range(1, min(7, len(tokens))) if tokens[k].low in _ACTS and _determined(tokens, k)), None)
    if index is not None and (len(recent) == 1 or tokens[index].low.endswith("s")):
        for fact in sorted(recent):
            yield Mention(fact, index, index, index + 1, anaphor=True, act=True, weight=1)


def _amended(sight: Sight, memory: Memory) -> Iterator[Mention]:
    """ "Subdivision (u) of that order is amended by striking …": a legal text amends what it is about."""
    if _AMENDING.isdisjoint(sight.words) or _STRIKING.isdisjoint(sight.words):
        return
    about = set(memory.title) or {fact for fact, _ in memory.facts}
    k = next((k for k, token in enumerate(sight.tokens) if token.low in _AMENDING), 0)
    if len(about) == 1 and k > 1:
        yield Mention(about.pop(), 0, 0, 1, anaphor=True, weight=1)


def _determined(tokens: Sequence[Token], index: int) -> bool:
    """Whether a noun stands behind an article or the like, with at most one word between."""
    return any(token.low in _DETERMINERS for token in tokens[max(0, index - 2) : index])


def _is_counted(tokens: Sequence[Token], k: int) -> bool:
    """Whether a number stands before a unit: "441 million bushels", "twenty million tons"."""
    return any(token.low[:1].isdigit() or token.low in ("million", "mln", "mn") for token in tokens[max(0, k - 4) : k])


def _stands_for(tokens: Sequence[Token], index: int) -> bool:
    """Whether a pronoun is the subject of a clause, the object of a trigger, or what an "of" is about."""
    word, before = tokens[index].low, tokens[index - 1].low if index else ""
    k = next((k for k in range(index + 1, len(tokens)) if tokens[k].low not in ADVERB), index)
    following = tokens[k].low if k > index else ""
    if before == "of" and word in ("it", "that", "them"):
        return True
    relative = word == "that" and before.isalpha() and before not in _OPENERS  # "exporters that have applied"
    if (
        (index < 6 or before in _OPENERS or before == ";")
        and not relative
        and (following == "'s" or is_verbal(following))
    ):
        return True
    if index == 0 and following in TRIGGERS and word in ("it", "that", "this", "they", "these", "those"):
        return _happens(tokens, k)  # "That drops to 10 percent on Monday"
    return word in ("it", "them") and before in TRIGGERS


def _happens(tokens: Sequence[Token], k: int) -> bool:
    """Whether the word at `k` is a finite verb whose subject is what it happens to, with all the words it needs."""
    behind = [token.low for token in tokens[k + 1 : k + 9]]
    dated = any(word in MONTHS or word in WEEKDAYS for word in behind)
    return any(
        t.intransitive
        and not t.form.isdisjoint(_FINITE_FORMS)
        and list(t.rest) == behind[: len(t.rest)]
        and (t.rest or (dated and tokens[k - 1].low == "now" and t.op in _TERMS))
        for t in TRIGGERS[tokens[k].low]
    )
