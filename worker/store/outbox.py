"""The outbox: deliveries are leased, counted, sent, and recorded; what a dead worker held is freed.

pending → leased → sent, or back to pending for another attempt, or dead. Waiting ones can be cancelled.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    or_,
    select,
    tuple_,
    update,
)

from worker.alerts import Channel
from worker.errors import TransportError
from worker.store import tables as t
from worker.store.database import Database
from worker.store.endpoints import ends, failed, succeeded
from worker.store.notices import untell

LOOK_AHEAD = 500
"""Among so many that are due the longest, endpoints take turns; an endpoint that has its share out is passed over."""
SUSPECT = 2
"""After so many attempts in a row that took their worker down, a delivery is leased alone: whatever it does to its
worker is done to no other delivery."""
RESENT = "deltawire-resent-at"
"""The header that says of a message that somebody asked to have it sent again, and when."""


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
    attempts_before: int = 0
    """Of `attempt`, those that were made before somebody asked to have it sent again."""


@dataclass(frozen=True)
class Result:
    """What came of one attempt. `error` is None for one that was accepted; `retry_at` None gives up."""

    leased: Leased
    at: datetime
    seconds: float | None = None
    status: int | None = None
    answer: str = ""
    error: TransportError | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True)
class Reaped:
    """What came of deliveries whose worker did not come back."""

    freed: int = 0
    dead: int = 0
    cancelled: int = 0


_PAUSED = select(t.subscriptions.c.id).where(t.subscriptions.c.state == "paused")
"""Whom nothing is sent to for now: what waits for them goes out when they resume."""


class OutboxQueries(Database):
    """Reads and writes of `deliveries` and `attempts` on the way out."""

    def due_deliveries(self, now: datetime) -> int:
        """How many deliveries wait to be sent now."""
        d = t.deliveries.c
        query = select(func.count()).select_from(t.deliveries).where(d.state == "pending", d.next_attempt_at <= now)
        query = query.where(d.subscription_id.not_in(_PAUSED))
        with self.read() as connection:
            return int(connection.execute(query).scalar_one())

    def expired_leases(self, now: datetime, longest: float | None = None) -> int:
        """How many deliveries are held by workers that did not come back. `longest` as in `reap`."""
        query = select(func.count()).select_from(t.deliveries).where(_expired(now, longest))
        with self.read() as connection:
            return int(connection.execute(query).scalar_one())

    def lease(
        self,
        owner: str,
        now: datetime,
        seconds: float,
        limit: int,
        per_endpoint: int,
        *,
        quick: Collection[str] = (),
        ahead: int = 0,
        suspects: bool = False,
    ) -> tuple[Leased, ...]:
        """Take up to `limit` due deliveries, and count their attempts, before anything is sent.

        No endpoint has more than `per_endpoint` out at once (by a few, where workers look at the same moment), or
        `ahead` if it is one of `quick`; every endpoint gets its first turn before another gets its second. `suspects`:
        only those that took their worker down again and again, which are left out otherwise.
        """
        d, s = t.deliveries.c, t.subscriptions.c
        wanted = {"now": now, "limit": limit, "share": per_endpoint, "quick": list(quick), "ahead": ahead}
        held = {"state": "leased", "leased_until": now + timedelta(seconds=seconds), "owner": owner}
        with self.write() as connection:
            ids = connection.execute(_fair(suspects=suspects), wanted).scalars().all()
            if not ids:
                return ()
            taken = update(t.deliveries).where(d.id.in_(ids))
            connection.execute(taken.values(fence=d.fence + 1, attempts=d.attempts + 1, **held))
            columns = (*t.deliveries.c, s.address, s.secret, s.old_secret, s.old_secret_until)
            query = select(*columns).join(t.subscriptions).where(d.id.in_(ids))
            rows = connection.execute(query.order_by(d.next_attempt_at, d.id)).all()
            started = [
                {"delivery_id": row.id, "number": row.attempts, "started_at": now, "outcome": "started"} for row in rows
            ]
            connection.execute(t.attempts.insert(), started)
        opened = cache(
            self.unsealed
        )  # most of a batch share few secrets, and each takes longer to open than a row to read
        return tuple(_leased(row, now, opened) for row in rows)

    def give_back(self, leases: Sequence[Leased], now: datetime) -> None:
        """Free deliveries that were leased and not sent, as if they had never been: their attempt does not count."""
        d, a = t.deliveries.c, t.attempts.c
        with self.write() as connection:
            mine = update(t.deliveries).where(_held(leases))
            given = mine.values(
                state=_state_after("pending"), attempts=d.attempts - 1, leased_until=None, owner=None
            ).returning(d.id, d.state)
            states = {row.id: row.state for row in connection.execute(given)}
            untell(connection, _cancelled(states), now)
            unmade = [(one.id, one.attempt) for one in leases if one.id in states]
            connection.execute(t.attempts.delete().where(tuple_(a.delivery_id, a.number).in_(unmade)))

    def record(self, results: Sequence[Result]) -> list[str | None]:
        """Note what came of attempts, all at once; the state of each delivery now, None where the lease was lost.

        What was given up is `dead`; a reminder whose date moved meanwhile is `cancelled` rather than tried again. A
        receiver that wants nothing more, or fails for days, ends its subscription.
        """
        accepted = [result for result in results if result.error is None]
        with self.write() as connection:
            states = _accepted(connection, accepted) if accepted else {}
            for result in results:
                if result.error is not None:
                    states[result.leased.id] = _failed(connection, result, result.error)
            if gone := _cancelled(states):
                untell(connection, gone, max(result.at for result in results))
        return [states.get(result.leased.id) for result in results]

    def reap(self, now: datetime, max_attempts: int, longest: float | None = None) -> Reaped:
        """Free the deliveries whose lease ran out: due again at once, dead after `max_attempts`, or cancelled.

        `longest`: seconds that a lease can last. One that ends much later was taken by a clock that is wrong, and
        counts as run out.
        """
        d, a = t.deliveries.c, t.attempts.c
        expired = _expired(now, longest)
        with self.write() as connection:
            lost = select(d.id).where(expired, d.id == a.delivery_id, d.attempts == a.number).exists()
            connection.execute(
                update(t.attempts)
                .where(a.outcome == "started", lost)
                .values(outcome="lost", ended_at=now, error="the worker did not come back", error_class="lost")
            )
            too_often = d.attempts - d.attempts_before >= max_attempts
            given_up = and_(too_often, d.reason.is_(None))
            freed = update(t.deliveries).where(expired)
            freed = freed.values(
                state=case((too_often, "dead"), else_=_state_after("pending")),
                reason=case((given_up, f"the worker did not come back from {max_attempts} attempts"), else_=d.reason),
                next_attempt_at=now,
                leased_until=None,
                owner=None,
                lost=d.lost + 1,
            )
            found = {row.id: row.state for row in connection.execute(freed.returning(d.id, d.state))}
            untell(connection, _cancelled(found), now)
            states = list(found.values())
        return Reaped(states.count("pending"), states.count("dead"), states.count("cancelled"))


def _leased(row: Row[Any], now: datetime, opened: Callable[[str], str | None]) -> Leased:
    secrets = [row.secret]
    if row.old_secret and row.old_secret_until > now:
        secrets.append(row.old_secret)
    resent = {RESENT: f"{row.resent_at:%Y-%m-%dT%H:%M:%SZ}"} if row.resent_at else {}
    return Leased(
        id=row.id,
        alert_id=row.alert_id,
        subscription_id=row.subscription_id,
        channel=row.channel,
        endpoint=row.endpoint,
        address=row.address,
        secret=" ".join(clear for secret in secrets if secret and (clear := opened(secret))) or None,
        headers={**row.headers, **resent},
        body=bytes(row.body),
        attempt=row.attempts,
        fence=row.fence,
        leased_until=row.leased_until,
        attempts_before=row.attempts_before,
    )


def _expired(now: datetime, longest: float | None) -> ColumnElement[bool]:
    d = t.deliveries.c
    over = d.leased_until <= now
    if longest is not None:
        over = or_(over, d.leased_until > now + timedelta(seconds=2 * longest))
    return and_(d.state == "leased", over)


@cache
def _fair(*, suspects: bool) -> Select[tuple[str]]:
    """The ids to lease: of what is due the longest, past endpoints that have their share out, by turns.

    Built once, since that takes longer than to run it; parameters: now, limit, share, quick (a list), ahead.
    """
    d = t.deliveries.c
    now: BindParameter[datetime] = bindparam("now", type_=t.Moment)
    shares = case((d.endpoint.in_(bindparam("quick", expanding=True)), _number("ahead")), else_=_number("share"))
    out = select(d.endpoint, func.count().label("number")).where(d.state == "leased", d.leased_until > now)
    busy = out.group_by(d.endpoint).subquery()
    share = shares - func.coalesce(busy.c.number, 0)
    due = (
        select(d.id, d.endpoint, d.next_attempt_at, share.label("share"))
        .outerjoin(busy, busy.c.endpoint == d.endpoint)
        .where(d.state == "pending", d.next_attempt_at <= now, share > 0)
        .where(d.lost >= SUSPECT if suspects else d.lost < SUSPECT, d.subscription_id.not_in(_PAUSED))
        .order_by(d.next_attempt_at, d.id)
        .limit(LOOK_AHEAD)
        .subquery()
    )
    turn = func.row_number().over(partition_by=due.c.endpoint, order_by=(due.c.next_attempt_at, due.c.id))
    turns = select(due.c.id, due.c.next_attempt_at, due.c.share, turn.label("turn")).subquery()
    in_order = (turns.c.turn, turns.c.next_attempt_at, turns.c.id)
    chosen = select(turns.c.id).where(turns.c.turn <= turns.c.share).order_by(*in_order).limit(_number("limit"))
    free = select(d.id).where(d.id.in_(chosen), d.state == "pending").order_by(d.id)
    return free.with_for_update(skip_locked=True)


def _number(name: str) -> BindParameter[int]:
    return bindparam(name, type_=Integer)


def _state_after(state: str) -> Any:
    """A reason that is there while a delivery is out says that it is not to be tried again.

    Its date moved, or its subscription ended.
    """
    return case((t.deliveries.c.reason.is_not(None), "cancelled"), else_=state)


def _cancelled(states: Mapping[str, str | None]) -> list[str]:
    return [delivery for delivery, state in states.items() if state == "cancelled"]


def _held(leases: Collection[Leased]) -> ColumnElement[bool]:
    """That a delivery is still this worker's."""
    d = t.deliveries.c
    return and_(d.state == "leased", tuple_(d.id, d.fence).in_([(one.id, one.fence) for one in leases]))


