"""The outbox: deliveries are leased, counted, sent, and recorded; what a dead worker held is freed.

pending → leased → sent, or back to pending for another attempt, or dead. Waiting ones can be cancelled.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Update, and_, case, func, select, update

from worker.alerts import Channel
from worker.errors import LeaseLost, TransportError
from worker.store import tables as t
from worker.store.database import Database
from worker.store.subscriptions import disable

LOOK_AHEAD = 500
"""Among so many that are due the longest, endpoints take turns; an endpoint that has its share out is passed over."""


@dataclass(frozen=True)
class Leased:
    """A delivery that this worker alone may send, until `leased_until`."""

    id: str
    alert_id: str
    subscription_id: str
    channel: Channel
    endpoint: str
    address: str
    secret: str | None
    headers: Mapping[str, str]
    body: bytes
    attempt: int
    """The number of this attempt, from 1; counted already."""
    fence: int
    """Proof of the lease: it goes up every time that the delivery is leased."""
    leased_until: datetime


@dataclass(frozen=True)
class Reaped:
    """What came of deliveries whose worker did not come back."""

    freed: int = 0
    dead: int = 0
    cancelled: int = 0


class OutboxQueries(Database):
    """Reads and writes of `deliveries` and `attempts`."""

    def due_deliveries(self, now: datetime) -> int:
        """How many deliveries wait to be sent now."""
        d = t.deliveries.c
        query = select(func.count()).select_from(t.deliveries).where(d.state == "pending", d.next_attempt_at <= now)
        with self.read() as connection:
            return int(connection.execute(query).scalar_one())

    def expired_leases(self, now: datetime) -> int:
        """How many deliveries are held by workers that did not come back."""
        d = t.deliveries.c
        query = select(func.count()).select_from(t.deliveries).where(d.state == "leased", d.leased_until <= now)
        with self.read() as connection:
            return int(connection.execute(query).scalar_one())

    def lease(self, owner: str, now: datetime, seconds: float, limit: int, per_endpoint: int) -> tuple[Leased, ...]:
        """Take up to `limit` due deliveries, and count their attempts, before anything is sent.

        No endpoint has more than `per_endpoint` out at once (by a few, where workers look at the same moment), and
        every endpoint gets its first turn before another gets its second.
        """
        d, s = t.deliveries.c, t.subscriptions.c
        free = select(d.id).where(d.id.in_(_fair(now, limit, per_endpoint)), d.state == "pending").order_by(d.id)
        held = {"state": "leased", "leased_until": now + timedelta(seconds=seconds), "owner": owner}
        with self.write() as connection:
            ids = connection.execute(free.with_for_update(skip_locked=True)).scalars().all()
            if not ids:
                return ()
            taken = update(t.deliveries).where(d.id.in_(ids))
            connection.execute(taken.values(fence=d.fence + 1, attempts=d.attempts + 1, **held))
            query = select(t.deliveries, s.address, s.secret).join(t.subscriptions).where(d.id.in_(ids))
            rows = connection.execute(query.order_by(d.next_attempt_at, d.id)).all()
            started = [
                {"delivery_id": row.id, "number": row.attempts, "started_at": now, "outcome": "started"} for row in rows
            ]
            connection.execute(t.attempts.insert(), started)
        return tuple(
            Leased(
                id=row.id,
                alert_id=row.alert_id,
                subscription_id=row.subscription_id,
                channel=row.channel,
                endpoint=row.endpoint,
                address=row.address,
                secret=row.secret,
                headers=row.headers,
                body=bytes(row.body),
                attempt=row.attempts,
                fence=row.fence,
                leased_until=row.leased_until,
            )
            for row in rows
        )

    def record_sent(self, leased: Leased, now: datetime, status: int | None, answer: str) -> None:
        """Note that a delivery was accepted. Raises LeaseLost if it is another worker's by now."""
        with self.write() as connection:
            _settle(connection, leased, {"state": "sent", "sent_at": now, "reason": None})
            _end_attempt(connection, leased, {"ended_at": now, "outcome": "sent", "status": status, "answer": answer})

    def record_failure(self, leased: Leased, now: datetime, error: TransportError, retry_at: datetime | None) -> str:
        """Note that an attempt failed, and return the state the delivery is in now.

        `retry_at`: when to try again; None gives up (`dead`). A reminder whose date moved meanwhile is `cancelled`.
        A receiver that is gone (410) wants nothing any more: its subscription ends. Raises LeaseLost as `record_sent`.
        """
        again = {"state": _state_after("pending"), "next_attempt_at": retry_at}
        outcome = "failed" if retry_at else "refused" if error.permanent else "given up"
        how = {"ended_at": now, "outcome": outcome, "status": error.status, "error": str(error), "answer": error.answer}
        with self.write() as connection:
            state = _settle(connection, leased, again if retry_at else {"state": "dead", "reason": str(error)})
            _end_attempt(connection, leased, how)
            if error.status == 410:
                disable(connection, leased.subscription_id, str(error))
        return state

    def reap(self, now: datetime, max_attempts: int) -> Reaped:
        """Free the deliveries whose lease ran out: due again at once, dead after `max_attempts`, or cancelled."""
        d, a = t.deliveries.c, t.attempts.c
        expired = and_(d.state == "leased", d.leased_until <= now)
        with self.write() as connection:
            lost = select(d.id).where(expired, d.id == a.delivery_id, d.attempts == a.number).exists()
            connection.execute(
                update(t.attempts)
                .where(a.outcome == "started", lost)
                .values(outcome="lost", ended_at=now, error="the worker did not come back")
            )
            given_up = and_(d.attempts >= max_attempts, d.reason.is_(None))
            freed = update(t.deliveries).where(expired)
            freed = freed.values(
                state=case((d.attempts >= max_attempts, "dead"), else_=_state_after("pending")),
                reason=case((given_up, f"the worker did not come back from {max_attempts} attempts"), else_=d.reason),
                next_attempt_at=now,
                leased_until=None,
                owner=None,
            )
            states = connection.execute(freed.returning(d.state)).scalars().all()
        return Reaped(states.count("pending"), states.count("dead"), states.count("cancelled"))


