"""Whether a subscriber is told of an alert, and when: one named reason after another. Pure.

An alert that he asked for passes the stages of `STAGES` in their order, and is held at each one that applies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from rules import Phase, Severity
from worker.alerts.model import BY_THE_CLOCK, Alert, Known, Reason
from worker.alerts.subscription import Subscription

WEIGHT = {Severity.LOW: 0, Severity.MEDIUM: 1, Severity.HIGH: 2}


def why_not(alert: Alert, subscription: Subscription) -> Reason | None:
    """Why the alert is not one of those that the subscriber asked for; None if it is. The first reason that applies."""
    wanted = subscription
    kinds = wanted.source_kinds if alert.source_kind else ()
    named = (*wanted.topics, *wanted.facts)
    elsewhere = bool(named) and alert.topic not in wanted.topics and alert.fact not in wanted.facts
    reasons = (
        (Reason.UNCONFIRMED, not wanted.confirmed),
        (Reason.KIND, alert.kind not in wanted.kinds),
        (Reason.UPDATE, alert.update and not wanted.updates),
        (Reason.TOPIC, elsewhere and bool(wanted.topics)),
        (Reason.FACT, elsewhere),
        (Reason.PHASE, bool(alert.phase and wanted.deadline_phases) and alert.phase not in wanted.deadline_phases),
        (Reason.DAYS, alert.phase is Phase.UPCOMING and alert.days_left not in wanted.deadline_days),
        (Reason.SEVERITY, WEIGHT[alert.severity] < WEIGHT[wanted.min_severity]),
        (Reason.SOURCE, bool(kinds) and alert.source_kind not in kinds),
        (Reason.CONFIDENCE, alert.confidence < wanted.min_confidence),
    )
    return next((reason for reason, applies in reasons if applies), None)


def dropped(alert: Alert, subscription: Subscription, now: datetime, known: Known) -> tuple[Reason, str] | None:
    """Why he is not told of what he asked for, with what there is to say of it; None if nothing stands against it."""
    if subscription.paused:
        return Reason.PAUSED, ""
    for silence in known.silences:
        if silence.covers(alert, subscription.id, now):
            return Reason.SILENCED, silence.comment
    date = (alert.fact, alert.role, alert.due)
    if alert.phase in BY_THE_CLOCK and (subscription.id, *date) in known.acknowledged:
        return Reason.ACKNOWLEDGED, ""
    return None


@dataclass(frozen=True)
class Hold:
    """Why something waits, and until when (aware, UTC) at the longest."""

    reason: Reason
    until: datetime


def hold(alert: Alert, subscription: Subscription, now: datetime, *, passed: Reason | None = None) -> Hold | None:
    """The next thing that the alert has to wait for; None when it is to be sent.

    `passed`: the stage that it has behind it; None for a new alert.
    """
    stages = STAGES[_ORDER.index(passed) + 1 :] if passed else STAGES
    for reason, stage in stages:
        until = stage(alert, subscription, now)
        if until and until > now:
            return Hold(reason, until)
    return None


def _corroboration(alert: Alert, subscription: Subscription, now: datetime) -> datetime | None:
    policy = subscription.policy
    asked = policy.corroborate == "always" or (policy.corroborate == "high" and alert.severity is Severity.HIGH)
    if not asked or not alert.needs_a_second:
        return None
    return now + timedelta(minutes=policy.corroborate_minutes)


def _digest(alert: Alert, subscription: Subscription, now: datetime) -> datetime | None:
    policy = subscription.policy
    if policy.digest == "none" or _passes_at_once(alert, subscription):
        return None
    days = 7 if policy.digest == "weekly" else 1
    local = now.astimezone(policy.zone)
    ahead = (policy.digest_day - local.weekday()) % 7 if days == 7 else 0
    day = local.date() + timedelta(days=ahead)
    found = _at(subscription, day, time(policy.digest_hour))
    return found if found > now else _at(subscription, day + timedelta(days=days), time(policy.digest_hour))


def _group(alert: Alert, subscription: Subscription, now: datetime) -> datetime | None:
    policy = subscription.policy
    if policy.digest != "none" or _passes_at_once(alert, subscription):
        return None
    return now + timedelta(seconds=policy.group_wait)


def _day(alert: Alert, subscription: Subscription, now: datetime) -> datetime | None:
    """The start of the day, where he is, on which a date is announced, is due, or has passed."""
    if alert.phase not in BY_THE_CLOCK:
        return None
    return _at(subscription, alert.at.astimezone(UTC).date(), time())


def _quiet(_alert: Alert, subscription: Subscription, now: datetime) -> datetime | None:
    start, end = subscription.policy.quiet_from, subscription.policy.quiet_to
    if start is None or end is None:
        return None
    local = now.astimezone(subscription.policy.zone)
    at, today = local.time(), local.date()
    if start < end:
        return _at(subscription, today, end) if start <= at < end else None
    if at >= start:
        return _at(subscription, today + timedelta(days=1), end)
    return _at(subscription, today, end) if at < end else None


def _passes_at_once(alert: Alert, subscription: Subscription) -> bool:
    return subscription.policy.high_at_once and alert.severity is Severity.HIGH


def _at(subscription: Subscription, day: date, at: time) -> datetime:
    """That time of that day where the subscriber is; one that the clocks leap over is an hour later, as they show."""
    return datetime.combine(day, at, subscription.policy.zone).astimezone(UTC)


Stage = Callable[[Alert, Subscription, datetime], datetime | None]
STAGES: tuple[tuple[Reason, Stage], ...] = (
    (Reason.CORROBORATION, _corroboration),
    (Reason.DIGEST, _digest),
    (Reason.GROUP, _group),
    (Reason.DAY, _day),
    (Reason.QUIET, _quiet),
)
_ORDER = [reason for reason, _ in STAGES]
