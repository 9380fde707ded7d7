"""What the pipeline works with: settings, the database, the packs, and the ways out of the house."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from rules import Pack, load_pack
from worker.alerts import Alert, Channel, Subscription, unsubscribe_token
from worker.http import Client
from worker.settings import Settings
from worker.store import Store
from worker.transports import Transport
from worker.transports.email import EmailTransport, render
from worker.transports.webhook import WebhookTransport


@dataclass(frozen=True)
class Desk:
    """Open one in each process: its connections do not survive a fork."""

    settings: Settings
    store: Store
    packs: Mapping[str, Pack]
    """By the id of their story."""

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """Load the packs and open the database. Raises PackError."""
        packs = [load_pack(source) for source in settings.packs]
        return cls(settings, Store.open(settings), {pack.id: pack for pack in packs})

    def close(self) -> None:
        """Give the database's connections back."""
        self.store.close()

    def client(self) -> Client:
        """A way out over HTTP, to be used with `async with`."""
        return Client(self.settings.allow_networks)

    def transports(self, client: Client) -> Mapping[Channel, Transport]:
        """The way out of each channel."""
        return {"webhook": WebhookTransport(client), "email": EmailTransport(self.settings)}

    def compose_mail(self, alert: Alert, subscription: Subscription, delivery_id: str, now: datetime) -> bytes:
        """The whole mail that tells one subscriber of an alert."""
        base = self.settings.base_url or f"http://{self.settings.host}:{self.settings.port}"
        token = unsubscribe_token(self.settings.signing_key(), subscription.id)
        return render(
            alert,
            subscription,
            self.packs[alert.story],
            now,
            delivery_id=delivery_id,
            mail_from=self.settings.mail_from,
            base_url=base,
            unsubscribe_url=f"{base}/unsubscribe/{subscription.id}/{token}",
        )
