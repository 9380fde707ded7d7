"""What a date is to its sentence, from its context."""

from __future__ import annotations

from rules.dates import words as w
from rules.dates.context import Context, Moving, Prep
from rules.dates.model import Kind, Role
from rules.dates.shape import Shape
from rules.dates.verbs import REACH, Tense, infinitive, stops, verb_at
from rules.scan import Tokens, word_set


def role_of(tokens: Tokens, shape: Shape, ctx: Context) -> tuple[Role, bool]:
    """The role of a dated shape, and whether it is the new date of something that a verb moves or prolongs."""
    if shape.dateline:
        return Role.SAID, False
    if shape.name == "immediately":
        return Role.EFFECTIVE, False
    if _replaced(tokens, shape, ctx):
        return Role.OLD, False
    if ctx.prep in (Prep.UNTIL, Prep.TO):
        return _until(tokens, ctx)
    return _simple(tokens, shape, ctx), False


def _simple(tokens: Tokens, shape: Shape, ctx: Context) -> Role:
    if ctx.prep is Prep.FROM:
        return _from(tokens, shape, ctx)
    if ctx.prep is Prep.BY:
        return _by(tokens, shape, ctx)
    if ctx.prep is Prep.SINCE:
        return Role.SINCE
    if ctx.prep is Prep.AFTER:
        ahead = ctx.verb is not None and ctx.verb.tense in (Tense.AHEAD, Tense.NOW)
        return Role.EFFECTIVE if ahead else Role.BACKGROUND
    if ctx.prep is Prep.OF:
        return _of(tokens, ctx)
    return _on(tokens, shape, ctx)


def _from(tokens: Tokens, shape: Shape, ctx: Context) -> Role:
    assert ctx.cue is not None
    first, last = ctx.cue
    left_behind = tokens.at(last - 1) == "from" and last - first == 1 and ctx.moving in (Moving.MOVE, Moving.PROLONG)
    if left_behind and any(tokens.at(k) in ("to", "until", "till") for k in range(shape.last, shape.last + 3)):
        return Role.OLD
    return Role.OLD if _was_planned(tokens, first) else Role.EFFECTIVE


def _by(tokens: Tokens, shape: Shape, ctx: Context) -> Role:
    assert ctx.cue is not None
    if tokens.at(ctx.cue[0]) == "before":
        if ctx.negated:
            return Role.EFFECTIVE
        if shape.name == "midnight":
            return Role.ON
        if shape.unit == "holiday" and ctx.verb and ctx.verb.tense is Tense.PAST:
            return Role.BACKGROUND
    if ctx.verb and ctx.verb.at >= shape.last and ctx.verb.word in w.AUX_PAST:
        return Role.BACKGROUND
    return Role.BY


_TIMES_OF = word_set("week night evening morning afternoon day hours")


def _of(tokens: Tokens, ctx: Context) -> Role:
    """ "a start date of 1 December", "a deadline of 10 November"; else the date names a thing ("the rules of 9
    October")."""
    assert ctx.cue is not None
    before = tokens.words[max(0, ctx.cue[0] - 2) : ctx.cue[0]]
    if before[-1:] and before[-1] in _TIMES_OF:
        return Role.ON
    if w.START_NOUNS & set(before) or before == ["effective", "date"]:
        return Role.EFFECTIVE
    return Role.UNTIL if w.END_NOUNS & set(before) else Role.NAME


def _until(tokens: Tokens, ctx: Context) -> tuple[Role, bool]:
    assert ctx.cue is not None
    first = ctx.cue[0]
    if ctx.moving is Moving.MOVE:
        return (Role.UNTIL if _end_moves(tokens, first) else Role.EFFECTIVE), True
    prolonged = ctx.moving is Moving.PROLONG
    if ctx.prep is Prep.UNTIL:
        if first == 0 and ctx.verb and ctx.verb.word in w.AUX_PAST:
            return Role.BACKGROUND, False
        waits = ctx.negated and ctx.moving in (Moving.START, Moving.NONE)
        return (Role.EFFECTIVE, False) if waits or tokens.at(first - 1) == "not" else (Role.UNTIL, prolonged)
    measured = tokens.at(first - 1) in w.UNITS and "for" not in tokens.words[max(0, first - 5) : first]
    measured = measured and tokens.at(first - 2) != "this"  # "from this day to November 10"
    measured = measured or tokens.at(first - 1) in ("ended", "period")
    return (Role.BACKGROUND, False) if measured and not prolonged else (Role.UNTIL, prolonged)


