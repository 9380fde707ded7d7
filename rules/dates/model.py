"""What a time expression is, as frozen data."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from rules.model import PartialDate


class Role(StrEnum):
    """What a date is to the sentence that names it."""

    EFFECTIVE = "effective"
    """From then on: from, starting, as of, takes effect on; also the new start after "put off to"."""
    UNTIL = "until"
    """Until then: until, through, expires on; also the new end after "extended to"."""
    BY = "by"
    """Before or on that day: by, before, no later than, between now and."""
    ON = "on"
    """The day of what the verb says, or of the noun it belongs to ("Thursday's meeting")."""
    SINCE = "since"
    """It has held since then: a decision told late, or the origin of an old one."""
    OLD = "old"
    """The date that stood before, or that the clause presupposes: "which was to start on", "from A" when moved,
    "instead of"."""
    SAID = "said"
    """The day on which somebody said it, or the article's own day in a dateline."""
    NAME = "name"
    """Tells one thing from another: "the October rules", "the rules of 9 October". No event of the sentence."""
    BACKGROUND = "background"
    """A past that is only narrated: "in 2019", "last year", "two weeks ago"."""
    DURATION = "duration"
    """How long, or by how much: no day of its own."""

    @property
    def places(self) -> bool:
        """Whether it says when something of the sentence starts, ends, happens or falls due."""
        return self in _PLACES


_PLACES = (Role.EFFECTIVE, Role.UNTIL, Role.BY, Role.ON)


class Kind(StrEnum):
    """What shape of words it is."""

    ABSOLUTE = "absolute"
    """By the calendar: a day, a month or a year, with or without the year."""
    WEEKDAY = "weekday"
    DEICTIC = "deictic"
    """today, tomorrow, midnight, immediately."""
    RELATIVE = "relative"
    """Reckoned from the publication, or from a date beside it: next week, in 90 days, 30 days from November 1."""
    NAMED = "named"
    """A season, a quarter, half a year, a holiday."""
    RANGE = "range"
    """From `when` to `last`."""
    DURATION = "duration"
    """`days` or `months`; `when` only where the text names the start."""


class TimeExpression(NamedTuple):
    """One time expression of a sentence. `text == sentence[start:end]`, clock time included, preposition not."""

    start: int
    end: int
    text: str
    when: PartialDate | None
    """The day, month or year, in the calendar of the publication (UTC). None: no date can be told."""
    role: Role
    kind: Kind
    last: PartialDate | None = None
    """The end of a range."""
    days: int | None = None
    """Length of a duration or distance, in days …"""
    months: int | None = None
    """… or in months (a year is 12)."""
    cue: str = ""
    """The folded words to the left that gave the role ("no later than"); empty where a verb or nothing did."""
    cue_span: tuple[int, int] | None = None
    """Where the cue stands in the sentence."""
    given: bool = False
    """It belongs to a noun ("Thursday's meeting", "the December rules"): presupposed, not told."""
    moved: bool = False
    """The new date of something that a verb of moving puts elsewhere ("postponed to", "extended until")."""
