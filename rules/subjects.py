"""What stands as the subject of a clause: nobody, an event that is only spoken of, or a thing that is in prospect.

Each looks at a bounded number of words. What the answers make of a claim is said in `rules.modality`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rules.frames import HARD
from rules.grammar import GOVERNORS, Stance
from rules.phrases import is_verbal
from rules.text import Token
from rules.words import NEGATION

_OPENING = frozenset({",", "that", "but", '"', *HARD})
"""What can stand before the subject of a clause."""
_RELATIVE = frozenset("that which who".split())
_PROSPECTS = frozenset(
    "discussion consideration review study likely possible expected considered discussed planned cards imminent "
    "works sight examined weighed mooted mulled negotiated prepared drafted debated studied option options "
    "possibility negotiation offing pipeline agenda reach".split()
)
_ON_THE_TABLE = ("on", "the", "table")
_WITHIN = 14


def finite_behind(tokens: Sequence[Token], start: int) -> int | None:
    """The finite verb whose subject ends before `start`, with no comma and no relative clause between."""
    for k in range(start, min(len(tokens), start + _WITHIN)):
        word = tokens[k].low
        if is_verbal(word) or word == "would":
            return k
        if word in HARD or word in _RELATIVE or word == ",":
            return None
    return None


def opens_clause(tokens: Sequence[Token], start: int) -> bool:
    """Whether a word is the first of its clause."""
    return start == 0 or tokens[start - 1].low in _OPENING


def in_prospect(tokens: Sequence[Token], verb: int) -> bool | None:
    """Whether what stands before a finite verb is said to be under discussion, likely or near; None: nothing of it.

    "Is under consideration", "remains an option"; False where that is denied.
    """
    said = [token.low for token in tokens[verb : verb + 6]]
    near = said[1:5]
    table = any((a, b, c) == _ON_THE_TABLE for (a, b), (_, c) in pairwise(pairwise(said)))
    if _PROSPECTS.isdisjoint(near) and not table:
        return None
    return NEGATION.isdisjoint(said) and "no" not in said


def governs_as_noun(tokens: Sequence[Token], governor: int) -> bool:
    """Whether a governing word is the subject of its clause: "a pledge to buy soybeans is being negotiated"."""
    if GOVERNORS.get(tokens[governor].low) is Stance.DUE:
        return False
    opening = range(governor - 1, max(-1, governor - 5), -1)
    article = next((k for k in opening if tokens[k].low in ("a", "an", "the", "any", "'s")), None)
    return article is not None and (tokens[article].low == "'s" or opens_clause(tokens, article))
