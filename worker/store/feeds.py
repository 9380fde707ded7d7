"""Feeds: which are due, who polls them, and how they fared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, or_, select, update

from rules import Pack
from worker.errors import WrongUse
from worker.store import tables as t
from worker.store.articles import Added, NewArticle, add_articles
from worker.store.database import Database, insert_new

_POLLED = t.feeds.c.removed_by.is_(None)
_ANEW = {"etag": None, "last_modified": None, "first_polled_at": None, "leased_until": None}
"""At another address nothing of what was known of the old one holds."""


@dataclass(frozen=True)
class StoredFeed:
    """A feed of one story, and how it fared. Moments are aware and in UTC."""

    id: str
    """`<story>/<name>`."""
    story: str
    url: str
    title: str
    source: str
    source_kind: str
    every_s: float
    etag: str | None
    last_modified: str | None
    next_poll_at: datetime
    failures: int
    """In a row."""
    last_status: str | None
    """`ok`, `not modified` or `failed`; None before the first poll."""
    last_error: str | None
    last_success_at: datetime | None
    first_polled_at: datetime | None
    added_by: str
    """`pack` or `user`."""


class FeedQueries(Database):
    """Reads and writes of `feeds`."""

    def sync_feeds(self, pack: Pack, now: datetime) -> None:
        """Take up the feeds of a pack. One that an operator removed stays removed; one the pack dropped is removed."""
        f = t.feeds.c
        listed = {f"{pack.id}/{feed.id}": feed for feed in pack.feeds}
        with self.write() as connection:
            for feed_id, feed in listed.items():
                said = {
                    "url": feed.url,
                    "title": feed.title,
                    "source": feed.source,
                    "source_kind": feed.source_kind,
                    "every_s": feed.every * 60.0,
                }
                row = {"id": feed_id, "story": pack.id, "next_poll_at": now, "added_by": "pack", **said}
                if insert_new(connection, t.feeds, [row], "id") == [None]:
                    moved = update(t.feeds).where(f.id == feed_id, f.added_by == "pack")
                    connection.execute(moved.where(f.url != feed.url).values(**_ANEW, next_poll_at=now))
                    connection.execute(moved.values(said))
                    connection.execute(moved.where(f.removed_by == "pack").values(removed_by=None))
            dropped = update(t.feeds).where(f.story == pack.id, f.added_by == "pack", f.id.not_in(listed), _POLLED)
            connection.execute(dropped.values(removed_by="pack"))

    def add_feed(
        self,
        story: str,
        name: str,
        url: str,
        now: datetime,
        *,
        title: str,
        source: str,
        source_kind: str = "outlet",
        every_s: float,
    ) -> str:
        """Add a feed and return its id, `<story>/<name>`. A removed one comes back. Raises WrongUse if there is one."""
        f = t.feeds.c
        feed_id = f"{story}/{name}"
        said = {"url": url, "title": title, "source": source, "source_kind": source_kind, "every_s": every_s}
        row = {"id": feed_id, "story": story, "next_poll_at": now, "added_by": "user", **said}
        with self.write() as connection:
            if connection.execute(select(t.stories.c.id).where(t.stories.c.id == story)).one_or_none() is None:
                raise WrongUse(f"there is no story {story!r}")
            taken = select(f.id).where(f.story == story, f.url == url, _POLLED)
            if other := connection.execute(taken).scalar():
                raise WrongUse(f"the story has this feed already, as {other}")
            if insert_new(connection, t.feeds, [row], "id") == [None]:
                back = update(t.feeds).where(f.id == feed_id, f.removed_by.is_not(None))
                again = back.values(**said, **_ANEW, added_by="user", removed_by=None, next_poll_at=now)
                if connection.execute(again).rowcount != 1:
                    raise WrongUse(f"there is a feed {feed_id} already: give this one another name")
        return feed_id

    def remove_feed(self, feed_id: str) -> bool:
        """Stop polling a feed; what it brought stays. False if there is none of that id."""
        gone = update(t.feeds).where(t.feeds.c.id == feed_id, _POLLED).values(removed_by="user")
        with self.write() as connection:
            return connection.execute(gone).rowcount == 1

    def feeds(self, story: str | None = None) -> tuple[StoredFeed, ...]:
        """The feeds that are polled, of one story or of all, in order of id."""
        query = select(t.feeds).where(_POLLED).order_by(t.feeds.c.id)
        with self.read() as connection:
            rows = connection.execute(query.where(t.feeds.c.story == story) if story else query).all()
        return tuple(_feed(row) for row in rows)

    def due_feeds(self, stories: Collection[str], now: datetime, limit: int) -> tuple[str, ...]:
        """Ids of the feeds of these stories that are due and that nobody polls, the longest due first."""
        f = t.feeds.c
        query = select(f.id).where(f.story.in_(stories), _due(now)).order_by(f.next_poll_at, f.id).limit(limit)
        with self.read() as connection:
            return tuple(connection.execute(query).scalars())

    def claim_feed(self, feed_id: str, now: datetime, seconds: float) -> StoredFeed | None:
        """Take a due feed for polling; None if it is not due, removed, or another worker's."""
        taken = update(t.feeds).where(t.feeds.c.id == feed_id, _due(now))
        taken = taken.values(leased_until=now + timedelta(seconds=seconds))
        with self.write() as connection:
            row = connection.execute(taken.returning(*t.feeds.c)).one_or_none()
        return _feed(row) if row else None

    def feed_polled(
        self,
        feed: StoredFeed,
        pack: Pack,
        arrived: Sequence[NewArticle],
        validators: tuple[str | None, str | None],
        *,
        now: datetime,
        next_poll_at: datetime,
    ) -> Added:
        """Store what a poll brought, and how it went, in one transaction. `validators`: ETag and Last-Modified."""
        f = t.feeds.c
        etag, last_modified = validators
        baseline = datetime.combine(pack.date, time(), UTC)
        with self.write() as connection:
            row = connection.execute(select(t.feeds).where(_same(feed)).with_for_update()).one_or_none()
            if row is None:  # its address was changed meanwhile: the new one is polled as if for the first time
                return Added()
            added = add_articles(connection, row, arrived, baseline, now)
            heard = {"last_status": "ok", "etag": etag, "last_modified": last_modified}
            first = {"first_polled_at": row.first_polled_at or now}
            connection.execute(
                update(t.feeds).where(f.id == feed.id).values(**_success(now, next_poll_at), **heard, **first)
            )
        return added

    def feed_unchanged(self, feed: StoredFeed, now: datetime, next_poll_at: datetime) -> None:
        """Note that the server has nothing newer."""
        noted = update(t.feeds).where(_same(feed)).values(last_status="not modified", **_success(now, next_poll_at))
        with self.write() as connection:
            connection.execute(noted)

    def feed_failed(self, feed: StoredFeed, error: str, next_poll_at: datetime) -> None:
        """Note that a poll failed, in words for a person."""
        how = {"leased_until": None, "next_poll_at": next_poll_at, "failures": feed.failures + 1}
        noted = update(t.feeds).where(_same(feed)).values(last_status="failed", last_error=error, **how)
        with self.write() as connection:
            connection.execute(noted)


def _same(feed: StoredFeed) -> ColumnElement[bool]:
    return and_(t.feeds.c.id == feed.id, t.feeds.c.url == feed.url)


def _success(now: datetime, next_poll_at: datetime) -> dict[str, Any]:
    return {
        "leased_until": None,
        "next_poll_at": next_poll_at,
        "failures": 0,
        "last_error": None,
        "last_success_at": now,
    }


def _due(now: datetime) -> ColumnElement[bool]:
    f = t.feeds.c
    return and_(_POLLED, f.next_poll_at <= now, or_(f.leased_until.is_(None), f.leased_until <= now))


def _feed(row: Row[Any]) -> StoredFeed:
    names: Iterable[str] = StoredFeed.__dataclass_fields__
    return StoredFeed(**{name: row._mapping[name] for name in names})
