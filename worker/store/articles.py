"""Articles: stored once, in every version that was seen, and handed to one evaluator at a time."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, and_, or_, select, update

import rules
from worker import likeness
from worker.store import groups
from worker.store import tables as t
from worker.store.database import Database, insert_new


@dataclass(frozen=True)
class NewArticle:
    """What a feed brought. Moments are aware and in UTC."""

    guid: str
    url: str
    link_key: str | None
    """The canonical link, under which two addresses of one article are the same."""
    published: datetime | None
    updated: datetime | None
    title: str
    text: str

    @property
    def content_hash(self) -> str:
        """Equal for the same words, however they are spaced."""
        words = " ".join(self.title.split()) + "\n" + " ".join(self.text.split())
        return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True)
class StoredArticle:
    """One version of an article. While it is evaluated, `attempts` is the proof of the lease."""

    id: int
    story: str
    source: str
    source_kind: str
    url: str
    published: datetime
    title: str
    text: str
    version: int
    state: str
    """`new`: to be evaluated; `recorded`: stored only; `evaluated`; `failed`: given up, with the reason in `error`."""
    attempts: int
    error: str | None
    group: int
    """The first article of those that are copies, rewrites or edits of one; its own id if it is alone."""
    relation: str | None = None
    """`edit`, `copy` or `rewrite`: what it is to an article of its group that came before it."""
    likeness: float | None = None
    """Of a copy or a rewrite, how much of the shorter one's words is in the other, 0.5 to 1."""
    earlier: str = ""
    """Title and text of the version before this one."""
    evaluated_at: datetime | None = None

    def for_rules(self) -> rules.Article:
        """The article as the engine takes it."""
        kind = rules.SourceKind(self.source_kind)
        return rules.Article(
            str(self.id), self.source, kind, self.url, self.published, self.title, self.text, self.earlier
        )


@dataclass(frozen=True)
class Added:
    """What of a feed was not known yet."""

    new: tuple[int, ...] = ()
    """Ids of the articles to evaluate."""
    recorded: int = 0
    """How many were stored without being evaluated: the first poll of a feed, and what is older than the story."""


class ArticleQueries(Database):
    """Reads and writes of `articles`."""

    def article(self, article_id: int) -> StoredArticle:
        """Raises KeyError for an unknown id."""
        with self.read() as connection:
            row = connection.execute(select(t.articles).where(t.articles.c.id == article_id)).one_or_none()
            if row is None:
                raise KeyError(article_id)
            return stored_article(row, _version_before(connection, row))

    def due_articles(self, stories: Collection[str], now: datetime, limit: int) -> tuple[int, ...]:
        """Ids of articles of these stories that are to be evaluated and that nobody holds, the earliest first."""
        a = t.articles.c
        query = select(a.id).where(a.story.in_(stories), _free(now)).order_by(a.published, a.id).limit(limit)
        with self.read() as connection:
            return tuple(connection.execute(query).scalars())

    def claim_article(self, article_id: int, now: datetime, seconds: float, most: int) -> StoredArticle | None:
        """Take an article for evaluation, and count the attempt; None if it is done, given up or another worker's.

        An article that took its evaluator down `most` times (in a way that left no error behind) is given up here.
        """
        a = t.articles.c
        taken = update(t.articles).where(a.id == article_id, _free(now))
        given_up = {"state": "failed", "error": f"the evaluation was broken off {most} times"}
        with self.write() as connection:
            connection.execute(taken.where(a.attempts >= most).values(**given_up))
            held = taken.values(attempts=a.attempts + 1, leased_until=now + timedelta(seconds=seconds))
            row = connection.execute(held.returning(*t.articles.c)).one_or_none()
            return stored_article(row, _version_before(connection, row)) if row else None

    def evaluation_failed(self, article_id: int, error: str, retry_at: datetime, most: int) -> bool:
        """Note that an evaluation raised. True if the article is given up by this: it stays `failed`, the rest flow."""
        a = t.articles.c
        failed = update(t.articles).where(a.id == article_id, a.state == "new")
        with self.write() as connection:
            given_up = connection.execute(failed.where(a.attempts >= most).values(state="failed", error=error)).rowcount
            connection.execute(failed.values(leased_until=retry_at, error=error))
        return given_up == 1


