"""How endpoints fare: those that fail for days are disabled, their owners are told, and their secrets rotate."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, func, select, update

from worker.alerts import shown_address
from worker.errors import Ending, WrongUse
from worker.store import tables as t
from worker.store.database import Database
from worker.store.subscriptions import disable, list_interests, subscription_of

FAILING_FOR = timedelta(days=5)
"""How long nothing may get through to an endpoint, attempt after attempt, before it is disabled."""
TELL_AGAIN = timedelta(minutes=10)
"""When an owner is told who could not be told."""


@dataclass(frozen=True)
class Ended:
    """A subscription that deliveries put an end to, and whose owner is to be told."""

    id: str
    story: str
    address: str
    """As a person may see it."""
    contact: str
    reason: str


class EndpointQueries(Database):
    """Reads and writes of what `subscriptions` says of endpoints."""

    def set_contact(self, subscription_id: str, contact: str | None) -> None:
        """The mail address of whoever looks after a webhook. Raises WrongUse for an unknown id."""
        self._change(subscription_id, {"contact": contact})

    def rotate_secret(self, subscription_id: str, secret: str, now: datetime, grace: timedelta) -> datetime:
        """Sign with a new secret, and until the moment that is returned with the present one too.

        Raises WrongUse if there is no such webhook.
        """
        s, until = t.subscriptions.c, now + grace
        values = {"secret": self.sealed(secret), "old_secret": s.secret, "old_secret_until": until}
        self._change(subscription_id, values, s.channel == "webhook")
        return until

    def enable_subscription(self, subscription_id: str) -> None:
        """Take up a subscription again that deliveries had put an end to. Raises WrongUse for any other.

        One that its reader or the operator ended stays so: that was asked for.
        """
        s = t.subscriptions.c
        fresh = {"state": "active", "reason": None, "cause": None, "failing_since": None, "tell_owner_at": None}
        with self.write() as connection:
            _change(connection, subscription_id, fresh, s.state == "disabled", s.cause.is_not(None))
            row = connection.execute(select(t.subscriptions).where(s.id == subscription_id)).one()
            list_interests(connection, subscription_of(row))

    def ended_subscriptions(self) -> tuple[Ended, ...]:
        """All that deliveries put an end to; `contact` is empty where there is none."""
        s = t.subscriptions.c
        return self._ended(s.cause.is_not(None), s.state == "disabled")

    def owners_to_tell(self, now: datetime) -> tuple[Ended, ...]:
        """Those whose owner is to be told now."""
        return self._ended(t.subscriptions.c.tell_owner_at <= now)

    def claim_owner(self, subscription_id: str, now: datetime) -> bool:
        """Take it on oneself to tell an owner; False if another does. One who does not come back is followed later."""
        s = t.subscriptions.c
        due = update(t.subscriptions).where(s.id == subscription_id, s.tell_owner_at <= now)
        with self.write() as connection:
            return connection.execute(due.values(tell_owner_at=now + TELL_AGAIN)).rowcount == 1

    def owner_told(self, subscription_id: str, now: datetime, *, taken: bool) -> None:
        """Note that the owner was told, or could not be and is to be told again later."""
        again = None if taken else now + TELL_AGAIN
        self._change(subscription_id, {"tell_owner_at": again})

    def seal_secrets(self, *, anew: bool = False) -> int:
        """Seal the secrets that are not, or all of them `anew`; how many. One that no key opens is left alone."""
        s, changed = t.subscriptions.c, 0
        with self.write() as connection:
            rows = connection.execute(
                select(s.id, s.secret, s.old_secret).where(s.secret.is_not(None)).with_for_update()
            ).all()
            for row in rows:
                kept = {"secret": row.secret, "old_secret": row.old_secret}
                sealed = {name: self.resealed(value, anew=anew) for name, value in kept.items() if value}
                if any(kept[name] != value for name, value in sealed.items()):
                    connection.execute(update(t.subscriptions).where(s.id == row.id).values(**sealed))
                    changed += 1
        return changed

    def _ended(self, *which: Any) -> tuple[Ended, ...]:
        s = t.subscriptions.c
        query = select(s.id, s.story, s.channel, s.address, s.contact, s.reason).where(*which).order_by(s.id)
        with self.read() as connection:
            return tuple(
                Ended(row.id, row.story, shown_address(row.channel, row.address), row.contact or "", row.reason or "")
                for row in connection.execute(query)
            )

    def _change(self, subscription_id: str, values: dict[str, Any], *which: Any) -> None:
        with self.write() as connection:
            _change(connection, subscription_id, values, *which)


def _change(connection: Connection, subscription_id: str, values: dict[str, Any], *which: Any) -> None:
    changed = update(t.subscriptions).where(t.subscriptions.c.id == subscription_id, *which).values(**values)
    if connection.execute(changed).rowcount != 1:
        raise WrongUse(f"there is no subscription {subscription_id} with which that can be done")


def succeeded(connection: Connection, subscriptions: Collection[str]) -> None:
    """Something got through to these; within the caller's transaction."""
    s = t.subscriptions.c
    well = update(t.subscriptions).where(s.id.in_(sorted(subscriptions)), s.failing_since.is_not(None))
    connection.execute(well.values(failing_since=None))


def failed(connection: Connection, subscription_id: str, error: str, now: datetime) -> None:
    """An attempt failed. An endpoint that nothing got through to for five days is disabled."""
    s = t.subscriptions.c
    this = update(t.subscriptions).where(s.id == subscription_id, s.state != "disabled")
    since = this.values(failing_since=func.coalesce(s.failing_since, now)).returning(s.failing_since)
    began = connection.execute(since).scalar_one_or_none()
    if began is not None and began <= now - FAILING_FOR:
        reason = f"nothing got through for {FAILING_FOR.days} days; the last time, {error}"
        ends(connection, subscription_id, Ending.FAILING, reason, now)


def ends(connection: Connection, subscription_id: str, cause: Ending, reason: str, now: datetime) -> None:
    """Disable a subscription because of what became of deliveries, and have its owner told if we know him.

    What waits for an endpoint that fails is dead, so that it can be sent again once that is mended; what waits for one
    that is gone is cancelled.
    """
    s, d = t.subscriptions.c, t.deliveries.c
    if cause is Ending.FAILING:
        waiting = update(t.deliveries).where(d.subscription_id == subscription_id, d.state == "pending")
        connection.execute(waiting.values(state="dead", reason=reason))
    state = connection.execute(select(s.state).where(s.id == subscription_id)).scalar_one_or_none()
    if state not in (None, "disabled"):
        disable(connection, subscription_id, reason)
        this = update(t.subscriptions).where(s.id == subscription_id)
        connection.execute(this.values(cause=cause.value))
        known = this.where(s.contact.is_not(None))
        connection.execute(known.values(tell_owner_at=now))
