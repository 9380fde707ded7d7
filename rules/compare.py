"""Claims against the record: what each says that the record does not, and the named reason for it.

`compare` asks three lists of questions: `SILENCE`, `OPENNESS` and `DECISION`. In each the first that applies decides.
Silence has a reason too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from rules.claims import Claim
from rules.frames import DECIDED, OPEN, Mode
from rules.grammar import Op
from rules.model import Article, FactKind, Kind, Ledger, PartialDate, SourceKind, State, Status
from rules.pack import FactSpec
from rules.record import STEPS, Record, completes, differs, merge, same_value
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
    BESIDE = "told already, beside the last turn of the record"
    LATE = "published before the record's last turn"
    BACKGROUND = "tells what was before"
    NOT_YET = "the story takes this up only after its baseline"
    ANOTHER = "another occasion than the one on record, which is long past"
    READ = "stood in the article's earlier version"
    HYPOTHETICAL = "a hypothesis"
    QUESTION = "a question"
    DENIED = "denied"
    NEGATED = "says that it has not happened"
    OUTSIDER = "the word of somebody who decides nothing"
    NOTHING_NEW = "names nothing that could differ"


_EMPTY = State()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one claim does to the record, and why."""

    kind: Kind
    why: Why
    claimed: State = _EMPTY
    after: State = _EMPTY
    """The record as the claim leaves it."""


@dataclass(frozen=True, slots=True)
class Case:
    """One claim, and what it is judged by."""

    claim: Claim
    spec: FactSpec
    record: Record
    article: Article

    @property
    def before(self) -> State:
        """The state on record."""
        return self.record.state

    @property
    def today(self) -> date:
        """The day of publication, UTC."""
        return self.article.published.date()


def compare(claim: Claim, spec: FactSpec, ledger: Ledger, article: Article) -> Verdict:
    """Judge one claim against the fact on record, in the order that docs/engine.md explains."""
    case = Case(claim, spec, Record(spec.id, ledger), article)
    verdict = _judged(case)
    late = verdict.kind in (Kind.CHANGE, Kind.SIGNAL) and case.record.turned_since(article.published)
    return _late(verdict, case) if late else verdict


def _late(verdict: Verdict, case: Case) -> Verdict:
    """What was published before the record's last turn completes it, or corrects the record of what was before."""
    if verdict.kind is Kind.CHANGE and not verdict.claimed.empty and completes(verdict.claimed, case.before):
        return verdict
    then = Record(case.spec.id, case.record.ledger.as_of(case.article.published))
    verdict = _judged(replace(case, record=then))
    if verdict.kind is Kind.CHANGE:
        return replace(verdict, kind=Kind.CONFIRM, why=Why.LATE)
    return replace(verdict, kind=Kind.MENTION, why=Why.LATE)


def _judged(case: Case) -> Verdict:
    claim = case.claim
    silent = next((why for question in SILENCE if (why := question(case))), None)
    if silent and not _met_on_the_day(case):
        return Verdict(Kind.MENTION, silent, claim.state)
    claimed = resolve(case)
    opened = next((why for question in OPENNESS if (why := question(case))), None)
    if opened and _told_of_a_proposal(case):
        return _decided(case, replace(claimed, status=Status.PROPOSED))
    if opened:
        return _signal(case, claimed, opened)
    return _part(case) if claim.part else _decided(case, claimed)


def _part(case: Case) -> Verdict:
    """A part that is put off or ended: the record stays as it is, and only the sentence tells whether it is news."""
    if case.record.told_in(case.claim.sentence.raw, case.today):
        return Verdict(Kind.CONFIRM, Why.SAME)
    return Verdict(Kind.CHANGE, Why.PART, State(), case.before)


# SILENCE: is the claim nothing, whatever it says?

_QUIET = {Mode.QUESTION: Why.QUESTION, Mode.DENIED: Why.DENIED, Mode.BACKGROUND: Why.BACKGROUND}
_ANOTHER_AFTER = 60
"""Days after which a meeting is not the one on record."""
_MEETING_DAYS = 3
"""For how many days after its day a meeting told in the pluperfect is news."""


def _not_yet(case: Case) -> Why | None:
    unopened = case.spec.later and case.record.ledger.current(case.spec.id) is None
    return Why.NOT_YET if unopened else None


def _another_time(case: Case) -> Why | None:
    """A meeting is one: what is told of its kind long after its day is told of another."""
    day = case.before.effective.exact if case.before.effective else None
    past = day is not None and (case.today - day).days > _ANOTHER_AFTER
    return Why.ANOTHER if case.spec.kind is FactKind.MEETING and past else None


