"""What becomes of a fact: from an op, the tense of its verb, dates and a value to the state that a claim names.

There is one answer for each kind of fact, in `SETTLE`. Where a negation is part of the answer ("will not be imposed" is
withdrawn), the answer takes it away from the claim: what is left in `claim.negated` says that nothing has happened.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from rules.assign import RATE_OPS
from rules.claims import Claim, Reading
from rules.dates import Role, TimeExpression
from rules.dates.calendar import add_days
from rules.frames import OPEN, Mode
from rules.grammar import Form, Op
from rules.model import FactKind, PartialDate, State, Status
from rules.speakers import Speaker
from rules.triggers import Pair
from rules.words import AUXILIARY

Settle = Callable[[Pair, Claim, State, date], State]

_GATHERINGS = (FactKind.MEETING, FactKind.VISIT)
_PUTS_ON = RATE_OPS | {Op.IMPOSE, Op.START, Op.RESTORE}
_ANNOUNCES = frozenset({Op.ANNOUNCE, Op.ADVANCE})
_TAKES_OFF = {
    Op.WITHDRAW: Status.WITHDRAWN,
    Op.END: Status.WITHDRAWN,
    Op.SUSPEND: Status.SUSPENDED,
    Op.DELAY: Status.SUSPENDED,
    Op.BLOCK: Status.BLOCKED,
}
_MOVES = frozenset({Op.DELAY, Op.ADVANCE, Op.EXTEND, Op.SHORTEN})
_OUTLINES = frozenset("framework outline outlines consensus roadmap contours".split())
_REST = frozenset("last final every all".split())
_TOLD_FORMS = frozenset({Form.PAST, Form.PARTICIPLE, Form.NOUN, Form.GERUND})


def settle(kind: FactKind, pair: Pair, claim: Claim, state: State, today: date) -> State:
    """The state that a claim names. `state` holds its value and dates; `today` is the day of publication, UTC."""
    return SETTLE[kind](pair, claim, state, today)


def told_dates(kind: FactKind, pair: Pair, reading: Reading, dates: Sequence[TimeExpression], today: date) -> State:
    """The dates of a claim, each by its role, before what became of the fact is settled."""
    op = pair.trigger.op
    if op in RATE_OPS | {Op.ANNOUNCE, Op.IMPOSE}:
        behind = reading.tokens[pair.index].start
        dates = [when for when in dates if when.role is not Role.ON or _from_then(when, today, behind)]
    if op in _MOVES:  # "moved from 1 November to 15 December", read as one range: its end is the new day
        moved = [when for when in dates if when.last and when.cue == "from" and _directly(pair, reading, when)]
        dates = [when._replace(when=when.last) if when in moved else when for when in dates]
    if op in _MOVES and any(when.moved for when in dates):  # "overnight it put the start off to 15 December"
        dates = [when for when in dates if when.moved or when.role is Role.UNTIL]
    effective = _pick(dates, Role.EFFECTIVE)
    if kind in _GATHERINGS or op is not Op.EXTEND:
        effective = effective or _pick(dates, Role.ON)
    lasts = op in RATE_OPS | {Op.START} or (op is Op.IMPOSE and not pair.reduced)
    if lasts and pair.frame.governor is None:
        effective = effective or _pick(dates, Role.SINCE)
    if op is Op.EXTEND:  # of two ends the later: "extended by a year until …" from the old one
        dates = sorted(dates, key=lambda when: when.when or PartialDate(1), reverse=True)
    until = _pick(dates, Role.UNTIL) or (_pick(dates, Role.BY) if kind is FactKind.PURCHASES else None)
    return State(effective=effective, until=until)


def _directly(pair: Pair, reading: Reading, when: TimeExpression) -> bool:
    """Whether no other verb stands between a verb and a date: "is postponed and will be paid from 12 to 14 May"."""
    between = (token.low for token in reading.tokens[pair.end :] if token.end <= when.start)
    return AUXILIARY.isdisjoint(between)


def _pick(dates: Sequence[TimeExpression], role: Role) -> PartialDate | None:
    return next((when.when for when in dates if when.role is role and when.when), None)


def _from_then(when: TimeExpression, today: date, behind: int) -> bool:
    """Whether "on" a day says from when a rate holds: a day to come, or today, told behind the verb."""
    day = when.when.exact if when.when else None
    return day is not None and (day > today or (day == today and when.start > behind))


def _measure(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op = pair.trigger.op
    if claim.negated:
        return _not_so(op, claim, state, progressive=pair.frame.progressive)
    if op in _ANNOUNCES or (op is Op.CONSIDER and claim.fresh):
        return replace(state, status=Status.ANNOUNCED)
    if (op is Op.SET and not state.value) or op is Op.HAPPEN:
        return State()
    if pair.suspension:
        return _suspension(pair, claim, state, today)
    if op in _PUTS_ON:
        return replace(state, status=_put_on(pair, claim, state, today))
    if op in _TAKES_OFF:
        return _taken_off(pair, claim, state)
    return _expired(claim, state, today) if op is Op.EXPIRE else state


def _suspension(pair: Pair, claim: Claim, state: State, today: date) -> State:
    """What becomes of a measure whose suspension goes on, ends, or will end on a day to come."""
    if pair.trigger.op is Op.EXTEND:
        return replace(state, status=Status.SUSPENDED)
    day = state.until or state.effective
    if day and day > PartialDate.of(today):
        return State(None, None, None, day)
    return replace(state, status=_put_on(pair, claim, state, today))


def _taken_off(pair: Pair, claim: Claim, state: State) -> State:
    op = pair.trigger.op
    if op is Op.DELAY and state.until and not state.effective:
        state = replace(state, effective=state.until, until=None)  # put off until then: it starts then
    if op is Op.END and state.until:
        state = replace(state, effective=state.until, until=None)  # it ends from then on
    if op is Op.BLOCK and Form.PREDICATE in pair.trigger.form and not claim.by_court:
        return State()  # "is unlawful" is a ruling where a court says so, and else an argument
    by_court = op is Op.SUSPEND and claim.by_court
    return replace(state, status=Status.BLOCKED if by_court else _TAKES_OFF[op], value=None)


def _expired(claim: Claim, state: State, today: date) -> State:
    when = state.until or state.effective
    if claim.mode in OPEN:
        return State(Status.EXPIRED, None, None, when)
    ahead = when and (when.exact is None or when.exact > today)
    return State(None, state.value, None, when) if ahead else State(Status.EXPIRED)


def _put_on(pair: Pair, claim: Claim, state: State, today: date) -> Status:
    """Whether what is put on is agreed, announced for a day to come or by an order, or in force."""
    if claim.agreed:
        return Status.AGREED
    starts = state.effective.exact if state.effective else None
    if pair.trigger.op is Op.START and not starts and (pair.frame.perfect or pair.trigger.form == {Form.PAST}):
        return Status.IN_FORCE  # "having come into effect", whatever a notice orders besides
    if starts:
        return Status.ANNOUNCED if starts > today else Status.IN_FORCE
    return Status.ANNOUNCED if claim.ordered or pair.frame.future else Status.IN_FORCE


def _not_so(op: Op, claim: Claim, state: State, *, progressive: bool) -> State:
    """ "Will not be imposed" takes it off the table; "will not start until January" puts it off."""
    claim.negated = False
    dated = bool(state.until or state.effective)
    ceases = op is Op.IMPOSE and any(cue.startswith("ceas") for cue in claim.cues)
    if claim.by_court and op is Op.IMPOSE:
        return State(Status.BLOCKED)
    if op is Op.IMPOSE and (state.until or claim.lasting) and not claim.not_until:
        return State(Status.SUSPENDED, None, state.effective, state.until)  # "shall cease to be levied for one year"
    if op in (Op.IMPOSE, Op.START) and "longer" in claim.cues:
        return State(Status.WITHDRAWN, None, state.effective)  # "shall no longer be levied from 10 November"
    if ceases:
        return State(Status.WITHDRAWN, None, state.effective)
    if op in (Op.IMPOSE, Op.START, Op.HAPPEN):
        if claim.not_until and dated:
            return State(Status.SUSPENDED, None, state.until or state.effective, None)
        if dated:
            return State(Status.SUSPENDED)  # not then, and no other day is named
        if claim.mode in (Mode.COMMITTED, Mode.HEDGED) or "longer" in claim.cues or progressive:
            return State(Status.WITHDRAWN)
    claim.negated = True
    return state


def _truce(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op, day = pair.trigger.op, state.until or state.effective
    if op is Op.REACH:
        return State(Status.AGREED, None, None, state.until)
    if op is Op.DELAY:
        return State(None, None, None, day)  # "its deadline was moved to 10 November"
    if op in (Op.EXTEND, Op.SHORTEN):
        ahead = state.effective if state.effective and state.effective > PartialDate.of(today) else None
        return State(Status.AGREED if claim.agreed else None, None, None, state.until or ahead)
    if op in (Op.EXPIRE, Op.END):
        if day and day.exact and day.exact > today:
            return State(None, None, None, day)
        return State(Status.EXPIRED, None, None, day) if op is Op.EXPIRE else State(Status.WITHDRAWN)
    if op in (Op.WITHDRAW, Op.COLLAPSE):
        return State(Status.WITHDRAWN)
    return State(Status.SUSPENDED) if op is Op.SUSPEND else state


def _purchases(pair: Pair, claim: Claim, state: State, _today: date) -> State:
    op = pair.trigger.op
    if op is Op.BUY and claim.negated and "longer" in claim.cues:
        claim.negated = False
        return State(Status.WITHDRAWN)  # "is no longer committed to buying"
    if op is Op.BUY:
        signed = pair.trigger.rest[:1] in (("up",), ("to",))  # "has signed up for", "has committed itself to"
        signed = signed or (
            claim.speaker is Speaker.DECIDER and pair.trigger.form == {Form.PRESENT} and bool(state.value)
        )
        promised = signed or claim.agreed or pair.frame.future or claim.mode is not Mode.ASSERTED
        return replace(state, status=Status.AGREED, effective=None) if promised else State()
    if op is Op.SUSPEND:
        return replace(state, status=Status.SUSPENDED, value=None)
    if op in (Op.WITHDRAW, Op.END):
        return replace(state, status=Status.WITHDRAWN, value=None)
    if op in (Op.DELAY, Op.EXTEND):
        return State(None, None, None, state.until or state.effective)
    return replace(state, status=Status.AGREED)


def _gathering(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op, day = pair.trigger.op, state.effective or state.until
    if claim.negated and claim.not_until and day:
        claim.negated = False
        return State(Status.POSTPONED, None, day)  # "will not be in Beijing until 14 April"
    if claim.negated:
        off = op in (Op.HAPPEN, Op.MEET, Op.TRAVEL) and claim.mode is Mode.COMMITTED
        claim.negated = not off
        return State(Status.CANCELLED) if off else State()
    if op is Op.WITHDRAW:
        return State(Status.CANCELLED)
    if op is Op.HAPPEN and day is None and claim.cues[-1].lower().startswith("be "):
        return State()  # "will be on the agenda"
    if op is Op.REACH:
        over = claim.cues[-1].lower().startswith(("conclud", "wrap", "complet"))
        return State(Status.HELD, None, day) if over else State()
    if op is Op.DELAY:
        return State(Status.POSTPONED, None, day)
    if op in (Op.ADVANCE, Op.SCHEDULE, Op.SET) or _is_ahead(pair, claim, day, today):
        return State(Status.SCHEDULED, None, day)
    return State(Status.HELD, None, day)


def _is_ahead(pair: Pair, claim: Claim, day: PartialDate | None, today: date) -> bool:
    """Whether a gathering is still to come, by tense or by its day; a month alone decides where no tense does."""
    if pair.frame.future or claim.mode not in (Mode.ASSERTED, Mode.BACKGROUND):
        return True
    if day is None:
        return False
    told = pair.trigger.form & _TOLD_FORMS or pair.frame.perfect or claim.headline
    return day > PartialDate.of(today) or (day.exact is None and not told)


def _deal(pair: Pair, claim: Claim, state: State, today: date) -> State:
    op = pair.trigger.op
    if op is Op.REACH and _is_outline(pair, claim):
        return State(Status.FRAMEWORK)  # to settle a framework is not to settle the deal
    if op is Op.REACH and pair.mention.part and not _is_the_rest(pair, claim):
        return State()  # to close a chapter is not to close the deal, unless it is the last
    if op is Op.SIGN and claim.mode is Mode.COMMITTED:
        return State()  # it will be signed: nothing has become of it yet
    if op is Op.CONSIDER:  # expected, it is a deal in prospect; negotiated, it is what it was
        return State(Status.AGREED) if claim.mode is Mode.EXPECTED else State()
    if op is Op.END and claim.cues[-1].lower().startswith("finish") and not pair.frame.passive:
        return State(Status.AGREED)
    if op is Op.SUSPEND and pair.trigger.rest == ("off",):
        return State(Status.COLLAPSED)
    status = {Op.REACH: Status.AGREED, Op.SIGN: Status.SIGNED, Op.SUSPEND: Status.SUSPENDED}.get(op, Status.COLLAPSED)
    day = state.effective if op is Op.SIGN else None
    if day and day.exact and timedelta() < day.exact - today < timedelta(days=7) and claim.mode is Mode.ASSERTED:
        past = add_days(day.exact, -7)  # "they put their names to it on Thursday": put is past
        day = PartialDate.of(past) if past else None
    return State(status, None, day)


def _is_outline(pair: Pair, claim: Claim) -> bool:
    """ "A framework", "a basic consensus on a deal", "a deal in principle"."""
    tokens = claim.sentence.tokens
    words = {token.low for token in tokens[pair.end : pair.mention.head + 1]}
    head = pair.mention.head + 1
    return bool(words & _OUTLINES) or [t.low for t in tokens[head : head + 2]] == ["in", "principle"]


def _is_the_rest(pair: Pair, claim: Claim) -> bool:
    """ "The last open chapter of the deal", "every chapter of it"."""
    near = claim.sentence.tokens[max(0, pair.mention.start - 3) : pair.mention.head]
    return not _REST.isdisjoint(token.low for token in near)


SETTLE: dict[FactKind, Settle] = {
    FactKind.MEASURE: _measure,
    FactKind.TRUCE: _truce,
    FactKind.PURCHASES: _purchases,
    FactKind.MEETING: _gathering,
    FactKind.VISIT: _gathering,
    FactKind.DEAL: _deal,
}
