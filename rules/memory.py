"""What an article has spoken of so far: for short names and pronouns, and for what is taken as known."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rules.lexicon import Hit, Label
from rules.text import Sentence, Token

_KEPT = 16


@dataclass(slots=True)
class Memory:
    """One article's, brought up to date with each sentence."""

    facts: deque[tuple[str, int]] = field(default_factory=lambda: deque(maxlen=_KEPT))
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

    def meet(self, hits: Sequence[Hit]) -> None:
        """Take up the parties that a sentence names."""
        self.parties |= {h.entry.of for h in hits if h.entry.label in (Label.PARTY, Label.DECIDER)}

    def take_up(self, sentence: Sentence, number: int, facts: Iterable[str], hits: Sequence[Hit]) -> None:
        """Take up the facts that a sentence names, in order, and the other countries."""
        facts = tuple(facts)
        if sentence.title:
            self.title = facts
            self.elsewhere = any(h.entry.label is Label.COUNTRY for h in hits)
        self.facts.extend((fact, number) for fact in facts)
        if any(h.entry.label is Label.OTHER or is_foreign(sentence.tokens, h) for h in hits):
            self.foreign = number


def is_foreign(tokens: Sequence[Token], h: Hit) -> bool:
    """Whether a hit is another country that is more than the place of something ("in South Korea")."""
    if h.entry.label is not Label.COUNTRY:
        return False
    return h.start == 0 or tokens[h.start - 1].low not in ("in", "at", "from")
