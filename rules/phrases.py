"""The phrase round a noun: where it begins and ends, whose it says the thing is, and whom it is aimed at."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from rules.grammar import GOVERNORS, TRIGGERS, Form
from rules.lexicon import GOODS, Hit, Label
from rules.sight import Held, Sight, held
from rules.text import Token
from rules.words import AUXILIARY, MODAL_FUTURE, MODAL_HEDGE, MODAL_WISH

LEFT, RIGHT = 9, 18
"""How many tokens before and behind a noun belong to its phrase at most."""
ELSEWHERE = "?"
"""Stands for any other country, as an owner or a target."""
DEFINITE = frozenset("the this that these those its their his such both".split())

_ARTICLES = DEFINITE | {"a", "an"}
_STOP_LEFT = frozenset(
    (
        ", ; : — ( ) . ! ? said says told that which who by after before with until than if unless while but "
        "because into"
    ).split()
)
_STOP_RIGHT = frozenset("; : — ! ? said says told while but because although unless if".split())
_PARTS = frozenset(
    "chapter chapters part parts portion section sections provision provisions element elements some half".split()
)
_HIGHER = frozenset("higher steeper heightened upper larger bigger".split())
"""The higher part of a rate stands for the whole of it."""
_LEADING = frozenset("by on for against from of to in with over".split())
_MODALS = MODAL_FUTURE | MODAL_HEDGE | MODAL_WISH
_VERBAL = (AUXILIARY - {"'s", "'d"}) | _MODALS
_FINITE = (AUXILIARY - {"'s", "'d", "being"}) | MODAL_FUTURE | MODAL_HEDGE
_TOLD_FORMS = {Form.PRESENT, Form.PAST, Form.GERUND}
_TOLD = frozenset(word for word in GOVERNORS if word.endswith(("ed", "es"))) | frozenset(
    word for word, found in TRIGGERS.items() if any(trigger.form & _TOLD_FORMS for trigger in found)
)
"""Words that are finite verbs, unless an article stands before them."""
_BEFORE_ADJECTIVE = DEFINITE | {"a", "an", "'s", "new"}
_BEFORE_OBJECT = DEFINITE | {"a", "an", "all", "any"}
_RELATIVE = frozenset("that which who it he".split())
_OWNING = (Label.PARTY, Label.COUNTRY, Label.DECIDER)
_ADJECTIVES = ("ese", "an", "ish", "sh", "ss", "ch", "u.s", "u.k")
"""How adjectives of countries end: Chinese, American, British, Swiss, French."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun with what stands round it. Indices are token indices of the sentence."""

    sight: Sight
    noun: Hit
    left: int
    right: int
    inside: Sequence[Hit]
    """The hits of the phrase without the noun itself."""
    held: set[Held]
    by: set[str]
    """Whose it is, as far as the phrase says; ELSEWHERE for any other country."""
    on: set[str]
    """Whom it is aimed at."""

    @property
    def tokens(self) -> Sequence[Token]:
        """Those of the whole sentence."""
        return self.sight.tokens

    @property
    def hits(self) -> Sequence[Hit]:
        """Those of the whole sentence."""
        return self.sight.hits

    @property
    def definite(self) -> bool:
        return any(token.low in DEFINITE for token in self.tokens[self.left : self.noun.start])

    @property
    def partial(self) -> bool:
        """ "The chapter of its rules", "part of the duty": only a part is meant."""
        words = {token.low for token in self.tokens[max(0, self.left - 2) : self.noun.start]}
        return "of" in words and not words.isdisjoint(_PARTS) and words.isdisjoint(_HIGHER)

    def holds(self, label: Label, fact: str | None = None) -> bool:
        """Whether a hit of this label is in the phrase, of this fact where one is given."""
        return (label, fact) in self.held

    def is_without(self, fact: str) -> bool:
        """Whether a word that the pack excludes for this fact stands in the phrase, from its article on."""
        articles = (k for k in range(self.noun.start - 1, self.left - 1, -1) if self.tokens[k].low in _ARTICLES)
        first = next(articles, self.left)
        return any(h.start >= first and h.entry.label is Label.WITHOUT and h.entry.of == fact for h in self.inside)


def phrase_of(sight: Sight, noun: Hit, sides: set[str]) -> Phrase:
    """The phrase of a noun in a story between these sides."""
    tokens = sight.tokens
    left, right = _window(sight, noun)
    inside = [h for h in sight.between(left, right) if h.end <= right and h is not noun]
    by, on = _direction(tokens, noun, inside, sides)
    return Phrase(sight, noun, left, right, inside, held(inside), by or _foreign_owner(sight, left), on)


def _window(sight: Sight, noun: Hit) -> tuple[int, int]:
    """The token range of the phrase: to the next noun of the family, a mark, a conjunction or a finite verb."""
    tokens = sight.tokens
    nouns = sight.nouns.get(noun.entry.of, ())
    at = bisect_left(nouns, noun.end, key=_start)
    following = nouns[at] if at < len(nouns) else None
    low = max(noun.start - LEFT, 0)
    for h in reversed(nouns[:at]):
        if h.start < low - sight.longest:
            break
        if h.start != noun.start and h.end <= noun.start:
            low = max(low, h.end)
    left = noun.start
    while left > low and tokens[left - 1].low not in _STOP_LEFT and not _finite(tokens, left - 1):
        left -= 1
    high = min(noun.end + RIGHT, _opening(tokens, following, noun) if following else len(tokens))
    right = noun.end
    while right < high and tokens[right].low not in _STOP_RIGHT and not _breaks(tokens, right):
        right += 1
    return left, right


def _start(h: Hit) -> int:
    return h.start


