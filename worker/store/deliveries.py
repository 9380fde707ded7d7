"""Deliveries looked at by a person: what became of each, its attempts, and sending it again."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, select, update

from worker.alerts import shown_address
from worker.errors import WrongUse
from worker.store import tables as t
from worker.store.database import Database

STATES = ("pending", "leased", "sent", "dead", "cancelled")
ENDS = ("sent", "dead", "cancelled")
PRUNED_AT_ONCE = 5_000


@dataclass(frozen=True)
class Kept:
    """One delivery without its body. Moments are aware and in UTC."""

    id: str
    subscription_id: str
    channel: str
    address: str
    """As a person may see it."""
    headline: str
    state: str
    reason: str | None
    attempts: int
    created_at: datetime
    next_attempt_at: datetime
    sent_at: datetime | None
    resent_at: datetime | None


@dataclass(frozen=True)
class Try:
    """One attempt of a delivery."""

    number: int
    started_at: datetime
    ended_at: datetime | None
    seconds: float | None
    outcome: str
    status: int | None
    error_class: str | None
    error: str | None
    answer: str | None
    """The first kilobyte of what the receiver said."""


class DeliveryQueries(Database):
    """Reads of `deliveries` and `attempts`, and what a person may do with them."""

    def deliveries(
        self, *, state: str | None = None, subscription: str | None = None, since: datetime | None = None, limit: int
    ) -> tuple[Kept, ...]:
        """Those of that state and that subscription that were made since, the newest first."""
        d = t.deliveries.c
        query = _kept().where(*_which(subscription, since)).order_by(d.created_at.desc(), d.id).limit(limit)
        with self.read() as connection:
            rows = connection.execute(query.where(d.state == state) if state else query)
            return tuple(map(_of, rows))

    def delivery(self, delivery_id: str) -> tuple[Kept, tuple[Try, ...]] | None:
        """A delivery with its attempts, the first one first; None if there is none of that id."""
        a = t.attempts.c
        columns = [a[name] for name in Try.__dataclass_fields__]
        with self.read() as connection:
            row = connection.execute(_kept().where(t.deliveries.c.id == delivery_id)).one_or_none()
            if row is None:
                return None
            tries = connection.execute(select(*columns).where(a.delivery_id == delivery_id).order_by(a.number))
            return _of(row), tuple(Try(**one._mapping) for one in tries)

    def resend(self, delivery_id: str, now: datetime) -> None:
        """Have one delivery sent again, whatever its end was: under the same id, with the same body.

        Raises WrongUse if there is none, if it has no end yet, or if its subscription has ended.
        """
        d = t.deliveries.c
        with self.write() as connection:
            state = connection.execute(select(d.state).where(d.id == delivery_id)).scalar_one_or_none()
            if state is None:
                raise WrongUse(f"there is no delivery {delivery_id}")
            if state not in ENDS:
                raise WrongUse(f"{delivery_id} is still {state}: it is sent without being asked for")
            if not _resend(connection, now, ENDS, d.id == delivery_id):
                raise WrongUse("its subscription has ended: `deltawire subscriptions enable` takes it up again")

    def resend_since(self, since: datetime, now: datetime, *, subscription: str | None = None) -> int:
        """Have everything dead that was made since then sent again, of one subscription or of all; how many."""
        with self.write() as connection:
            return _resend(connection, now, ("dead",), *_which(subscription, since))

    def prune_attempts(self, before: datetime) -> int:
        """Forget attempts made before then of deliveries that have their end; how many, of which there may be more."""
        a, d = t.attempts.c, t.deliveries.c
        old = (
            select(a.delivery_id, a.number)
            .join(t.deliveries, d.id == a.delivery_id)
            .where(a.started_at < before, d.state.in_(ENDS))
            .order_by(a.started_at)
            .limit(PRUNED_AT_ONCE)
        )
        with self.write() as connection:
            keys = [tuple(row) for row in connection.execute(old)]
            if keys:
                gone = delete(t.attempts).where(a.delivery_id == bindparam("of"), a.number == bindparam("this"))
                connection.execute(gone, [{"of": of, "this": number} for of, number in keys])
        return len(keys)

    def old_attempts(self, before: datetime) -> bool:
        """Whether there is something for `prune_attempts`."""
        a, d = t.attempts.c, t.deliveries.c
        query = select(a.number).join(t.deliveries, d.id == a.delivery_id)
        with self.read() as connection:
            found = query.where(a.started_at < before, d.state.in_(ENDS)).limit(1)
            return connection.execute(found).first() is not None


def _of(row: Row[Any]) -> Kept:
    return Kept(**{**row._mapping, "address": shown_address(row.channel, row.address)})


def _kept() -> Any:
    d = t.deliveries.c
    columns = [d[name] for name in Kept.__dataclass_fields__ if name not in ("address", "headline")]
    headline = func.coalesce(t.alerts.c.headline, "").label("headline")
    return (
        select(*columns, t.subscriptions.c.address, headline)
        .join(t.subscriptions, t.subscriptions.c.id == d.subscription_id)
        .outerjoin(t.alerts, t.alerts.c.id == d.alert_id)
    )


def _which(subscription: str | None, since: datetime | None) -> list[Any]:
    d = t.deliveries.c
    of = [d.subscription_id == subscription] if subscription else []
    return [*of, *([d.created_at >= since] if since else [])]


def _resend(connection: Connection, now: datetime, states: Collection[str], *which: Any) -> int:
    d, s = t.deliveries.c, t.subscriptions.c
    active = select(s.id).where(s.state == "active")
    chosen = update(t.deliveries).where(d.state.in_(states), d.subscription_id.in_(active), *which)
    fresh = {"state": "pending", "reason": None, "next_attempt_at": now, "resent_at": now, "lost": 0}
    return int(connection.execute(chosen.values(**fresh, attempts_before=d.attempts)).rowcount)
