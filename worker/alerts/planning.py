"""Findings, dates and the ends of waits, held against subscriptions: who is told what, and when. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from rules import DeadlineEvent, Finding, Kind, Ledger, Pack, Phase, SourceKind
from worker.alerts.bodies import Composer, Telling, deliveries
from worker.alerts.making import alerts_of
from worker.alerts.model import (
    BY_THE_CLOCK,
    Alert,
    Corroborated,
    Delivery,
    Known,
    Notice,
    Plan,
    Reason,
    Superseded,
    Waiting,
)
from worker.alerts.policy import WEIGHT, Hold, dropped, hold, why_not
from worker.alerts.subscription import Subscription
from worker.wording import reminded_later

NOTHING_KNOWN = Known()


def plan(
    pack: Pack,
    findings: Sequence[Finding],
    deadline_events: Sequence[DeadlineEvent],
    subscriptions: Iterable[Subscription],
    now: datetime,
    *,
    ledger: Ledger,
    mail: Composer,
    known: Known = NOTHING_KNOWN,
    notes: tuple[str, ...] = (),
) -> Plan:
    """Everything that follows from what was found: alerts, what becomes of each for each subscriber, and what lapses.

    `now` (aware, UTC) stamps the messages and starts the waits; `mail` composes mails; `notes` are said beside each
    alert that is told at once. A subscriber who did not ask
    for an alert is passed over: `why_not` says the reason to whoever asks.
    """
    made = alerts_of(pack, findings, deadline_events, ledger, known.earlier)
    alerts = tuple(alert for alert in made if alert.id not in known.made)
    lapsed = [event for event in deadline_events if event.phase in (Phase.MOVED, Phase.CANCELLED)]
    return replace(
        tell(alerts, subscriptions, now, mail=mail, known=known, notes=notes),
        alerts=alerts,
        superseded=tuple(map(_superseded, lapsed)),
        corroborated=corroborations(findings, ledger),
    )


def tell(
    alerts: Sequence[Alert],
    subscriptions: Iterable[Subscription],
    now: datetime,
    *,
    mail: Composer,
    known: Known = NOTHING_KNOWN,
    notes: tuple[str, ...] = (),
) -> Plan:
    """What becomes of alerts for these subscribers, and of what waits for them that the alerts deny or overtake."""
    settled = tuple(_settled(alerts, known))
    untold = {(notice.subscription_id, notice.alert_id) for notice in settled} | known.untold
    outcome = _Outcome(now, mail)
    for subscription in subscriptions:
        tellings = []
        for alert in _wanted(alerts, subscription, known):
            if (subscription.id, alert.follows or "") in untold and alert.turn in ("corrected", "reversed"):
                outcome.drop(alert, subscription, Reason.DENIED, "what it takes back was not told")
            elif stands_against := dropped(alert, subscription, now, known):
                outcome.drop(alert, subscription, *stands_against)
            elif held := hold(alert, subscription, now, passed=_behind(alert, known)):
                outcome.hold(alert, subscription, held)
            else:
                unconfirmed = alert.needs_a_second and alert.id not in known.borne_out
                tellings.append(Telling(alert, unconfirmed=unconfirmed, notes=notes))
        outcome.tell(tellings, subscription)
    return Plan((), tuple(outcome.deliveries), tuple(outcome.notices), settled)


def release(
    subscription: Subscription,
    waiting: Sequence[Waiting],
    now: datetime,
    *,
    mail: Composer,
    known: Known = NOTHING_KNOWN,
    last: datetime | None = None,
) -> Plan:
    """What becomes of what waits for one subscriber, now that the wait of some of it has ended.

    `last`: when he was last sent something, for the interval between two groups. What waits for the same group or
    digest goes along. Whatever is not in the plan goes on waiting.
    """
    outcome = _Outcome(now, mail)
    today = now.astimezone(subscription.policy.zone).date()
    due = {one.reason for one in waiting if one.until <= now}
    tellings = []
    for one in waiting:
        if one.until > now and not (one.reason in due and one.reason in (Reason.GROUP, Reason.DIGEST)):
            continue
        if not subscription.confirmed:
            outcome.drop(one.alert, subscription, Reason.ENDED)
        elif stands_against := dropped(one.alert, subscription, now, known):
            outcome.drop(one.alert, subscription, *stands_against)
        elif not one.alert.takes_back and (refused := why_not(one.alert, subscription)):
            outcome.drop(one.alert, subscription, refused)
        elif _came_to_nothing(one, subscription):
            outcome.drop(one.alert, subscription, Reason.UNCORROBORATED)
        elif _gone_by(one, waiting, today):
            outcome.drop(
                one.alert, subscription, Reason.OVERTAKEN, "the day, or a later reminder, came before it was told"
            )
        elif held := _held_on(one, subscription, now, last):
            outcome.hold(one.alert, subscription, held)
        else:
            unconfirmed = one.alert.needs_a_second and not one.corroborated
            notes = tuple(_notes(one, subscription))
            tellings.append(Telling(_as_of(one.alert, today), unconfirmed=unconfirmed, notes=notes))
    outcome.tell(tellings, subscription)
    return Plan((), tuple(outcome.deliveries), (), tuple(outcome.notices))


@dataclass
class _Outcome:
    """What is decided, as it is decided."""

    now: datetime
    mail: Composer
    deliveries: list[Delivery] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def drop(self, alert: Alert, subscription: Subscription, reason: Reason, note: str = "") -> None:
        self.notices.append(Notice(subscription.id, alert.id, "dropped", reason, note=note))

    def hold(self, alert: Alert, subscription: Subscription, held: Hold) -> None:
        self.notices.append(Notice(subscription.id, alert.id, "held", held.reason, held.until))

    def tell(self, tellings: Sequence[Telling], subscription: Subscription) -> None:
        """What weighs most comes first, and leads."""
        ordered = sorted(tellings, key=lambda one: -WEIGHT[one.alert.severity])
        made = list(deliveries(ordered, subscription, self.now, self.mail))
        self.deliveries += made
        told = [(alert_id, one.id) for one in made for alert_id in one.alert_ids]
        self.notices += [Notice(subscription.id, alert_id, "told", delivery_id=sent) for alert_id, sent in told]


def _wanted(alerts: Sequence[Alert], subscription: Subscription, known: Known) -> Iterator[Alert]:
    """What he asked for; of several reminders of one date the last; and what takes back what he was told."""
    asked = [alert for alert in alerts if why_not(alert, subscription) is None or _owed(alert, subscription, known)]
    nearest: dict[tuple[str, str | None, object], int] = {}
    for alert in asked:
        if alert.phase is Phase.UPCOMING:
            date = (alert.fact, alert.role, alert.due)
            nearest[date] = min(alert.days_left or 0, nearest.get(date, alert.days_left or 0))
    for alert in asked:
        if alert.phase is not Phase.UPCOMING or nearest[alert.fact, alert.role, alert.due] == alert.days_left:
            yield alert


def _behind(alert: Alert, known: Known) -> Reason | None:
    """The stage that a new alert has behind it: it waits for no second source where there is one by now."""
    return Reason.CORROBORATION if alert.id in known.borne_out else None


def _owed(alert: Alert, subscription: Subscription, known: Known) -> bool:
    """Whether it takes back something that this subscriber was told: then his filters do not count."""
    return alert.takes_back and subscription.confirmed and subscription.id in known.told.get(alert.follows or "", ())


def _settled(alerts: Sequence[Alert], known: Known) -> Iterator[Notice]:
    """What waits for a second source, and is denied or overtaken by what was found now."""
    for one in known.waiting:
        for alert in alerts:
            if alert.fact != one.alert.fact or alert.update or alert.kind not in ("change", "correction"):
                continue
            about = alert.follows == one.alert.id or (alert.follows and one.alert.kind == "deadline")
            denied = about and (alert.kind == "correction" or alert.turn in ("corrected", "reversed"))
            reason = Reason.DENIED if denied else Reason.OVERTAKEN
            yield Notice(one.subscription_id, one.alert.id, "dropped", reason, note=alert.headline)
            break


def corroborations(findings: Sequence[Finding], ledger: Ledger) -> tuple[Corroborated, ...]:
    """What an article says that the record, `ledger`, says already: where that is new, it is a second source."""
    entries = {entry.article: entry for entry in ledger.entries}
    return tuple(
        Corroborated(
            finding.fact,
            finding.source_kind is SourceKind.OFFICIAL,
            finding.article,
            (entries[finding.article].source if finding.article in entries else None) or "",
            finding.claimed,
            finding.kind is Kind.SIGNAL,
        )
        for finding in findings
        if finding.update or finding.kind in (Kind.CONFIRM, Kind.SIGNAL)
    )


def _superseded(event: DeadlineEvent) -> Superseded:
    return Superseded(event.fact, event.role, event.due, f"the date was {event.phase} before this was sent")


def _came_to_nothing(one: Waiting, subscription: Subscription) -> bool:
    unheard = one.reason is Reason.CORROBORATION and not one.corroborated
    return unheard and subscription.policy.uncorroborated == "drop"


def _gone_by(one: Waiting, waiting: Sequence[Waiting], today: date) -> bool:
    """Whether a reminder comes too late: its day has gone by, or a later one of the same date waits, too."""
    alert = one.alert
    if alert.phase not in (Phase.UPCOMING, Phase.DUE) or alert.due is None:
        return False
    same = (alert.fact, alert.role, alert.due)
    later = [
        other.alert
        for other in waiting
        if (other.alert.fact, other.alert.role, other.alert.due) == same
        and other.alert.phase in BY_THE_CLOCK
        and other.alert.at > alert.at
    ]
    return alert.due < today or bool(later)


def _as_of(alert: Alert, today: date) -> Alert:
    """A reminder with the days that are left on the day on which it is told."""
    if alert.phase is not Phase.UPCOMING or alert.due is None or alert.days_left is None:
        return alert
    left = (alert.due - today).days
    if left >= alert.days_left:
        return alert
    return replace(alert, days_left=left, headline=reminded_later(alert.headline, alert.due, alert.days_left, left))


def _held_on(one: Waiting, subscription: Subscription, now: datetime, last: datetime | None) -> Hold | None:
    if one.reason is Reason.GROUP and last:
        again = last + timedelta(seconds=subscription.policy.group_interval)
        if again > now:
            return Hold(Reason.GROUP, again)
    return hold(one.alert, subscription, now, passed=one.reason)


def _notes(one: Waiting, subscription: Subscription) -> Iterator[str]:
    reasons = {step.reason for step in one.trail}
    policy = subscription.policy
    if one.corroborated:
        yield f"Borne out by {one.corroborated}."
    elif Reason.CORROBORATION in reasons:
        yield f"Nobody else bore it out within {policy.corroborate_minutes} minutes."
    if Reason.QUIET in reasons and policy.quiet_from and policy.quiet_to:
        yield f"It waited for the end of your quiet hours ({policy.quiet_from:%H:%M} to {policy.quiet_to:%H:%M})."
