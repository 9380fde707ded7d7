"""What an explanation holds, as frozen data. Every span indexes `title + "\\n" + text`."""

from __future__ import annotations

from dataclasses import dataclass

from rules.extract import Unread
from rules.grammar import Op
from rules.model import Article, DeadlineEvent, Entry, Finding, Kind, PartialDate, State
from rules.speakers import Speaker
from rules.telling import Telling


@dataclass(frozen=True)
class Words:
    """A piece of the article, as it stands there."""

    text: str
    span: tuple[int, int]


@dataclass(frozen=True)
class Named:
    """A fact that a sentence names."""

    fact: str
    words: tuple[Words, ...]
    """The noun and the marks that tell which fact it is; a name; or a pronoun."""
    how: str
    """`name`, `noun`, `short name`, `pronoun`, `act` ("the cut"), or `verb` where it names the fact by itself."""
    part: bool
    silent: str | None
    """Why no claim came of it; None where one did."""


@dataclass(frozen=True)
class Party:
    """A party of the story, one who decides for it, or another country."""

    words: Words
    label: str
    """`party`, `decider` or `country`."""
    of: str


@dataclass(frozen=True)
class Dated:
    """A date of a sentence."""

    words: Words
    when: PartialDate | None
    role: str
    """As `rules.dates.Role` has it."""
    cue: str


@dataclass(frozen=True)
class Counted:
    """An amount of a sentence."""

    words: Words
    number: float
    unit: str
    role: str


@dataclass(frozen=True)
class Told:
    """A claim, from its verb to the verdict."""

    fact: str
    named: Named
    verb: Words
    op: Op
    told: Telling
    """How it is told, and what made it so."""
    speaker: Speaker
    named_speaker: str | None
    negated: bool
    state: State
    """What it says of the fact."""
    resolved: State
    """What that comes to beside the record: "by 10 points" of 20 percent is 10; the state itself where it is silent."""
    dates: tuple[Dated, ...]
    """Those that belong to its verb."""
    kind: Kind
    why: str
    """The id of the reason, such as `same`."""
    reason: str
    """The reason in words, with the record's day where it is about the record."""
    set_aside: str | None
    """Why another claim is told of the fact; None for the one that is."""


@dataclass(frozen=True)
class Passed:
    """A noun that could name a fact of the story and does not."""

    words: Words
    reason: str


@dataclass(frozen=True)
class Explained:
    """One sentence."""

    number: int
    """From 1; the headline counts."""
    words: Words
    title: bool
    named: tuple[Named, ...] = ()
    parties: tuple[Party, ...] = ()
    dates: tuple[Dated, ...] = ()
    amounts: tuple[Counted, ...] = ()
    claims: tuple[Told, ...] = ()
    passed: tuple[Passed, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What the article comes to for one fact."""

    finding: Finding
    sentence: int
    """The number of the one that it rests on."""
    reason: str
    won: str
    """Why this claim is the one that is told."""
    record: Entry | None
    """The record's last turn, as the article found it."""
    moved: tuple[DeadlineEvent, ...]
    """The dates on record that it moves or ends."""


@dataclass(frozen=True)
class Explanation:
    """Everything that was found in one article, and what it came to."""

    article: Article
    unread: Unread | None
    """Why none of its sentences was read."""
    sentences: tuple[Explained, ...]
    outcomes: tuple[Outcome, ...]