def _opening(tokens: Sequence[Token], following: Hit, noun: Hit) -> int:
    """Where the phrase of the next noun begins: behind the comma, "and" or article that opens it."""
    index = following.start
    while index > noun.end and tokens[index - 1].low not in (",", "and", "or", "the", "a", "an", "its", "'s"):
        index -= 1
    return index


def _finite(tokens: Sequence[Token], index: int) -> bool:
    """Whether a token is a finite verb or an infinitive, and no adjective behind an article."""
    word = tokens[index].low
    if word in _FINITE:
        return True
    if word not in GOVERNORS and word not in TRIGGERS:
        return False
    before = tokens[index - 1].low if index else ""
    if before == "to" or before in _BEFORE_ADJECTIVE:
        return before == "to"
    return word in _TOLD or (word in TRIGGERS and index + 1 < len(tokens) and tokens[index + 1].low in _BEFORE_OBJECT)


def _breaks(tokens: Sequence[Token], index: int) -> bool:
    """A comma ends the phrase unless a relative clause or an apposition to the same noun follows."""
    word = tokens[index].low
    if word == "," and index + 1 < len(tokens):
        return tokens[index + 1].low not in ("which", "that", "both", "among", "including") and not _lists(
            tokens, index
        )
    return is_verbal(word) and not any(token.low in _RELATIVE for token in tokens[max(0, index - 3) : index])


def _lists(tokens: Sequence[Token], index: int) -> bool:
    """Whether a comma stands in a list of goods: "on soybeans, sorghum, pork and beef originating in …"."""
    behind = [token.low for token in tokens[index + 1 : index + 5]]
    stop = next((k for k, word in enumerate(behind) if word in (",", "and", "or")), 0)
    return 0 < stop < 3 and all(word.isalpha() and word not in TRIGGERS for word in behind[:stop])


def is_verbal(word: str) -> bool:
    """Whether a folded word is an auxiliary or a modal verb."""
    return word in _VERBAL or word.endswith("n't")


def _direction(tokens: Sequence[Token], noun: Hit, inside: Sequence[Hit], sides: set[str]) -> tuple[set[str], set[str]]:
    """Whose it is and whom it is aimed at."""
    by: set[str] = set()
    on: set[str] = set()
    for h in inside:
        label, who = h.entry.label, h.entry.of
        if label not in _OWNING or (label is not Label.COUNTRY and who not in sides):
            continue
        if label is Label.COUNTRY:
            who = ELSEWHERE
            ends = h.end < len(tokens) and tokens[h.end].low in ("and", "but") and h.end <= noun.start
            if h.start > 0 and (tokens[h.start - 1].low in ("in", "at") or (tokens[h.start - 1].low == "to" and ends)):
                continue
        if h.end <= noun.start:
            owns = _owns(tokens, h, noun)
        else:
            owns = _led_by(tokens, h, noun) == "by"
            second = not owns and bool(on) and label is Label.PARTY
            if label is Label.DECIDER or second:
                continue
        (by if owns else on).add(who)
    return by, on


def _led_by(tokens: Sequence[Token], h: Hit, noun: Hit) -> str:
    """The preposition before a hit behind the noun; "on" where there is none."""
    near = range(h.start - 1, max(noun.end, h.start - 4) - 1, -1)
    return next((tokens[k].low for k in near if tokens[k].low in _LEADING), "on")


def _owns(tokens: Sequence[Token], h: Hit, noun: Hit) -> bool:
    """Before the noun: "Chinese tariff" and "Beijing's tariff" name the owner, "China tariff" the target."""
    following = tokens[h.end].low if h.end < len(tokens) else ""
    if following in ("'s", "'") or h.entry.label is Label.DECIDER:
        return True
    if following in GOODS:
        return False
    last = tokens[h.end - 1].low
    return last.endswith(_ADJECTIVES) or last in ("eu", "uk") or h.end < noun.start - 3


def _foreign_owner(sight: Sight, left: int) -> set[str]:
    """ "EU keeps retaliatory tariffs": the nearest country before the phrase, where it is none of the parties."""
    if (Label.COUNTRY, None) not in sight.held:
        return set()
    tokens = sight.tokens
    near = [h for h in sight.between(left - 6, left) if h.entry.label in _OWNING and h.end <= left]
    if not near or near[-1].entry.label is not Label.COUNTRY:
        return set()
    if tokens[max(0, near[-1].start - 1)].low in ("in", "at", "to"):
        return set()
    apart = any(token.low in ("said", "says", ",", ":", ";") for token in tokens[near[-1].end : left])
    return set() if apart else {ELSEWHERE}


def is_verb(tokens: Sequence[Token], index: int) -> bool:
    """Whether a word that is also a noun stands as a verb: "would pause", "to purchase"."""
    if index == 0 or tokens[index].low not in TRIGGERS:
        return False
    before = tokens[index - 1].low
    return before in ("to", "would", "not") or before in _MODALS


def is_modifier(noun: Hit, sight: Sight) -> bool:
    """Whether a noun only modifies the next one: the "tariff" of "tariff truce"."""
    following = sight.between(noun.end, noun.end + 1)
    return any(h.entry.label is Label.NOUN and h.entry.of != noun.entry.of for h in following)


def is_topic(noun: Hit, sight: Sight) -> bool:
    """Whether a noun says what another thing is about: "the truce on tariffs", "a tariff of 24 percent on imports"."""
    if noun.start < 2 or sight.tokens[noun.start - 1].low not in ("on", "over"):
        return False
    reach = 8 if noun.entry.of == "purchases" else 4
    return any(
        h.entry.label is Label.NOUN and h.entry.of != noun.entry.of and (h.end == noun.start - 1 or reach == 8)
        for h in sight.between(noun.start - reach, noun.start - 1)
    )
