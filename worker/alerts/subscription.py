"""Who wants to be told what of a story, and when."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import time
from functools import cache
from typing import Any, Literal, Self, get_args
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from rules import Severity
from rules.deadlines import UPCOMING_DAYS

AlertKind = Literal["change", "signal", "deadline", "correction"]
Channel = Literal["email", "webhook", "chat"]
KINDS: tuple[AlertKind, ...] = get_args(AlertKind)
Corroborate = Literal["never", "high", "always"]
Digest = Literal["none", "daily", "weekly"]
Uncorroborated = Literal["send", "drop"]


@cache
def _zones() -> frozenset[str]:
    """All names of time zones; to look for them takes a thousand reads of the file system."""
    return frozenset(available_timezones())


@dataclass(frozen=True)
class Policy:
    """When a subscriber is told what he asked for. Hours and days are those of `time_zone`.

    Raises ValueError, in words for the subscriber, for a value that cannot be meant.
    """

    time_zone: str = "UTC"
    """An IANA name: `Europe/Berlin`."""
    corroborate: Corroborate = "never"
    """What waits for an official or for a second independent source: nothing, what is of high severity, everything."""
    corroborate_minutes: int = 60
    """How long that wait may be."""
    uncorroborated: Uncorroborated = "send"
    """What becomes of it then: sent as unconfirmed, or dropped."""
    group_wait: int = 0
    """Seconds that a first alert waits for others, so that they make one message."""
    group_interval: int = 0
    """Seconds that lie between two such messages at least."""
    high_at_once: bool = False
    """Whether what is of high severity passes without waiting for others."""
    digest: Digest = "none"
    digest_hour: int = 7
    digest_day: int = 0
    """Of a weekly digest: 0 is Monday."""
    quiet_from: time | None = None
    """Quiet hours hold what is due until `quiet_to`. They may go over midnight."""
    quiet_to: time | None = None

    def __post_init__(self) -> None:
        if self.time_zone not in _zones():
            raise ValueError(f"{self.time_zone!r} is no time zone: write one like Europe/Berlin or America/New_York")
        for name, choices in _CHOICES.items():
            if getattr(self, name) not in choices:
                raise ValueError(f"{name} is {getattr(self, name)!r}: choose one of {', '.join(choices)}")
        for name, (least, most) in _BOUNDS.items():
            if not least <= getattr(self, name) <= most:
                raise ValueError(f"{name} is {getattr(self, name)}: give {least} to {most}")
        if (self.quiet_from is None) != (self.quiet_to is None):
            raise ValueError("quiet hours have a beginning and an end: give both, or neither")
        if self.quiet_from is not None and self.quiet_from == self.quiet_to:
            raise ValueError("quiet hours that end as they begin would be a whole day: pause the subscription instead")

    @classmethod
    def usual(cls, channel: Channel) -> Self:
        """What a new subscriber gets who asks for nothing else. A webhook's program wants each thing at once."""
        if channel == "webhook":
            return cls()
        return cls(corroborate="high", group_wait=120, group_interval=1_800)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; times of the day as `22:00`."""
        return {name: f"{it:%H:%M}" if isinstance(it, time) else it for name, it in asdict(self).items()}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`. What is not there is as usual, and what is not known is passed over.

        A time zone that was renamed since counts as UTC: a policy that was kept must not stop an alert. Raises
        ValueError for other values, as the constructor does.
        """
        given = {it.name: data[it.name] for it in fields(cls) if it.name in data}
        if given.get("time_zone") not in _zones():
            given.pop("time_zone", None)
        for name in ("quiet_from", "quiet_to"):
            if isinstance(given.get(name), str):
                given[name] = time.fromisoformat(given[name])
        return cls(**given)


_CHOICES: dict[str, tuple[str, ...]] = {
    "corroborate": get_args(Corroborate),
    "uncorroborated": get_args(Uncorroborated),
    "digest": get_args(Digest),
}
_BOUNDS = {
    "corroborate_minutes": (1, 10_080),
    "group_wait": (0, 3_600),
    "group_interval": (0, 86_400),
    "digest_hour": (0, 23),
    "digest_day": (0, 6),
}


@dataclass(frozen=True)
class Subscription:
    """Who wants to be told what of a story. An empty selection means all of it."""

    id: str
    story: str
    channel: Channel
    address: str
    """A mail address, the address of a webhook, or that of a chat service, which is a secret itself."""
    secret: str | None = field(default=None, repr=False)
    """`whsec_…`: what signs a webhook's messages."""
    kinds: tuple[str, ...] = KINDS
    topics: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    """These, besides all of the topics."""
    min_severity: Severity = Severity.LOW
    min_confidence: float = 0.0
    source_kinds: tuple[str, ...] = ()
    """Whose reports are wanted (`rules.SourceKind`). A date that time brought has no source, and passes."""
    deadline_phases: tuple[str, ...] = ()
    deadline_days: tuple[int, ...] = UPCOMING_DAYS
    """How many days before a date he is reminded of it."""
    updates: bool = False
    """Whether further sources for a change already told are wanted."""
    policy: Policy = field(default_factory=Policy)
    confirmed: bool = True
    """False while a mail address waits for its owner's click, and for a subscription that was disabled."""
    paused: bool = False

    @property
    def shown(self) -> str:
        """Its address as a person may see it: that of a chat service, which is a secret, only by its beginning."""
        return shown_address(self.channel, self.address)

    @property
    def endpoint(self) -> str:
        """What shares one limit of parallel sending: a webhook's host and port, a chat service, or the mail server."""
        if self.channel == "email":
            return "smtp"
        parts = urlsplit(self.address)
        return f"chat:{parts.scheme}" if self.channel == "chat" else parts.netloc.rpartition("@")[2].lower()


def shown_address(channel: str, address: str) -> str:
    """An address as a person may see it: that of a chat service, which is a secret, only by its beginning."""
    return f"{urlsplit(address).scheme}://…" if channel == "chat" else address


def unsubscribe_token(key: bytes, subscription_id: str) -> str:
    """What an unsubscribe link must carry. `key`: `Settings.signing_key`."""
    return signed(key, f"unsubscribe:{subscription_id}")


def manage_token(key: bytes, subscription: Subscription) -> str:
    """What a manage link must carry. It holds for one address: when that changes, the links in older mails end."""
    return signed(key, f"manage:{subscription.id}:{subscription.address}")


def signed(key: bytes, what: str) -> str:
    """128 bits that only the holder of `key` can make of `what`, as they can stand in an address."""
    mac = hmac.new(key, what.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:16]).rstrip(b"=").decode()