def _read_before(case: Case) -> Why | None:
    return Why.READ if case.claim.sentence.raw in case.article.earlier else None


def _quiet_mode(case: Case) -> Why | None:
    return _QUIET.get(case.claim.mode)


def _hypothesis(case: Case) -> Why | None:
    """A writer's "would"; with a condition, and on a decider's word, it is his offer."""
    offered = case.claim.conditional and case.claim.speaker is Speaker.DECIDER
    return Why.HYPOTHETICAL if case.claim.mode is Mode.HYPOTHETICAL and not offered else None


def _outsider(case: Case) -> Why | None:
    """Said, wanted or expected by somebody who decides nothing."""
    claim = case.claim
    wished = claim.mode is Mode.WISHED and claim.wisher is not Speaker.DECIDER
    return Why.OUTSIDER if wished or Speaker.OUTSIDER in (claim.speaker, claim.wisher) else None


def _negated(case: Case) -> Why | None:
    return Why.NEGATED if case.claim.negated else None


def _hope(case: Case) -> Why | None:
    """The thing as a whole is expected, and by no decider."""
    claim = case.claim
    expected = claim.op is Op.CONSIDER and claim.mode is Mode.EXPECTED
    return Why.OUTSIDER if expected and Speaker.DECIDER not in (claim.wisher, claim.speaker) else None


def _guess(case: Case) -> Why | None:
    """A blog's own prospect."""
    own = case.article.source_kind is SourceKind.BLOG and case.claim.speaker is Speaker.OUTLET
    own = own and case.claim.wisher is not Speaker.DECIDER
    return Why.OUTSIDER if own and case.claim.mode not in DECIDED else None


def _history(case: Case) -> Why | None:
    """Decided, and on a day before the record's last turn."""
    happened = case.claim.happened
    old = happened is not None and case.claim.mode in DECIDED and case.record.begins_after(happened)
    return Why.BACKGROUND if old else None


def _another_rate(case: Case) -> Why | None:
    """A row whose old rate is not the record's is about another rate, or another time."""
    was, held = case.claim.was, case.before.value
    known = was is not None and held is not None and was not in held.values()
    return Why.BACKGROUND if known else None


SILENCE = (
    _not_yet,
    _another_time,
    _read_before,
    _quiet_mode,
    _hypothesis,
    _outsider,
    _negated,
    _hope,
    _guess,
    _history,
    _another_rate,
)


def _met_on_the_day(case: Case) -> bool:
    """ "An hour after the two had met": on or after the day on record, that is the meeting itself."""
    if case.claim.mode is not Mode.BACKGROUND or case.claim.op is not Op.MEET:
        return False
    if case.claim.state.status is not Status.HELD:
        return False
    day = case.before.effective.exact if case.before.effective else None
    planned = case.before.status in (Status.SCHEDULED, Status.POSTPONED)
    return planned and day is not None and 0 <= (case.today - day).days <= _MEETING_DAYS


# What the claim comes to beside the record.

_OFF = frozenset({Status.SUSPENDED, Status.WITHDRAWN, Status.BLOCKED, Status.EXPIRED})
_RATE = frozenset({Op.SET, Op.RAISE, Op.LOWER})


def resolve(case: Case) -> State:
    """The claimed state, with what has to be read or reckoned from the record."""
    claim, before, state = case.claim, case.before, case.claim.state
    if before.status is Status.THREATENED and state.status is Status.ANNOUNCED and not claim.ordered:
        told = replace(state, status=None)  # "will impose the threatened duty on 1 November": the threat again
        if claim.op is Op.START or (claim.op is Op.IMPOSE and not differs(told, before)):
            return told
    if case.spec.kind is FactKind.MEETING and state.status is Status.SCHEDULED and _later(state.effective, before):
        state = replace(state, status=Status.POSTPONED)
    if state.status is Status.HELD and not state.effective and before.effective and before.effective.exact:
        state = replace(state, effective=before.effective)  # scheduled for a day, and held: then it was on that day
    if claim.not_until and state.status is Status.SUSPENDED and before.status is Status.IN_FORCE and not state.until:
        state = replace(state, effective=None, until=state.effective)  # "will not be collected until June"
    if claim.op in (Op.START, Op.IMPOSE) and state.status is Status.ANNOUNCED and _starts_later(state, case):
        state = replace(state, status=Status.SUSPENDED)  # "will start on 1 October, three months later than planned"
    if state.status in _OFF and state.effective in case.record.starts:
        state = replace(state, effective=None)  # the day on record that falls away, and not a day of its own
    if state.status is Status.IN_FORCE and claim.op in _RATE and not state.effective and _still_ahead(case):
        state = replace(state, status=before.status)  # another rate for what has yet to start
    if state.value is None and case.spec.unit and claim.op in _RATE:
        state = replace(state, value=case.record.reckoned(claim.change))
    return state


