"""What stands round a date: the preposition or cue to its left, the governing verb, and the nearest verb of moving or
lasting."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from rules.dates import words as w
from rules.dates.shape import Shape
from rules.dates.verbs import REACH, STOPS, Verb, governing, stops
from rules.scan import Tokens, word_set


class Prep(StrEnum):
    """What the words directly before a date say."""

    FROM = "from"
    UNTIL = "until"
    TO = "to"
    BY = "by"
    SINCE = "since"
    AFTER = "after"
    ON = "on"
    FOR = "for"
    OF = "of"
    NONE = ""


class Moving(StrEnum):
    """The family of the nearest verb (or noun) of moving, lasting, starting or ending."""

    MOVE = "move"
    """postpone, put off, bring forward: another start."""
    PROLONG = "prolong"
    """extend, renew, cut short: another end."""
    LAST = "last"
    """suspend, keep, run: it goes on to an end."""
    START = "start"
    END = "end"
    NONE = ""


class Context(NamedTuple):
    """What stands round one shape."""

    prep: Prep
    cue: tuple[int, int] | None
    """Tokens [first, last) of the cue."""
    verb: Verb | None
    moving: Moving
    near: int
    """How many tokens before the cue (or the date) the verb of `moving` stands."""
    negated: bool
    """The verb of `moving` stands under a negation ("will not start until")."""


_PHRASES: dict[Prep, str] = {
    Prep.FROM: (
        "from|starting|starting on|starting from|starting in|starting at|beginning|beginning on|beginning in|"
        "beginning from|commencing|commencing on|effective|effective from|effective on|effective as of|as of|as from|"
        "with effect from|with effect on|with validity from|on or after|on and after|from and after|no earlier than|"
        "not earlier than|no sooner than|not before|at the earliest on"
    ),
    Prep.UNTIL: (
        "until|till|til|up until|until at least|until and including|until after|through|thru|through to|"
        "through at least|up to|up to and including|to and including"
    ),
    Prep.TO: "to|into|onto",
    Prep.BY: (
        "by|before|latest by|no later than|not later than|by no later than|on or before|between now and|"
        "at the latest by|in time for|ahead of|prior to"
    ),
    Prep.SINCE: "since|dates from|date from|dating from|dated from|dates back to|backdated to|retroactive to",
    Prep.AFTER: "after|following",
    Prep.ON: "on|in|at|during|over|throughout|around|upon|within|inside|between",
    Prep.FOR: (
        "for|for a period of|for an initial period of|for a further period of|for a term of|for up to|for at least|"
        "for a total of"
    ),
    Prep.OF: "of",
}


def _cues() -> dict[str, list[tuple[tuple[str, ...], Prep]]]:
    """Cue phrases by their last word, the longest first."""
    table: dict[str, list[tuple[tuple[str, ...], Prep]]] = {}
    for prep, phrases in _PHRASES.items():
        for phrase in phrases.split("|"):
            words = tuple(phrase.split())
            table.setdefault(words[-1], []).append((words, prep))
    for entries in table.values():
        entries.sort(key=lambda entry: -len(entry[0]))
    return table


_CUES = _cues()
_FILLERS = word_set(
    "the about around roughly approximately some just only early late as soon sometime possibly perhaps probably "
    'merely at least year " ( his her its their'
)


def context(tokens: Tokens, shape: Shape) -> Context:
    """The context of a shape, from a bounded window of its clause."""
    prep, cue = _preposition(tokens, shape.first)
    edge = cue[0] if cue else shape.first
    moving, at = _family(tokens, edge)
    verb = governing(tokens, edge, shape.last)
    told = at if moving else verb.at if verb and verb.at < edge and verb.word in w.PUT_ON else 0
    return Context(prep, cue, verb, moving, edge - at, _negated(tokens, told))


def _preposition(tokens: Tokens, first: int) -> tuple[Prep, tuple[int, int] | None]:
    for k in range(first - 1, first - 5, -1):
        for words, prep in _CUES.get(tokens.at(k), ()):
            begin = k - len(words) + 1
            if begin >= 0 and tuple(tokens.words[begin : k + 1]) == words:
                return prep, (begin, k + 1)
        if tokens.at(k) not in _FILLERS:
            break
    return Prep.NONE, None


_TELLING = STOPS | w.PARTICLES | w.LASTING | w.MOVE | w.PARTICLE_MOVE | w.PROLONG | w.LAST | w.END | w.START
_TELLING |= word_set("run runs ran running end ends")
"""The only tokens that matter to `_family`."""


def _family(tokens: Tokens, edge: int) -> tuple[Moving, int]:
    """The nearest verb of moving, lasting, starting or ending to the left of `edge` in its clause, and where."""
    particle, lasting = False, -1
    for k in range(edge - 1, max(-1, edge - 1 - REACH), -1):
        word = tokens.at(k)
        if word not in _TELLING:
            continue
        if word in STOPS and stops(tokens, k):
            break
        particle = particle or word in w.PARTICLES
        family = _family_at(tokens, k, particle)
        if family:
            return family, k
        if word in w.LASTING and lasting < 0:
            lasting = k
    return (Moving.LAST, lasting) if lasting >= 0 else (Moving.NONE, edge)


def _family_at(tokens: Tokens, k: int, particle: bool) -> Moving:
    word, after = tokens.at(k), tokens.at(k + 1)
    if word in w.MOVE or (particle and word in w.PARTICLE_MOVE):
        return Moving.MOVE
    if word in ("run", "runs", "ran", "running") and after == "out":
        return Moving.END
    if word in w.PROLONG and (not word.startswith("cut") or "short" in tokens.words[k + 1 : k + 5]):
        return Moving.PROLONG
    if word in w.LAST:
        return Moving.LAST
    if word in w.END or (word in ("end", "ends") and _verbal(tokens, k)):
        return Moving.END
    if word in w.START and (word != "start" or _verbal(tokens, k)):
        return Moving.START
    return Moving.NONE


def _verbal(tokens: Tokens, k: int) -> bool:
    """Whether "end", "ends" or "start" is a verb."""
    before = tokens.at(k - 1)
    if before in w.MODALS or before in ("to", "not", "now", "also"):
        return True
    plural = before.endswith("s") and before not in ("'s", "its", "this", "his")
    return (plural and tokens.at(k) != "ends") or (tokens.at(k) == "ends" and before not in w.DETERMINERS)


def _negated(tokens: Tokens, at: int) -> bool:
    return any(word in ("not", "never") or word.endswith("n't") for word in tokens.words[max(0, at - 5) : at])
