"""From shapes to time expressions, and what they are to one another: a start and its length, an old date and its new one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from rules.dates import words as w
from rules.dates.calendar import later
from rules.dates.model import Kind, Role, TimeExpression
from rules.dates.resolve import resolve
from rules.dates.roles import Context, Prep, Tense, attributive, context, direction, role_of
from rules.dates.shapes import Shape
from rules.model import PartialDate
from rules.scan import Tokens, word_set


@dataclass(frozen=True, slots=True)
class Found:
    """A time expression with the shape and the context it came from."""

    expression: TimeExpression
    shape: Shape
    context: Context


def settle(tokens: Tokens, shape: Shape, today: date, country: str | None) -> list[Found]:
    """The expressions of one shape: one, or two where "from A to B" names an old and a new date."""
    shape = replace(shape, heading=_dateline(tokens, shape))
    ctx = context(tokens, shape)
    if shape.kind is Kind.DURATION:
        return [_lasting(tokens, shape, ctx, today)]
    end = shape.until
    if end and end.first > shape.first and ctx.prep is Prep.FROM and ctx.moving in ("move", "extend"):
        return _from_to(tokens, shape, end, ctx, today, country)
    return [_dated(tokens, shape, ctx, today, country)]


def _dateline(tokens: Tokens, shape: Shape) -> bool:
    """ "BEIJING, Oct 29 (TNS) -" and "Oct 29 (CP) - What is known": the article's own day."""
    if shape.kind is not Kind.ABSOLUTE or not shape.day or shape.first > 12 or tokens.at(shape.last) not in ("(", "-"):
        return False
    place = all(not tokens.at(k).isalpha() or tokens.capital(k) for k in range(shape.first))
    shut = any(tokens.at(k) == ")" and tokens.at(k + 1) in ("-", ":") for k in range(shape.last + 1, shape.last + 8))
    return place and (shut if tokens.at(shape.last) == "(" else shape.first > 0 and tokens.at(shape.first - 1) == ",")


def _express(tokens: Tokens, shape: Shape, ctx: Context, **fields: object) -> Found:
    """A found expression with its spans filled in."""
    start, end = tokens.starts[shape.first], tokens.ends[shape.last - 1]
    span = (tokens.starts[ctx.cue[0]], tokens.ends[ctx.cue[1] - 1]) if ctx.cue else None
    cue = " ".join(tokens.words[ctx.cue[0] : ctx.cue[1]]) if ctx.cue else ""
    made = TimeExpression(start, end, tokens.text[start:end], cue=cue, cue_span=span, **fields)  # type: ignore[arg-type]
    return Found(made, shape, ctx)


def _dated(tokens: Tokens, shape: Shape, ctx: Context, today: date, country: str | None) -> Found:
    owned = None if shape.heading else attributive(tokens, shape, ctx)
    role, moved = (owned, False) if owned else role_of(tokens, shape, ctx)
    ahead, firm = (0, False) if owned else direction(ctx, role)
    when = resolve(shape, today, ahead, firm, role, country)
    last = resolve(_closing(shape, when), today, ahead, firm, role, country) if shape.until else None
    if role is Role.ON and not owned and _narrated(tokens, shape, when, today):
        role = Role.BACKGROUND
    kind = Kind.RANGE if shape.until else shape.kind
    return _express(
        tokens, shape, ctx, when=when, role=role, kind=kind, last=last, given=owned is not None, moved=moved
    )


def _closing(shape: Shape, when: PartialDate | None) -> Shape:
    """The end of a range, in the year of its start, or in the next one where it would come before it."""
    end = shape.until
    assert end is not None
    if end.year or when is None or end.month is None:
        return end
    before = (end.month, end.day or 0) < (when.month or 0, when.day or 0)
    return replace(end, year=when.year + before)


