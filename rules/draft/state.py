"""Where each fact of a draft stands: what the engine itself reads in the article, and else what the sentence says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rules.assign import dates_in
from rules.claims import Claim
from rules.dates import Role
from rules.draft.find import Candidate
from rules.frames import DECIDED, Mode
from rules.grammar import GOVERNORS, Op, Stance
from rules.model import Article, FactKind, PartialDate, State, Status
from rules.text import Sentence, Token

_PUT_ON = frozenset({Op.IMPOSE, Op.START, Op.SET, Op.RAISE, Op.LOWER, Op.ANNOUNCE, Op.THREATEN, Op.PROPOSE})
_UNTOLD = frozenset({Mode.DENIED, Mode.QUESTION, Mode.HYPOTHETICAL})
_STANCES = {
    Stance.AGREE: Status.AGREED,
    Stance.ORDER: Status.ANNOUNCED,
    Stance.DECIDE: Status.ANNOUNCED,
    Stance.THREAT: Status.THREATENED,
    Stance.PROPOSE: Status.PROPOSED,
}
_OUTLINE = frozenset("framework outline".split())
_FIRM = (Status.IN_FORCE, Status.AGREED, Status.ANNOUNCED, Status.PROPOSED, Status.THREATENED)


def state_of(new: Candidate, others: Sequence[Candidate], claims: Sequence[Claim], article: Article) -> State:
    """The record of one fact at the baseline: status, value, first and last day, as far as the text gives them."""
    first = [s for other in others[: others.index(new)] if other.kind is new.kind for s in other.sentences]
    own = [sentence for sentence in new.sentences if sentence not in first]  # what another fact has said already
    state, known = State(), {sentence.raw for sentence in new.sentences}
    for claim in claims:
        told = claim.fact == new.id and claim.sentence.raw in known and not claim.negated
        if told and claim.mode not in _UNTOLD and _tells(new, claim):
            state = _merged(state, _as_told(new, claim))
    for sentence in own:
        if not (state.effective or state.until) or len(new.sentences) == 1:
            state = _merged(state, _dates(new, sentence, article))
    if state.status is None:
        state = replace(state, status=_status(new, own))
    if state.status not in new.kind.statuses:
        state = replace(state, status=None)
    return replace(state, value=state.value or new.values or None)


def _tells(new: Candidate, claim: Claim) -> bool:
    """Whether a claim says where a fact stands, and not what may become of it."""
    if new.kind is FactKind.MEASURE:
        return claim.mode in DECIDED or (claim.op in _PUT_ON and claim.mode not in (Mode.EXPECTED, Mode.WISHED))
    if new.kind is FactKind.MEETING:
        return claim.state.status is Status.SCHEDULED
    return claim.mode in DECIDED


def _as_told(new: Candidate, claim: Claim) -> State:
    """The claim's state, with what a threat or an offer makes of its status."""
    if new.kind is not FactKind.MEASURE:
        return claim.state
    if claim.mode is Mode.THREATENED or claim.op is Op.THREATEN:
        return replace(claim.state, status=Status.THREATENED)
    if claim.mode is Mode.PROPOSED or claim.op is Op.PROPOSE:
        return replace(claim.state, status=Status.PROPOSED)
    return claim.state


def _merged(state: State, told: State) -> State:
    """What is known, filled up with what is told besides: an earlier sentence weighs more."""
    return State(
        status=state.status or told.status,
        value=state.value or told.value,
        effective=state.effective or told.effective,
        until=state.until or told.until,
    )


def _dates(new: Candidate, sentence: Sentence, article: Article) -> State:
    """The dates of a sentence by their roles; of a meeting, the day on which it is."""
    starts = {Role.EFFECTIVE, Role.ON} if new.kind is FactKind.MEETING else {Role.EFFECTIVE}
    found = dates_in(sentence.raw, article.published)
    days = [when for when in found if when.when and when.when >= PartialDate.of(article.published.date())]
    ends = {Role.UNTIL, Role.BY} if new.kind is FactKind.PURCHASES else {Role.UNTIL}
    return State(
        effective=next((when.when for when in days if when.role in starts), None),
        until=next((when.when for when in days if when.role in ends), None),
    )


def _status(new: Candidate, own: Sequence[Sentence]) -> Status | None:
    """The status that the words round a fact give it: "had agreed to make purchases", "a framework"."""
    told = [status for sentence in own for status in _governing(sentence.tokens)]
    if new.kind is FactKind.DEAL:
        outline = any(token.low in _OUTLINE for sentence in new.sentences for token in sentence.tokens)
        return Status.FRAMEWORK if outline else None
    if new.kind is FactKind.MEETING:
        return Status.SCHEDULED
    return next((status for status in _FIRM if status in told), None)


def _governing(tokens: Sequence[Token]) -> Iterable[Status]:
    for k, token in enumerate(tokens):
        if token.low in ("force", "effect", "place") and k and tokens[k - 1].low == "in":
            yield Status.IN_FORCE
        stance = GOVERNORS.get(token.low)
        if stance in _STANCES:
            yield _STANCES[stance]