def _end_moves(tokens: Tokens, first: int) -> bool:
    """Whether it is an end that is moved: "the expiry was put off to", "brought the end of the truce forward to"."""
    for k in range(max(0, first - REACH), first):
        word = tokens.at(k)
        if word in w.END_NOUNS and word != "end":
            return True
        if tokens.seq(k, "end", "of"):
            what = tokens.at(k + 3) if tokens.at(k + 2) in w.DETERMINERS else tokens.at(k + 2)
            if what not in w.PERIODS and what not in w.MONTHS and not what[:1].isdecimal():
                return True
    return False


def _on(tokens: Tokens, shape: Shape, ctx: Context) -> Role:
    edge = ctx.cue[0] if ctx.cue else shape.first
    if _was_planned(tokens, edge) or _presupposed(tokens, shape, edge) or _denied(tokens, shape, edge):
        return Role.OLD
    if tokens.seq(shape.last, "at", "the"):
        limit = {"latest": Role.BY, "earliest": Role.EFFECTIVE}.get(tokens.at(shape.last + 2))
        if limit:
            return limit
    if tokens.at(edge) == "in" and not shape.day and "from" in tokens.words[max(0, edge - 5) : edge]:
        return Role.BACKGROUND
    if ctx.prep is not Prep.FOR and shape.kind is not Kind.NAMED and _said(tokens, edge, ctx):
        return Role.SAID
    other = ctx.verb is not None and edge - ctx.near < ctx.verb.at < edge
    if ctx.moving is Moving.END and ctx.near <= 8 and not other:
        return Role.UNTIL
    if ctx.moving is Moving.START and ctx.near <= 6 and not other:
        return Role.EFFECTIVE
    return _told_behind(tokens, shape, ctx) or _told_by_noun(tokens, shape, edge) or Role.ON


def _told_behind(tokens: Tokens, shape: Shape, ctx: Context) -> Role | None:
    """ "10 November, when the truce runs out", "On 10 November the truce expires": the verb behind says what the day
    is."""
    at = shape.last + (tokens.at(shape.last) == ",")
    if tokens.at(at) == "when":
        behind = range(at + 1, at + 14)
    elif ctx.verb and ctx.verb.at >= shape.last:
        behind = range(ctx.verb.at, ctx.verb.at + 5)
    else:
        return None
    for k in behind:
        word = tokens.at(k)
        if stops(tokens, k):
            break
        if word in w.END or word == "ends" or (word in ("run", "runs", "ran") and tokens.at(k + 1) == "out"):
            return Role.UNTIL
        if word in w.START:
            return Role.EFFECTIVE
    return None


_COPULAS = word_set("is was be : - as becomes became")


def _told_by_noun(tokens: Tokens, shape: Shape, edge: int) -> Role | None:
    """ "the new deadline is 15 January", "Start date: 10 November", "10 November is the new expiry date"."""
    left, right = tokens.words[max(0, edge - 6) : edge], tokens.words[shape.last : shape.last + 7]
    for words, link in ((left, left[-1:]), (right, right[:1])):
        if link and link[0] in _COPULAS:
            if w.END_NOUNS & set(words):
                return Role.UNTIL
            if w.START_NOUNS & set(words) or "effective" in words:
                return Role.EFFECTIVE
    return None


def _denied(tokens: Tokens, shape: Shape, edge: int) -> bool:
    """ "will not come in on Saturday but on 1 December"."""
    j = shape.last + (tokens.at(shape.last) == ",")
    if tokens.at(j) != "but" or tokens.at(j + 1) not in ("on", "from", "in", "only", "instead"):
        return False
    return any(word == "not" or word.endswith("n't") for word in tokens.words[max(0, edge - 8) : edge])


