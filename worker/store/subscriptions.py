"""Subscriptions: who is told what."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update

from worker.alerts import Subscription
from worker.errors import WrongUse
from worker.store import tables as t
from worker.store.database import Database, insert_new

State = Literal["pending", "active", "disabled"]


def new_subscription_id() -> str:
    """An id that cannot be guessed."""
    return "sub_" + secrets.token_hex(12)


class SubscriptionQueries(Database):
    """Reads and writes of `subscriptions`."""

    def add_subscription(
        self, subscription: Subscription, now: datetime, *, state: State = "active", token_hash: str | None = None
    ) -> None:
        """Add a subscription; one that was disabled under the same address is replaced by it, under its old id.

        Raises WrongUse if the address is subscribed to the story already, or if there is no such story.
        """
        row = {
            "id": subscription.id,
            "story": subscription.story,
            "channel": subscription.channel,
            "address": subscription.address,
            "secret": self.sealed(subscription.secret) if subscription.secret else None,
            "kinds": list(subscription.kinds),
            "topics": list(subscription.topics),
            "facts": list(subscription.facts),
            "min_confidence": subscription.min_confidence,
            "deadline_phases": list(subscription.deadline_phases),
            "updates": subscription.updates,
            "state": state,
            "reason": None,
            "cause": None,
            "failing_since": None,
            "token_hash": token_hash,
            "created_at": now,
        }
        s = t.subscriptions.c
        with self.write() as connection:
            if (
                connection.execute(select(t.stories.c.id).where(t.stories.c.id == subscription.story)).one_or_none()
                is None
            ):
                raise WrongUse(f"there is no story {subscription.story!r}")
            if insert_new(connection, t.subscriptions, [row], "id") == [None]:
                same = update(t.subscriptions).where(
                    s.story == subscription.story,
                    s.channel == subscription.channel,
                    s.address == subscription.address,
                    s.state == "disabled",
                )
                again = {name: value for name, value in row.items() if name != "id"}
                if connection.execute(same.values(**again)).rowcount != 1:
                    raise WrongUse(f"{subscription.address} is subscribed to {subscription.story} already")

    def subscription(self, subscription_id: str) -> Subscription | None:
        """The subscription of that id, whatever its state; None if there is none."""
        with self.read() as connection:
            row = connection.execute(
                select(t.subscriptions).where(t.subscriptions.c.id == subscription_id)
            ).one_or_none()
        return self._subscription(row) if row else None

    def subscriptions(self, story: str | None = None) -> tuple[Subscription, ...]:
        """All that are not disabled, of one story or of all, the oldest first."""
        s = t.subscriptions.c
        query = select(t.subscriptions).where(s.state != "disabled").order_by(s.created_at, s.id)
        with self.read() as connection:
            rows = connection.execute(query.where(s.story == story) if story else query).all()
        return tuple(self._subscription(row) for row in rows)

    def _subscription(self, row: Row[Any]) -> Subscription:
        return replace(_subscription(row), secret=self.unsealed(row.secret) if row.secret else None)

    def disable_subscription(self, subscription_id: str, reason: str) -> bool:
        """End a subscription and cancel what still waits for it. False if there was none to end."""
        with self.write() as connection:
            return disable(connection, subscription_id, reason)


def disable(connection: Connection, subscription_id: str, reason: str) -> bool:
    """As `disable_subscription`, within the caller's transaction."""
    s, d = t.subscriptions.c, t.deliveries.c
    ended = update(t.subscriptions).where(s.id == subscription_id, s.state != "disabled")
    if connection.execute(ended.values(state="disabled", reason=reason)).rowcount != 1:
        return False
    waiting = update(t.deliveries).where(d.subscription_id == subscription_id, d.state == "pending")
    connection.execute(waiting.values(state="cancelled", reason=reason))
    return True


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        story=row.story,
        channel=row.channel,
        address=row.address,
        secret=row.secret,
        kinds=tuple(row.kinds),
        topics=tuple(row.topics),
        facts=tuple(row.facts),
        min_confidence=row.min_confidence,
        deadline_phases=tuple(row.deadline_phases),
        updates=row.updates,
        confirmed=row.state == "active",
    )