def _starts_later(state: State, case: Case) -> bool:
    """Whether a measure on record for one day is told to start on a later one."""
    old = case.before.effective.exact if case.before.effective and case.before.status is Status.ANNOUNCED else None
    new = state.effective.exact if state.effective else None
    return bool(old and new and new > old > case.today)


def _later(effective: PartialDate | None, before: State) -> bool:
    """Whether a meeting on record for one day is now to take place on a later one."""
    old = before.effective.exact if before.effective and before.status is Status.SCHEDULED else None
    new = effective.exact if effective else None
    return bool(old and new and new > old)


def _still_ahead(case: Case) -> bool:
    day = case.before.effective.exact if case.before.effective else None
    planned = case.before.status in (Status.THREATENED, Status.ANNOUNCED, Status.AGREED, Status.PROPOSED)
    return planned and (day is None or day > case.today)


# OPENNESS: is it told, but not as decided?


def _demand(case: Case) -> Why | None:
    return Why.DEMAND if case.claim.mode is Mode.WISHED else None


def _threat(case: Case) -> Why | None:
    return Why.THREAT if case.claim.mode is Mode.THREATENED or case.claim.op is Op.THREATEN else None


def _prospect(case: Case) -> Why | None:
    """Likely, expected, planned or proposed."""
    prospect = case.claim.mode in OPEN or case.claim.op is Op.PROPOSE
    return Why.LIKELY if prospect and not _is_set(case) else None


def _is_set(case: Case) -> bool:
    """A meeting that "is set to take place" is settled, whoever says so."""
    gathering = case.spec.kind in (FactKind.MEETING, FactKind.VISIT)
    return case.claim.mode is Mode.HEDGED and gathering and "set" in case.claim.cues


def _unnamed(case: Case) -> Why | None:
    return Why.UNNAMED if case.claim.speaker is Speaker.UNNAMED and not _is_set(case) else None


def _condition(case: Case) -> Why | None:
    claim = case.claim
    committed = claim.conditional and claim.mode is Mode.COMMITTED
    return Why.CONDITION if committed or claim.mode is Mode.HYPOTHETICAL else None


OPENNESS = (_demand, _threat, _prospect, _unnamed, _condition)

_MOVING = frozenset({Op.DELAY, Op.ADVANCE, Op.EXTEND, Op.SHORTEN, Op.RAISE, Op.LOWER, Op.RESTORE})


def _told_of_a_proposal(case: Case) -> bool:
    """Whether what is on record as proposed is proposed in other words: that is decided, as far as proposals go."""
    proposed = case.before.status is Status.PROPOSED and case.claim.mode is Mode.PROPOSED
    return proposed and case.claim.speaker is not Speaker.UNNAMED


def _signal(case: Case, claimed: State, why: Why) -> Verdict:
    """A prospect, where it is one of something that the record does not say."""
    claim = case.claim
    if claim.mode is Mode.PROPOSED and claim.op in _RATE and case.spec.kind is FactKind.MEASURE:
        claimed = replace(claimed, status=Status.PROPOSED)
    moving = claim.op in _MOVING or (claim.op is Op.BUY and claim.mode is Mode.WISHED)
    moving = moving or (claim.fresh and claim.op is Op.THREATEN and case.before.status is not Status.THREATENED)
    if claim.mode is Mode.THREATENED and case.before.status is Status.THREATENED and not moving:
        claimed = replace(claimed, status=None)
    if not moving and not differs(claimed, case.before):
        return Verdict(Kind.MENTION, Why.SAME, claimed)
    if case.record.told_beside(claim.state, case.today):
        return Verdict(Kind.MENTION, Why.BESIDE, claimed)
    return Verdict(Kind.SIGNAL, why, claimed, case.before)


# DECISION: told as decided; is it what the record says?

_SAME_EVENT_DAYS, _DATED_DAYS = 2, 3
"""Days within which "ends" tells a suspension again, and within which a date only dates the record's last turn."""


def _decided(case: Case, claimed: State) -> Verdict:
    return next((verdict for question in DECISION if (verdict := question(case, claimed))), _change(case, claimed))


def _says_nothing(case: Case, claimed: State) -> Verdict | None:
    """Without status, value and date; "has been extended" is new all the same, where no article has told of a turn."""
    if not claimed.empty:
        return None
    if case.claim.op not in (Op.EXTEND, Op.SHORTEN):
        return Verdict(Kind.MENTION, Why.NOTHING_NEW, claimed)
    if case.record.untouched:
        return Verdict(Kind.CHANGE, Why.NEW_DATE, State(), case.before)
    return Verdict(Kind.CONFIRM, Why.SAME)