def _said(tokens: Tokens, edge: int, ctx: Context) -> bool:
    """Whether the date is the day of saying: "said on Thursday", "in a notice on Friday", "on Wednesday denied"."""
    verb = ctx.verb
    if tokens.at(edge - 1) in w.SAY_NOUNS and {"a", "an", "in", "the"} & set(tokens.words[max(0, edge - 4) : edge]):
        return verb is None or verb.tense is not Tense.AHEAD or verb.word in w.SAY
    if verb is None or verb.tense not in (Tense.PAST, Tense.NOW):
        return False
    calls = verb.word in ("called", "calls") and tokens.at(verb.at + 1) in ("on", "for")
    return calls or verb.word in w.SAY


_BEHIND = {"originally", "previously", "formerly"}
_SKIPPED = word_set('the merely only just on " (')


def _replaced(tokens: Tokens, shape: Shape, ctx: Context) -> bool:
    """Whether the date is the one that no longer holds: "rather than 1 December", "not 1 December", "are replaced
    by"."""
    k = (ctx.cue[0] if ctx.cue else shape.first) - 1
    while tokens.at(k) in _SKIPPED and k > shape.first - 6:
        k -= 1
    word, before = tokens.at(k), tokens.at(k - 1)
    if (before, word) in (("instead", "of"), ("rather", "than"), ("place", "of")) or word in _BEHIND:
        return True
    if ctx.prep is Prep.OF and word in ("instead", "place", "lieu"):
        return True
    if word == "not" and ctx.prep is not Prep.BY:
        return (before in ("and", ",") and k > 1) if ctx.prep is Prep.UNTIL else tokens.at(k + 1) != "before"
    return _amended(tokens, shape)


def _amended(tokens: Tokens, shape: Shape) -> bool:
    """Legal prose: "'on 1 December' is replaced by 'on 15 November'", "striking '1 December' and inserting"."""
    j = shape.last
    while tokens.at(j) in ('"', "'", ",", "."):
        j += 1
    if tokens.at(j) in ("is", "are", "be", "shall") and {"replaced", "substituted", "deleted"} & set(
        tokens.words[j + 1 : j + 4]
    ):
        return True
    left = tokens.words[max(0, shape.first - 8) : shape.first]
    return bool({"striking", "deleting", "replacing"} & set(left)) and not {"inserting", "with", "by"} & set(left[-6:])


def _was_planned(tokens: Tokens, edge: int) -> bool:
    """Whether the date is one that had been planned: "which was to start on", "had been set for", ", due on"."""
    for k in range(edge - 1, max(-1, edge - 18), -1):
        word = tokens.at(k)
        if stops(tokens, k) or (word == "," and k < edge - 1):
            return False
        if word in ("should", "would") and tokens.at(k + 1) == "have" and verb_at(tokens, k + 2, finite=True):
            return True
        if word in ("was", "were", "had"):
            to = word != "had" and tokens.at(k + 1) == "to" and infinitive(tokens, k + 1)
            planned = to or bool(w.PLANS & set(tokens.words[k + 1 : k + 5]))
            return planned and (_relative(tokens, k) or not _reported(tokens, k))
        have = word in ("has", "have") and tokens.at(k - 1) not in ("to", "should", "would")
        if word in w.MODALS or word in ("is", "are", "'s") or have:
            return False
        if word in w.PLANS and word not in ("going", "expected") and tokens.at(k - 1) == "," and k > 1:
            return True
    return False


def _relative(tokens: Tokens, k: int) -> bool:
    """Whether the auxiliary at `k` stands in a relative clause: "that was", "which Beijing had", ", which were"."""
    return any(tokens.at(n) in ("that", "which", "who", ",") for n in range(k - 3, k))


def _reported(tokens: Tokens, k: int) -> bool:
    """Whether a verb of saying governs the clause at `k`, so that its past is only reported speech."""
    return any(tokens.at(n) in w.SAY for n in range(max(0, k - 12), k))


