"""What happened lately, for those who watch an installation run: articles that came in, and tries to deliver."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from worker.store import tables as t
from worker.store.database import Database


@dataclass(frozen=True)
class Arrivals:
    """Articles of one feed that came in together."""

    feed: str
    """The feed's title."""
    last: int
    """The highest id among them."""
    count: int
    recorded: int
    """How many of them were only recorded, and not held against the record."""


@dataclass(frozen=True)
class Try:
    """One attempt at a delivery that came to an end."""

    delivery: str
    number: int
    ended_at: datetime
    outcome: str
    """`sent`, `failed`, `refused`, `given up` or `lost`."""
    error: str | None
    channel: str
    address: str
    headline: str
    next_attempt_at: datetime | None
    """When it is tried again; None where it is not."""


def last_article(store: Database) -> int:
    """The highest id of an article; 0 before the first."""
    with store.read() as connection:
        return connection.execute(select(func.max(t.articles.c.id))).scalar() or 0


def arrivals_after(store: Database, article_id: int) -> tuple[Arrivals, ...]:
    """The articles with a higher id, by feed."""
    a = t.articles.c
    recorded = func.sum(case((a.state == "recorded", 1), else_=0))
    query = (
        select(t.feeds.c.title, func.max(a.id).label("last"), func.count().label("count"), recorded.label("recorded"))
        .join(t.feeds)
        .where(a.id > article_id)
        .group_by(t.feeds.c.id, t.feeds.c.title)
        .order_by(t.feeds.c.title)
    )
    with store.read() as connection:
        return tuple(
            Arrivals(row.title, row.last, row._mapping["count"], int(row.recorded)) for row in connection.execute(query)
        )


def tries_since(store: Database, since: datetime) -> tuple[Try, ...]:
    """The attempts that ended at that moment (aware, UTC) or later, in the order of their ends."""
    a, d, s = t.attempts.c, t.deliveries.c, t.subscriptions.c
    query = (
        select(t.attempts, d.channel, d.state, d.next_attempt_at, s.address, t.alerts.c.headline)
        .join(t.deliveries, d.id == a.delivery_id)
        .join(t.subscriptions, s.id == d.subscription_id)
        .join(t.alerts, t.alerts.c.id == d.alert_id)
        .where(a.ended_at >= since)
        .order_by(a.ended_at, a.delivery_id, a.number)
    )
    with store.read() as connection:
        return tuple(
            Try(
                delivery=row.delivery_id,
                number=row.number,
                ended_at=row.ended_at,
                outcome=row.outcome,
                error=row.error,
                channel=row.channel,
                address=row.address,
                headline=row.headline,
                next_attempt_at=row.next_attempt_at if row.state == "pending" else None,
            )
            for row in connection.execute(query)
        )
