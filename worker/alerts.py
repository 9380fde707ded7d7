"""Findings and deadline events, held against subscriptions: what is told, to whom, and why something is not. Pure.

The same `plan` serves live running and replay.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from rules import DeadlineEvent, Entry, Finding, Kind, Ledger, Pack, PartialDate, Phase, Severity, State
from rules.model import digest
from worker.wording import headline_of_deadline, headline_of_finding

AlertKind = Literal["change", "signal", "deadline"]
Channel = Literal["email", "webhook"]
KINDS: tuple[AlertKind, ...] = ("change", "signal", "deadline")
LONGEST_QUOTE = 2_000
"""Characters of a quote in a webhook, whose message is to stay below 20 kB."""


@dataclass(frozen=True)
class Subscription:
    """Who wants to be told what of a story. An empty selection means all of it."""

    id: str
    story: str
    channel: Channel
    address: str
    """A mail address, or the address of a webhook."""
    secret: str | None = field(default=None, repr=False)
    """`whsec_…`: what signs a webhook's messages."""
    kinds: tuple[str, ...] = KINDS
    topics: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    min_confidence: float = 0.0
    deadline_phases: tuple[str, ...] = ()
    updates: bool = False
    """Whether further sources for a change already told are wanted."""
    confirmed: bool = True
    """False while a mail address waits for its owner's click, and for a subscription that was disabled."""

    @property
    def endpoint(self) -> str:
        """What shares one limit of parallel sending: a webhook's host and port, or the mail server."""
        return "smtp" if self.channel == "email" else urlsplit(self.address).netloc.rpartition("@")[2].lower()