def _narrated(tokens: Tokens, shape: Shape, when: PartialDate | None, today: date) -> bool:
    """Whether a month or year wholly gone by is told as history: "in 2019", "last month", "earlier this week"."""
    if tokens.at(shape.first - 1) == "earlier" or (shape.relation == "last" and shape.kind is Kind.RELATIVE):
        return True
    if when is None or when.day:
        return False
    return (when.year, when.month or 12) < (today.year, today.month)


def _from_to(tokens: Tokens, shape: Shape, end: Shape, ctx: Context, today: date, country: str | None) -> list[Found]:
    """ "from A to B" under a verb: the old and the new date of what is moved or prolonged, else a start and an end."""
    first = replace(shape, until=None, last=end.first - 1)
    second = replace(end, until=None)
    new = context(tokens, second)
    verb = " ".join(tokens.words[max(0, shape.first - 16) : shape.first])
    prolonged = any(stem in verb for stem in ("exten", "prolong", "renew", "roll"))
    replaces = ctx.moving == "move" or prolonged
    role = Role.UNTIL if ctx.moving == "extend" else Role.EFFECTIVE
    old = Role.OLD if replaces else Role.EFFECTIVE
    start = resolve(first, today, 0 if replaces else 1, False, old, country)
    when = resolve(_closing(shape, start), today, 1, True, role, country)
    return [
        _express(tokens, first, ctx, when=start, role=old, kind=shape.kind),
        _express(tokens, second, new, when=when, role=role, kind=shape.kind, moved=replaces),
    ]


_RECORDS = word_set(
    "first best worst biggest highest lowest most least largest longest smallest sharpest steepest only"
)


def _lasting(tokens: Tokens, shape: Shape, ctx: Context, today: date) -> Found:
    """A duration, or a distance from the publication ("in 90 days", "within two weeks", "two years ago")."""
    cue = tokens.at(ctx.cue[1] - 1) if ctx.cue else ""
    role, name, kind = Role.DURATION, shape.name, Kind.DURATION
    after = tokens.at(shape.last)
    if name == "ago" or name == "last span":
        role, kind = Role.BACKGROUND, Kind.RELATIVE
    elif after in ("later", "earlier", "before", "after", "ahead", "early", "late", "of", "old"):
        pass
    elif cue in ("within", "inside") or (name in ("next span", "coming span") and cue in ("in", "by")):
        role, name, kind = Role.BY, "within", Kind.RELATIVE
    elif name == "in" or (cue == "in" and name == "bare" and _forward(tokens, ctx)):
        role = Role.EFFECTIVE if ctx.moving == "start" else Role.ON
        name, kind = "in", Kind.RELATIVE
    when = resolve(replace(shape, name=name), today, 1, True, role, None)
    return _express(
        tokens, shape, ctx, when=when, role=role, kind=kind, days=shape.days or None, months=shape.months or None
    )


def _forward(tokens: Tokens, ctx: Context) -> bool:
    """Whether "in N days" looks ahead, and does not say how long something took or how rare it is."""
    assert ctx.cue is not None
    left = tokens.words[max(0, ctx.cue[0] - 8) : ctx.cue[0]]
    return (
        ctx.verb is not None
        and ctx.verb.tense in (Tense.AHEAD, Tense.NOW)
        and ctx.verb.at < ctx.cue[0]
        and not _RECORDS & set(left)
    )


def bind(tokens: Tokens, found: list[Found]) -> list[Found]:
    """Give durations the end that their start implies, and dates that a move leaves behind their role."""
    out = list(found)
    drop: set[int] = set()
    for n, item in enumerate(found):
        if item.expression.role is Role.DURATION and item.expression.kind is Kind.DURATION:
            _bind_length(tokens, out, n, drop)
    _leave_behind(tokens, out)
    return [item for n, item in enumerate(out) if n not in drop]


