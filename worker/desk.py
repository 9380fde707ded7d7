"""What the pipeline works with: settings, the database, the packs, and the ways out of the house."""

# ruff: noqa: PLC0415 - most commands and roles send nothing, and need not wait for what sends
from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Self

import rules
from rules import Pack, load_pack
from worker import log
from worker.alerts import Channel, Subscription, Telling, in_words, manage_token, unsubscribe_token
from worker.alerts.signing import confirm_token
from worker.settings import Settings
from worker.store import Letter, Store

if TYPE_CHECKING:
    from worker.http import Client
    from worker.transports import Transport

_log = log.get("desk")


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

    def open_stories(self, now: datetime) -> None:
        """Open the stories that are not open yet, with what is known to date, and take up the feeds of their packs.

        Nothing is told of what lies before `now`.
        """
        for pack in self.packs.values():
            if self.store.open_story(pack, rules.open_story(pack, learned=now, history=True), now):
                _log.info("story opened", story=pack.id, title=pack.title)
            self.store.sync_feeds(pack, now)

    def client(self) -> Client:
        """A way out over HTTP, to be used with `async with`."""
        from worker.http import Client

        return Client(self.settings.allow_networks)

    def transports(self, client: Client) -> Mapping[Channel, Transport]:
        """The way out of each channel."""
        from worker.transports.chat import ChatTransport
        from worker.transports.email import EmailTransport
        from worker.transports.webhook import WebhookTransport

        chat = ChatTransport(self.settings.chat_services)
        return {"webhook": WebhookTransport(client), "email": EmailTransport(self.settings), "chat": chat}

    def compose_mail(
        self, told: Sequence[Telling], subscription: Subscription, delivery_id: str, now: datetime
    ) -> bytes:
        """The whole mail, or chat message, that tells one subscriber of one alert or of several."""
        pack = self.packs[subscription.story]
        if subscription.channel == "chat":
            from worker.transports.chat import render as render_chat

            return render_chat(told, pack, now, base_url=self.settings.pages)
        from worker.transports.email import render

        return render(
            told,
            subscription,
            pack,
            now,
            delivery_id=delivery_id,
            mail_from=self.settings.mail_from,
            base_url=self.settings.pages,
            unsubscribe_url=self.unsubscribe_url(subscription),
            manage_url=self.manage_url(subscription),
        )

    def compose_letter(self, letter: Letter) -> bytes:
        """The whole mail of one letter: the same at every attempt."""
        from worker.transports.note import compose, note

        about, key = letter.subscription, self.settings.signing_key()
        link = {
            "known": self.manage_url(about),
            "moved": self.unsubscribe_url(about),
        }.get(letter.kind, f"{self.settings.pages}/confirm/{letter.id}/{confirm_token(key, letter.id)}")
        words = note(letter.kind, self.packs[about.story].title, in_words(about), link)
        return compose(words, letter.id, letter.address, letter.created_at, mail_from=self.settings.mail_from)

    def unsubscribe_url(self, subscription: Subscription) -> str:
        """The link that ends a subscription."""
        token = unsubscribe_token(self.settings.signing_key(), subscription.id)
        return f"{self.settings.pages}/unsubscribe/{subscription.id}/{token}"

    def manage_url(self, subscription: Subscription) -> str:
        """The link to a subscriber's own page."""
        token = manage_token(self.settings.signing_key(), subscription)
        return f"{self.settings.pages}/manage/{subscription.id}/{token}"
