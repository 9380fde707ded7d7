"""What is kept of one subscriber: all of it to be handed out, and all of it to be deleted."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, select

from worker.store import tables as t
from worker.store.database import Database


class KeepingQueries(Database):
    """Reads and deletes across the tables that name a subscriber."""

    def everything_on(self, subscription_id: str) -> dict[str, Any]:
        """Everything that is kept on a subscription, as plain JSON; moments as RFC 3339. Empty if there is none."""
        s, d = t.subscriptions.c, t.deliveries.c
        with self.read() as connection:
            row = connection.execute(select(t.subscriptions).where(s.id == subscription_id)).one_or_none()
            if row is None:
                return {}
            sent = connection.execute(select(t.deliveries).where(d.subscription_id == subscription_id)).all()
            tried = select(t.attempts).where(t.attempts.c.delivery_id.in_([one.id for one in sent]))
            return {
                "subscription": _plain(row, leave_out=("secret", "old_secret")),
                "deliveries": [_plain(one, leave_out=("body",)) | {"message": _text(one.body)} for one in sent],
                "attempts": _rows(connection, tried),
                **{
                    table.name: _rows(connection, select(table).where(table.c.subscription_id == subscription_id))
                    for table in (t.notices, t.silences, t.acknowledgements, t.letters, t.requests)
                },
            }

    def forget_subscription(self, subscription_id: str) -> list[str]:
        """Delete everything that is kept on a subscription, and the subscription; return the ids of what was sent.

        A delivery that is on its way at this moment may still arrive.
        """
        with self.write() as connection:
            return forget(connection, subscription_id)


def forget(connection: Connection, subscription_id: str) -> list[str]:
    """As `forget_subscription`, within the caller's transaction."""
    d = t.deliveries.c
    whose = select(t.subscriptions.c.id).where(t.subscriptions.c.id == subscription_id)
    connection.execute(whose.with_for_update())  # nothing new is written for it meanwhile
    sent = select(d.id).where(d.subscription_id == subscription_id)
    letters = select(t.letters.c.id).where(t.letters.c.subscription_id == subscription_id)
    ids = [str(one) for query in (sent, letters) for one in connection.execute(query).scalars()]
    connection.execute(delete(t.attempts).where(t.attempts.c.delivery_id.in_(sent)))
    for table in (t.notices, t.deliveries, t.interests, t.silences, t.acknowledgements, t.letters, t.requests):
        connection.execute(delete(table).where(table.c.subscription_id == subscription_id))
    connection.execute(delete(t.subscriptions).where(t.subscriptions.c.id == subscription_id))
    return ids


def _rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [_plain(row, leave_out=("token_hash", "address_key", "source_key")) for row in connection.execute(query)]


def _plain(row: Row[Any], *, leave_out: Iterable[str] = ()) -> dict[str, Any]:
    kept = {name: value for name, value in row._mapping.items() if name not in set(leave_out)}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in kept.items()}


def _text(body: bytes) -> str:
    """What a mail says, its plain text under its subject; of another message all of it."""
    mail = email.message_from_bytes(bytes(body), policy=email.policy.default)
    part = mail.get_body(("plain",)) if mail["Subject"] else None
    return f"{mail['Subject']}\n\n{part.get_content()}" if part else bytes(body).decode("utf-8", "replace")
