"""Claims against the record: what each says that the record does not, and the named reason for it.

The first question that applies decides. Silence has a reason too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from rules.claims import Claim
from rules.frames import DECIDED, OPEN, Mode
from rules.grammar import Op
from rules.model import Article, FactKind, Kind, Ledger, PartialDate, SourceKind, State, Status, Value
from rules.pack import FactSpec
from rules.speakers import Speaker


class Why(StrEnum):
    """The reasons, in words for a reader."""

    NEW_STATUS = "the status differs from the record"
    NEW_VALUE = "the value differs from the record"
    NEW_DATE = "a date differs from the record"
    PART = "a part of it is put off or ended"
    LIKELY = "told as likely, planned or under discussion, and not decided"
    THREAT = "threatened, and not decided"
    DEMAND = "demanded by a party that cannot decide it alone"
    UNNAMED = "reported by unnamed sources"
    CONDITION = "announced for the case that something else happens or does not"
    SAME = "the record says the same"
    EARLIER = "repeats what the record said before, without a date of its own"
    BEHIND = "a step that the record has already left behind"
    BACKGROUND = "tells what was before"
    HYPOTHETICAL = "a hypothesis"
    QUESTION = "a question"
    DENIED = "denied"
    NEGATED = "says that it has not happened"
    OUTSIDER = "the word of somebody who decides nothing"
    NOTHING_NEW = "names nothing that could differ"
    IMPOSSIBLE = "cannot happen to it as it stands"


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: Kind
    why: Why
    claimed: State = State()
    after: State = State()


_RANK = {Status.THREATENED: 0, Status.PROPOSED: 1, Status.AGREED: 2, Status.ANNOUNCED: 3, Status.IN_FORCE: 4}
_RATE = frozenset({Op.SET, Op.RAISE, Op.LOWER})
_OFF = frozenset({Status.SUSPENDED, Status.WITHDRAWN, Status.BLOCKED, Status.EXPIRED})
_SILENT = {
    Mode.QUESTION: Why.QUESTION,
    Mode.DENIED: Why.DENIED,
    Mode.BACKGROUND: Why.BACKGROUND,
}


def compare(claim: Claim, spec: FactSpec, ledger: Ledger, article: Article) -> Verdict:
    """Judge one claim against the fact on record."""
    before = ledger.state(spec.id)
    silent = _silent(claim, article, ledger)
    if silent:
        return Verdict(Kind.MENTION, silent, claim.state)
    claimed = _resolve(claim, spec, before, ledger, article)
    opened = _open(claim, spec, article)
    if (
        opened
        and before.status is Status.PROPOSED
        and claim.mode is Mode.PROPOSED
        and claim.speaker is not Speaker.UNNAMED
    ):
        return _decided(claim, replace(claimed, status=Status.PROPOSED), before, spec, ledger, article)
    if opened:
        return _signal(claimed, before, opened, claim)
    if claim.part:
        return Verdict(Kind.CHANGE, Why.PART, State(), before)
    return _decided(claim, claimed, before, spec, ledger, article)


def _silent(claim: Claim, article: Article, ledger: Ledger) -> Why | None:
    """Whether a claim is nothing, whatever it says."""
    if claim.mode is Mode.BACKGROUND and claim.op is Op.MEET and _day_has_come(claim, article, ledger):
        return None
    if claim.mode in _SILENT:
        return _SILENT[claim.mode]
    if claim.mode is Mode.HYPOTHETICAL and not (claim.conditional and claim.speaker is Speaker.DECIDER):
        return Why.HYPOTHETICAL
    if claim.speaker is Speaker.OUTSIDER:
        return Why.OUTSIDER
    if claim.wisher is Speaker.OUTSIDER or (claim.mode is Mode.WISHED and claim.wisher is not Speaker.DECIDER):
        return Why.OUTSIDER
    if claim.negated:
        return Why.NEGATED
    if claim.op is Op.CONSIDER and claim.mode is Mode.EXPECTED and Speaker.DECIDER not in (claim.wisher, claim.speaker):
        return Why.OUTSIDER
    if article.source_kind is SourceKind.BLOG and claim.speaker is Speaker.OUTLET and claim.mode not in DECIDED:
        return Why.OUTSIDER
    if claim.happened and claim.mode in DECIDED and _before_the_record(claim.happened, claim.fact, ledger):
        return Why.BACKGROUND
    return None


def _day_has_come(claim: Claim, article: Article, ledger: Ledger) -> bool:
    """ "An hour after the two had met": on or after the day on record, that is the meeting itself."""
    before = ledger.state(claim.fact)
    day = before.effective.exact if before.effective else None
    return (
        before.status in (Status.SCHEDULED, Status.POSTPONED)
        and day is not None
        and 0 <= (article.published.date() - day).days <= 3
    )


def _before_the_record(happened: PartialDate, fact: str, ledger: Ledger) -> bool:
    """Whether a day, month or year lies wholly before the record's last turn of a fact (or before the baseline)."""
    entry = ledger.current(fact)
    turn = PartialDate.of((entry.valid if entry else ledger.start).date())
    parts = [(happened.year, turn.year), (happened.month, turn.month), (happened.day, turn.day)]
    for own, other in parts:
        if own is None:
            return False
        if own != other:
            return own < (other or 0)
    return False


