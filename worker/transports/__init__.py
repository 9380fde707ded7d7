"""The ways out of the house. Each one sends one delivery once, and returns what the other side said, or raises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


class Outgoing(Protocol):
    """What a transport is handed: one delivery, for one attempt."""

    @property
    def id(self) -> str:
        """The same on every attempt."""

    @property
    def address(self) -> str:
        """A mail address, or the address of a webhook."""

    @property
    def secret(self) -> str | None:
        """What signs a webhook's messages: one `whsec_…`, or several separated by spaces while they rotate."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Sent as they are, besides those that the transport makes."""

    @property
    def body(self) -> bytes:
        """Sent as it is."""


@dataclass(frozen=True)
class Message:
    """Something to send that tells of no alert: a letter about a subscription, a notice to an operator, a ping."""

    id: str
    address: str
    body: bytes
    secret: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


ANSWER_CHARACTERS = 1_000
"""What is kept of an answer, for a person who asks why a delivery failed."""


@dataclass(frozen=True)
class Receipt:
    """That the other side took it."""

    status: int | None
    """The HTTP status or the SMTP reply code; None for a mail that went into the mailbox folder."""
    answer: str
    """The first part of what it said, for a person."""


class Transport(Protocol):
    """One channel."""

    async def send(self, delivery: Outgoing) -> Receipt:
        """Make one attempt. Raises TransportError: `permanent` where trying again cannot help."""

    async def close(self) -> None:
        """Give back what was kept open between attempts."""
