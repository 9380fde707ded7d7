"""The hits of one sentence, sorted once for everybody who asks about them.

It depends on nothing but the words of the sentence and the pack's, so that it serves wherever the sentence comes again.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from rules.lexicon import Hit, Label
from rules.rows import Row
from rules.text import Token

Held = tuple[Label, str | None]
"""That there is a hit of this label: of this fact, party or family, or (None) of any."""


class Sight:
    """One sentence as tokens and hits, in order."""

    __slots__ = (
        "foreign",
        "held",
        "hits",
        "longest",
        "marks",
        "nouns",
        "parties",
        "row",
        "shared",
        "starts",
        "tokens",
        "words",
    )

    def __init__(self, tokens: Sequence[Token], hits: Sequence[Hit], row: Row | None = None) -> None:
        self.tokens, self.hits, self.row = tokens, hits, row
        self.words = frozenset([token.low for token in tokens])
        """To ask first whether a word stands anywhere at all."""
        self.held = held(hits)
        self.starts = [h.start for h in hits]
        self.longest = max([h.end - h.start for h in hits], default=0)
        self.nouns: dict[str, list[Hit]] = {}
        """By family, in order."""
        self.marks: dict[str, list[Hit]] = {}
        """By fact, in order."""
        self.shared: dict[str, list[Hit]] = {}
        """Of the marks those that have more than one member."""
        self.parties: set[str] = set()
        for h in hits:
            if h.entry.label is Label.NOUN:
                self.nouns.setdefault(h.entry.of, []).append(h)
            elif h.entry.label is Label.MARK:
                self.marks.setdefault(h.entry.of, []).append(h)
                if h.entry.members > 1:
                    self.shared.setdefault(h.entry.of, []).append(h)
            elif h.entry.label is Label.PARTY or h.entry.label is Label.DECIDER:
                self.parties.add(h.entry.of)
        self.foreign = (Label.COUNTRY, None) in self.held and any(_is_foreign(tokens, h) for h in hits)
        """Whether it names another country as more than the place of something."""

    def between(self, left: int, right: int) -> Sequence[Hit]:
        """The hits that begin in [left, right)."""
        return self.hits[bisect_left(self.starts, left) : bisect_left(self.starts, right)]


def _is_foreign(tokens: Sequence[Token], h: Hit) -> bool:
    """Whether a hit is another country that is more than the place of something ("in South Korea")."""
    located = h.start > 0 and tokens[h.start - 1].low in ("in", "at", "from")
    return h.entry.label is Label.COUNTRY and not located


def held(hits: Iterable[Hit]) -> set[Held]:
    """What can be asked of some hits by `in`."""
    out: set[Held] = set()
    for h in hits:
        label = h.entry.label
        out.add((label, h.entry.of))
        out.add((label, None))
    return out