def _bind_length(tokens: Tokens, out: list[Found], n: int, drop: set[int]) -> None:
    item = out[n]
    right = out[n + 1] if n + 1 < len(out) else None
    left = out[n - 1] if n else None
    if right and _starts(right) and _adjoins(tokens, item, right):
        _from_right(tokens, out, n, drop)
    elif (
        left and item.context.prep is Prep.FOR and _runs_from(left) and _gap(tokens, left.shape.last, _edge(item)) <= 1
    ):
        end = _end(left, item)
        out[n] = replace(item, expression=replace(item.expression, when=end, role=Role.UNTIL)) if end else item


def _from_right(tokens: Tokens, out: list[Found], n: int, drop: set[int]) -> None:
    item, start = out[n], out[n + 1]
    end = _end(start, item)
    if end is None:
        return
    moving = item.context.moving
    if item.context.prep is Prep.BY:
        role = Role.EFFECTIVE if moving == "move" else Role.UNTIL
        out[n] = replace(item, expression=replace(item.expression, when=end, role=role, moved=True))
        out[n + 1] = replace(start, expression=replace(start.expression, role=Role.OLD))
    elif (
        item.context.prep is Prep.FOR
        or tokens.at(item.shape.first - 1) in w.DETERMINERS
        or tokens.at(item.shape.first) in ("a", "an")
    ):
        out[n] = replace(item, expression=replace(item.expression, when=end, role=Role.UNTIL))
    else:
        span = item.expression
        whole = tokens.text[span.start : start.expression.end]
        role = (
            Role.EFFECTIVE
            if moving in ("start", "move", "") and item.context.prep in (Prep.NONE, Prep.ON)
            else Role.UNTIL
        )
        role = Role.BY if "within" in span.cue else role
        out[n] = replace(
            item,
            expression=replace(span, end=start.expression.end, text=whole, when=end, role=role, kind=Kind.RELATIVE),
        )
        drop.add(n + 1)


def _end(start: Found, length: Found) -> PartialDate | None:
    when = start.expression.when
    return (
        later(when, length.shape.days, length.shape.months)
        if when and (length.shape.days or length.shape.months)
        else None
    )


def _edge(item: Found) -> int:
    """The first token of an expression, its cue included."""
    return item.context.cue[0] if item.context.cue else item.shape.first


def _starts(item: Found) -> bool:
    immediate = item.shape.name == "immediately"
    return (item.context.prep in (Prep.FROM, Prep.AFTER) or immediate) and item.expression.kind is not Kind.DURATION


def _runs_from(item: Found) -> bool:
    """Whether something lasts from that date on, so that "for a year" right behind it says until when."""
    role = item.expression.role
    return role in (Role.EFFECTIVE, Role.SINCE) or (
        role is Role.ON and item.expression.when is not None and not item.expression.given
    )


def _adjoins(tokens: Tokens, item: Found, right: Found) -> bool:
    """Whether a date right of a length is its start: nothing, or the noun that lasts, stands between."""
    between = [
        tokens.at(k) for k in range(item.shape.last, _edge(right)) if tokens.at(k) not in (",", "effective", "the", "-")
    ]
    if not between:
        return True
    noun = tokens.at(item.shape.first - 1) in w.DETERMINERS or tokens.at(item.shape.first) in ("a", "an")
    return (
        noun
        and len(between) <= 4
        and all(word.isalpha() and word not in w.MODALS | w.AUX_PAST | w.PAST for word in between)
    )


def _gap(tokens: Tokens, first: int, last: int) -> int:
    return sum(tokens.at(k) not in (",", "and") for k in range(first, last))


def _leave_behind(tokens: Tokens, out: list[Found]) -> None:
    """Where something moves to a new date, "Thursday's meeting" and "from A" behind it name the old one."""
    targets = [n for n, item in enumerate(out) if item.expression.moved]
    if not targets:
        return
    for n, item in enumerate(out):
        beside = (
            item.context.prep is Prep.FROM
            and n - 1 in targets
            and _gap(tokens, out[n - 1].shape.last, _edge(item)) <= 2
        )
        owned = item.expression.given and item.expression.role.places
        if (owned or beside) and not item.expression.moved:
            out[n] = replace(item, expression=replace(item.expression, role=Role.OLD))
