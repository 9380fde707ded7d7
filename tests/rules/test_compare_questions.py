"""The questions of `rules.compare` one by one: a claim made by hand, a record with one line, and the verdict."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import rules
from rules import Article, Entry, Kind, Ledger, PartialDate, SourceKind, State, Status
from rules.claims import Claim
from rules.compare import Case, Verdict, Why, compare, resolve
from rules.frames import Mode
from rules.grammar import Op
from rules.record import Record
from rules.speakers import Speaker
from rules.text import Sentence
from rules.values import Change

PACK = rules.load_pack("us-china-trade")
TARIFF, RARE, MEETING, VISIT = (
    "us_tariff_fentanyl",
    "china_rare_earth_controls",
    "trump_xi_meeting",
    "trump_china_visit",
)
DEAL, TRUCE = "trade_deal", "tariff_truce"
NOON = datetime(2025, 10, 30, 12, tzinfo=UTC)
TODAY, TOMORROW = PartialDate(2025, 10, 30), PartialDate(2025, 10, 31)
YESTERDAY, LATER = PartialDate(2025, 10, 29), PartialDate(2025, 11, 10)
RATE = {"percent": 20.0}
CUT = {"percent": 10.0}
S = Status


def claim(fact: str, op: Op, state: State = State(), **said: Any) -> Claim:  # noqa: B008 - frozen
    raw = "It is so."
    sentence = Sentence(0, len(raw), raw, title=False, question=False, speaker=None, paragraph=1)
    known = {"mode": Mode.ASSERTED, "speaker": Speaker.OUTLET, "named": None, "cues": (), **said}
    return Claim(fact, op, sentence=sentence, state=state, **known)


def on_record(fact: str, state: State, *, article: str | None = None, days: int = 3) -> Ledger:
    moment = NOON - timedelta(days=days)
    return Ledger(PACK.id, (Entry(fact, state, Kind.CHANGE, moment, moment, article=article, source="Gate"),))


def item(published: datetime = NOON, kind: SourceKind = SourceKind.WIRE) -> Article:
    return Article("1", "Courier", kind, "", published, "", "It is so.")


def judged(said: Claim, before: State, article: str | None = None, kind: SourceKind = SourceKind.WIRE) -> Verdict:
    return compare(said, PACK.facts[said.fact], on_record(said.fact, before, article=article), item(kind=kind))


def resolved(said: Claim, before: State) -> State:
    return resolve(Case(said, PACK.facts[said.fact], Record(said.fact, on_record(said.fact, before)), item()))


IN_FORCE, SUSPENDED = State(S.IN_FORCE, RATE), State(S.SUSPENDED)
HYPOTHETICAL = {"mode": Mode.HYPOTHETICAL, "conditional": True}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (claim(RARE, Op.SUSPEND, SUSPENDED, **HYPOTHETICAL, speaker=Speaker.OUTLET), Why.HYPOTHETICAL),
        (claim(RARE, Op.SUSPEND, SUSPENDED, **HYPOTHETICAL, speaker=Speaker.UNNAMED), Why.HYPOTHETICAL),
        (claim(RARE, Op.SUSPEND, SUSPENDED, mode=Mode.EXPECTED, wisher=Speaker.OUTSIDER), Why.OUTSIDER),
        (claim(RARE, Op.SUSPEND, SUSPENDED, mode=Mode.WISHED, wisher=Speaker.UNNAMED), Why.OUTSIDER),
        (claim(DEAL, Op.CONSIDER, State(S.AGREED), mode=Mode.EXPECTED), Why.OUTSIDER),
        (claim(DEAL, Op.CONSIDER, State(S.AGREED), mode=Mode.EXPECTED, wisher=Speaker.UNNAMED), Why.OUTSIDER),
        (claim(RARE, Op.SUSPEND, SUSPENDED, happened=PartialDate(2025, 9, 3)), Why.BACKGROUND),
        (claim(RARE, Op.SUSPEND, SUSPENDED, mode=Mode.BACKGROUND), Why.BACKGROUND),
    ],
)
def test_what_is_nothing_whatever_it_says(said: Claim, why: Why) -> None:
    assert judged(said, State(S.FRAMEWORK) if said.fact == DEAL else State(S.ANNOUNCED)) == Verdict(
        Kind.MENTION, why, said.state
    )


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (claim(RARE, Op.SUSPEND, SUSPENDED, **HYPOTHETICAL, speaker=Speaker.DECIDER), Why.CONDITION),
        (claim(RARE, Op.SUSPEND, SUSPENDED, mode=Mode.WISHED, wisher=Speaker.DECIDER), Why.DEMAND),
        (claim(RARE, Op.SUSPEND, SUSPENDED, mode=Mode.HEDGED, happened=PartialDate(2025, 9, 3)), Why.LIKELY),
        (claim(DEAL, Op.CONSIDER, State(S.AGREED), mode=Mode.EXPECTED, wisher=Speaker.DECIDER), Why.LIKELY),
        (claim(DEAL, Op.CONSIDER, State(S.AGREED), mode=Mode.EXPECTED, speaker=Speaker.DECIDER), Why.LIKELY),
        (claim(DEAL, Op.CONSIDER, State(S.AGREED), mode=Mode.HEDGED), Why.LIKELY),
        (claim(DEAL, Op.REACH, State(S.AGREED), mode=Mode.EXPECTED), Why.LIKELY),
        (claim(MEETING, Op.HAPPEN, State(S.SCHEDULED), mode=Mode.HEDGED), Why.LIKELY),
        (claim(RARE, Op.SUSPEND, SUSPENDED, mode=Mode.HEDGED, cues=("set",)), Why.LIKELY),
        (claim(MEETING, Op.HAPPEN, State(S.SCHEDULED), mode=Mode.EXPECTED, cues=("set",)), Why.LIKELY),
    ],
)
def test_what_is_told_and_not_decided_is_a_signal(said: Claim, why: Why) -> None:
    before = {DEAL: State(S.FRAMEWORK), MEETING: State(S.CANCELLED)}.get(said.fact, State(S.ANNOUNCED))
    assert judged(said, before) == Verdict(Kind.SIGNAL, why, said.state, before)


@pytest.mark.parametrize("fact", [MEETING, VISIT])
def test_a_gathering_that_is_set_to_take_place_is_settled_whoever_says_so(fact: str) -> None:
    said = claim(fact, Op.HAPPEN, State(S.SCHEDULED), mode=Mode.HEDGED, cues=("set",), speaker=Speaker.UNNAMED)
    assert judged(said, State(S.CANCELLED)).kind is Kind.CHANGE


@pytest.mark.parametrize("op", [Op.DELAY, Op.ADVANCE, Op.EXTEND, Op.SHORTEN, Op.RAISE, Op.LOWER, Op.RESTORE])
def test_a_prospect_of_a_move_is_a_signal_even_without_a_figure(op: Op) -> None:
    assert judged(claim(TRUCE, op, mode=Mode.HEDGED), State(S.IN_FORCE)).kind is Kind.SIGNAL


@pytest.mark.parametrize("op", [Op.SET, Op.SUSPEND, Op.WITHDRAW, Op.HAPPEN, Op.MEET])
def test_a_prospect_that_names_nothing_new_and_moves_nothing_is_none(op: Op) -> None:
    assert judged(claim(TRUCE, op, mode=Mode.HEDGED), State(S.IN_FORCE)).why is Why.SAME


THREATENED = State(S.THREATENED, RATE)


@pytest.mark.parametrize(
    ("said", "before", "kind"),
    [
        (claim(TARIFF, Op.IMPOSE, State(S.ANNOUNCED, RATE), mode=Mode.THREATENED), THREATENED, Kind.MENTION),
        (claim(TARIFF, Op.IMPOSE, State(S.IN_FORCE, RATE), mode=Mode.THREATENED), THREATENED, Kind.MENTION),
        (claim(TARIFF, Op.IMPOSE, State(S.ANNOUNCED, CUT), mode=Mode.THREATENED), THREATENED, Kind.SIGNAL),
        (claim(TARIFF, Op.IMPOSE, State(S.IN_FORCE, RATE), mode=Mode.HEDGED), THREATENED, Kind.SIGNAL),
        (claim(TARIFF, Op.IMPOSE, State(S.ANNOUNCED), mode=Mode.THREATENED), IN_FORCE, Kind.SIGNAL),
        (claim(TARIFF, Op.THREATEN, fresh=True), IN_FORCE, Kind.SIGNAL),
        (claim(TARIFF, Op.THREATEN), IN_FORCE, Kind.MENTION),
        (claim(TARIFF, Op.THREATEN, fresh=True), THREATENED, Kind.MENTION),
        (claim(TARIFF, Op.IMPOSE, fresh=True, mode=Mode.HEDGED), IN_FORCE, Kind.MENTION),
        (claim(TARIFF, Op.BUY, mode=Mode.WISHED, wisher=Speaker.DECIDER), IN_FORCE, Kind.SIGNAL),
        (claim(TARIFF, Op.BUY, mode=Mode.HEDGED), IN_FORCE, Kind.MENTION),
    ],
)
def test_a_threat_told_again_is_none_and_a_fresh_one_is_a_signal(said: Claim, before: State, kind: Kind) -> None:
    assert judged(said, before).kind is kind


def test_a_higher_rate_threatened_for_what_is_threatened_keeps_its_status() -> None:
    said = claim(TARIFF, Op.RAISE, State(S.ANNOUNCED, CUT), mode=Mode.THREATENED)
    assert judged(said, THREATENED).claimed == said.state


def test_a_prospect_that_an_article_told_beside_the_last_turn_is_no_signal_for_three_days() -> None:
    said, fact = claim(RARE, Op.SUSPEND, SUSPENDED, mode=Mode.HEDGED), PACK.facts[RARE]
    ledger = on_record(RARE, State(S.ANNOUNCED), article="0")
    told = Entry(RARE, SUSPENDED, Kind.MENTION, NOON, NOON, article="0")
    assert compare(said, fact, ledger, item()).kind is Kind.SIGNAL
    assert compare(said, fact, ledger.add(told), item()) == Verdict(Kind.MENTION, Why.BESIDE, SUSPENDED)
    assert compare(said, fact, ledger.add(told), item(NOON + timedelta(days=3))).kind is Kind.MENTION
    assert compare(said, fact, ledger.add(told), item(NOON + timedelta(days=4))).kind is Kind.SIGNAL


@pytest.mark.parametrize(
    ("said", "before", "kind"),
    [
        (claim(TARIFF, Op.LOWER, State(None, CUT), mode=Mode.PROPOSED), State(S.PROPOSED, RATE), Kind.CHANGE),
        (claim(TARIFF, Op.LOWER, State(None, CUT), mode=Mode.PROPOSED), State(S.ANNOUNCED, RATE), Kind.SIGNAL),
        (claim(TARIFF, Op.LOWER, State(None, CUT), mode=Mode.HEDGED), State(S.PROPOSED, RATE), Kind.SIGNAL),
        (
            claim(TARIFF, Op.LOWER, State(None, CUT), mode=Mode.PROPOSED, speaker=Speaker.UNNAMED),
            State(S.PROPOSED, RATE),
            Kind.SIGNAL,
        ),
    ],
)
def test_a_proposal_in_other_words_is_decided_as_far_as_proposals_go(said: Claim, before: State, kind: Kind) -> None:
    assert judged(said, before).kind is kind


@pytest.mark.parametrize(
    ("day", "status", "op", "kind"),
    [
        (TODAY, S.SCHEDULED, Op.MEET, Kind.CHANGE),
        (YESTERDAY, S.POSTPONED, Op.MEET, Kind.CHANGE),
        (PartialDate(2025, 10, 27), S.SCHEDULED, Op.MEET, Kind.CHANGE),
        (PartialDate(2025, 10, 26), S.SCHEDULED, Op.MEET, Kind.MENTION),
        (TOMORROW, S.SCHEDULED, Op.MEET, Kind.MENTION),
        (PartialDate(2025, 10), S.SCHEDULED, Op.MEET, Kind.MENTION),
        (None, S.SCHEDULED, Op.MEET, Kind.MENTION),
        (TODAY, S.CANCELLED, Op.MEET, Kind.MENTION),
        (TODAY, S.SCHEDULED, Op.TRAVEL, Kind.MENTION),
    ],
)
def test_had_met_on_the_day_on_record_or_three_days_after_is_the_meeting(
    day: PartialDate | None, status: Status, op: Op, kind: Kind
) -> None:
    said = claim(MEETING, op, State(S.HELD), mode=Mode.BACKGROUND)
    assert judged(said, State(status, None, day)).kind is kind


def test_met_told_as_a_question_on_the_day_is_a_question() -> None:
    said = claim(MEETING, Op.MEET, State(S.HELD), mode=Mode.QUESTION)
    assert judged(said, State(S.SCHEDULED, None, TODAY)).why is Why.QUESTION


ANNOUNCED = State(S.ANNOUNCED, None, LATER)


@pytest.mark.parametrize(
    ("said", "before", "expected"),
    [
        # "Will impose the threatened duty on 10 November": the threat again, unless it says more, or orders it.
        (claim(TARIFF, Op.START, ANNOUNCED), THREATENED, State(None, None, LATER)),
        (claim(TARIFF, Op.IMPOSE, State(S.ANNOUNCED, RATE)), THREATENED, State(None, RATE)),
        (claim(TARIFF, Op.IMPOSE, State(S.ANNOUNCED, CUT)), THREATENED, State(S.ANNOUNCED, CUT)),
        (claim(TARIFF, Op.RAISE, State(S.ANNOUNCED, RATE)), THREATENED, State(S.ANNOUNCED, RATE)),
        (claim(TARIFF, Op.START, ANNOUNCED, ordered=True), THREATENED, ANNOUNCED),
        (claim(TARIFF, Op.START, ANNOUNCED), State(S.AGREED), ANNOUNCED),
        (claim(TARIFF, Op.START, State(S.IN_FORCE)), THREATENED, State(S.IN_FORCE)),
        # A meeting that is scheduled for a later day is postponed.
        (claim(MEETING, Op.SCHEDULE, State(S.SCHEDULED, None, LATER)), State(S.SCHEDULED, None, TOMORROW), State(S.POSTPONED, None, LATER)),
        (claim(MEETING, Op.SCHEDULE, State(S.SCHEDULED, None, TODAY)), State(S.SCHEDULED, None, TOMORROW), State(S.SCHEDULED, None, TODAY)),
        (claim(MEETING, Op.SCHEDULE, State(S.SCHEDULED, None, TOMORROW)), State(S.SCHEDULED, None, TOMORROW), State(S.SCHEDULED, None, TOMORROW)),
        (claim(MEETING, Op.SCHEDULE, State(S.SCHEDULED, None, LATER)), State(S.POSTPONED, None, TOMORROW), State(S.SCHEDULED, None, LATER)),
        (claim(MEETING, Op.SCHEDULE, State(S.SCHEDULED, None, LATER)), State(S.SCHEDULED), State(S.SCHEDULED, None, LATER)),
        (claim(MEETING, Op.SCHEDULE, State(S.SCHEDULED)), State(S.SCHEDULED, None, TOMORROW), State(S.SCHEDULED)),
        (claim(MEETING, Op.MEET, State(S.HELD, None, LATER)), State(S.SCHEDULED, None, TOMORROW), State(S.HELD, None, LATER)),
        (claim(VISIT, Op.SCHEDULE, State(S.SCHEDULED, None, LATER)), State(S.SCHEDULED, None, TOMORROW), State(S.SCHEDULED, None, LATER)),
        # Scheduled for a day, and held: then it was on that day.
        (claim(MEETING, Op.MEET, State(S.HELD)), State(S.SCHEDULED, None, TODAY), State(S.HELD, None, TODAY)),
        (claim(MEETING, Op.MEET, State(S.HELD, None, YESTERDAY)), State(S.SCHEDULED, None, TODAY), State(S.HELD, None, YESTERDAY)),
        (claim(MEETING, Op.MEET, State(S.HELD)), State(S.SCHEDULED, None, PartialDate(2025, 10)), State(S.HELD)),
        (claim(MEETING, Op.MEET, State(S.HELD)), State(S.SCHEDULED), State(S.HELD)),
        (claim(MEETING, Op.WITHDRAW, State(S.CANCELLED)), State(S.SCHEDULED, None, TODAY), State(S.CANCELLED)),
        # The day on record that falls away is no day of its own.
        *(
            (claim(TARIFF, Op.END, State(status, None, LATER)), ANNOUNCED, State(status))
            for status in (S.SUSPENDED, S.WITHDRAWN, S.BLOCKED, S.EXPIRED)
        ),
        (claim(TARIFF, Op.SUSPEND, State(S.SUSPENDED, None, TOMORROW)), ANNOUNCED, State(S.SUSPENDED, None, TOMORROW)),
        (claim(TARIFF, Op.IMPOSE, State(S.AGREED, None, LATER)), ANNOUNCED, State(S.AGREED, None, LATER)),
        # Another rate for what has yet to start.
        *(
            (claim(TARIFF, op, State(S.IN_FORCE, CUT)), State(status, RATE, LATER), State(status, CUT))
            for op in (Op.SET, Op.RAISE, Op.LOWER)
            for status in (S.ANNOUNCED, S.AGREED, S.PROPOSED)
        ),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE, CUT)), State(S.ANNOUNCED, RATE), State(S.ANNOUNCED, CUT)),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE, CUT)), State(S.ANNOUNCED, RATE, TODAY), State(S.IN_FORCE, CUT)),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE, CUT)), State(S.SUSPENDED, RATE, LATER), State(S.IN_FORCE, CUT)),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE, CUT, TODAY)), State(S.ANNOUNCED, RATE, LATER), State(S.IN_FORCE, CUT, TODAY)),
        (claim(TARIFF, Op.LOWER, State(S.SUSPENDED, CUT)), State(S.ANNOUNCED, RATE, LATER), State(S.SUSPENDED, CUT)),
        (claim(TARIFF, Op.IMPOSE, State(S.IN_FORCE, CUT)), State(S.ANNOUNCED, RATE, LATER), State(S.IN_FORCE, CUT)),
        # "Halved" starts from the rate on record.
        *(
            (claim(TARIFF, op, State(S.IN_FORCE), change=Change(factor=0.5)), IN_FORCE, State(S.IN_FORCE, CUT))
            for op in (Op.SET, Op.RAISE, Op.LOWER)
        ),
        (claim(TARIFF, Op.IMPOSE, State(S.IN_FORCE), change=Change(factor=0.5)), IN_FORCE, State(S.IN_FORCE)),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE, {"percent": 15.0}), change=Change(factor=0.5)), IN_FORCE, State(S.IN_FORCE, {"percent": 15.0})),
    ],
)  # fmt: skip
def test_what_a_claim_comes_to_beside_the_record(said: Claim, before: State, expected: State) -> None:
    assert resolved(said, before) == expected


@pytest.mark.parametrize(
    ("said", "before", "article", "kind", "why"),
    [
        (claim(TRUCE, Op.EXTEND), State(S.IN_FORCE), None, Kind.CHANGE, Why.NEW_DATE),
        (claim(TRUCE, Op.SHORTEN), State(S.IN_FORCE), None, Kind.CHANGE, Why.NEW_DATE),
        (claim(TRUCE, Op.EXTEND), State(S.IN_FORCE), "0", Kind.CONFIRM, Why.SAME),
        (claim(TRUCE, Op.DELAY), State(S.IN_FORCE), None, Kind.MENTION, Why.NOTHING_NEW),
        (claim(TARIFF, Op.IMPOSE, State(S.AGREED)), IN_FORCE, None, Kind.CONFIRM, Why.BEHIND),
        (claim(TARIFF, Op.IMPOSE, State(S.AGREED, CUT)), IN_FORCE, None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TARIFF, Op.IMPOSE, State(S.IN_FORCE)), State(S.AGREED), None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TRUCE, Op.EXTEND, State(S.AGREED)), State(S.IN_FORCE), None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TRUCE, Op.SHORTEN, State(S.AGREED)), State(S.IN_FORCE), None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TRUCE, Op.EXTEND, State(S.AGREED)), State(S.IN_FORCE), "0", Kind.CONFIRM, Why.BEHIND),
        # The end of what is off already.
        (claim(TARIFF, Op.END, State(S.WITHDRAWN)), State(S.SUSPENDED, None, TODAY), None, Kind.CONFIRM, Why.BEHIND),
        (claim(TARIFF, Op.END, State(S.WITHDRAWN)), State(S.SUSPENDED, None, PartialDate(2025, 10, 28)), None, Kind.CONFIRM, Why.BEHIND),
        (claim(TARIFF, Op.END, State(S.WITHDRAWN)), State(S.SUSPENDED, None, PartialDate(2025, 10, 27)), None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TARIFF, Op.END, State(S.WITHDRAWN)), State(S.SUSPENDED, None, TOMORROW), None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TARIFF, Op.WITHDRAW, State(S.WITHDRAWN)), State(S.SUSPENDED, None, TODAY), None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TARIFF, Op.END, State(S.WITHDRAWN, None, None, LATER)), State(S.SUSPENDED, None, LATER), None, Kind.CONFIRM, Why.BEHIND),
        (claim(TARIFF, Op.END, State(S.WITHDRAWN, None, None, LATER)), State(S.SUSPENDED, None, TODAY), None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TARIFF, Op.END, State(S.WITHDRAWN)), State(S.IN_FORCE, None, TODAY), None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TARIFF, Op.END, State(S.EXPIRED)), State(S.SUSPENDED, None, TODAY), None, Kind.CHANGE, Why.NEW_STATUS),
        (claim(TARIFF, Op.END, State(S.WITHDRAWN)), State(S.SUSPENDED, None, PartialDate(2025, 10)), None, Kind.CHANGE, Why.NEW_STATUS),
        # No more than the day of the record's last turn, which was on 27 October.
        (claim(TARIFF, Op.SUSPEND, State(S.SUSPENDED, None, PartialDate(2025, 10, 27))), SUSPENDED, "0", Kind.CONFIRM, Why.SAME),
        (claim(TARIFF, Op.SUSPEND, State(S.SUSPENDED, None, PartialDate(2025, 10, 24))), SUSPENDED, "0", Kind.CONFIRM, Why.SAME),
        (claim(TARIFF, Op.SUSPEND, State(S.SUSPENDED, None, PartialDate(2025, 10, 23))), SUSPENDED, "0", Kind.CHANGE, Why.NEW_DATE),
        (claim(TARIFF, Op.SUSPEND, State(S.SUSPENDED, None, YESTERDAY)), SUSPENDED, "0", Kind.CHANGE, Why.NEW_DATE),
        (claim(TARIFF, Op.SUSPEND, State(S.SUSPENDED, None, PartialDate(2025, 10, 27))), SUSPENDED, None, Kind.CHANGE, Why.NEW_DATE),
        (claim(TARIFF, Op.SUSPEND, State(S.SUSPENDED, CUT, PartialDate(2025, 10, 27))), SUSPENDED, "0", Kind.CHANGE, Why.NEW_VALUE),
        (claim(TARIFF, Op.SUSPEND, State(S.SUSPENDED, None, PartialDate(2025, 10, 27))), State(S.SUSPENDED, None, LATER), "0", Kind.CHANGE, Why.NEW_DATE),
        # A cut without a figure.
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE), headline=True), IN_FORCE, None, Kind.CHANGE, Why.NEW_VALUE),
        (claim(TARIFF, Op.RAISE, State(S.IN_FORCE), mode=Mode.COMMITTED), IN_FORCE, None, Kind.CHANGE, Why.NEW_VALUE),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE), speaker=Speaker.DECIDER), IN_FORCE, None, Kind.CHANGE, Why.NEW_VALUE),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE), cues=("has", "cut")), IN_FORCE, None, Kind.CHANGE, Why.NEW_VALUE),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE), cues=("have", "cut")), IN_FORCE, None, Kind.CHANGE, Why.NEW_VALUE),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE)), IN_FORCE, None, Kind.CONFIRM, Why.SAME),
        (claim(TARIFF, Op.SET, State(S.IN_FORCE), headline=True), IN_FORCE, None, Kind.CONFIRM, Why.SAME),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE, RATE), headline=True), IN_FORCE, None, Kind.CONFIRM, Why.SAME),
        (claim(TARIFF, Op.LOWER, State(S.IN_FORCE), headline=True), IN_FORCE, "0", Kind.CONFIRM, Why.SAME),
        # The reason of a change is the first part that differs.
        (claim(TARIFF, Op.SET, State(None, CUT, LATER)), IN_FORCE, None, Kind.CHANGE, Why.NEW_VALUE),
        (claim(TARIFF, Op.SET, State(S.IN_FORCE, RATE, LATER)), IN_FORCE, None, Kind.CHANGE, Why.NEW_DATE),
        (claim(TARIFF, Op.SET, State(S.SUSPENDED, CUT)), IN_FORCE, None, Kind.CHANGE, Why.NEW_STATUS),
    ],
)  # fmt: skip
def test_what_is_told_as_decided_is_a_change_unless_the_record_explains_it(
    said: Claim, before: State, article: str | None, kind: Kind, why: Why
) -> None:
    found = judged(said, before, article)
    assert (found.kind, found.why) == (kind, why)
    assert kind is not Kind.CHANGE or found.after.status is (said.state.status or before.status)


def test_what_the_record_held_before_is_no_change_without_a_date_or_a_perfect() -> None:
    moments = [NOON - timedelta(days=9), NOON - timedelta(days=5)]
    states = (State(S.SUSPENDED), IN_FORCE)
    turns = [Entry(TARIFF, s, Kind.CHANGE, at, at, article="0") for s, at in zip(states, moments, strict=True)]
    ledger = Ledger(PACK.id, tuple(turns))

    def why(**said: Any) -> Why:
        return compare(claim(TARIFF, Op.SUSPEND, **said), PACK.facts[TARIFF], ledger, item()).why

    assert why(state=SUSPENDED) is Why.EARLIER
    assert why(state=SUSPENDED, cues=("has", "suspended")) is Why.NEW_STATUS
    assert why(state=SUSPENDED, cues=("have", "suspended")) is Why.NEW_STATUS
    assert why(state=State(S.SUSPENDED, None, LATER)) is Why.NEW_STATUS
    assert why(state=State(S.SUSPENDED, None, None, LATER)) is Why.NEW_STATUS
    assert why(state=State(S.WITHDRAWN)) is Why.NEW_STATUS


def test_what_the_record_held_before_is_told_anew_with_its_date() -> None:
    moments = [NOON - timedelta(days=9), NOON - timedelta(days=5)]

    def kind(said: State, *states: State) -> Kind:
        turns = [Entry(TARIFF, s, Kind.CHANGE, at, at, article="0") for s, at in zip(states, moments, strict=True)]
        return compare(claim(TARIFF, Op.IMPOSE, said), PACK.facts[TARIFF], Ledger(PACK.id, tuple(turns)), item()).kind

    ending = State(S.SUSPENDED, None, None, LATER)
    assert kind(ANNOUNCED, ANNOUNCED, State(S.WITHDRAWN)) is Kind.CHANGE
    assert kind(State(S.ANNOUNCED), ANNOUNCED, State(S.WITHDRAWN)) is Kind.CONFIRM
    assert kind(ending, ending, IN_FORCE) is Kind.CHANGE
    assert kind(SUSPENDED, ending, IN_FORCE) is Kind.CONFIRM


def test_a_blogs_prospect_is_nothing_and_what_it_tells_as_decided_or_in_a_deciders_words_is_something() -> None:
    def kind(source: SourceKind, **said: Any) -> Kind:
        return judged(claim(RARE, Op.SUSPEND, SUSPENDED, **said), State(S.ANNOUNCED), kind=source).kind

    assert kind(SourceKind.BLOG, mode=Mode.HEDGED) is Kind.MENTION
    assert kind(SourceKind.OUTLET, mode=Mode.HEDGED) is Kind.SIGNAL
    assert kind(SourceKind.BLOG, mode=Mode.HEDGED, speaker=Speaker.DECIDER) is Kind.SIGNAL
    assert kind(SourceKind.BLOG, mode=Mode.ASSERTED) is Kind.CHANGE


LATE = NOON - timedelta(days=4)
"""A day before the line on record."""


@pytest.mark.parametrize(
    ("said", "kind", "why"),
    [
        (claim(RARE, Op.SUSPEND, State(S.SUSPENDED, None, None, LATER)), Kind.CHANGE, Why.NEW_DATE),
        (claim(RARE, Op.WITHDRAW, State(S.WITHDRAWN)), Kind.CONFIRM, Why.LATE),
        (claim(RARE, Op.WITHDRAW, State(S.WITHDRAWN), mode=Mode.HEDGED), Kind.MENTION, Why.LATE),
        (claim(RARE, Op.SUSPEND, State(S.SUSPENDED, None, None, LATER), mode=Mode.HEDGED), Kind.MENTION, Why.LATE),
        (claim(RARE, Op.SUSPEND, SUSPENDED), Kind.CONFIRM, Why.SAME),
    ],
)
def test_what_was_published_before_the_last_turn_completes_it_or_is_history(said: Claim, kind: Kind, why: Why) -> None:
    found = compare(said, PACK.facts[RARE], on_record(RARE, SUSPENDED, article="0"), item(LATE))
    assert (found.kind, found.why) == (kind, why)
