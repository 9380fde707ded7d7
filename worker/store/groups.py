"""Which article an article was copied or rewritten from. The articles that come from one are a group of the story.

A group goes by the id of its first article. It is noted and nothing else: every article of it is evaluated.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, desc, func, insert, select, text, update

from worker import likeness
from worker.store import tables as t

LOOK_BACK = 14
"""How many days apart two articles may be published for one to be compared with the other."""
MOST_COMPARED = 20
"""Articles that one is compared with: those with the most bands in common."""

# Made once, since to make them anew for each article would cost more than to run them.
_SAME_WORDS = (
    select(t.articles.c.id, t.articles.c.grp)
    .where(t.articles.c.story == bindparam("story"), t.articles.c.content_hash == bindparam("content_hash"))
    .order_by(t.articles.c.id)
    .limit(1)
)
_NEAREST = (
    select(t.bands.c.article_id)
    .where(
        t.bands.c.band.in_(bindparam("bands", expanding=True)),
        t.bands.c.day.between(bindparam("first"), bindparam("last")),
    )
    .group_by(t.bands.c.article_id)
    .order_by(desc(func.count()), t.bands.c.article_id)
    .limit(MOST_COMPARED)
)


class Kin(NamedTuple):
    """Where a new article belongs."""

    group: int | None
    """None: to none that is there, so it is the first of its own."""
    relation: str | None = None
    """`edit`, `copy` or `rewrite`: what it is to an article of its group. None for the first one."""
    likeness: float | None = None
    """How much of the shorter one's words is in the other; 1.0 for the same words. None for an edit."""

    def columns(self) -> dict[str, Any]:
        """As a part of a row of `articles`."""
        return {"grp": self.group, "relation": self.relation, "likeness": self.likeness}


def one_at_a_time(connection: Connection, story: str) -> None:
    """Have the others that store articles of this story wait until the transaction ends.

    Else two that store copies at once would not see each other's, and make two groups of them. On SQLite, who writes is
    alone anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"store {story}"})


def kin(connection: Connection, story: str, sketch: likeness.Sketch, *, content_hash: str, published: datetime) -> Kin:
    """The group of an article that is not stored yet and that is no edit of another."""
    if row := connection.execute(_SAME_WORDS, {"story": story, "content_hash": content_hash}).one_or_none():
        return Kin(row.grp or row.id, "copy", 1.0)
    others = _alike(connection, story, published, sketch.bands)
    likes = [likeness.likeness(sketch.runs, likeness.shingles(row.title, row.text)) for row in others]
    best = max(zip(likes, others, strict=True), key=lambda pair: pair[0], default=None)
    if best is None or (relation := likeness.relation(best[0])) is None:
        return Kin(None)
    return Kin(best[1].grp, relation, best[0])


def kin_of_edit(connection: Connection, previous: int) -> Kin:
    """The group of an article that is a new version of that one."""
    a = t.articles.c
    return Kin(connection.execute(select(func.coalesce(a.grp, a.id)).where(a.id == previous)).scalar_one(), "edit")


def note(connection: Connection, article_id: int, kin: Kin, published: datetime, bands: Sequence[int]) -> None:
    """Let a stored article be found by those that come after it, and be the first of its group if it joined none."""
    if kin.group is None:
        connection.execute(update(t.articles).where(t.articles.c.id == article_id).values(grp=article_id))
    day = _day(published)
    if bands:
        connection.execute(insert(t.bands), [{"band": band, "day": day, "article_id": article_id} for band in bands])


def _alike(connection: Connection, story: str, published: datetime, bands: Sequence[int]) -> Sequence[Row[Any]]:
    """The articles to compare with, those with the most bands in common first, and of these the earliest."""
    days = {"first": _day(published) - LOOK_BACK, "last": _day(published) + LOOK_BACK}
    ids = list(connection.execute(_NEAREST, {"bands": bands, **days}).scalars()) if bands else []
    if not ids:  # nearly always
        return ()
    a = t.articles.c
    found = select(a.id, a.grp, a.title, a.text).where(a.id.in_(ids), a.story == story)
    return sorted(connection.execute(found), key=lambda row: ids.index(row.id))


def _day(moment: datetime) -> int:
    """The number of a day in UTC: nothing finer is looked for."""
    return moment.astimezone(UTC).toordinal()
