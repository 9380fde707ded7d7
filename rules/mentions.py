"""Which fact a piece of text speaks of.

A mention is a noun of the fact's family ("duty", "rules", "truce") with what stands round it: the marks that tell the fact
apart ("fentanyl"), whose it is, and whom it is aimed at. What another country puts on, or aims elsewhere, is another matter.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from rules.grammar import GOVERNORS, TRIGGERS, Form, Op
from rules.lexicon import GOODS, Entry, Hit, Label, Lexicon
from rules.model import FactKind
from rules.pack import FactSpec
from rules.text import Sentence, Token, words
from rules.words import AUXILIARY, MODAL_FUTURE, MODAL_HEDGE, MODAL_WISH

LEFT, RIGHT = 9, 18
"""How many tokens before and behind a noun belong to its phrase at most."""

_STOP_LEFT = frozenset(
    (
        ", ; : — ( ) . ! ? said says told that which who by after before with until than if unless while but "
        "because into"
    ).split()
)
_STOP_RIGHT = frozenset("; : — ! ? said says told while but because although unless if".split())
_LEADING = frozenset("by on for against from of to in with over".split())
_WEAK = frozenset("additional extra further new another added".split())
"""Marks that many things of one kind can bear."""
_PUTTING = frozenset(word for word, found in TRIGGERS.items() if any(t.op is Op.IMPOSE for t in found))
_PRONOUNS = frozenset("it this that they these those them".split())
_DEFINITE = frozenset("the this that these those its their his such both".split())


@dataclass(slots=True)
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
    weight: int = 3
    marks: frozenset[int] = field(default_factory=frozenset)


@dataclass(slots=True)
class Memory:
    """What the article has spoken of so far: for short names and pronouns, and for what is taken as known."""

    facts: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=16))
    """(fact, number of the sentence), latest last; what is further back is forgotten."""
    parties: set[str] = field(default_factory=set)
    foreign: int = -9
    """The sentence that last spoke of another country."""
    header: int = -9
    """The last sentence that only names a topic."""
    home: str | None = None
    """The party that the source itself belongs to."""
    title: tuple[str, ...] = ()
    """The facts that the headline names."""
    elsewhere: bool = False
    """The headline names another country."""


class Finder:
    """Finds the mentions of one pack's facts, sentence by sentence."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.pack = lexicon.pack
        self.sides = {side for spec in self.pack.facts.values() for side in (spec.by, spec.on) if side}
        self.by_family: dict[str, list[FactSpec]] = {}
        for spec in self.pack.facts.values():
            for family in spec.noun:
                self.by_family.setdefault(family, []).append(spec)

    def find(self, sentence: Sentence, number: int, hits: Sequence[Hit], memory: Memory) -> list[Mention]:
        """The mentions of one sentence in order; `memory` is brought up to date."""
        tokens = sentence.tokens
        memory.parties |= {h.entry.of for h in hits if h.entry.label in (Label.PARTY, Label.DECIDER)}
        out = [
            Mention(h.entry.of, h.end - 1, h.start, h.end, weight=9)
            for h in hits
            if h.entry.label is Label.NAME and self._alone(h, hits)
        ]
        taken = {index for m in out for index in range(m.start, m.end)}
        for hit in (*hits, *self._bare_rates(tokens)):
            if (
                hit.entry.label is Label.NOUN
                and hit.start not in taken
                and not _modifier(hit, hits)
                and not _verb(tokens, hit.start)
            ):
                mention = self._noun(tokens, hit, hits, memory, number)
                if mention and not any(m.fact == mention.fact and m.head == mention.head for m in out):
                    out.append(mention)
        out = _one_each(out)
        if not out:
            self._header(sentence, number, hits, memory)
        self._pronouns(tokens, out, memory, number)
        if sentence.title:
            memory.title = tuple(m.fact for m in out)
            memory.elsewhere = any(h.entry.label is Label.COUNTRY for h in hits)
        memory.facts.extend((m.fact, number) for m in sorted(out, key=lambda m: m.head))
        if any(
            h.entry.label is Label.OTHER or (h.entry.label is Label.COUNTRY and not _located(sentence.tokens, h))
            for h in hits
        ):
            memory.foreign = number
        return sorted(out, key=lambda m: m.head)

    def _bare_rates(self, tokens: Sequence[Token]) -> list[Hit]:
        """ "Slapped 34% on every product of …": a rate that is put on something is a tariff without the word."""
        if "tariff" not in self.by_family:
            return []
        found = [
            k
            for k, token in enumerate(tokens)
            if token.low == "%" and tokens[k + 1 : k + 2] and tokens[k + 1].low == "on"
        ]
        return [
            Hit(Entry(Label.NOUN, "tariff"), k, k + 1)
            for k in found
            if any(t.low in _PUTTING for t in tokens[max(0, k - 7) : k])
        ]

    def _header(self, sentence: Sentence, number: int, hits: Sequence[Hit], memory: Memory) -> None:
        """ "2. Fentanyl.": a line of a list that only names its topic."""
        if sum(token.low.isalpha() for token in sentence.tokens) > 3 or sentence.title:
            return
        named = {
            h.entry.of
            for h in hits
            if h.entry.label is Label.MARK and self.lexicon.groups[h.entry.of, h.entry.group] == 1
        }
        for h in hits:
            if h.entry.label is Label.NOUN and len(self.by_family[h.entry.of]) == 1:
                named.add(self.by_family[h.entry.of][0].id)
        if len(named) == 1:
            memory.facts.append((named.pop(), number))
            memory.header = number

    def _alone(self, name: Hit, hits: Sequence[Hit]) -> bool:
        """Whether nothing near a name makes it another matter."""
        near = [h for h in hits if name.start - LEFT <= h.start < name.end + RIGHT]
        foreign = any(h.entry.label is Label.COUNTRY and name.start - 2 <= h.start < name.end + 3 for h in near)
        return not foreign and not any(
            h.entry.label is Label.OTHER or (h.entry.label is Label.WITHOUT and h.entry.of == name.entry.of)
            for h in near
        )

    def _noun(
        self, tokens: Sequence[Token], hit: Hit, hits: Sequence[Hit], memory: Memory, number: int
    ) -> Mention | None:
        left, right = _window(tokens, hit, hits)
        inside = [h for h in hits if left <= h.start and h.end <= right and h is not hit]
        by, on = self._direction(tokens, hit, inside)
        by = by or self._foreign_owner(tokens, left, hits)
        best: tuple[int, Mention] | None = None
        for spec in self.by_family.get(hit.entry.of, ()):
            weight, marks = self._weight(spec, hit, inside, hits, by, on, memory, tokens)
            if weight > 0 and (best is None or weight > best[0]):
                part = any(h.entry.label is Label.PART and h.entry.of == spec.id for h in inside) or _partial(
                    tokens, left, hit.start
                )
                best = weight, Mention(spec.id, hit.start, left, right, part=part, weight=weight, marks=marks)
        if best:
            return self._focused(best[1], hit, inside, memory)
        return self._short_name(tokens, hit, left, right, inside, hits, by, on, memory, number)

    def _focused(self, mention: Mention, hit: Hit, inside: Sequence[Hit], memory: Memory) -> Mention:
        """ "The additional duty" under a headline about another duty of the same kind is that other one."""
        focus = [fact for fact in memory.title if hit.entry.of in self.pack.facts[fact].noun]
        if len(set(focus)) != 1 or mention.fact in focus:
            return mention
        same = (self.pack.facts[focus[0]].by, self.pack.facts[focus[0]].on) == (
            self.pack.facts[mention.fact].by,
            self.pack.facts[mention.fact].on,
        )
        strong = any(h.entry.label is Label.MARK and h.entry.of == mention.fact and not self._weak(h) for h in inside)
        return replace(mention, fact=focus[0]) if same and not strong else mention

    def _weak(self, h: Hit) -> bool:
        return self._weak_group(self.pack.facts[h.entry.of], h.entry.group)

    @staticmethod
    def _weak_group(spec: FactSpec, group: int) -> bool:
        return set(words(spec.marks[group])) <= _WEAK

    def _aimed(self, spec: FactSpec, on: set[str], hits: Sequence[Hit], memory: Memory) -> bool:
        """Whether the measure is aimed where the fact says: in so many words, or because the article is about that party."""
        if spec.kind is not FactKind.MEASURE or spec.on in on:
            return True
        named = {h.entry.of for h in hits if h.entry.label in (Label.PARTY, Label.DECIDER)}
        foreign = any(h.entry.label is Label.COUNTRY for h in hits)
        party = spec.on or spec.by
        return party is None or party in named or (party in memory.parties and not memory.elsewhere and not foreign)

    def _weight(
        self,
        spec: FactSpec,
        hit: Hit,
        inside: Sequence[Hit],
        hits: Sequence[Hit],
        by: set[str],
        on: set[str],
        memory: Memory,
        tokens: Sequence[Token],
    ) -> tuple[int, frozenset[int]]:
        """How well the surroundings of a noun fit a fact; 0 or less: not at all."""
        if any(h.entry.label is Label.WITHOUT and h.entry.of == spec.id for h in inside):
            return 0, frozenset()
        if any(h.entry.label is Label.OTHER for h in inside):
            return 0, frozenset()
        if (by and spec.by and spec.by not in by) or (on and spec.on and spec.on not in on):
            return 0, frozenset()
        if spec.by is None and "?" in by | on:
            return 0, frozenset()
        pool = hits if spec.kind in (FactKind.MEETING, FactKind.VISIT, FactKind.DEAL, FactKind.TRUCE) else inside
        marks = self._marks(spec, pool, inside, hit, memory, tokens)
        if not self._aimed(spec, on, hits, memory) or not self._between(spec, tokens, hits, inside, memory):
            return 0, frozenset()
        points = 6 * bool(marks) + bool(by) + bool(on)
        near = min(
            (
                abs(h.start - hit.start)
                for h in inside
                if h.entry.label is Label.MARK and h.entry.of == spec.id and h.entry.group in marks
            ),
            default=9,
        )
        if spec.kind is FactKind.VISIT and any(h.entry.label is Label.COUNTRY for h in inside):
            return 0, frozenset()
        if (
            marks
            and spec.on
            and spec.on not in on
            and spec.id not in memory.title
            and not _goods_of(tokens, spec.on, hits)
            and all(self._weak_group(spec, group) for group in marks)
        ):
            return 0, frozenset()  # "an additional duty", on nobody: the short name of whatever came before
        if marks:
            return points + max(0, 4 - near // 2), marks
        if spec.marks:
            alone = (
                hit.entry.of != "controls"
                and on == {spec.on}
                and self._only(spec)
                and self._owner(spec, hit, by, hits, memory)
            )
            return (4 if alone else 0), frozenset()
        return 0, frozenset()

    def _between(
        self, spec: FactSpec, tokens: Sequence[Token], hits: Sequence[Hit], inside: Sequence[Hit], memory: Memory
    ) -> bool:
        """Whether a thing between two parties is between these: no other country in the sentence, unless the phrase names them."""
        if spec.kind not in (FactKind.DEAL, FactKind.TRUCE):
            return True
        if len({h.entry.of for h in inside if h.entry.label is Label.PARTY and h.entry.of in self.sides}) > 1:
            return True
        return not memory.elsewhere and not any(
            h.entry.label is Label.COUNTRY and not _located(tokens, h) for h in hits
        )

    def _owner(self, spec: FactSpec, hit: Hit, by: set[str], hits: Sequence[Hit], memory: Memory) -> bool:
        """Whether a measure that bears no mark is this party's: by its phrase, the subject before it, or the source."""
        if spec.by is None or by:
            return by == {spec.by}
        before = [
            h for h in hits if h.entry.label in (Label.PARTY, Label.DECIDER, Label.COUNTRY) and h.end <= hit.start
        ]
        subject = next(
            (h.entry.of for h in reversed(before) if h.entry.of in self.sides or h.entry.label is Label.COUNTRY), None
        )
        return spec.by == (subject or memory.home)

    def _only(self, spec: FactSpec) -> bool:
        """Whether no other fact with this noun is aimed at the same party."""
        return not any(
            other is not spec and set(other.noun) & set(spec.noun) and other.on == spec.on
            for other in self.pack.facts.values()
        )

    def _marks(
        self,
        spec: FactSpec,
        inside: Iterable[Hit],
        near: Sequence[Hit],
        hit: Hit,
        memory: Memory,
        tokens: Sequence[Token],
    ) -> frozenset[int]:
        """The marks of a fact of which every member is there; a party that the article has named before counts as there."""
        found: dict[int, set[int]] = {}
        for h in inside:
            alone = self.lexicon.groups.get((h.entry.of, h.entry.group)) == 1
            if (
                h.entry.label is Label.MARK
                and h.entry.of == spec.id
                and h.start != hit.start
                and (h in near or not alone)
            ):
                found.setdefault(h.entry.group, set()).add(h.entry.member)
        known = memory.parties if spec.kind in (FactKind.MEETING, FactKind.VISIT, FactKind.DEAL) else set()
        if spec.kind is FactKind.MEETING and not found and hit.end - hit.start and self._same_meeting(tokens, hit):
            found = {g: set() for g in range(len(spec.marks))}
        if spec.kind is FactKind.DEAL:
            found = {g: members for g, members in found.items() if self._named_as_sides(spec, g, near, tokens)}
        return frozenset(
            g
            for g, members in found.items()
            if len(members | self.lexicon.implied(spec.id, g, known)) == self.lexicon.groups[spec.id, g]
        )

    def _named_as_sides(self, spec: FactSpec, group: int, near: Sequence[Hit], tokens: Sequence[Token]) -> bool:
        """Whether a deal's parties are its sides: "the American coffee chain" and "its China business" are not."""
        if not spec.marks[group].replace(" ", "").count("@") > 1:
            return True
        hits = [h for h in self.lexicon.hits(tokens) if h.entry.label in (Label.PARTY, Label.DECIDER)]
        return any(h.entry.label is Label.DECIDER for h in hits) or any(
            h.entry.of in self.sides
            and not tokens[h.end - 1].low.endswith(("an", "ese"))
            and not _before_noun(tokens, h.end)
            for h in hits
        )

    @staticmethod
    def _same_meeting(tokens: Sequence[Token], hit: Hit) -> bool:
        """ "The meeting", "Thursday's meeting": with the people named before, it is theirs. Negotiators' "talks" are not."""
        before = tokens[hit.start - 1].low if hit.start else ""
        return tokens[hit.start].low in ("meeting", "summit", "sit") and before in ("the", "'s", "their")

    def _direction(self, tokens: Sequence[Token], hit: Hit, inside: Sequence[Hit]) -> tuple[set[str], set[str]]:
        """Whose it is and whom it is aimed at, as far as the phrase says; "?" stands for any other country."""
        by: set[str] = set()
        on: set[str] = set()
        for h in inside:
            if h.entry.label not in (Label.PARTY, Label.COUNTRY, Label.DECIDER) or (
                h.entry.label is not Label.COUNTRY and h.entry.of not in self.sides
            ):
                continue
            who = h.entry.of if h.entry.label is not Label.COUNTRY else "?"
            if who == "?" and h.start > 0 and tokens[h.start - 1].low in ("in", "at"):
                continue
            if h.end <= hit.start:
                side = self._left_side(tokens, h, hit)
            else:
                led_by = next(
                    (
                        tokens[k].low
                        for k in range(h.start - 1, max(hit.end, h.start - 4) - 1, -1)
                        if tokens[k].low in _LEADING
                    ),
                    "on",
                )
                side = "by" if led_by == "by" else "on"
                if h.entry.label is Label.DECIDER or (side == "on" and on and h.entry.label is Label.PARTY):
                    continue
            (by if side == "by" else on).add(who)
        return by, on

    @staticmethod
    def _foreign_owner(tokens: Sequence[Token], left: int, hits: Sequence[Hit]) -> set[str]:
        """ "EU keeps retaliatory tariffs": the nearest country before the phrase, where it is none of the parties."""
        near = [
            h
            for h in hits
            if h.entry.label in (Label.PARTY, Label.COUNTRY, Label.DECIDER) and left - 6 <= h.start and h.end <= left
        ]
        if (
            not near
            or near[-1].entry.label is not Label.COUNTRY
            or tokens[max(0, near[-1].start - 1)].low in ("in", "at", "to")
        ):
            return set()
        return (
            set()
            if any(token.low in ("said", "says", ",", ":", ";") for token in tokens[near[-1].end : left])
            else {"?"}
        )

    @staticmethod
    def _left_side(tokens: Sequence[Token], h: Hit, hit: Hit) -> str:
        """Before the noun: "Chinese tariff" and "Beijing's tariff" name the owner, "China tariff" the target."""
        following = tokens[h.end].low if h.end < len(tokens) else ""
        if following in ("'s", "'") or h.entry.label is Label.DECIDER:
            return "by"
        if following in GOODS:
            return "on"
        last = tokens[h.end - 1].low
        adjective = last.endswith(("ese", "an", "ish", "sh", "ss", "ch", "u.s", "u.k")) or last in ("eu", "uk")
        return "by" if adjective or h.end < hit.start - 3 else "on"

    def _short_name(
        self,
        tokens: Sequence[Token],
        hit: Hit,
        left: int,
        right: int,
        inside: Sequence[Hit],
        hits: Sequence[Hit],
        by: set[str],
        on: set[str],
        memory: Memory,
        number: int,
    ) -> Mention | None:
        """ "The levy", "the rules": the fact of that family last named, if nothing speaks against it."""
        definite = any(tokens[k].low in _DEFINITE for k in range(left, hit.start))
        if not definite or "?" in by | on or any(h.entry.label is Label.OTHER for h in inside):
            return None
        if not any(hit.entry.of in self.pack.facts[fact].noun for fact, _ in memory.facts):
            marked = {
                h.entry.of
                for h in hits
                if h.entry.label is Label.MARK
                and self.lexicon.groups[h.entry.of, h.entry.group] == 1
                and not self._weak(h)
                and "@" not in self.pack.facts[h.entry.of].marks[h.entry.group]
            }
            marked &= {spec.id for spec in self.by_family.get(hit.entry.of, ()) if self._aimed(spec, on, hits, memory)}
            if len(marked) == 1 and not memory.elsewhere:
                return Mention(marked.pop(), hit.start, left, right, anaphor=True, weight=1)
            return self._known(hit, inside, left, right, memory, number)
        for fact, when in reversed(memory.facts):
            spec = self.pack.facts[fact]
            if number - when > 3 or memory.foreign > when:
                return None
            if hit.entry.of in spec.noun:
                if (by and spec.by and spec.by not in by) or (on and spec.on and spec.on not in on):
                    return None
                blocked = any(h.entry.label is Label.WITHOUT and h.entry.of == fact for h in inside)
                return None if blocked else Mention(fact, hit.start, left, right, anaphor=True, weight=1)
        return None

    def _known(
        self, hit: Hit, inside: Sequence[Hit], left: int, right: int, memory: Memory, number: int
    ) -> Mention | None:
        """ "The framework" in an article about both parties: the story has one such thing."""
        found = [spec for spec in self.by_family.get(hit.entry.of, ()) if spec.kind in (FactKind.DEAL, FactKind.TRUCE)]
        if any(
            h.entry.label in (Label.MARK, Label.NAME) and h.entry.of not in {spec.id for spec in found} for h in inside
        ):
            return None  # "the reprieve on rare earths" is another thing's
        if len(found) != 1 or not self.sides <= memory.parties or memory.foreign >= number - 1:
            return None
        return Mention(found[0].id, hit.start, left, right, anaphor=True, weight=1)

    def _pronouns(self, tokens: Sequence[Token], out: list[Mention], memory: Memory, number: int) -> None:
        """A pronoun at the head of its sentence or clause stands for the fact last named, if that was just before."""
        if out:
            out += _objects(tokens, out)
            return
        if not memory.facts or number - memory.facts[-1][1] > 2 or memory.foreign >= number:
            return
        recent = {fact for fact, when in memory.facts if when == memory.facts[-1][1]}
        if len(recent) != 1:
            return
        for index, token in enumerate(tokens):
            opens = index < 6 or tokens[index - 1].low in (",", "and", "but", ":", '"', "that")
            following = tokens[index + 1].low if index + 1 < len(tokens) else ""
            behind_of = index > 0 and tokens[index - 1].low == "of" and token.low in ("it", "that", "them")
            subject = (opens or behind_of) and (behind_of or following == "'s" or _verbal(following))
            taken = token.low in ("it", "them") and index > 0 and tokens[index - 1].low in TRIGGERS
            if token.low in _PRONOUNS and (subject or taken):
                out.append(Mention(next(iter(recent)), index, index, index + 1, anaphor=True, weight=1))
                return


def _verbal(word: str) -> bool:
    return (
        word in AUXILIARY - {"'s", "'d"}
        or word in MODAL_FUTURE
        or word in MODAL_HEDGE
        or word in MODAL_WISH
        or word.endswith("n't")
    )


def _window(tokens: Sequence[Token], hit: Hit, hits: Sequence[Hit]) -> tuple[int, int]:
    """The token range of the phrase round a noun."""
    nouns = [h for h in hits if h.entry.label is Label.NOUN and h.entry.of == hit.entry.of and h.start != hit.start]
    low_limit = max([hit.start - LEFT, 0, *(h.end for h in nouns if h.end <= hit.start)])
    left = hit.start
    while left > low_limit and tokens[left - 1].low not in _STOP_LEFT and not _finite(tokens, left - 1):
        left -= 1
    high_limit = min(
        [hit.end + RIGHT, len(tokens), *(_phrase_start(tokens, h, hit) for h in nouns if h.start >= hit.end)]
    )
    right = hit.end
    while right < high_limit and tokens[right].low not in _STOP_RIGHT and not _breaks(tokens, right):
        right += 1
    return left, right


def _phrase_start(tokens: Sequence[Token], h: Hit, hit: Hit) -> int:
    """Where the phrase of the next noun begins: behind the comma, "and" or article that opens it."""
    index = h.start
    while index > hit.end and tokens[index - 1].low not in (",", "and", "or", "the", "a", "an", "its", "'s"):
        index -= 1
    return index


def _finite(tokens: Sequence[Token], index: int) -> bool:
    word = tokens[index].low
    if word in AUXILIARY - {"'s", "'d", "being"} or word in MODAL_FUTURE or word in MODAL_HEDGE:
        return True
    adjective = index > 0 and tokens[index - 1].low in _DEFINITE | {"a", "an", "'s", "new"}
    verb = any(trigger.form & {Form.PRESENT, Form.PAST, Form.GERUND} for trigger in TRIGGERS.get(word, ()))
    verb = verb or (
        word in TRIGGERS and index + 1 < len(tokens) and tokens[index + 1].low in _DEFINITE | {"a", "an", "all", "any"}
    )
    return not adjective and ((word in GOVERNORS and word.endswith(("ed", "es"))) or verb)


def _breaks(tokens: Sequence[Token], index: int) -> bool:
    """A comma ends the phrase unless a relative clause or an apposition to the same noun follows."""
    word = tokens[index].low
    if word == "," and index + 1 < len(tokens):
        return tokens[index + 1].low not in ("which", "that", "both", "among", "including")
    return _verbal(word) and not _relative(tokens, index)


def _relative(tokens: Sequence[Token], index: int) -> bool:
    """Whether a verb stands in a relative clause: "that", "which" or "who" within the three words before it."""
    return any(tokens[k].low in ("that", "which", "who", "it", "he") for k in range(max(0, index - 3), index))


def _partial(tokens: Sequence[Token], left: int, head: int) -> bool:
    """ "The chapter of its rules", "part of the duty": only a part is meant."""
    words = [tokens[k].low for k in range(max(0, left - 2), head)]
    return (
        any(w in ("chapter", "part", "portion", "section", "provision", "element", "some", "half") for w in words)
        and "of" in words
    )


def _objects(tokens: Sequence[Token], named: Sequence[Mention]) -> list[Mention]:
    """ "… its levy this summer: the college decided to put it off": the object "it" is the fact named before it."""
    out = []
    for k in range(1, len(tokens)):
        if tokens[k].low in ("it", "them") and tokens[k - 1].low in TRIGGERS:
            before = [m for m in named if m.head < k]
            if before:
                out.append(Mention(before[-1].fact, k, k, k + 1, anaphor=True, weight=1))
    return out


def _located(tokens: Sequence[Token], h: Hit) -> bool:
    """Whether a country is only where something takes place: "in South Korea"."""
    return h.start > 0 and tokens[h.start - 1].low in ("in", "at", "from")


def _before_noun(tokens: Sequence[Token], index: int) -> bool:
    """Whether a country's name only describes the noun behind it: "China business"."""
    return index < len(tokens) and tokens[index].low in (
        "business",
        "unit",
        "arm",
        "operations",
        "market",
        "sales",
        "chain",
        "firm",
        "company",
        "stores",
    )


def _goods_of(tokens: Sequence[Token], party: str, hits: Sequence[Hit]) -> bool:
    """Whether a sentence speaks of a party's goods: "hit all Chinese goods with the extra tariff"."""
    return any(
        h.entry.label is Label.PARTY and h.entry.of == party and h.end < len(tokens) and tokens[h.end].low in GOODS
        for h in hits
    )


def _verb(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word that is also a noun stands as a verb: "would pause", "to purchase"."""
    if index == 0 or tokens[index].low not in TRIGGERS:
        return False
    before = tokens[index - 1].low
    return before in ("to", "would", "not") or before in MODAL_FUTURE or before in MODAL_HEDGE or before in MODAL_WISH


def _modifier(hit: Hit, hits: Sequence[Hit]) -> bool:
    """Whether a noun only modifies the next one: the "tariff" of "tariff truce"."""
    return any(h.entry.label is Label.NOUN and h.start == hit.end and h.entry.of != hit.entry.of for h in hits)


def _one_each(found: list[Mention]) -> list[Mention]:
    """One mention for one noun: the fact that fits best."""
    best: dict[int, Mention] = {}
    for m in found:
        if m.head not in best or m.weight > best[m.head].weight:
            best[m.head] = m
    return list(best.values())
