"""What a date is to its sentence: the cue words to its left, the verb that governs it, and the tense.

Everything here looks at a bounded window inside the clause round one shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rules.dates import words as w
from rules.dates.model import Kind, Role
from rules.dates.shapes import Shape
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


_PHRASES: dict[Prep, str] = {
    Prep.FROM: (
        "from|starting|starting on|starting from|starting in|starting at|beginning|beginning on|beginning in|beginning from|commencing|"
        "commencing on|effective|effective from|effective on|effective as of|as of|as from|with effect from|with effect on|"
        "with validity from|on or after|on and after|from and after|no earlier than|not earlier than|no sooner than|not before|at the earliest on"
    ),
    Prep.UNTIL: "until|till|til|up until|through|thru|up to|up to and including|until at least|through to|through at least|until after",
    Prep.TO: "to|into|onto",
    Prep.BY: "by|before|no later than|not later than|on or before|between now and|at the latest by|in time for|ahead of|prior to|by no later than",
    Prep.SINCE: "since|ever since",
    Prep.AFTER: "after|following",
    Prep.ON: "on|in|at|during|over|throughout|around|upon|within|inside",
    Prep.FOR: "for",
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
_FILLERS = frozenset(
    [
        "the",
        "about",
        "around",
        "roughly",
        "approximately",
        "some",
        "just",
        "only",
        "early",
        "late",
        "as",
        "soon",
        "sometime",
        "possibly",
        "perhaps",
        "probably",
        "merely",
        "at",
        "least",
        '"',
        "(",
        "his",
        "her",
        "its",
        "their",
    ]
)
_HARD = word_set(". ; : ! ? • |") | {"\n"}
_REACH = 16
_RIGHT_REACH = 24


class Tense(StrEnum):
    PAST = "past"
    AHEAD = "ahead"
    NOW = "now"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verb:
    """The verb form nearest to a date in its clause."""

    at: int
    word: str
    tense: Tense


@dataclass(frozen=True, slots=True)
class Context:
    """What stands round one shape."""

    prep: Prep
    cue: tuple[int, int] | None
    """Tokens [first, last) of the cue."""
    verb: Verb | None
    moving: str
    """`move`, `extend`, `start`, `end`, or empty: the family of the nearest verb of that kind to the left."""
    negated: bool
    """That verb stands under a negation ("will not start until")."""


def context(tokens: Tokens, shape: Shape) -> Context:
    prep, cue = _preposition(tokens, shape.first)
    edge = cue[0] if cue else shape.first
    moving, at = _family(tokens, edge)
    return Context(prep, cue, governing(tokens, edge, shape.last), moving, bool(moving) and _negated(tokens, at))


def _preposition(tokens: Tokens, first: int) -> tuple[Prep, tuple[int, int] | None]:
    k = first - 1
    for _ in range(4):
        word = tokens.at(k)
        if word in _CUES:
            found = _phrase(tokens, k)
            if found:
                return found
        if word not in _FILLERS:
            break
        k -= 1
    return Prep.NONE, None


def _phrase(tokens: Tokens, k: int) -> tuple[Prep, tuple[int, int]] | None:
    for parts, prep in _CUES[tokens.at(k)]:
        first = k - len(parts) + 1
        if first >= 0 and tuple(tokens.words[first : k + 1]) == parts:
            return prep, (first, k + 1)
    return None


def _abbreviation(tokens: Tokens, k: int) -> bool:
    """Whether the full stop at `k` belongs to an abbreviation or initial, and ends no sentence."""
    if tokens.at(k) != ".":
        return False
    short = (
        len(tokens.at(k - 1)) == 1 or tokens.at(k - 1) in w.SHORT_MONTHS or tokens.at(k - 1) in ("mr", "ms", "dr", "no")
    )
    return short or tokens.touches(k + 1)


def stops(tokens: Tokens, k: int) -> bool:
    """Whether a clause ends at token `k`."""
    word = tokens.at(k)
    if word == "-":
        return not (tokens.touches(k) and tokens.touches(k + 1))
    return word in _HARD and not _abbreviation(tokens, k) and not (word == ":" and tokens.touches(k + 1))


def _family(tokens: Tokens, edge: int) -> tuple[str, int]:
    """The nearest verb of moving, extending, starting or ending to the left of `edge` in its clause, and where."""
    particle = False
    for k in range(edge - 1, max(-1, edge - 1 - _REACH), -1):
        word = tokens.at(k)
        if stops(tokens, k):
            break
        if word in w.PARTICLES:
            particle = True
        if (
            word in w.MOVE
            or (particle and word in w.PARTICLE_MOVE)
            or (word in ("hold", "holds", "held", "holding") and tokens.at(k + 1) == "off")
        ):
            return "move", k
        if word in ("run", "runs", "ran", "running") and tokens.at(k + 1) == "out":
            return "end", k
        if word in w.EXTEND:
            return "extend", k
        if word in w.END and not (word == "ended" and edge - k > 6):
            return "end", k
        if word in w.START and not (word == "start" and tokens.at(k - 1) in w.DETERMINERS):
            return "start", k
        if word in ("end", "ends") and _verbal(tokens, k):
            return "end", k
    return "", edge


def _verbal(tokens: Tokens, k: int) -> bool:
    return (
        tokens.at(k - 1) in w.MODALS
        or tokens.at(k - 1) in ("to", "not")
        or (tokens.at(k) == "ends" and tokens.at(k - 1) not in w.DETERMINERS)
    )


def _negated(tokens: Tokens, at: int) -> bool:
    return any(word in ("not", "never") or word.endswith("n't") for word in tokens.words[max(0, at - 5) : at])


def governing(tokens: Tokens, edge: int, last: int) -> Verb | None:
    """The nearest verb form left of the date; where the clause has none there, the first one right of it."""
    for k in range(edge - 1, max(-1, edge - 1 - _REACH), -1):
        if stops(tokens, k):
            break
        verb = _verb(tokens, k)
        if verb:
            return verb
    for k in range(last, min(len(tokens), last + _RIGHT_REACH)):
        if stops(tokens, k):
            break
        verb = _verb(tokens, k, right=True)
        if verb:
            return verb
    return None


def _verb(tokens: Tokens, k: int, *, right: bool = False) -> Verb | None:
    word = tokens.at(k)
    if word in w.MODALS:
        return Verb(k, word, Tense.AHEAD)
    if word == "to":
        return Verb(k, tokens.at(k + 1), Tense.AHEAD) if _infinitive(tokens, k) else None
    if word in w.AUX_PAST:
        return Verb(k, word, Tense.PAST)
    if word in w.PAST_ONLY and (k == 0 or not tokens.capital(k) or tokens.raw(k).isupper()):
        return Verb(k, word, Tense.PAST)
    if word.endswith("ed") and len(word) > 3 and word not in w.NOT_PAST and tokens.at(k - 1) != "-":
        return None if tokens.capital(k) and k and not tokens.raw(k).isupper() else _participle(tokens, k)
    if word in w.PAST:
        return (
            _participle(tokens, k)
            if right or tokens.at(k - 1) in w.AUX_NOW | w.AUX_PAST | w.MODALS | w.PRONOUNS
            else None
        )
    if word in w.SAY or word in w.PRESENT:
        noun = (
            tokens.at(k - 1) in w.DETERMINERS
            or tokens.at(k - 1) in w.PREPOSITIONS
            or (tokens.capital(k) and k > 0 and not tokens.raw(k).isupper())
        )
        return None if noun else Verb(k, word, Tense.NOW)
    if word in ("is", "are", "has", "have", "'re", "'ve"):
        return Verb(k, word, Tense.NOW)
    if word in w.PLANS and word not in ("going",):
        return Verb(k, word, Tense.AHEAD)
    return None


def _infinitive(tokens: Tokens, k: int) -> bool:
    """Whether "to" opens an infinitive ("to start"), and is no preposition ("to goods", "to China")."""
    word = tokens.at(k + 1)
    if (
        not word.isalpha()
        or word in w.DETERMINERS
        or word in w.PRONOUNS
        or word in w.PREPOSITIONS
        or word in w.WEEKDAYS
        or word in w.MONTHS
    ):
        return False
    if tokens.capital(k + 1) and not tokens.raw(k + 1).isupper():
        return False
    if (
        tokens.at(k - 1)
        in ("according", "prior", "next", "close", "response", "addition", "subject", "due", "thanks", "up", "back")
        and tokens.at(k - 1) != "due"
    ):
        return False
    plural = word.endswith("s") and not word.endswith("ss")
    return not plural and word not in (
        "percent",
        "tomorrow",
        "today",
        "reporters",
        "people",
        "early",
        "late",
        "mid",
        "about",
        "around",
    )


def _participle(tokens: Tokens, k: int) -> Verb:
    """A form in -ed: its auxiliary tells whether it lies ahead, is present, or past."""
    word = tokens.at(k)
    for n in range(k - 1, max(-1, k - 5), -1):
        aux = tokens.at(n)
        if aux in w.FUTURE or (aux == "to" and tokens.at(n + 1) == "be"):
            return Verb(k, word, Tense.AHEAD)
        if aux in w.AUX_PAST or aux in ("has", "have", "'ve"):
            return Verb(k, word, Tense.PAST)
        if aux in ("is", "are", "'re") or aux == "being":
            return Verb(k, word, Tense.AHEAD if word in w.PLANS else Tense.NOW)
        if aux in w.PREPOSITIONS or not aux.isalpha():
            break
    return Verb(k, word, Tense.AHEAD if word in w.PLANS and tokens.at(k + 1) in ("for", "to", "on") else Tense.PAST)


def role_of(tokens: Tokens, shape: Shape, ctx: Context) -> tuple[Role, bool]:
    """The role of a dated shape, and whether it is the new date of something moved."""
    if shape.heading:
        return Role.SAID, False
    if _replaced(tokens, shape, ctx):
        return Role.OLD, False
    if ctx.prep is Prep.FROM:
        return _from(tokens, shape, ctx), False
    if ctx.prep in (Prep.UNTIL, Prep.TO):
        return _until(tokens, shape, ctx)
    if ctx.prep is Prep.BY:
        later = ctx.cue is not None and tokens.at(ctx.cue[0]) == "before" and ctx.negated
        return (Role.EFFECTIVE if later else Role.BY), False
    if ctx.prep is Prep.SINCE:
        return Role.SINCE, False
    if ctx.prep is Prep.AFTER:
        ahead = ctx.verb is not None and ctx.verb.tense in (Tense.AHEAD, Tense.NOW)
        return (Role.EFFECTIVE if ahead else Role.BACKGROUND), False
    if ctx.prep is Prep.OF:
        return Role.NAME, False
    return _on(tokens, shape, ctx), False


def _from(tokens: Tokens, shape: Shape, ctx: Context) -> Role:
    assert ctx.cue is not None
    before = tokens.at(ctx.cue[0] - 1)
    if before in ("date", "dates", "dating", "dated", "stems", "stem", "stemming"):
        return Role.NAME
    if (
        tokens.at(ctx.cue[0]) == "from"
        and tokens.at(ctx.cue[1] - 1) == "from"
        and ctx.moving == "move"
        and _to_follows(tokens, shape.last)
    ):
        return Role.OLD
    return Role.OLD if _was_planned(tokens, ctx.cue[0]) else Role.EFFECTIVE


def _to_follows(tokens: Tokens, last: int) -> bool:
    """Whether "to" or "until" with another date comes next ("from A to B")."""
    return any(tokens.at(k) in ("to", "until", "till") for k in range(last, last + 3))


def _until(tokens: Tokens, shape: Shape, ctx: Context) -> tuple[Role, bool]:
    assert ctx.cue is not None
    first = ctx.cue[0]
    if ctx.moving == "move":
        ends = w.END_NOUNS & set(tokens.words[max(0, first - _REACH) : first])
        return (Role.UNTIL if ends - {"end"} or _end_of(tokens, first) else Role.EFFECTIVE), True
    if ctx.prep is Prep.UNTIL:
        direct = tokens.at(first - 1) == "not"
        if (ctx.negated and ctx.moving == "start") or (ctx.negated and not ctx.moving) or direct:
            return Role.EFFECTIVE, False
        return Role.UNTIL, ctx.moving == "extend"
    if ctx.moving == "extend":
        return Role.UNTIL, True
    if tokens.at(first - 1) in w.UNITS or tokens.at(first - 1) in ("ended", "period"):
        return Role.BACKGROUND, False
    return Role.UNTIL, False


def _end_of(tokens: Tokens, first: int) -> bool:
    """Whether what is moved is "the end of" something."""
    for k in range(max(0, first - _REACH), first):
        if tokens.seq(k, "end", "of"):
            what = tokens.at(k + 3) if tokens.at(k + 2) in w.DETERMINERS else tokens.at(k + 2)
            return what not in w.PERIODS and what not in w.MONTHS and not what.isdecimal()
    return False


def _on(tokens: Tokens, shape: Shape, ctx: Context) -> Role:
    edge = ctx.cue[0] if ctx.cue else shape.first
    if _was_planned(tokens, edge):
        return Role.OLD
    if _said(tokens, edge, ctx.verb):
        return Role.SAID
    if ctx.moving == "end" and ctx.verb and edge - ctx.verb.at <= 8:
        return Role.UNTIL
    if ctx.moving == "start" and _near_start(tokens, edge):
        return Role.EFFECTIVE
    return Role.ON


def _near_start(tokens: Tokens, edge: int) -> bool:
    """Whether a verb of starting stands close enough to govern the date: "takes effect on", "to start"."""
    return any(word in w.START for word in tokens.words[max(0, edge - 6) : edge])


def _said(tokens: Tokens, edge: int, verb: Verb | None) -> bool:
    """Whether the date is the day of saying: "said on Thursday", "in a notice on Friday", "on Wednesday denied"."""
    near = tokens.words[max(0, edge - 3) : edge]
    if any(word in w.SAY_NOUNS for word in near) and any(
        word in ("a", "an", "in", "the", "his", "her", "its") for word in tokens.words[max(0, edge - 5) : edge]
    ):
        return verb is None or verb.tense is not Tense.AHEAD or verb.word in w.SAY
    if verb is None or verb.word not in w.SAY:
        return False
    return verb.tense in (Tense.PAST, Tense.NOW)


def _replaced(tokens: Tokens, shape: Shape, ctx: Context) -> bool:
    """Whether the date is the one that no longer holds: "rather than 1 December", "not 1 December", "are replaced by"."""
    k = (ctx.cue[0] if ctx.cue else shape.first) - 1
    while tokens.at(k) in ("the", "merely", "only", "just", "on", '"', "(") and k > shape.first - 6:
        k -= 1
    word, before = tokens.at(k), tokens.at(k - 1)
    if (before, word) in (("instead", "of"), ("rather", "than"), ("in", "lieu"), ("place", "of")) or word in (
        "originally",
        "previously",
        "formerly",
    ):
        return True
    if word == "not" and ctx.prep not in (Prep.UNTIL, Prep.BY):
        return tokens.at(k + 1) != "before"
    if word == "not" and ctx.prep is Prep.UNTIL:
        return before in ("and", ",") and k - 1 > 0
    j = shape.last
    while tokens.at(j) in ('"', "'", ",", "."):
        j += 1
    if tokens.at(j) in ("is", "are", "be", "shall") and {"replaced", "substituted", "deleted"} & set(
        tokens.words[j + 1 : j + 3]
    ):
        return True
    return bool(
        {"striking", "deleting", "replacing"} & set(tokens.words[max(0, shape.first - 8) : shape.first])
    ) and not ({"inserting", "with", "by"} & set(tokens.words[max(0, shape.first - 6) : shape.first]))


def _was_planned(tokens: Tokens, edge: int) -> bool:
    """Whether the date is one that had been planned: "which was to start on", "had been set for", ", due on"."""
    for k in range(edge - 1, max(-1, edge - 10), -1):
        word = tokens.at(k)
        if stops(tokens, k) or (word == "," and k < edge - 1):
            return False
        if word in ("was", "were", "had"):
            plan = word != "had" and tokens.at(k + 1) == "to" and _infinitive(tokens, k + 1)
            planned = plan or bool(w.PLANS & set(tokens.words[k + 1 : k + 5]))
            return planned and (
                tokens.at(k - 1) in ("that", "which", "who", ",")
                or _subject_of_relative(tokens, k)
                or not _reported(tokens, k)
            )
        if word in w.MODALS or word in ("is", "are", "has", "have", "'s"):
            return False
        if word in w.PLANS and word not in ("going", "announced", "expected"):
            if tokens.at(k - 1) == "," and k > 1:
                return True
    return False


def _subject_of_relative(tokens: Tokens, k: int) -> bool:
    """ "that he had threatened", "which Beijing had planned"."""
    return any(tokens.at(n) in ("that", "which") for n in range(k - 3, k))


def _reported(tokens: Tokens, k: int) -> bool:
    """Whether a verb of saying governs the clause at `k`, so that its past is only reported speech."""
    return any(tokens.at(n) in w.SAY for n in range(max(0, k - 12), k))


def attributive(tokens: Tokens, shape: Shape, ctx: Context) -> Role | None:
    """The role of a date that belongs to a noun ("Thursday's meeting", "its 9 October rules"); None where it does not."""
    j = shape.last
    possessive = tokens.at(j) == "'s"
    if not possessive and shape.kind not in (Kind.ABSOLUTE, Kind.WEEKDAY):
        return None
    j += possessive
    if not possessive and (tokens.at(shape.first - 1) in _GOVERN or not _noun(tokens, j)):
        return None
    if not possessive and tokens.at(shape.first - 1) not in w.DETERMINERS and not _adjective(tokens, shape):
        return None
    for k in range(j, j + 5):
        word = tokens.at(k)
        if word in w.START_NOUNS:
            return Role.EFFECTIVE
        if word in w.END_NOUNS:
            return Role.UNTIL
        if word in w.EVENT_NOUNS:
            return Role.ON
        if word != "-" and not _noun(tokens, k):
            break
    return Role.NAME


_GOVERN = word_set(
    "in on by until till through since from to before after during starting beginning effective for and of or"
)


def _adjective(tokens: Tokens, shape: Shape) -> bool:
    """Whether what stands before lets the date be part of a noun phrase: nothing, an adjective, a possessive."""
    before = tokens.at(shape.first - 1)
    if shape.first == 0 or before in ("'s", '"', "(") or stops(tokens, shape.first - 1):
        return not tokens.capital(shape.last)
    month = shape.kind is Kind.ABSOLUTE and shape.day is None and shape.year is None
    if before in w.PREPOSITIONS or month:
        return True
    return shape.kind is Kind.WEEKDAY and tokens.at(shape.last) in w.START_NOUNS | w.END_NOUNS | w.EVENT_NOUNS


def _noun(tokens: Tokens, j: int) -> bool:
    """Whether the word at `j` can be the noun, or part of the noun phrase, that a date stands before."""
    word = tokens.at(j)
    if not word.isalpha() or word in w.PREPOSITIONS or word in w.DETERMINERS or word in w.PRONOUNS or word in w.ADVERBS:
        return False
    if (
        word in w.MODALS
        or word in w.AUX_PAST
        or word in w.AUX_NOW
        or word in w.PAST
        or word in w.SAY
        or word in w.DAYPARTS
    ):
        return False
    if word in w.PRESENT and word not in w.START_NOUNS | w.END_NOUNS | w.EVENT_NOUNS:
        return False
    return not word.endswith(("ed", "ly")) or word in w.NOT_PAST


def direction(ctx: Context, role: Role) -> tuple[int, bool]:
    """Where to look for the day: 1 ahead, -1 behind, 0 nearest; and whether the words say so for certain."""
    if role in (Role.SAID, Role.SINCE, Role.BACKGROUND):
        return -1, True
    if role in (Role.NAME, Role.OLD):
        return 0, False
    tense = ctx.verb.tense if ctx.verb else Tense.NONE
    if role in (Role.UNTIL, Role.BY):
        ended = role is Role.UNTIL and ctx.prep not in (Prep.UNTIL, Prep.TO) and tense is Tense.PAST
        return (-1, False) if ended else (1, True)
    if role is Role.EFFECTIVE and ctx.prep in (Prep.UNTIL, Prep.TO, Prep.FROM):
        return 1, ctx.prep is not Prep.FROM or tense is Tense.AHEAD
    if tense is Tense.PAST and ctx.prep is not Prep.FOR:
        return -1, False
    return 1, tense is Tense.AHEAD