def _fair(now: datetime, limit: int, per_endpoint: int) -> Any:
    """The ids to lease: of what is due the longest, past endpoints that have their share out, by turns."""
    d = t.deliveries.c
    out = select(d.endpoint, func.count().label("number")).where(d.state == "leased", d.leased_until > now)
    busy = out.group_by(d.endpoint).subquery()
    share = per_endpoint - func.coalesce(busy.c.number, 0)
    due = (
        select(d.id, d.endpoint, d.next_attempt_at, share.label("share"))
        .outerjoin(busy, busy.c.endpoint == d.endpoint)
        .where(d.state == "pending", d.next_attempt_at <= now, share > 0)
        .order_by(d.next_attempt_at, d.id)
        .limit(LOOK_AHEAD)
        .subquery()
    )
    turn = func.row_number().over(partition_by=due.c.endpoint, order_by=(due.c.next_attempt_at, due.c.id))
    turns = select(due.c.id, due.c.next_attempt_at, due.c.share, turn.label("turn")).subquery()
    in_order = (turns.c.turn, turns.c.next_attempt_at, turns.c.id)
    return select(turns.c.id).where(turns.c.turn <= turns.c.share).order_by(*in_order).limit(limit)


def _state_after(state: str) -> Any:
    """A reason that is there while a delivery is out says that its date moved: it is not tried again."""
    return case((t.deliveries.c.reason.is_not(None), "cancelled"), else_=state)


def _settle(connection: Connection, leased: Leased, values: Mapping[str, Any]) -> str:
    d = t.deliveries.c
    held: Update = update(t.deliveries).where(d.id == leased.id, d.state == "leased", d.fence == leased.fence)
    settled = held.values(**values, leased_until=None, owner=None).returning(d.state)
    state = connection.execute(settled).scalar_one_or_none()
    if state is None:
        raise LeaseLost(f"delivery {leased.id} is another worker's now")
    return str(state)


def _end_attempt(connection: Connection, leased: Leased, how: Mapping[str, Any]) -> None:
    a = t.attempts.c
    this = update(t.attempts).where(a.delivery_id == leased.id, a.number == leased.attempt)
    connection.execute(this.values(how))