def _step_behind(case: Case, claimed: State) -> Verdict | None:
    """An earlier step told again: "agreed" when the record has it announced, with nothing else that is new."""
    if claimed.status not in STEPS or case.before.status not in STEPS:
        return None
    if case.claim.op in (Op.EXTEND, Op.SHORTEN) and case.record.untouched:
        return None  # "agreed to extend the truce" is news of a truce that holds
    behind = STEPS[claimed.status] < STEPS[case.before.status]
    other = differs(replace(claimed, status=None), case.before)
    return Verdict(Kind.CONFIRM, Why.BEHIND, claimed) if behind and not other else None


def _ends_what_is_off(case: Case, claimed: State) -> Verdict | None:
    """ "The levies end on 10 November", when they are suspended from that day: the same event in other words."""
    before = case.before
    if claimed.status is not Status.WITHDRAWN or before.status is not Status.SUSPENDED or not before.effective:
        return None
    named, day = claimed.effective or claimed.until, before.effective.exact
    same = named == before.effective
    if named is None and case.claim.op is Op.END and day:
        same = 0 <= (case.today - day).days <= _SAME_EVENT_DAYS
    return Verdict(Kind.CONFIRM, Why.BEHIND, claimed) if same else None


def _ends_when_due(case: Case, claimed: State) -> Verdict | None:
    """ "The ban ends on 31 May", when the record has it until then."""
    ends = claimed.status is Status.WITHDRAWN and case.claim.op is Op.END and case.before.until is not None
    due = ends and case.before.until in (claimed.until, claimed.effective)
    return Verdict(Kind.CONFIRM, Why.SAME, claimed) if due else None


def _only_dates_it(case: Case, claimed: State) -> Verdict | None:
    """No more than the day on which the record took its last turn: "suspended it on Sunday"."""
    turn, day = case.record.turn, claimed.effective.exact if claimed.effective else None
    stands = case.claim.op is Op.SET and day == case.today and claimed.value is not None
    if stands and not differs(replace(claimed, effective=None), case.before):
        return Verdict(Kind.CONFIRM, Why.SAME, claimed)  # "it stands at 10 percent today"
    if turn is None or case.before.effective or day is None:
        return None
    other = differs(replace(claimed, effective=None), case.before)
    dates = not other and 0 <= (turn - day).days <= _DATED_DAYS
    return Verdict(Kind.CONFIRM, Why.SAME, claimed) if dates else None


def _nothing_differs(case: Case, claimed: State) -> Verdict | None:
    """The record's own words; but a cut without a figure is news, where no article has told of a turn."""
    if differs(claimed, case.before):
        return None
    claim = case.claim
    told = claim.headline or claim.mode is Mode.COMMITTED or claim.speaker is not Speaker.OUTLET
    told = told or bool({"has", "have"} & set(claim.cues))
    moved = claim.op in (Op.LOWER, Op.RAISE) and claimed.value is None
    if moved and told and case.record.untouched:
        return Verdict(Kind.CHANGE, Why.NEW_VALUE, claimed, case.before)
    return Verdict(Kind.CONFIRM, Why.SAME, claimed)


def _said_before(case: Case, claimed: State) -> Verdict | None:
    """What the record held before, told again without a date of its own; "have reached" and "restored" tell it anew."""
    dated = case.claim.op is Op.RESTORE or claimed.effective or claimed.until or {"has", "have"} & set(case.claim.cues)
    return Verdict(Kind.CONFIRM, Why.EARLIER, claimed) if not dated and case.record.held(claimed) else None


def _told_beside(case: Case, claimed: State) -> Verdict | None:
    """What an article said beside the turn that was told of it: a copy, or another outlet's version, tells it first."""
    told = case.record.told_beside(case.claim.state, case.today)
    return Verdict(Kind.CONFIRM, Why.BESIDE, claimed) if told else None


DECISION = (
    _says_nothing,
    _step_behind,
    _ends_what_is_off,
    _ends_when_due,
    _only_dates_it,
    _nothing_differs,
    _said_before,
    _told_beside,
)


def _change(case: Case, claimed: State) -> Verdict:
    """What none of them explains is a change; its reason is the first part that differs."""
    why = Why.NEW_STATUS
    if claimed.status in (None, case.before.status):
        why = Why.NEW_VALUE if claimed.value and not same_value(claimed.value, case.before.value) else Why.NEW_DATE
    return Verdict(Kind.CHANGE, why, claimed, merge(case.before, claimed))
