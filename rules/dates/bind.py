"""From shapes to time expressions, and what they are to one another: a start and its length, an old date and its new
one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from rules.dates import words as w
from rules.dates.calendar import later
from rules.dates.context import Context, Moving, Prep, context
from rules.dates.model import Kind, Role, TimeExpression
from rules.dates.resolve import View, resolve
from rules.dates.roles import attributive, direction, role_of
from rules.dates.shape import Shape
from rules.dates.verbs import Tense
from rules.model import PartialDate
from rules.scan import Tokens, word_set


@dataclass(frozen=True, slots=True)
class Found:
    """A time expression with the shape and the context it came from."""

    expression: TimeExpression
    shape: Shape
    context: Context

    @property
    def edge(self) -> int:
        """The first token of the expression, its cue included."""
        return self.context.cue[0] if self.context.cue else self.shape.first

    def now(self, **fields: object) -> Found:
        """The same with other fields of the expression."""
        return replace(self, expression=self.expression._replace(**fields))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Day:
    """From where a sentence is seen: the publication's day, the outlet's country, and a past year it has named."""

    today: date
    country: str | None = None
    year: int | None = None


def settle(tokens: Tokens, shape: Shape, day: Day) -> list[Found]:
    """The expressions of one shape: one, or two where "from A to B" names an old and a new date."""
    if _dateline(tokens, shape):
        shape = shape._replace(dateline=True)
    ctx = context(tokens, shape)
    if shape.kind is Kind.DURATION:
        return [_lasting(tokens, shape, ctx, day)]
    apart = shape.until is not None and shape.until.first > shape.first
    opens = ctx.cue is not None and ctx.cue[0] == 0  # "From A to B the duty is suspended"
    if apart and ctx.prep is Prep.FROM and (opens or ctx.moving in (Moving.MOVE, Moving.PROLONG, Moving.LAST)):
        return _from_to(tokens, shape, ctx, day)
    return [_dated(tokens, shape, ctx, day)]


def _dateline(tokens: Tokens, shape: Shape) -> bool:
    """ "BEIJING, Oct 29 (TNS) -", "Oct 29 (CP) - What is known", "PARIS, June 3 -"."""
    if shape.kind is not Kind.ABSOLUTE or not shape.day or shape.first > 12:
        return False
    if not all(not tokens.at(k).isalpha() or tokens.capital(k) for k in range(shape.first)):
        return False
    if tokens.at(shape.last) == "(":
        return any(
            tokens.at(k) == ")" and tokens.at(k + 1) in ("-", ":") for k in range(shape.last + 1, shape.last + 8)
        )
    return tokens.at(shape.last) in ("-", ":") and shape.first > 0 and tokens.at(shape.first - 1) == ","


def _express(tokens: Tokens, shape: Shape, ctx: Context, **fields: object) -> Found:
    """A found expression with its spans filled in."""
    start, end = tokens.starts[shape.first], tokens.ends[shape.last - 1]
    span = (tokens.starts[ctx.cue[0]], tokens.ends[ctx.cue[1] - 1]) if ctx.cue else None
    cue = " ".join(tokens.words[ctx.cue[0] : ctx.cue[1]]) if ctx.cue else ""
    made = TimeExpression(start, end, tokens.text[start:end], cue=cue, cue_span=span, **fields)  # type: ignore[arg-type]
    return Found(made, shape, ctx)


def _dated(tokens: Tokens, shape: Shape, ctx: Context, day: Day) -> Found:
    owned = None if shape.dateline else attributive(tokens, shape)
    role, moved = (owned, False) if owned else role_of(tokens, shape, ctx)
    ahead, firm = (0, False) if owned else direction(shape, ctx, role)
    shape = _in_named_year(shape, day, firm and ahead > 0)
    if shape.name == "midnight" and ctx.prep is Prep.FROM and not firm:
        shape = shape._replace(name="")
    if role is Role.SAID and shape.kind is Kind.ABSOLUTE and _lies_ahead(shape, day):
        role, ahead = Role.ON, 1
    view = View(day.today, ahead, firm, role, day.country, moved)
    when = resolve(shape, view)
    last = resolve(_closing(shape, when), view) if shape.until else None
    if not owned and not moved and role in _TELLING and _narrated(tokens, shape, when, view):
        role = Role.BACKGROUND
    kind = Kind.RANGE if shape.until else shape.kind
    return _express(
        tokens, shape, ctx, when=when, role=role, kind=kind, last=last, given=owned is not None, moved=moved
    )


def _in_named_year(shape: Shape, day: Day, firm: bool) -> Shape:
    """A yearless date in the past year that the sentence has named ("In the autumn of 2019 the tariff due on 15
    December")."""
    plain = shape.kind is Kind.ABSOLUTE and shape.month and not (shape.year or shape.relation or firm or shape.dateline)
    return shape._replace(year=day.year) if plain and day.year else shape


def _lies_ahead(shape: Shape, day: Day) -> bool:
    """Whether the nearest such day is still to come, so that nobody can have spoken on it."""
    near = resolve(shape, View(day.today, 0, False, Role.ON, day.country))
    return near is not None and near.exact is not None and near.exact > day.today


def _closing(shape: Shape, when: PartialDate | None) -> Shape:
    """The end of a range, in the year of its start, or in the next one where it would come before it."""
    end = shape.until
    assert end is not None
    if end.year or when is None or end.month is None:
        return end
    before = (end.month, end.day or 0) < (when.month or 0, when.day or 0)
    return end._replace(year=when.year + before)


_TELLING = (Role.ON, Role.EFFECTIVE, Role.UNTIL, Role.BY)
_HISTORY_DAYS = 330


def _narrated(tokens: Tokens, shape: Shape, when: PartialDate | None, view: View) -> bool:
    """Whether a time is told as history: wholly gone by for most of a year, "last month", "earlier this week"."""
    if tokens.at(shape.first - 1) == "earlier" or (
        shape.relation == "last" and shape.kind in (Kind.RELATIVE, Kind.NAMED)
    ):
        return True
    today = view.today
    if when is None:
        return False
    if shape.unit == "season" and view.ahead < 0:
        return True
    if when.exact:
        return (today - when.exact).days > _HISTORY_DAYS
    return (when.year, when.month or 12) < (today.year, today.month)


def _from_to(tokens: Tokens, shape: Shape, ctx: Context, day: Day) -> list[Found]:
    """ "from A to B" under a verb: the old and the new date of what is moved or prolonged, else a start and an end."""
    assert shape.until is not None
    first = shape._replace(until=None, last=shape.until.first - 1)
    replaces = ctx.moving in (Moving.MOVE, Moving.PROLONG)
    role = Role.EFFECTIVE if ctx.moving is Moving.MOVE else Role.UNTIL
    old = Role.OLD if replaces else Role.EFFECTIVE
    start = resolve(first, View(day.today, 0 if replaces else 1, False, old, day.country))
    second = _closing(shape, start)._replace(until=None)
    when = resolve(second, View(day.today, 1, True, role, day.country))
    return [
        _express(tokens, first, ctx, when=start, role=old, kind=shape.kind),
        _express(tokens, second, context(tokens, second), when=when, role=role, kind=shape.kind, moved=replaces),
    ]


_RECORDS = word_set(
    "first best worst biggest highest lowest most least largest longest smallest sharpest steepest only record fastest"
)
_APART = word_set("later earlier before after ahead early late of old sooner")


def _lasting(tokens: Tokens, shape: Shape, ctx: Context, day: Day) -> Found:
    """A duration, or a distance from the publication ("in 90 days", "within two weeks", "two years ago")."""
    cue = tokens.at(ctx.cue[1] - 1) if ctx.cue else ""
    role, name, kind = Role.DURATION, shape.name, Kind.DURATION
    if name in ("ago", "last span"):
        role, kind = Role.BACKGROUND, Kind.RELATIVE
    elif cue in ("within", "inside") or (name in ("next span", "coming span") and cue in ("in", "by")):
        if tokens.at(shape.last) not in _APART:
            role, name, kind = Role.BY, "within", Kind.RELATIVE
    elif name == "in" or (cue == "in" and name == "bare" and _forward(tokens, shape, ctx)):
        role = {Moving.START: Role.EFFECTIVE, Moving.END: Role.UNTIL}.get(ctx.moving, Role.ON)
        name, kind = "in", Kind.RELATIVE
    when = resolve(shape._replace(name=name), View(day.today, 1, True, role, None))
    length = {"days": shape.days or None, "months": shape.months or None}
    return _express(tokens, shape, ctx, when=when, role=role, kind=kind, **length)


def _forward(tokens: Tokens, shape: Shape, ctx: Context) -> bool:
    """Whether "in N days" looks ahead, and does not say how long something took or how rare it is."""
    if ctx.cue is None or ctx.verb is None or ctx.verb.at >= ctx.cue[0] or tokens.at(shape.last) in _APART:
        return False
    left = tokens.words[max(0, ctx.cue[0] - 8) : ctx.cue[0]]
    return ctx.verb.tense in (Tense.AHEAD, Tense.NOW) and not _RECORDS & set(left)


def bind(tokens: Tokens, found: list[Found]) -> list[Found]:
    """Give durations the end that their start implies, and dates that a move leaves behind their role."""
    out: list[Found | None] = list(found)
    for n, item in enumerate(found):
        if (
            item.expression.role is Role.DURATION
            and item.expression.kind is Kind.DURATION
            and item.shape.name == "bare"
        ):
            _bind_length(tokens, out, n)
    return _leave_behind(tokens, [item for item in out if item])


def _bind_length(tokens: Tokens, out: list[Found | None], n: int) -> None:
    item = out[n]
    right = out[n + 1] if n + 1 < len(out) else None
    left = out[n - 1] if n else None
    assert item is not None
    if right and _starts(right) and _adjoins(tokens, item, right):
        _from_right(tokens, out, n, item, right)
    elif left and item.context.prep is Prep.FOR and _runs_from(left) and _gap(tokens, left.shape.last, item.edge) <= 1:
        end = _end(left, item)
        out[n] = item.now(when=end, role=Role.UNTIL) if end else item


def _from_right(tokens: Tokens, out: list[Found | None], n: int, item: Found, start: Found) -> None:
    """A length whose start stands behind it: "for one year from", "by three months from", "30 days from"."""
    end = _end(start, item)
    if end is None:
        return
    prep, moving = item.context.prep, item.context.moving
    if prep is Prep.BY:
        out[n] = item.now(when=end, role=Role.EFFECTIVE if moving is Moving.MOVE else Role.UNTIL, moved=True)
        out[n + 1] = start.now(role=Role.OLD)
    elif prep is Prep.FOR or (_has_article(tokens, item) and start.edge - item.shape.last > 0):
        out[n] = item.now(when=end, role=Role.UNTIL)
    else:
        lasts = moving in (Moving.LAST, Moving.PROLONG, Moving.END)
        role = Role.BY if "within" in item.expression.cue else Role.UNTIL if lasts else Role.EFFECTIVE
        close = start.expression.end
        text = tokens.text[item.expression.start : close]
        out[n] = item.now(end=close, text=text, when=end, role=role, kind=Kind.RELATIVE)
        out[n + 1] = None


def _has_article(tokens: Tokens, item: Found) -> bool:
    """ "a one-year suspension": the length is that of a noun."""
    return tokens.at(item.shape.first - 1) in w.DETERMINERS or tokens.at(item.shape.first) in ("a", "an")


def _end(start: Found, length: Found) -> PartialDate | None:
    when, shape = start.expression.when, length.shape
    return later(when, shape.days, shape.months) if when and (shape.days or shape.months) else None


def _starts(item: Found) -> bool:
    immediate = item.shape.name == "immediately"
    return (item.context.prep in (Prep.FROM, Prep.AFTER) or immediate) and item.expression.kind is not Kind.DURATION


def _runs_from(item: Found) -> bool:
    """Whether something lasts from that date on, so that "for a year" right behind it says until when."""
    expression = item.expression
    told = expression.role is Role.ON and expression.when is not None and not expression.given
    if item.context.moving in (Moving.MOVE, Moving.PROLONG):
        return expression.role is Role.SINCE
    return told or expression.role in (Role.EFFECTIVE, Role.SINCE)


def _adjoins(tokens: Tokens, item: Found, right: Found) -> bool:
    """Whether a date right of a length is its start: nothing, or the noun that lasts, stands between."""
    between = [
        word for word in tokens.words[item.shape.last : right.edge] if word not in (",", "effective", "the", "-")
    ]
    if not between:
        return True
    verbs = w.MODALS | w.AUX_PAST | w.PAST
    return (
        _has_article(tokens, item)
        and len(between) <= 4
        and all(word.isalpha() and word not in verbs for word in between)
    )


def _gap(tokens: Tokens, first: int, last: int) -> int:
    return sum(word not in (",", "and") for word in tokens.words[first:last])


def _leave_behind(tokens: Tokens, found: list[Found]) -> list[Found]:
    """Where something moves to a new date, "Thursday's meeting" and "from A" right behind it name the old one."""
    moves = any(item.expression.moved or item.context.moving is Moving.MOVE for item in found)
    if not moves:
        return found
    out = []
    for n, item in enumerate(found):
        target = found[n - 1] if n else None
        beside = target is not None and target.expression.moved and _gap(tokens, target.shape.last, item.edge) <= 2
        owned = item.expression.given and item.expression.role.places
        left = owned or (beside and item.context.prep is Prep.FROM)
        out.append(item.now(role=Role.OLD) if left and not item.expression.moved else item)
    return out
