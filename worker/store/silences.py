"""Silences, and dates that somebody has taken note of: what is not told although it was asked for."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Connection, delete, select

from worker.alerts import Acknowledged, Silence
from worker.errors import WrongUse
from worker.store import tables as t
from worker.store.database import Database, insert_new


class SilenceQueries(Database):
    """Reads and writes of `silences` and `acknowledgements`."""

    def add_silence(self, silence: Silence, now: datetime) -> None:
        """Begin a silence. Raises WrongUse if it ends before it begins, or has no comment."""
        if silence.until <= now:
            raise WrongUse(f"the silence would be over already: {silence.until:%Y-%m-%d %H:%M} UTC is past")
        if not silence.comment.strip():
            raise WrongUse("a silence needs a comment, so that others know why nothing is told")
        row = {
            "id": silence.id,
            "story": silence.story,
            "subscription_id": silence.subscription_id,
            "fact": silence.fact,
            "topic": silence.topic,
            "source": silence.source,
            "until": silence.until,
            "comment": silence.comment,
            "created_at": now,
        }
        with self.write() as connection:
            connection.execute(t.silences.insert(), [row])

    def silences(self, story: str, now: datetime) -> tuple[Silence, ...]:
        """The silences of a story that have not ended."""
        with self.read() as connection:
            return tuple(one for one in silences_of(connection, story) if one.until > now)

    def end_silence(self, silence_id: str) -> bool:
        """End a silence before its time. False if there is none of that id."""
        with self.write() as connection:
            return connection.execute(delete(t.silences).where(t.silences.c.id == silence_id)).rowcount == 1

    def acknowledge(self, date_noted: Acknowledged, now: datetime) -> bool:
        """Note that a subscriber needs no more reminders of a date. False if that was noted before."""
        row = {
            "subscription_id": date_noted.subscription_id,
            "fact": date_noted.fact,
            "role": date_noted.role,
            "due": date_noted.due.isoformat(),
            "at": now,
        }
        with self.write() as connection:
            return insert_new(connection, t.acknowledgements, [row], "fact") != [None]

    def acknowledged(self, subscription_id: str) -> frozenset[Acknowledged]:
        """The dates that a subscriber has taken note of."""
        with self.read() as connection:
            return acknowledged_by(connection, [subscription_id])


def new_silence_id() -> str:
    return "sil_" + secrets.token_hex(6)


def silences_of(connection: Connection, story: str) -> tuple[Silence, ...]:
    """The silences of a story, past ones too, within the caller's transaction."""
    s = t.silences.c
    rows = connection.execute(select(t.silences).where(s.story == story).order_by(s.until, s.id))
    return tuple(
        Silence(
            id=row.id,
            story=row.story,
            until=row.until,
            comment=row.comment,
            subscription_id=row.subscription_id,
            fact=row.fact,
            topic=row.topic,
            source=row.source,
        )
        for row in rows
    )


def acknowledged_by(connection: Connection, subscription_ids: Collection[str]) -> frozenset[Acknowledged]:
    """The dates that these subscribers have taken note of, within the caller's transaction."""
    a = t.acknowledgements.c
    rows = connection.execute(select(t.acknowledgements).where(a.subscription_id.in_(subscription_ids)))
    return frozenset(Acknowledged(row.subscription_id, row.fact, row.role, date.fromisoformat(row.due)) for row in rows)