_FINITE = word_set("was were has had is are will would have been being")
_NOW = word_set("is are be been being 's now will would")


def _presupposed(tokens: Tokens, shape: Shape, edge: int) -> bool:
    """ "the tariff planned for 15 December was cancelled", "tariffs due to kick in Saturday shelved": the verb stands
    behind."""
    behind = tokens.words[shape.last : shape.last + 3]
    if not any(word in _FINITE or (word.endswith("ed") and word not in w.NOT_PAST) for word in behind):
        return False
    for k in range(edge - 1, max(-1, edge - 7), -1):
        if tokens.at(k) in w.PLANS and tokens.at(k) != "going":
            return not _NOW & set(tokens.words[max(0, k - 3) : k])
        if tokens.at(k) in w.MODALS or stops(tokens, k):
            break
    return False


def attributive(tokens: Tokens, shape: Shape) -> Role | None:
    """The role of a date that belongs to a noun ("Thursday's meeting", "its 9 October rules"); None where it does
    not."""
    possessive = tokens.at(shape.last) == "'s"
    j = shape.last + possessive
    if not possessive and not _in_phrase(tokens, shape):
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
    "in on by until till through since from to before after during starting beginning effective for and of or between"
)
_NOT_NOUN = w.PREPOSITIONS | w.DETERMINERS | w.PRONOUNS | w.ADVERBS | w.MODALS | w.AUX_PAST | w.AUX_NOW | w.DAYPARTS
_NOUNS = w.START_NOUNS | w.END_NOUNS | w.EVENT_NOUNS


def _in_phrase(tokens: Tokens, shape: Shape) -> bool:
    """Whether the date stands inside a noun phrase, before its noun."""
    if shape.kind not in (Kind.ABSOLUTE, Kind.WEEKDAY):
        return False
    before, after = tokens.at(shape.first - 1), tokens.at(shape.last)
    month = shape.kind is Kind.ABSOLUTE and shape.day is None and shape.year is None
    if before in w.DETERMINERS and before not in ("this", "that", "each", "every"):
        return after.isalpha() and after not in _NOT_NOUN
    if before == "on" and month:
        return _noun(tokens, shape.last)
    if before in _GOVERN or not _noun(tokens, shape.last):
        return False
    if shape.first == 0 or before in ("'s", '"', "(") or stops(tokens, shape.first - 1):
        return not tokens.capital(shape.last)
    return month or before in w.PREPOSITIONS or (shape.kind is Kind.WEEKDAY and after in _NOUNS)


def _noun(tokens: Tokens, j: int) -> bool:
    """Whether the word at `j` can be the noun, or part of the noun phrase, that a date stands before."""
    word = tokens.at(j)
    if not word.isalpha() or word in _NOT_NOUN or word in w.PAST or word in w.SAY:
        return False
    if word in w.PRESENT and word not in _NOUNS:
        return False
    return not word.endswith(("ed", "ly")) or word in w.NOT_PAST


def direction(shape: Shape, ctx: Context, role: Role) -> tuple[int, bool]:
    """Where to look for the day: 1 ahead, -1 behind, 0 nearest; and whether the words say so for certain."""
    tense = ctx.verb.tense if ctx.verb else Tense.NONE
    if role in (Role.SAID, Role.SINCE, Role.BACKGROUND):
        return -1, True
    if role in (Role.NAME, Role.OLD):
        return 0, False
    if shape.entry and shape.kind is Kind.ABSOLUTE:
        return (0 if tense is Tense.AHEAD else -1), False
    if role in (Role.UNTIL, Role.BY):
        ended = role is Role.UNTIL and ctx.prep not in (Prep.UNTIL, Prep.TO) and tense is Tense.PAST
        return (-1, False) if ended else (1, True)
    if role is Role.EFFECTIVE and ctx.prep in (Prep.UNTIL, Prep.TO):
        return 1, True
    if role is Role.EFFECTIVE and ctx.prep is Prep.FROM:
        return 1, tense is Tense.AHEAD
    if tense is Tense.PAST and ctx.prep is not Prep.FOR:
        return -1, False
    return 1, tense is Tense.AHEAD
