"""One sentence as words with spans, and spelled or written numbers: what `rules.dates` and `rules.values` read.

Tokens are words, numbers ("1,000", "12.5"), signs, and line breaks. "Monday's" is two tokens, "won't" is one. One pass
of a regular expression without backtracking; reading a number looks at a bounded number of tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

_TOKEN = re.compile(r"(?:[a-z]+[^\W\d_]*|[^\W\d_]+)(?:'(?!s\b)[^\W\d_]+)*|[0-9]+(?:[.,][0-9]+)*|'s\b|\n|[^\w\s]|\d+|_+")
_SAME = {"’": "'", "‘": "'", "–": "-", "—": "-", "‑": "-", "‐": "-", "−": "-", "“": '"', "”": '"', "％": "%"}
_OTHERS = re.compile(f"[{''.join(_SAME)}]")


def word_set(words: str) -> frozenset[str]:
    """The words of a string."""
    return frozenset(words.split())


MAX_CHARS = 4_000
"""What is read of one sentence. None is longer; of a text that is, the rest is not read."""
UNITS = {
    "zero": 0, "nil": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15, "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18, "nineteen": 19,
}  # fmt: skip
TENS = {
    word: 10 * n
    for n, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 2)
}
SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "lakh": 1e5, "lakhs": 1e5, "million": 1e6, "millions": 1e6, "mn": 1e6,
    "mln": 1e6, "mio": 1e6, "m": 1e6, "crore": 1e7, "crores": 1e7, "billion": 1e9, "billions": 1e9, "bn": 1e9,
    "bln": 1e9,
    "b": 1e9, "trillion": 1e12, "trn": 1e12, "tn": 1e12,
}  # fmt: skip
_ATTACHED = frozenset(["k", "m", "b", "tn"])
"""Scales that are too short to stand apart from their digits: "30m", never "30 m"."""
_ORDINAL_WORDS = """
first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth
sixteenth seventeenth eighteenth nineteenth twentieth
"""
ORDINALS = {word: n for n, word in enumerate(_ORDINAL_WORDS.split(), 1)} | {"thirtieth": 30}


NUMERALS = frozenset({*UNITS, *TENS, "a", "an", "half", "hundred"})
"""The words that a spelled number can begin with."""


def fold(text: str) -> str:
    """Lower case, plain quotes and dashes; exactly as long as `text`."""
    if not text.isascii():
        text = _OTHERS.sub(lambda m: _SAME[m[0]], text)
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


_MARGIN = 64
_BEYOND = ("",) * _MARGIN


class Tokens:
    """The tokens of a text. `words` are folded (lower case, plain quotes and dashes); `starts` and `ends` index the
    text."""

    __slots__ = ("at", "count", "ends", "starts", "text", "words")

    at: Callable[[int], str]
    """The folded word at an index; empty outside the text, up to `_MARGIN` tokens away."""

    def __init__(self, text: str) -> None:
        folded = fold(text)
        spans = [found.span() for found in _TOKEN.finditer(folded)]
        self.text = text
        self.words = [folded[start:end] for start, end in spans]
        self.starts = [start for start, _ in spans]
        self.ends = [end for _, end in spans]
        self.count = len(spans)
        # An index behind the last word, and a negative one too, falls on the empty words at the end. The method of the
        # list itself is the fastest there is for what every parser does with every word.
        self.at = [*self.words, *_BEYOND].__getitem__

    def __len__(self) -> int:
        return self.count

    def raw(self, i: int) -> str:
        """The word as it stands in the text; empty outside."""
        return self.text[self.starts[i] : self.ends[i]] if 0 <= i < self.count else ""

    def touches(self, i: int) -> bool:
        """Whether token `i` follows the one before it without a space."""
        return 0 < i < self.count and self.starts[i] == self.ends[i - 1]

    def seq(self, i: int, *words: str) -> bool:
        """Whether these words stand at `i`."""
        return tuple(self.words[i : i + len(words)]) == words if i >= 0 else False

    def capital(self, i: int) -> bool:
        """Whether the word at `i` begins with an upper-case letter."""
        return self.raw(i)[:1].isupper()


@lru_cache(maxsize=64)
def tokens_of(text: str) -> Tokens:
    """The tokens of a text's first `MAX_CHARS` characters: dates and amounts of a sentence read the same ones."""
    return Tokens(text[:MAX_CHARS])


def digits(word: str) -> float | None:
    """A written number: "12", "12.5", "1,000", "1,234,567.8", and "12,5" as 12.5. None for anything else."""
    if not word or not word[0].isdecimal() or not word.isascii() or len(word) > 24:
        return None
    groups = word.split(",")
    if len(groups) > 1:
        whole = groups[-1].split(".")[0]
        if all(len(group) == 3 for group in [*groups[1:-1], whole]) and len(groups[0]) <= 3:
            word = "".join(groups)
        elif len(groups) == 2 and "." not in word:
            word = ".".join(groups)
        else:
            return None
    return float(word) if word.count(".") < 2 else None


def whole(word: str) -> int | None:
    """A written number without separators, of at most four digits."""
    return int(word) if 0 < len(word) <= 4 and word.isascii() and word.isdecimal() else None


def _small(tokens: Tokens, i: int) -> tuple[float, int] | None:
    """Words below a hundred: "nine", "ninety", "ninety-nine", "twenty five"."""
    word = tokens.at(i)
    if word in UNITS:
        return UNITS[word], i + 1
    if word not in TENS:
        return None
    after = i + 2 if tokens.at(i + 1) == "-" and tokens.touches(i + 1) else i + 1
    unit = UNITS.get(tokens.at(after), 0)
    return (TENS[word] + unit, after + 1) if 0 < unit < 10 else (TENS[word], i + 1)


def number(tokens: Tokens, i: int) -> tuple[float, int] | None:
    """The number at token `i` and the token behind it, or None.

    "12", "1,000", "30m", "12.5 million", "twenty-four", "a hundred and twenty", "half a million", "two and a half".
    A bare "a" is no number.
    """
    word = tokens.at(i)
    if word not in NUMERALS and not word[:1].isdecimal():
        return None
    if word in ("a", "an") and tokens.at(i + 1) in ("hundred", "thousand", "million", "billion", "trillion", "dozen"):
        return _scaled(tokens, 1.0, i + 1)
    if word == "hundred" and tokens.at(i - 1) not in ("several", "few", "many"):
        return _scaled(tokens, 1.0, i)
    if word == "half" and tokens.seq(i + 1, "a") and tokens.at(i + 2) in SCALES:
        return _scaled(tokens, 0.5, i + 2)
    value = digits(word)
    if value is not None:
        return _scaled(tokens, value, i + 1)
    small = _small(tokens, i)
    if small is None:
        return None
    if tokens.seq(small[1], "and", "a", "half"):
        return _scaled(tokens, small[0] + 0.5, small[1] + 3)
    return _scaled(tokens, *small)


def _scaled(tokens: Tokens, value: float, i: int) -> tuple[float, int]:
    """Multiply by the scales that follow: "million", "hundred and twenty", "hundred thousand", "-million"."""
    for _ in range(3):
        at = i + 1 if tokens.at(i) == "-" and tokens.touches(i) and tokens.at(i + 1) in SCALES else i
        word = tokens.at(at)
        if word == "dozen":
            return value * 12, at + 1
        if word not in SCALES or (word in _ATTACHED and not tokens.touches(at)):
            break
        value, i = value * SCALES[word], at + 1
        if word == "hundred":
            rest = _small(tokens, i + 1 if tokens.at(i) == "and" else i)
            if rest:
                value, i = value + rest[0], rest[1]
    return value, i
