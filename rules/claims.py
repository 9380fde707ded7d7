"""One sentence as read, and what it claims of one fact: the data that extraction, modality and comparison share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rules.dates import TimeExpression
from rules.frames import Mode
from rules.grammar import Op
from rules.lexicon import Hit
from rules.model import PartialDate, State
from rules.sight import Sight
from rules.speakers import Speaker
from rules.text import Sentence, Token
from rules.triggers import Pair
from rules.values import Change


@dataclass(frozen=True, slots=True)
class Said:
    """On whose word a sentence stands, and under which heading."""

    speaker: Speaker
    named: str | None
    """The words that name the speaker, where the text does."""
    line: PartialDate | None = None
    """The day that the line of a timeline opens with."""
    background: bool = False
    """It stands under the heading "Background"."""
    foreign: bool = False
    """The source is a government or an institution that is none of the story's parties."""
    imagined: bool = False
    """It stands under a headline that promises surprises, scenarios or predictions."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One sentence, read: what the builders of a claim need."""

    sentence: Sentence
    sight: Sight
    pairs: Sequence[Pair]
    dates: Sequence[TimeExpression]
    """Spans of dates and tokens index the sentence."""
    said: Said
    owned: dict[int, list[TimeExpression]] = field(default_factory=dict, compare=False)
    """The dates by the token of the trigger to which they belong; filled by `rules.assign` when it is first asked."""

    @property
    def tokens(self) -> Sequence[Token]:
        return self.sight.tokens

    @property
    def hits(self) -> Sequence[Hit]:
        return self.sight.hits


@dataclass(slots=True)
class Claim:
    """What one sentence says of one fact."""

    fact: str
    op: Op
    mode: Mode
    speaker: Speaker
    named: str | None
    sentence: Sentence
    cues: tuple[str, ...]
    """The words that decided, as they stand in the text."""
    state: State = field(default_factory=State)
    negated: bool = False
    part: bool = False
    """Only a part of the fact is meant."""
    headline: bool = False
    nominal: bool = False
    """Told by a noun, which takes for granted that it is so: "the halt of the inquiry"."""
    conditional: bool = False
    """It depends on something that the sentence names."""
    wisher: Speaker | None = None
    """Who wants or expects it, where it is not told as decided."""
    agreed: bool = False
    by_court: bool = False
    lasting: bool = False
    """A length of time is named with it."""
    not_until: bool = False
    """Its date is one before which it will not happen."""
    fresh: bool = False
    """ "Fresh tariffs", "further duties": another than the one on record."""
    ordered: bool = False
    """The sentence tells of an order or a notice."""
    change: Change = field(default_factory=Change)
    """What the clause says becomes of the value, where it has to be reckoned from the record."""
    was: float | None = None
    """What the row of a table says that the rate was before."""
    anaphor: bool = False
    """The fact is named by a pronoun or a short name."""
    act: bool = False
    """It dates what was done to the fact, and says no more: "the order takes effect on Monday"."""
    happened: PartialDate | None = None
    """The day on which it is said to have happened."""
    first: Claim | None = None
    """The same claim, where the article has made it before in the same words."""
