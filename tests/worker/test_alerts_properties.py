"""Whatever is told, in whatever order and grouping: once or not at all, with a reason, and never at a wrong time."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from rules import Phase, Severity, SourceKind
from tests.worker.samples import NOW, STORY, TEN, TWENTY
from worker.alerts import KINDS, Alert, Corroborated, Policy, Subscription, why_not
from worker.preview import Told

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Pacific/Auckland", "America/St_Johns")
FACTS = ("us_tariff_fentanyl", "trade_deal", "china_rare_earth_controls")
BLANK = Alert(
    id="",
    key="",
    story=STORY,
    kind="change",
    update=False,
    fact=FACTS[0],
    topic="tariffs",
    title="",
    headline="",
    before=TWENTY,
    after=TEN,
    at=NOW,
    severity=Severity.LOW,
    articles=("1",),
    source="The Courier",
    source_kind=SourceKind.WIRE,
)
DUE = date(2025, 11, 20)
hours = st.integers(0, 23).map(time)
policies = st.builds(
    Policy,
    time_zone=st.sampled_from(ZONES),
    corroborate=st.sampled_from(["never", "high", "always"]),
    corroborate_minutes=st.sampled_from([10, 60, 600]),
    uncorroborated=st.sampled_from(["send", "drop"]),
    group_wait=st.sampled_from([0, 120, 3_600]),
    group_interval=st.sampled_from([0, 1_800, 86_400]),
    high_at_once=st.booleans(),
    digest=st.sampled_from(["none", "none", "daily", "weekly"]),
    digest_hour=st.integers(0, 23),
    digest_day=st.integers(0, 6),
).flatmap(
    lambda policy: st.one_of(
        st.just(policy),
        st.tuples(hours, hours)
        .filter(lambda pair: pair[0] != pair[1])
        .map(lambda pair: replace(policy, quiet_from=pair[0], quiet_to=pair[1])),
    )
)
subscriptions = st.builds(
    Subscription,
    st.just("sub_1"),
    st.just(STORY),
    st.sampled_from(["email", "webhook"]),
    st.just("ann@reader.example"),
    kinds=st.sets(st.sampled_from(KINDS), min_size=1).map(tuple),
    facts=st.sets(st.sampled_from(FACTS)).map(tuple),
    min_severity=st.sampled_from(list(Severity)),
    updates=st.booleans(),
    policy=policies,
)


@st.composite
def events(draw: st.DrawFn) -> list[tuple[datetime, Any]]:
    """Alerts, and articles that bear something out, each with its moment, in order."""
    minutes = sorted(draw(st.lists(st.integers(0, 20_000), min_size=1, max_size=12)))
    made: list[tuple[datetime, Any]] = []
    for number, minute in enumerate(minutes):
        at, fact = NOW + timedelta(minutes=minute), draw(st.sampled_from(FACTS))
        what = draw(st.sampled_from(["change", "signal", "update", "upcoming", "moved", "denied", "borne out"]))
        alert = replace(
            BLANK,
            id=f"a{number}",
            key=f"k{number}",
            fact=fact,
            at=at,
            articles=(str(number),),
            severity=draw(st.sampled_from(list(Severity))),
            source_kind=draw(st.sampled_from(list(SourceKind))),
        )
        told = [one.id for _, one in made if isinstance(one, Alert) and one.kind == "change" and one.fact == fact]
        day = {"role": "effective", "due": DUE}
        made.append(
            (
                at,
                {
                    "change": alert,
                    "signal": replace(alert, kind="signal"),
                    "update": replace(alert, update=True),
                    "upcoming": replace(
                        alert, kind="deadline", phase=Phase.UPCOMING, days_left=3, source_kind=None, **day
                    ),
                    "moved": replace(alert, kind="deadline", phase=Phase.MOVED, **day),
                    "denied": replace(
                        alert, kind="correction", turn="corrected", follows=told[-1] if told else "unknown"
                    ),
                    "borne out": Corroborated(
                        fact, draw(st.booleans()), str(number), "The Herald", TEN, draw(st.booleans())
                    ),
                }[what],
            )
        )
    return made


def run(subscription: Subscription, happens: list[tuple[datetime, Any]]) -> Told:
    told = Told(subscription, {})
    for at, what in happens:
        told.waits_until(at)
        if isinstance(what, Alert):
            told.hears([what], at)
        else:
            told.bears_out([what], at)
    told.waits_until(happens[-1][0] + timedelta(days=60))
    return told


@settings(deadline=None, max_examples=120)
@given(subscriptions, events())
def test_each_alert_is_told_once_at_a_right_time_or_there_is_a_reason(
    subscription: Subscription, happens: list[tuple[datetime, Any]]
) -> None:
    told = run(subscription, happens)
    each_is_told_once_or_has_a_reason(told, happens)
    nothing_is_sent_in_quiet_hours_and_digests_come_at_their_hour(told)
    no_reminder_goes_out_after_its_date_moved(told, happens)
    nothing_that_needs_a_second_source_is_told_without_one(told, happens)
    assert run(subscription, happens).messages == told.messages, "the same events give the same messages"


def each_is_told_once_or_has_a_reason(told: Told, happens: list[tuple[datetime, Any]]) -> None:
    sent = Counter(alert.id for _, alerts in told.messages for alert in alerts)
    assert set(sent.values()) <= {1}
    assert told.waiting == {}
    for _, what in happens:
        if isinstance(what, Alert):
            asked_for = why_not(what, told.subscription) is None
            assert (what.id in sent) + (what.id in told.dropped) == (1 if asked_for or what.id in sent else 0), what


def nothing_is_sent_in_quiet_hours_and_digests_come_at_their_hour(told: Told) -> None:
    policy = told.subscription.policy
    for at, alerts in told.messages:
        local = at.astimezone(policy.zone)
        start, end = policy.quiet_from, policy.quiet_to
        if start and end:
            now = local.time()
            assert not (start <= now < end if start < end else now >= start or now < end)
        elif policy.digest != "none" and not (policy.high_at_once and alerts[0].severity is Severity.HIGH):
            assert local.hour == policy.digest_hour
            assert policy.digest == "daily" or local.weekday() == policy.digest_day


def no_reminder_goes_out_after_its_date_moved(told: Told, happens: list[tuple[datetime, Any]]) -> None:
    moved = {what.fact: at for at, what in happens if isinstance(what, Alert) and what.phase is Phase.MOVED}
    for at, alerts in told.messages:
        for alert in alerts:
            if alert.phase is Phase.UPCOMING and alert.fact in moved and alert.at <= moved[alert.fact]:
                assert at <= moved[alert.fact]


def nothing_that_needs_a_second_source_is_told_without_one(told: Told, happens: list[tuple[datetime, Any]]) -> None:
    policy = told.subscription.policy
    if policy.uncorroborated == "drop" and policy.corroborate == "always":
        heard = {what.fact for _, what in happens if isinstance(what, Corroborated)}
        alone = [it for _, alerts in told.messages for it in alerts if it.needs_a_second and it.fact not in heard]
        assert alone == []


@settings(deadline=None, max_examples=50)
@given(policies)
def test_a_policy_survives_being_kept_as_json(policy: Policy) -> None:
    assert Policy.from_json(policy.to_json()) == policy


def test_a_policy_whose_time_zone_is_gone_counts_in_utc() -> None:
    kept = Policy(time_zone="Europe/Berlin", digest="daily").to_json() | {"time_zone": "Europe/Bonn", "gone": 1}
    assert Policy.from_json(kept) == Policy(digest="daily")