def add_articles(
    connection: Connection, feed: Row[Any], arrived: Sequence[NewArticle], baseline: datetime, now: datetime
) -> Added:
    """Store what is not known yet, within the caller's transaction.

    Known is what has the feed's guid or, anywhere in the story, the canonical link, with the same words. The same guid
    or link with other words is a new version. `baseline`: what was published before is only recorded. The same words
    elsewhere, or most of them, are another article in the same group.
    """
    groups.one_at_a_time(connection, feed.story)
    known = _known(connection, feed, arrived)
    new, recorded = [], 0
    for article in arrived:
        names = _names(feed.id, article.guid, article.link_key)
        siblings = [version for name in names for version in known[name]]
        if any(version.content_hash == article.content_hash for version in siblings):
            continue
        previous = max(siblings, key=lambda version: version.number, default=None)
        row = _row(feed, article, previous, baseline, now)
        sketch = likeness.Sketch.of(feed.story, article.title, article.text)
        kin = _kin(connection, row, sketch)
        [article_id] = insert_new(connection, t.articles, [row | kin.columns()], "id")
        if article_id is None:
            continue  # another worker was quicker
        groups.note(connection, article_id, kin, row["published"], sketch.bands)
        for name in names:
            known[name].append(_Version(article_id, article.content_hash, row["version"]))
        if row["state"] == "recorded":
            recorded += 1
        else:
            new.append(article_id)
    return Added(tuple(new), recorded)


class _Version(NamedTuple):
    id: int
    content_hash: str
    number: int


def _row(
    feed: Row[Any], article: NewArticle, previous: _Version | None, baseline: datetime, now: datetime
) -> dict[str, Any]:
    """What is stored of an article."""
    published = min(article.published or now, now)
    old = feed.first_polled_at is None or published < baseline
    if previous:  # an edit speaks from when it was made, not from when the article first appeared
        published = max(published, min(article.updated or now, now))
    return {
        "story": feed.story,
        "feed_id": feed.id,
        "guid": article.guid,
        "url": article.url,
        "link_key": article.link_key,
        "source": feed.source,
        "source_kind": feed.source_kind,
        "published": published,
        "fetched": now,
        "title": article.title,
        "text": article.text,
        "content_hash": article.content_hash,
        "version": previous.number + 1 if previous else 1,
        "previous": previous.id if previous else None,
        "state": "recorded" if old else "new",
    }


def _kin(connection: Connection, row: dict[str, Any], sketch: likeness.Sketch) -> groups.Kin:
    if row["previous"]:
        return groups.kin_of_edit(connection, row["previous"])
    return groups.kin(connection, row["story"], sketch, content_hash=row["content_hash"], published=row["published"])


def _known(
    connection: Connection, feed: Row[Any], arrived: Iterable[NewArticle]
) -> defaultdict[tuple[str, str], list[_Version]]:
    """The versions stored so far of what arrived, under each name that an article goes by."""
    a = t.articles.c
    same_guid = and_(a.feed_id == feed.id, a.guid.in_({article.guid for article in arrived}))
    same_link = and_(
        a.story == feed.story, a.link_key.in_({article.link_key for article in arrived if article.link_key})
    )
    columns = (a.id, a.feed_id, a.guid, a.link_key, a.content_hash, a.version)
    known: defaultdict[tuple[str, str], list[_Version]] = defaultdict(list)
    for row in connection.execute(select(*columns).where(or_(same_guid, same_link))):
        for name in _names(row.feed_id, row.guid, row.link_key):
            known[name].append(_Version(row.id, row.content_hash, row.version))
    return known


def _names(feed_id: str, guid: str, link_key: str | None) -> list[tuple[str, str]]:
    return [(feed_id, guid), *([("link", link_key)] if link_key else [])]


def _free(now: datetime) -> ColumnElement[bool]:
    a = t.articles.c
    return and_(a.state == "new", or_(a.leased_until.is_(None), a.leased_until <= now))


def _version_before(connection: Connection, row: Row[Any]) -> str:
    """Title and text of the version that an article replaces; empty where there is none."""
    a = t.articles.c
    earlier = connection.execute(select(a.title, a.text).where(a.id == row.previous)).one_or_none()
    return f"{earlier.title}\n{earlier.text}" if earlier else ""


def stored_article(row: Row[Any], earlier: str) -> StoredArticle:
    """One row of `articles`; `earlier`: title and text of the version before it."""
    return StoredArticle(
        id=row.id,
        story=row.story,
        source=row.source,
        source_kind=row.source_kind,
        url=row.url,
        published=row.published,
        title=row.title,
        text=row.text,
        version=row.version,
        state=row.state,
        attempts=row.attempts,
        error=row.error,
        group=row.grp or row.id,
        relation=row.relation,
        likeness=row.likeness,
        earlier=earlier,
        evaluated_at=row.evaluated_at,
    )
