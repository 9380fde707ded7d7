"""What is planned: alerts, who gets which message, what waits, and why somebody is told later or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple, Self

from rules import PartialDate, Phase, Severity, SourceKind, State
from rules.record import differs
from worker.alerts.subscription import AlertKind, Channel

BY_THE_CLOCK = (Phase.UPCOMING, Phase.DUE, Phase.PASSED)
"""Phases that no article brings."""
Turn = Literal["new", "refined", "reversed", "corrected"]
"""What an alert is to the change that was told of the same fact before it: nothing, the same more exactly, a step back
to what held before, or that within the days in which the first report counts as wrong."""


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
    severity_why: str = ""
    """The points that make its severity, for a reader; empty for a date that time brought."""
    phase: Phase | None = None
    role: str | None = None
    """Which date of the fact a deadline alert is about: `effective` or `until`."""
    due: date | None = None
    days_left: int | None = None
    moved_to: PartialDate | None = None
    relates_to: str = ""
    """The thread that all alerts on this fact share: mails refer to it."""
    source_kind: SourceKind | None = None
    """None for what time alone brought."""
    turn: Turn = "new"
    follows: str | None = None
    """The id of the alert that it takes back or makes more exact, or adds a source to."""

    @property
    def takes_back(self) -> bool:
        """Whether whoever was told of what it follows is to be told of it, whatever he asks for."""
        return self.kind == "correction" or self.turn == "corrected"

    @property
    def needs_a_second(self) -> bool:
        """Whether it is one outlet's word, which another may bear out: no official's, and nothing that time brought."""
        told = self.kind in ("change", "signal") or self.phase in (Phase.MOVED, Phase.CANCELLED)
        return told and not self.update and self.source_kind not in (None, SourceKind.OFFICIAL)

    def to_json(self) -> dict[str, Any]:
        """The fields of a line of `deltawire replay`, and those that pages and receivers want besides. Plain JSON."""
        return {
            "id": self.id,
            "key": self.key,
            "story": self.story,
            "at": rfc3339(self.at),
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
            "severity_why": self.severity_why,
            "confidence": self.confidence,
            "relates_to": self.relates_to,
            "source_kind": self.source_kind.value if self.source_kind else None,
            "turn": self.turn,
            "follows": self.follows,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        given = {name: data[name] for name in _PLAIN}
        source_kind = data.get("source_kind")
        return cls(
            **given,
            source_kind=SourceKind(source_kind) if source_kind else None,
            turn=data.get("turn", "new"),
            severity_why=data.get("severity_why", ""),
            follows=data.get("follows"),
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
    """One message for one subscriber. `body` is made once: every attempt sends these bytes."""

    id: str
    alert_ids: tuple[str, ...]
    """What it tells, the leading one first."""
    subscription_id: str
    channel: Channel
    endpoint: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Reason(StrEnum):
    """Why a subscriber is told later, or not at all. The names are what the database keeps."""

    # He asked for something else.
    KIND = "the subscription leaves out alerts of this kind"
    TOPIC = "the subscription leaves out this topic"
    FACT = "the subscription leaves out this fact"
    PHASE = "the subscription leaves out this phase of deadlines"
    DAYS = "the subscription asks to be reminded on other days"
    UPDATE = "adds a source to a change already told, and the subscription leaves such updates out"
    CONFIDENCE = "less certain than the subscription asks for"
    SEVERITY = "of less weight than the subscription asks for"
    SOURCE = "the subscription leaves out sources of this kind"
    UNCONFIRMED = "the subscription is not confirmed"
    # He is not to be told now.
    PAUSED = "the subscription is paused"
    SILENCED = "a silence covers it"
    ACKNOWLEDGED = "the date was acknowledged"
    # It waits.
    CORROBORATION = "waits for an official or a second independent source"
    DIGEST = "waits for the next digest"
    GROUP = "waits for others, to make one message"
    DAY = "the day that it tells of has not begun in the subscriber's time zone"
    QUIET = "waits for the end of the quiet hours"
    # It waited, and is not sent any more.
    UNCORROBORATED = "no official and no second independent source came in time"
    DENIED = "taken back before it was told"
    OVERTAKEN = "overtaken by a later change before it was told"
    SUPERSEDED = "the date was moved or cancelled before it was told"
    ENDED = "the subscription ended before it was told"


IN_VAIN = frozenset({Reason.DENIED, Reason.OVERTAKEN, Reason.UNCORROBORATED})
"""Why something that waited for a second source is not told: nor is whatever takes it back."""
Fate = Literal["told", "held", "dropped"]


@dataclass(frozen=True)
class Notice:
    """What becomes of one alert for one subscriber who asked for such alerts."""

    subscription_id: str
    alert_id: str
    fate: Fate
    reason: Reason | None = None
    """Why it is held or dropped; None for what is told."""
    until: datetime | None = None
    """Until when it is held (aware, UTC)."""
    delivery_id: str | None = None
    """The message that tells it."""
    note: str = ""
    """More about the reason, for a person: the comment of a silence, who corroborated."""


@dataclass(frozen=True)
class Step:
    """One line of the trace of a notice: what was decided, when, and until when it holds."""

    at: datetime
    fate: Fate
    reason: Reason | None = None
    until: datetime | None = None
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; moments as RFC 3339, the reason by its name."""
        return {
            "at": rfc3339(self.at),
            "fate": self.fate,
            "reason": self.reason.name.lower() if self.reason else None,
            "until": rfc3339(self.until) if self.until else None,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(
            at=datetime.fromisoformat(data["at"]),
            fate=data["fate"],
            reason=Reason[data["reason"].upper()] if data["reason"] else None,
            until=datetime.fromisoformat(data["until"]) if data["until"] else None,
            note=data["note"],
        )


@dataclass(frozen=True)
class Waiting:
    """An alert that is held for a subscriber, with what was decided on it so far, the oldest first."""

    subscription_id: str
    alert: Alert
    trail: tuple[Step, ...]
    until: datetime
    """When the wait ends (aware, UTC): as the trail says, or earlier where another source bore it out."""
    corroborated: str = ""
    """Who has borne it out since; empty: nobody."""

    @property
    def reason(self) -> Reason:
        """What it waits for."""
        reason = self.trail[-1].reason
        if reason is None:
            raise ValueError(f"alert {self.alert.id} waits for nothing")
        return reason


@dataclass(frozen=True)
class Silence:
    """Nothing of what it covers is told until it ends. An empty selection covers all of it."""

    id: str
    story: str
    until: datetime
    comment: str
    subscription_id: str | None = None
    """Whose it is; None: the operator's, for everybody."""
    fact: str = ""
    topic: str = ""
    source: str = ""

    def covers(self, alert: Alert, subscription_id: str, now: datetime) -> bool:
        return (
            now < self.until
            and self.story == alert.story
            and self.subscription_id in (None, subscription_id)
            and self.fact in ("", alert.fact)
            and self.topic in ("", alert.topic)
            and self.source in ("", alert.source)
        )


class Acknowledged(NamedTuple):
    """A date that a subscriber has taken note of: he is reminded of it no more."""

    subscription_id: str
    fact: str
    role: str
    due: date


@dataclass(frozen=True)
class Superseded:
    """Reminders of this date that still wait are not to be sent any more."""

    fact: str
    role: str
    due: date
    reason: str


@dataclass(frozen=True)
class Corroborated:
    """An article says what was told of a fact before: a second source, if it comes from somewhere else."""

    fact: str
    official: bool
    article: str
    source: str
    claimed: State
    """What the article itself says."""
    signal: bool = False
    """Whether it says so of what is in prospect."""

    def may_bear_out(self, alert: Alert) -> bool:
        """Whether it says the same, and comes from another outlet than the alert, if not from an official one.

        Whether it is more than a copy, only the groups of both articles can tell.
        """
        same = not self.claimed.empty and not differs(self.claimed, alert.after)
        other = bool(self.source) and self.source != alert.source and self.article not in alert.articles
        return same and self.signal == (alert.kind == "signal") and (self.official or other)


@dataclass(frozen=True)
class Plan:
    """What follows from one article, one look at the calendar, or the end of a wait. Committed whole, or not at all."""

    alerts: tuple[Alert, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    notices: tuple[Notice, ...] = ()
    """What becomes of the alerts."""
    settled: tuple[Notice, ...] = ()
    """What becomes of others that were held."""
    superseded: tuple[Superseded, ...] = ()
    corroborated: tuple[Corroborated, ...] = ()
    after: str | None = None
    """The last of the subscribers that it is for, where others come after him; None: it is for all."""


@dataclass(frozen=True)
class Known:
    """What has to be known besides, to decide who is told."""

    silences: tuple[Silence, ...] = ()
    acknowledged: frozenset[Acknowledged] = frozenset()
    waiting: tuple[Waiting, ...] = ()
    """What is held for want of a second source, of the facts in hand, for whomever."""
    earlier: tuple[Alert, ...] = ()
    """The last change that was told of each of the facts in hand."""
    told: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Who was told of those: ids of subscriptions by the alert's id."""
    untold: frozenset[tuple[str, str]] = frozenset()
    """Who waited for a second source in vain: ids of a subscription and an alert."""
    made: frozenset[str] = frozenset()
    """Ids of alerts that were made before: nobody is told of them again."""
    borne_out: Mapping[str, str] = field(default_factory=dict)
    """Alerts that another source has borne out by now: its name by the alert's id."""


def rfc3339(moment: datetime) -> str:
    """`2025-11-05T12:00:00Z`."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