_FREE = {"leased_until": None, "owner": None, "lost": 0}
_THIS_ATTEMPT = update(t.attempts).where(
    t.attempts.c.delivery_id == bindparam("of"), t.attempts.c.number == bindparam("this")
)


def _accepted(connection: Connection, results: Sequence[Result]) -> dict[str, str | None]:
    d = t.deliveries.c
    mine = update(t.deliveries).where(_held([result.leased for result in results]))
    sent = mine.values(state="sent", sent_at=results[-1].at, reason=None, **_FREE).returning(d.id)
    ids = set(connection.execute(sent).scalars())
    if ended := [_ended(result, "sent") for result in results if result.leased.id in ids]:
        connection.execute(_THIS_ATTEMPT, ended)
    succeeded(connection, {result.leased.subscription_id for result in results})
    return dict.fromkeys(ids, "sent")


def _failed(connection: Connection, result: Result, error: TransportError) -> str | None:
    again = {"state": _state_after("pending"), "next_attempt_at": result.retry_at}
    values = again if result.retry_at else {"state": "dead", "reason": str(error)}
    mine = update(t.deliveries).where(_held([result.leased]))
    state = connection.execute(mine.values(**values, **_FREE).returning(t.deliveries.c.state)).scalar_one_or_none()
    if state is None:
        return None
    outcome = "failed" if result.retry_at else "refused" if error.permanent else "given up"
    connection.execute(_THIS_ATTEMPT, [_ended(result, outcome, error=str(error), error_class=error.kind)])
    if error.ends:
        ends(connection, result.leased.subscription_id, error.ends, str(error), result.at)
    elif result.leased.channel == "webhook":
        failed(connection, result.leased.subscription_id, str(error), result.at)
    return str(state)


def _ended(result: Result, outcome: str, *, error: str | None = None, error_class: str | None = None) -> dict[str, Any]:
    return {
        "of": result.leased.id,
        "this": result.leased.attempt,
        "ended_at": result.at,
        "outcome": outcome,
        "status": result.status,
        "answer": result.answer,
        "seconds": result.seconds,
        "error": error,
        "error_class": error_class,
    }
