"""The start or the end of a fact, named by a noun: "the effective date of the rules is 1 June"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rules.dates.words import END_NOUNS, START_NOUNS
from rules.frames import HARD, frame
from rules.grammar import TRIGGERS, Form, Op, Trigger
from rules.mentions import Mention
from rules.text import Token
from rules.triggers import Act, Pair, Scene

_STARTING = START_NOUNS | {"effective", "starting"}
_ENDING = END_NOUNS | {"closing"}
_ALONE = frozenset({"deadline", "expiry", "expiration"})
"""These name a day without the word "date"."""
_LINKS = ("of", "for")
_TENSES = frozenset("is was are becomes became be".split())
_BEFORE, _BEHIND = 8, 8
_STARTS = Trigger(Op.START, frozenset({Form.PRESENT}), intransitive=True)
_EXPIRES = Trigger(Op.EXPIRE, frozenset({Form.PRESENT}), intransitive=True)


def term_pairs(scene: Scene) -> Iterator[Pair]:
    """For each mention whose start or end a sentence names by a noun, with a verb that says when that is."""
    for m in scene.mentions:
        found = _date_noun(scene.tokens, m)
        if found is None:
            continue
        noun, trigger = found
        verb = _says_when(scene.tokens, noun, m)
        if verb is not None:
            own = frame(scene.tokens, verb, frozenset({Form.PAST}), headline=scene.headline)
            yield Act(trigger, verb, verb + 1, own).on(m)


def _date_noun(tokens: Sequence[Token], m: Mention) -> tuple[int, Trigger] | None:
    """Where "the effective date of", "the deadline for" begins that a mention stands behind, and what it tells of."""
    for k in range(m.head - 1, max(0, m.head - _BEFORE), -1):
        word, before = tokens[k].low, tokens[k - 1].low
        if word in HARD or word == ",":
            return None
        if k + 1 >= len(tokens) or tokens[k + 1].low not in _LINKS:
            continue
        if word in _ALONE or (word == "date" and before in _ENDING):
            return k, _EXPIRES
        if word == "date" and before in _STARTING:
            return k, _STARTS
    return None


def _says_when(tokens: Sequence[Token], noun: int, m: Mention) -> int | None:
    """The verb that says when it is: "is" behind the fact, or "set 1 June as" before the noun."""
    for k in range(m.head + 1, min(len(tokens), m.head + _BEHIND)):
        if tokens[k].low in _TENSES:
            return k
        if tokens[k].low in HARD or tokens[k].low == ",":
            break
    near = range(noun - 1, max(-1, noun - _BEHIND - 2), -1)
    names = any(tokens[k].low == "as" for k in near[:4])
    return next((k for k in near if names and _fixes(tokens[k].low)), None)


def _fixes(word: str) -> bool:
    return any(t.op is Op.SET and not t.rest for t in TRIGGERS.get(word, ())) or word in ("named", "names")
