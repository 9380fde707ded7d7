"""Subscriptions: who is told what."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, delete, select, update

from rules import Severity
from worker.alerts import Policy, Subscription
from worker.alerts.signing import State
from worker.errors import WrongUse
from worker.store import tables as t
from worker.store.database import Database, insert_new


def new_subscription_id() -> str:
    """An id that cannot be guessed."""
    return "sub_" + secrets.token_hex(12)


class SubscriptionQueries(Database):
    """Reads and writes of `subscriptions`."""

    def add_subscription(self, subscription: Subscription, now: datetime, *, state: State = "active") -> None:
        """Add a subscription; one that was disabled under the same address is replaced by it, under its old id.

        Raises WrongUse if the address is subscribed to the story already, or if there is no such story.
        """
        sealed = self.sealed(subscription.secret) if subscription.secret else None
        row = row_of(subscription, now, state) | {"secret": sealed, "cause": None, "failing_since": None}
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
                replaced = connection.execute(same.values(**again).returning(s.id)).scalar_one_or_none()
                if replaced is None:
                    raise WrongUse(f"{subscription.shown} is subscribed to {subscription.story} already")
                subscription = replace(subscription, id=replaced)
            list_interests(connection, subscription)

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
        return replace(subscription_of(row), secret=self.unsealed(row.secret) if row.secret else None)

    def change_subscription(self, subscription: Subscription) -> bool:
        """Take over what a subscription asks for and when, and whether it is paused. False if it has ended.

        Its story, channel, address and secret stay.
        """
        s = t.subscriptions.c
        asks = update(t.subscriptions).where(s.id == subscription.id, s.state != "disabled")
        paused = case((s.state == "pending", s.state), else_="paused" if subscription.paused else "active")
        with self.write() as connection:
            if connection.execute(asks.values(**wishes_of(subscription), state=paused)).rowcount != 1:
                return False
            list_interests(connection, subscription)
            return True

    def deadline_days(self, story: str) -> tuple[tuple[int, ...], ...]:
        """The lists of days before a date at which subscribers of a story want to be reminded, each list once."""
        s = t.subscriptions.c
        query = select(s.deadline_days).where(s.story == story, s.state.in_(("active", "paused")))
        with self.read() as connection:
            return tuple(sorted({tuple(days) for days in connection.execute(query).scalars()}))

    def disable_subscription(self, subscription_id: str, reason: str) -> bool:
        """End a subscription and cancel what still waits for it. False if there was none to end."""
        with self.write() as connection:
            return disable(connection, subscription_id, reason)


def disable(connection: Connection, subscription_id: str, reason: str) -> bool:
    """As `disable_subscription`, within the caller's transaction."""
    s, d = t.subscriptions.c, t.deliveries.c
    this = update(t.subscriptions).where(s.id == subscription_id)
    connection.execute(this.values(cause=None, tell_owner_at=None))  # ended for good, unless `ends` says else
    if connection.execute(this.where(s.state != "disabled").values(state="disabled", reason=reason)).rowcount != 1:
        return False
    waiting = update(t.deliveries).where(d.subscription_id == subscription_id, d.state.in_(["pending", "leased"]))
    state = case((d.state == "pending", "cancelled"), else_=d.state)  # one that is out is not tried again
    connection.execute(waiting.values(state=state, reason=reason))
    connection.execute(delete(t.interests).where(t.interests.c.subscription_id == subscription_id))
    return True


def row_of(subscription: Subscription, now: datetime, state: State) -> dict[str, Any]:
    """The inverse of `subscription_of`: the columns of a new row."""
    return {
        "id": subscription.id,
        "story": subscription.story,
        "channel": subscription.channel,
        "address": subscription.address,
        "secret": subscription.secret,
        **wishes_of(subscription),
        "state": state,
        "reason": None,
        "created_at": now,
    }


def subscription_of(row: Row[Any]) -> Subscription:
    """One row of `subscriptions`."""
    return Subscription(
        id=row.id,
        story=row.story,
        channel=row.channel,
        address=row.address,
        secret=row.secret,
        **wished(row._asdict()),
        confirmed=row.state in ("active", "paused"),
        paused=row.state == "paused",
    )


def wished(columns: Mapping[str, Any]) -> dict[str, Any]:
    """The inverse of `wishes_of`: what a subscription asks for, and when."""
    lists = ("kinds", "topics", "facts", "source_kinds", "deadline_phases", "deadline_days")
    return {
        **{name: tuple(columns[name]) for name in lists},
        "min_confidence": columns["min_confidence"],
        "min_severity": Severity(columns["min_severity"]),
        "updates": columns["updates"],
        "policy": Policy.from_json(columns["policy"]),
    }


def wishes_of(subscription: Subscription) -> dict[str, Any]:
    """The columns that say what a subscription asks for, and when."""
    return {
        "kinds": list(subscription.kinds),
        "topics": list(subscription.topics),
        "facts": list(subscription.facts),
        "min_severity": subscription.min_severity.value,
        "min_confidence": subscription.min_confidence,
        "source_kinds": list(subscription.source_kinds),
        "deadline_phases": list(subscription.deadline_phases),
        "deadline_days": list(subscription.deadline_days),
        "updates": subscription.updates,
        "policy": subscription.policy.to_json(),
    }


def list_interests(connection: Connection, subscription: Subscription) -> None:
    """Enter what the subscription asks for into the index by which alerts find it."""
    connection.execute(delete(t.interests).where(t.interests.c.subscription_id == subscription.id))
    connection.execute(t.interests.insert(), interests_of(subscription))


def interests_of(subscription: Subscription) -> list[dict[str, Any]]:
    """The rows by which alerts find a subscription: one for each kind and each topic and fact, or one for all."""
    named = [*(f"topic:{it}" for it in subscription.topics), *(f"fact:{it}" for it in subscription.facts)]
    subjects = named or ["*"]
    whose = {"story": subscription.story, "subscription_id": subscription.id}
    return [{**whose, "kind": kind, "subject": subject} for kind in subscription.kinds for subject in subjects]
