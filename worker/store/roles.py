"""Which roles make progress, and which of several schedulers leads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update

from worker.store import tables as t
from worker.store.database import Database, insert_new


@dataclass(frozen=True)
class Heartbeat:
    """When one instance of a role last did its work."""

    role: str
    instance: str
    at: datetime
    detail: Mapping[str, Any]


class RoleQueries(Database):
    """Reads and writes of `heartbeats` and `leases`."""

    def beat(self, role: str, instance: str, now: datetime, detail: Mapping[str, Any] | None = None) -> None:
        """Note that an instance of a role made progress."""
        h = t.heartbeats.c
        said = {"at": now, "detail": dict(detail or {})}
        with self.write() as connection:
            beaten = update(t.heartbeats).where(h.role == role, h.instance == instance).values(said)
            if connection.execute(beaten).rowcount != 1:
                insert_new(connection, t.heartbeats, [{"role": role, "instance": instance, **said}], "role")

    def heartbeats(self) -> tuple[Heartbeat, ...]:
        """The last one of every instance of every role, the newest of a role first."""
        query = select(t.heartbeats).order_by(t.heartbeats.c.role, t.heartbeats.c.at.desc())
        with self.read() as connection:
            return tuple(Heartbeat(row.role, row.instance, row.at, row.detail) for row in connection.execute(query))

    def acquire(self, name: str, owner: str, now: datetime, seconds: float) -> int | None:
        """Take or keep a lease. Returns its epoch, which goes up with every new owner; None if another holds it.

        A lease that ends much later than one can was taken by a clock that is wrong, and does not count.
        """
        lease = t.leases.c
        until, wrong = now + timedelta(seconds=seconds), now + timedelta(seconds=2 * seconds)
        with self.write() as connection:
            kept = update(t.leases).where(lease.name == name, lease.owner == owner, lease.until > now)
            if epoch := connection.execute(kept.values(until=until).returning(lease.epoch)).scalar():
                return int(epoch)
            free = or_(lease.until <= now, lease.until > wrong, lease.owner == owner)
            taken = update(t.leases).where(lease.name == name, free)
            taken = taken.values(owner=owner, until=until, epoch=lease.epoch + 1)
            if epoch := connection.execute(taken.returning(lease.epoch)).scalar():
                return int(epoch)
            first = {"name": name, "owner": owner, "until": until, "epoch": 1}
            return 1 if insert_new(connection, t.leases, [first], "name") == [name] else None

    def holds(self, name: str, owner: str, epoch: int, now: datetime) -> bool:
        """Whether the owner still holds the lease under that epoch."""
        lease = t.leases.c
        query = select(lease.name).where(
            lease.name == name, lease.owner == owner, lease.epoch == epoch, lease.until > now
        )
        with self.read() as connection:
            return connection.execute(query).one_or_none() is not None

    def release(self, name: str, owner: str, now: datetime) -> None:
        """Give a lease back, so that another one need not wait for its end."""
        lease = t.leases.c
        with self.write() as connection:
            connection.execute(update(t.leases).where(lease.name == name, lease.owner == owner).values(until=now))
