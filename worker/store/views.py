"""What the pages read: alerts, page by page. The other reads of the pages are the store's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select, tuple_

from worker.store import tables as t
from worker.store.articles import StoredArticle, stored_article
from worker.store.database import Database

Place = tuple[datetime, str]
"""Where an alert stands in the order in which alerts are made: the moment (aware, UTC) and its id."""


@dataclass(frozen=True)
class ToldAlert:
    """An alert that was made. `body` is `Alert.to_json()`."""

    id: str
    made_at: datetime
    body: Mapping[str, Any]

    @property
    def place(self) -> Place:
        return self.made_at, self.id


def alerts_after(store: Database, story: str, place: Place | None, limit: int) -> tuple[ToldAlert, ...]:
    """The alerts of a story that were made after that place (None: from the first on), oldest first."""
    a = t.alerts.c
    query = _of(story).order_by(a.made_at, a.id).limit(limit)
    return _read(store, query if place is None else query.where(tuple_(a.made_at, a.id) > place))


def alerts_before(store: Database, story: str, place: Place | None, limit: int) -> tuple[ToldAlert, ...]:
    """The alerts of a story that were made before that place (None: from the last on), newest first."""
    a = t.alerts.c
    query = _of(story).order_by(a.made_at.desc(), a.id.desc()).limit(limit)
    return _read(store, query if place is None else query.where(tuple_(a.made_at, a.id) < place))


def archive(store: Database, story: str, since: datetime) -> tuple[tuple[StoredArticle, ...], dict[str, int]]:
    """The articles of a story that were published since, the oldest first; and the group of each, by its id as text."""
    a = t.articles.c
    query = select(t.articles).where(a.story == story, a.published >= since).order_by(a.published, a.id)
    with store.read() as connection:
        rows = connection.execute(query).all()
    earlier = {row.id: f"{row.title}\n{row.text}" for row in rows}
    found = tuple(stored_article(row, earlier.get(row.previous, "")) for row in rows)
    return found, {str(article.id): article.group for article in found}


def alert_counts(store: Database) -> dict[str, int]:
    """How many alerts each story has made; a story without any is left out."""
    query = select(t.alerts.c.story, func.count()).group_by(t.alerts.c.story)
    with store.read() as connection:
        return {row[0]: row[1] for row in connection.execute(query)}


def _of(story: str) -> Select[Any]:
    return select(t.alerts.c.id, t.alerts.c.made_at, t.alerts.c.body).where(t.alerts.c.story == story)


def _read(store: Database, query: Select[Any]) -> tuple[ToldAlert, ...]:
    with store.read() as connection:
        return tuple(ToldAlert(row.id, row.made_at, row.body) for row in connection.execute(query))
