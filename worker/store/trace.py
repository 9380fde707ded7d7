"""What became of an article and of an alert, for whoever asks why: reads only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, select

from worker.alerts import Alert, Step, Subscription
from worker.store import tables as t
from worker.store.database import Database
from worker.store.subscriptions import subscription_of


@dataclass(frozen=True)
class Found:
    """One finding of an article, as it was kept."""

    kind: str
    fact: str
    why: str
    quote: str


@dataclass(frozen=True)
class Sent:
    """The message that tells an alert, and how far it has come."""

    id: str
    state: str
    """pending, leased, sent, dead, cancelled"""
    attempts: int
    sent_at: datetime | None
    reason: str | None
    """Why it is dead or cancelled."""


@dataclass(frozen=True)
class Noticed:
    """What became of an alert for one subscription. Without a trail, it was never weighed for it."""

    subscription: Subscription
    since: datetime
    """When the subscription was made."""
    state: str
    """pending, active, paused, disabled"""
    trail: tuple[Step, ...] = ()
    sent: Sent | None = None


def findings_of(store: Database, article_id: int) -> tuple[Found, ...]:
    """What was found in an article when it was evaluated, in that order."""
    f = t.findings.c
    query = select(f.kind, f.fact, f.body).where(f.article_id == article_id).order_by(f.id)
    with store.read() as connection:
        return tuple(Found(row.kind, row.fact, row.body["why"], row.body["quote"]) for row in connection.execute(query))


def article_at(store: Database, url: str) -> int | None:
    """The id of the last version of the article that is stored with this address."""
    a = t.articles.c
    query = select(a.id).where(a.url == url).order_by(a.id.desc()).limit(1)
    with store.read() as connection:
        return connection.execute(query).scalar_one_or_none()


def alerts_on(store: Database, article_id: int, story: str) -> tuple[tuple[Alert, datetime], ...]:
    """The alerts that rest on an article, with the moments in which they were made."""
    a, f = t.alerts.c, t.findings.c
    facts = select(f.fact).where(f.article_id == article_id)
    query = select(a.body, a.made_at).where(a.story == story, a.fact.in_(facts)).order_by(a.made_at, a.id)
    with store.read() as connection:
        rows = [(Alert.from_json(row.body), row.made_at) for row in connection.execute(query)]
    return tuple((alert, at) for alert, at in rows if str(article_id) in alert.articles)


def alert_by_id(store: Database, alert_id: str) -> tuple[Alert, datetime] | None:
    """The alert with that id, and when it was made."""
    a = t.alerts.c
    with store.read() as connection:
        row = connection.execute(select(a.body, a.made_at).where(a.id == alert_id)).one_or_none()
    return (Alert.from_json(row.body), row.made_at) if row else None


def notices_of(store: Database, alert: Alert, only: Sequence[str] = ()) -> tuple[Noticed, ...]:
    """What became of an alert for every subscription of its story, or for those named, in the order of their ids."""
    n, d, s = t.notices.c, t.deliveries.c, t.subscriptions.c
    joined = t.subscriptions.outerjoin(t.notices, and_(n.subscription_id == s.id, n.alert_id == alert.id)).outerjoin(
        t.deliveries, d.id == n.delivery_id
    )
    sent = (d.state.label("sending"), d.attempts, d.sent_at, d.reason.label("said"))
    query = select(t.subscriptions, n.trail, n.delivery_id, *sent).select_from(joined).where(s.story == alert.story)
    with store.read() as connection:
        rows = connection.execute((query.where(s.id.in_(only)) if only else query).order_by(s.id)).all()
    return tuple(_noticed(row) for row in rows)


def _noticed(row: Row[Any]) -> Noticed:
    sent = Sent(row.delivery_id, row.sending, row.attempts, row.sent_at, row.said) if row.delivery_id else None
    trail = tuple(Step.from_json(step) for step in row.trail or ())
    if row.trail is not None and not trail:  # told before there were trails
        trail = (Step(row.created_at, "told", None),)
    return Noticed(subscription_of(row), row.created_at, row.state, trail, sent)