def _open(claim: Claim, spec: FactSpec, article: Article) -> Why | None:
    """Whether a claim is told, but not as decided."""
    if claim.mode is Mode.WISHED:
        return Why.DEMAND
    if claim.mode is Mode.THREATENED or claim.op is Op.THREATEN:
        return Why.THREAT
    if claim.mode is Mode.HEDGED and spec.kind in (FactKind.MEETING, FactKind.VISIT) and "set" in claim.cues:
        return None
    if claim.mode in OPEN or claim.op is Op.PROPOSE:
        return Why.LIKELY
    if claim.speaker is Speaker.UNNAMED:
        return Why.UNNAMED
    if claim.mode is Mode.HYPOTHETICAL or (claim.conditional and claim.mode is Mode.COMMITTED):
        return Why.CONDITION
    return None


def _resolve(claim: Claim, spec: FactSpec, before: State, ledger: Ledger, article: Article) -> State:
    """The claimed state with what can be reckoned from the record: "halved", "by 10 points" need a rate to start from."""
    state = claim.state
    if before.status is Status.THREATENED and state.status is Status.ANNOUNCED and not claim.ordered:
        told = replace(state, status=None)
        if claim.op is Op.START or (claim.op is Op.IMPOSE and not _differs(told, before)):
            return told
    if spec.kind is FactKind.MEETING and state.status is Status.SCHEDULED and _later(state.effective, before):
        state = replace(state, status=Status.POSTPONED)
    if state.status is Status.HELD and state.effective is None and before.effective and before.effective.exact:
        state = replace(
            state, effective=before.effective
        )  # what was scheduled for a day and took place, took place then
    if state.status in _OFF and state.effective in {entry.state.effective for entry in ledger.history(spec.id)}:
        state = replace(state, effective=None)  # the day on record that falls away, and not a day of its own
    if state.status is Status.IN_FORCE and claim.op in _RATE and not state.effective and _still_ahead(before, article):
        state = replace(state, status=before.status)  # another rate for what has yet to start
    if state.value is None and spec.unit and before.value and claim.op in (Op.LOWER, Op.RAISE, Op.SET):
        state = replace(state, value=_reckoned(claim, before, spec.id, ledger))
    return state


def _reckoned(claim: Claim, before: State, fact: str, ledger: Ledger) -> Value | None:
    """The value that "halved" or "by 10 points" comes to. Told again after the record has it, it comes to the same."""
    out: dict[str, float] = {}
    for unit, number in (before.value or {}).items():
        earlier = [
            entry.state.value[unit] for entry in ledger.history(fact) if entry.state.value and unit in entry.state.value
        ]
        if any(old != number and claim.change.applied(old) == number for old in earlier):
            out[unit] = number
        elif (new := claim.change.applied(number)) is not None and new >= 0:
            out[unit] = new
    return out or None


def _later(effective: PartialDate | None, before: State) -> bool:
    """Whether a meeting on record for one day is now to take place on a later one."""
    ahead = before.status is Status.SCHEDULED and before.effective is not None and before.effective.exact is not None
    return bool(ahead and effective and effective.exact and effective > before.effective)  # type: ignore[operator]


def _still_ahead(before: State, article: Article) -> bool:
    day = before.effective.exact if before.effective else None
    return before.status in (Status.ANNOUNCED, Status.AGREED, Status.PROPOSED) and (
        day is None or day > article.published.date()
    )


def _signal(claimed: State, before: State, why: Why, claim: Claim) -> Verdict:
    moving = claim.op in (Op.DELAY, Op.ADVANCE, Op.EXTEND, Op.SHORTEN, Op.RAISE, Op.LOWER, Op.RESTORE)
    moving = moving or (claim.op is Op.BUY and claim.mode is Mode.WISHED)
    if claim.mode is Mode.THREATENED and before.status is Status.THREATENED and not moving:
        claimed = replace(claimed, status=None)
    if not moving and not _differs(claimed, before):
        return Verdict(Kind.MENTION, Why.SAME, claimed)
    return Verdict(Kind.SIGNAL, why, claimed, before)


