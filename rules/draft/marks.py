"""Which words tell one thing from another: the marks of a noun, and the goods behind a verb or a preposition."""

from __future__ import annotations

from collections.abc import Sequence, Set

from rules.grammar import GOVERNORS, TRIGGERS
from rules.lexicon import GOODS, Label
from rules.packlint import COMMON
from rules.phrases import Phrase
from rules.sight import Sight
from rules.text import Token
from rules.words import ADVERB, AUXILIARY

_SPECIFIC = frozenset("cars steel soybeans beans soya".split())
_GENERIC = (GOODS - _SPECIFIC) | frozenset("export exports import imports trade new other".split())
_DETERMINERS = frozenset("the a an its their his her this that these those all any some each every both".split())
_LEADING = ("on", "of", "for", "over")
_DEGREES = frozenset(
    (
        "significant substantial massive steep hefty sweeping broad tough tougher higher lower highest lowest huge "
        "planned possible potential existing current latest recent initial final formal eventual sizeable almost heavy"
    ).split()
)
"""Adjectives that tell how much or in which state, and not which."""
_PLAIN = COMMON | _DEGREES | _DETERMINERS | ADVERB | AUXILIARY | frozenset("% and or to".split())
_SELLERS = frozenset("from at by in until till since before after with between against".split())


def marks_of(phrase: Phrase, surnames: Set[str]) -> tuple[list[str], str]:
    """The words that tell a noun apart, before it or behind its preposition, and the whole as it stands."""
    tokens, noun = phrase.tokens, phrase.noun
    named = {k for h in phrase.inside if h.entry.label in (Label.PARTY, Label.COUNTRY) for k in range(h.start, h.end)}
    left: list[str] = []
    k = noun.start - 1
    while k >= phrase.left and k not in named and _telling(tokens[k], surnames):
        left.insert(0, tokens[k].low)
        k -= 1
    start = k + 1
    right, end = _behind(phrase, surnames)
    strong = [word for word in left if word not in _GENERIC]
    chosen = " ".join(strong) or " ".join(right) or " ".join(left)
    text = " ".join(token.raw for token in tokens[start : max(end, noun.end)])
    return forms(chosen) if chosen else [], text


def _behind(phrase: Phrase, surnames: Set[str]) -> tuple[list[str], int]:
    """The goods behind "on", "of" or "for", an amount in between; and where they end."""
    tokens = phrase.tokens
    for k in range(phrase.noun.end, min(phrase.right, phrase.noun.end + 8)):
        if tokens[k].low in _LEADING:
            run = goods_at(tokens, k + 1, phrase.sight, surnames)
            if run:
                at = next(j for j in range(k + 1, len(tokens)) if tokens[j].low == run[-1])
                return run, at + 1
        elif tokens[k].low in ("that", "which", ",", "and"):
            break
    return [], phrase.noun.end


def goods_at(tokens: Sequence[Token], k: int, sight: Sight, surnames: Set[str]) -> list[str]:
    """The words of goods from a token on, without determiners and countries before them."""
    countries = {j for h in sight.hits if h.entry.label in (Label.PARTY, Label.COUNTRY) for j in range(h.start, h.end)}
    skipped = _DETERMINERS | _GENERIC | {"'s"}
    while k < len(tokens) and (k in countries or tokens[k].low in skipped or tokens[k].low.isdigit()):
        k += 1
    run: list[str] = []
    while k < len(tokens) and k not in countries and _telling(tokens[k], surnames) and len(run) < 3:
        run.append(tokens[k].low)
        k += 1
    return run if any(word not in _GENERIC for word in run) else []


def _telling(token: Token, surnames: Set[str]) -> bool:
    """Whether a word can tell one thing from another: no number, no common word, no verb of the grammar."""
    verb = token.low in TRIGGERS or token.low in GOVERNORS
    if token.raw in surnames or verb:
        return False
    return token.low.isalpha() and token.low not in _PLAIN and token.low not in (*_LEADING, *_SELLERS)


def forms(mark: str) -> list[str]:
    """A mark in the singular and the plural."""
    if len(mark) < 4 or mark.endswith("ss"):
        return [mark]
    return [mark, mark[:-1]] if mark.endswith("s") else [mark, f"{mark}s"]


def stem(mark: str) -> str:
    return mark.removesuffix("s")
