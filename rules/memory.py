"""What an article has spoken of so far: for short names and pronouns, and for what is taken as known."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from rules.lexicon import Label
from rules.sight import Sight
from rules.text import Sentence

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
    person: str | None = None
    """The party named last of those that meet and travel."""
    speaking: str | None = None
    """The party that meets and travels whose turn of a transcript this is."""
    presumed: set[str] = field(default_factory=set)
    """The facts that no mark has named yet."""
    goods: set[str] = field(default_factory=set)
    """The promises to buy whose goods the article has named."""
    paired: bool = False
    """Two sides, capitals or teams have been spoken of together."""
    elsewhere: bool = False
    """The headline names another country."""

    def take_up(self, sentence: Sentence, number: int, facts: Iterable[str], sight: Sight) -> None:
        """Take up the facts that a sentence names, in order, and the other countries."""
        facts = tuple(facts)
        if sentence.title:
            self.title = facts
            self.elsewhere = (Label.COUNTRY, None) in sight.held
        self.facts.extend((fact, number) for fact in facts)
        if sight.foreign or (Label.OTHER, None) in sight.held:
            self.foreign = number