@dataclass(frozen=True)
class Alert:
    """One thing to tell. `id` depends on what is told alone, so a replay gives the same."""

    id: str
    key: str
    """Equal for the same change at the same turn of the record, however often it is computed."""
    story: str
    kind: AlertKind
    update: bool
    """Adds to an alert already told (a second source), and names no new change."""
    fact: str
    topic: str
    title: str
    """The fact's title, for a reader."""
    headline: str
    """What changed, in one line: `US fentanyl tariff on Chinese goods: 20 % → 10 %, from 10 Nov 2025`."""
    before: State | None
    """The record before; None for a deadline that time brought."""
    after: State
    """A change: the record after it. A signal: what is in prospect. A deadline: the record at that moment."""
    at: datetime
    """The moment it tells of: the publication, or the start of the deadline's day."""
    severity: Severity
    articles: tuple[str, ...] = ()
    """Ids of the articles it rests on."""
    url: str | None = None
    """The article's address."""
    source: str | None = None
    """The outlet's name."""
    speaker: str | None = None
    """Who says so, where the text names somebody."""
    quote: str | None = None
    why: str | None = None
    """The named reason of the verdict."""
    confidence: float = 1.0
    phase: Phase | None = None
    role: str | None = None
    """Which date of the fact a deadline alert is about: `effective` or `until`."""
    due: date | None = None
    days_left: int | None = None
    moved_to: PartialDate | None = None
    relates_to: str = ""
    """The thread that all alerts on this fact share: mails refer to it."""

    def to_json(self) -> dict[str, Any]:
        """The fields of a line of `deltawire replay`, and those that pages and receivers want besides. Plain JSON."""
        return {
            "id": self.id,
            "key": self.key,
            "story": self.story,
            "at": _rfc3339(self.at),
            "alert": self.kind,
            "update": self.update,
            "fact": self.fact,
            "topic": self.topic,
            "title": self.title,
            "headline": self.headline,
            "before": self.before.to_json() if self.before is not None else None,
            "after": self.after.to_json(),
            "phase": self.phase.value if self.phase else None,
            "role": self.role,
            "due": self.due.isoformat() if self.due else None,
            "days_left": self.days_left,
            "moved_to": str(self.moved_to) if self.moved_to else None,
            "articles": list(self.articles),
            "url": self.url,
            "source": self.source,
            "speaker": self.speaker,
            "quote": self.quote,
            "why": self.why,
            "severity": self.severity.value,
            "confidence": self.confidence,
            "relates_to": self.relates_to,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        given = {name: data[name] for name in _PLAIN}
        return cls(
            **given,
            kind=data["alert"],
            before=State.from_json(data["before"]) if data["before"] is not None else None,
            after=State.from_json(data["after"]),
            at=datetime.fromisoformat(data["at"]),
            severity=Severity(data["severity"]),
            articles=tuple(data["articles"]),
            phase=Phase(data["phase"]) if data["phase"] else None,
            due=date.fromisoformat(data["due"]) if data["due"] else None,
            moved_to=PartialDate.parse(data["moved_to"]) if data["moved_to"] else None,
        )


_PLAIN = (
    "id",
    "key",
    "story",
    "update",
    "fact",
    "topic",
    "title",
    "headline",
    "role",
    "days_left",
    "url",
    "source",
    "speaker",
    "quote",
    "why",
    "confidence",
    "relates_to",
)


@dataclass(frozen=True)
class Delivery:
    """One alert for one subscriber. `body` is made once: every attempt sends these bytes."""

    id: str
    alert_id: str
    subscription_id: str
    channel: Channel
    endpoint: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Reason(StrEnum):
    """Why a subscriber was not told."""

    KIND = "the subscription leaves out alerts of this kind"
    TOPIC = "the subscription leaves out this topic"
    FACT = "the subscription leaves out this fact"
    PHASE = "the subscription leaves out this phase of deadlines"
    UPDATE = "adds a source to a change already told, and the subscription leaves such updates out"
    CONFIDENCE = "less certain than the subscription asks for"
    UNCONFIRMED = "the subscription is not confirmed"


@dataclass(frozen=True)
class Suppressed:
    subscription_id: str
    alert_key: str
    reason: Reason


@dataclass(frozen=True)
class Superseded:
    """Reminders of this date that still wait are not to be sent any more."""

    fact: str
    role: str
    due: date
    reason: str


@dataclass(frozen=True)
class Plan:
    """What follows from one article or one look at the calendar. Committed whole, or not at all."""

    alerts: tuple[Alert, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    suppressed: tuple[Suppressed, ...] = ()
    superseded: tuple[Superseded, ...] = ()


Composer = Callable[[Alert, Subscription, str, datetime], bytes]
"""Makes the whole mail of one delivery, from the alert, the subscription, the delivery's id, and now (its Date)."""


def unsubscribe_token(key: bytes, subscription_id: str) -> str:
    """What an unsubscribe link must carry: 128 bits that only the holder of `key` (`Settings.signing_key`) can make."""
    mac = hmac.new(key, b"unsubscribe:" + subscription_id.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:16]).rstrip(b"=").decode()


def alerts_of(
    pack: Pack, findings: Sequence[Finding], deadline_events: Sequence[DeadlineEvent], ledger: Ledger
) -> tuple[Alert, ...]:
    """The alerts that findings and deadline events make, in their order; what is no change, signal or date makes none.

    `ledger` is the record after the article: sources come out of it, and the turn that each change is.
    """
    made = [_of_finding(pack, finding, ledger) for finding in findings if finding.kind in (Kind.CHANGE, Kind.SIGNAL)]
    made += [_of_deadline(pack, event, ledger) for event in deadline_events]
    return tuple({alert.key: alert for alert in reversed(made)}.values())[::-1]


def plan(
    pack: Pack,
    findings: Sequence[Finding],
    deadline_events: Sequence[DeadlineEvent],
    subscriptions: Iterable[Subscription],
    now: datetime,
    *,
    ledger: Ledger,
    mail: Composer,
) -> Plan:
    """Everything that follows from what was found: alerts, a delivery or a reason for each subscriber, and what lapses.

    `now` (aware, UTC) stamps the bodies; `mail` composes those of mails.
    """
    alerts = alerts_of(pack, findings, deadline_events, ledger)
    deliveries, suppressed = [], []
    for subscription in subscriptions:
        for alert in alerts:
            if reason := _why_not(alert, subscription):
                suppressed.append(Suppressed(subscription.id, alert.key, reason))
            else:
                deliveries.append(_delivery(alert, subscription, now, mail))
    lapsed = [event for event in deadline_events if event.phase in (Phase.MOVED, Phase.CANCELLED)]
    superseded = [Superseded(e.fact, e.role, e.due, f"the date was {e.phase} before this was sent") for e in lapsed]
    return Plan(alerts, tuple(deliveries), tuple(suppressed), tuple(superseded))


def _of_finding(pack: Pack, finding: Finding, ledger: Ledger) -> Alert:
    key = digest([finding.key, finding.update, _turn(ledger, finding.fact, finding.article)])
    origin = _origin(ledger, finding.fact, finding.article)
    signal = finding.kind is Kind.SIGNAL
    return Alert(
        id=digest([finding.story, key]),
        key=key,
        story=finding.story,
        kind="signal" if signal else "change",
        update=finding.update,
        fact=finding.fact,
        topic=finding.topic,
        title=pack.facts[finding.fact].title,
        headline=headline_of_finding(finding, pack),
        before=finding.before,
        after=finding.claimed if signal else finding.after,
        at=finding.published,
        severity=finding.severity,
        articles=(finding.article,),
        url=origin.url if origin else None,
        source=origin.source if origin else None,
        speaker=finding.speaker,
        quote=finding.quote,
        why=finding.why,
        confidence=finding.confidence,
        relates_to=digest([finding.story, finding.fact]),
    )


def _of_deadline(pack: Pack, event: DeadlineEvent, ledger: Ledger) -> Alert:
    moved = event.phase in (Phase.MOVED, Phase.CANCELLED)
    key = digest([event.key, _turn(ledger, event.fact, event.article)]) if moved else event.key
    origin = _origin(ledger, event.fact, event.article)
    return Alert(
        id=digest([event.story, key]),
        key=key,
        story=event.story,
        kind="deadline",
        update=False,
        fact=event.fact,
        topic=event.topic,
        title=pack.facts[event.fact].title,
        headline=headline_of_deadline(event, pack),
        before=None,
        after=event.state,
        at=event.at,
        severity=Severity.LOW if event.phase is Phase.UPCOMING and event.days_left != 1 else Severity.MEDIUM,
        articles=(event.article,) if event.article else (),
        url=origin.url if origin else None,
        source=origin.source if origin else None,
        quote=event.quote,
        phase=event.phase,
        role=event.role,
        due=event.due,
        days_left=event.days_left,
        moved_to=event.moved_to,
        relates_to=digest([event.story, event.fact]),
    )


def _turn(ledger: Ledger, fact: str, article: str | None) -> int:
    """How often the record of the fact turned by other articles: the same change after a turn and back is a new one."""
    return sum(entry.article != article for entry in ledger.history(fact))


def _origin(ledger: Ledger, fact: str, article: str | None) -> Entry | None:
    """The line of the record that knows where an article came from."""
    if article is None:
        return ledger.current(fact)
    return next((entry for entry in reversed(ledger.entries) if entry.article == article), None)


def _why_not(alert: Alert, subscription: Subscription) -> Reason | None:
    """Why the subscriber is not told; None if he is. The first reason that applies."""
    wanted = subscription
    reasons = (
        (Reason.UNCONFIRMED, not wanted.confirmed),
        (Reason.KIND, alert.kind not in wanted.kinds),
        (Reason.UPDATE, alert.update and not wanted.updates),
        (Reason.TOPIC, bool(wanted.topics) and alert.topic not in wanted.topics),
        (Reason.FACT, bool(wanted.facts) and alert.fact not in wanted.facts),
        (Reason.PHASE, bool(alert.phase and wanted.deadline_phases) and alert.phase not in wanted.deadline_phases),
        (Reason.CONFIDENCE, alert.confidence < wanted.min_confidence),
    )
    return next((reason for reason, applies in reasons if applies), None)


def _delivery(alert: Alert, subscription: Subscription, now: datetime, mail: Composer) -> Delivery:
    delivery_id = "dlv_" + digest([alert.id, subscription.id])
    if subscription.channel == "email":
        body, headers = mail(alert, subscription, delivery_id, now), {}
    else:
        data = alert.to_json()
        if alert.quote and len(alert.quote) > LONGEST_QUOTE:
            data["quote"] = alert.quote[:LONGEST_QUOTE] + " …"
        message = {"type": f"alert.{alert.kind}", "timestamp": _rfc3339(now), "data": data}
        body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json"}
    return Delivery(
        id=delivery_id,
        alert_id=alert.id,
        subscription_id=subscription.id,
        channel=subscription.channel,
        endpoint=subscription.endpoint,
        body=body,
        headers=headers,
    )


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