def _decided(claim: Claim, claimed: State, before: State, spec: FactSpec, ledger: Ledger, article: Article) -> Verdict:
    if claimed.empty and claim.op in (Op.EXTEND, Op.SHORTEN):
        return _undated_extension(before, spec.id, ledger)
    if claimed.empty:
        return Verdict(Kind.MENTION, Why.NOTHING_NEW, claimed)
    if _left_behind(claimed, before) or _ends_what_is_off(claim, claimed, before, article):
        return Verdict(Kind.CONFIRM, Why.BEHIND, claimed)
    if _only_dates_it(claimed, before, spec.id, ledger):
        return Verdict(Kind.CONFIRM, Why.SAME, claimed)
    if not _differs(claimed, before):
        told = (
            claim.headline
            or claim.mode is Mode.COMMITTED
            or claim.speaker is not Speaker.OUTLET
            or "has" in claim.cues
            or "have" in claim.cues
        )
        untold = claim.op in (Op.LOWER, Op.RAISE) and claimed.value is None and told and _first_turn(spec.id, ledger)
        return (
            Verdict(Kind.CHANGE, Why.NEW_VALUE, claimed, before) if untold else Verdict(Kind.CONFIRM, Why.SAME, claimed)
        )
    if _earlier(claimed, spec.id, ledger):
        return Verdict(Kind.CONFIRM, Why.EARLIER, claimed)
    why = Why.NEW_STATUS
    if claimed.status in (None, before.status):
        why = Why.NEW_VALUE if claimed.value and not same_value(claimed.value, before.value) else Why.NEW_DATE
    return Verdict(Kind.CHANGE, why, claimed, merge(before, claimed))


def _undated_extension(before: State, fact: str, ledger: Ledger) -> Verdict:
    """ "Has been extended", without a day: new, unless an article has told of a turn already."""
    if not _first_turn(fact, ledger):
        return Verdict(Kind.CONFIRM, Why.SAME)
    return Verdict(Kind.CHANGE, Why.NEW_DATE, State(), before)


def _ends_what_is_off(claim: Claim, claimed: State, before: State, article: Article) -> bool:
    """ "The levies end on 10 November", when they are suspended from that day: the same event in other words."""
    if claimed.status is not Status.WITHDRAWN or before.status is not Status.SUSPENDED or not before.effective:
        return False
    named, day = claimed.effective or claimed.until, before.effective.exact
    if named is None and claim.op is Op.END and day:
        return 0 <= (article.published.date() - day).days <= 2
    return named == before.effective


def _only_dates_it(claimed: State, before: State, fact: str, ledger: Ledger) -> bool:
    """Whether a claim adds no more than the day on which the record took its last turn: "suspended it on Sunday"."""
    entry = ledger.current(fact)
    if (
        entry is None
        or entry.article is None
        or before.effective
        or not claimed.effective
        or not claimed.effective.exact
    ):
        return False
    without = replace(claimed, effective=None)
    return not _differs(without, before) and 0 <= (entry.valid.date() - claimed.effective.exact).days <= 3


def _first_turn(fact: str, ledger: Ledger) -> bool:
    """Whether no article has changed the fact yet: then even a change without a figure is news."""
    entry = ledger.current(fact)
    return entry is None or entry.article is None


def _left_behind(claimed: State, before: State) -> bool:
    """An earlier step told again: "agreed" when the record has it announced, with nothing else that is new."""
    if claimed.status not in _RANK or before.status not in _RANK:
        return False
    newer = replace(claimed, status=None)
    return _RANK[claimed.status] < _RANK[before.status] and not _differs(newer, before)


def _earlier(claimed: State, fact: str, ledger: Ledger) -> bool:
    """Whether an undated claim equals what the record held before."""
    if claimed.effective or claimed.until:
        return False
    history = ledger.history(fact)
    return any(not _differs(claimed, entry.state) for entry in history[:-1])


def _differs(claimed: State, before: State) -> bool:
    if claimed.status and claimed.status is not before.status:
        return True
    if claimed.value and not same_value(claimed.value, before.value):
        return True
    return _new_date(claimed.effective, before.effective) or _new_date(claimed.until, before.until)


def _new_date(claimed: PartialDate | None, before: PartialDate | None) -> bool:
    return claimed is not None and not (before is not None and (claimed.covers(before) or claimed == before))


def same_value(claimed: Value, before: Value | None) -> bool:
    """Whether every amount claimed is on record, to 1 %."""
    return before is not None and all(
        unit in before and abs(number - before[unit]) <= 0.01 * max(abs(number), 1e-9)
        for unit, number in claimed.items()
    )


def merge(before: State, claimed: State) -> State:
    """The record after a change: what is claimed, and of the rest what still holds."""
    status = claimed.status or before.status
    value: Value | None = {**(before.value or {}), **(claimed.value or {})} or None
    effective, until = claimed.effective, claimed.until
    if claimed.status in (None, before.status) or (claimed.status in _RANK and before.status in _RANK):
        effective, until = effective or before.effective, until or before.until
    return State(status, value, effective, until)
