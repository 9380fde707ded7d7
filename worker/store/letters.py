"""Mails about a subscription: written as rows, leased, counted, sent. Their words are made when they are sent."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, Update, func, or_, select, update

from worker.alerts import Subscription
from worker.alerts.signing import LINK_HOLDS, LetterKind, confirm_token, hash_of, key_of_address
from worker.errors import LeaseLost
from worker.store import tables as t
from worker.store.database import Database
from worker.store.subscriptions import subscription_of

WITH_A_LINK = ("confirm", "move")
"""Letters whose link changes something, once."""


@dataclass(frozen=True)
class Letter:
    """A letter, and the subscription that it is about."""

    id: str
    kind: LetterKind
    address: str
    """Where it goes."""
    subscription: Subscription
    created_at: datetime
    attempt: int = 0
    """The number of this attempt, from 1, where it is leased; counted already, and the proof of the lease."""


class LetterQueries(Database):
    """Reads and writes of `letters`."""

    def lease_letter(self, now: datetime, seconds: float, most: int) -> Letter | None:
        """Take the letter that is due the longest, and count the attempt; None if none is due.

        One whose worker did not come back is due again after its lease, and dead after `most` attempts.
        """
        letter = t.letters.c
        with self.write() as connection:
            worn_out = update(t.letters).where(letter.id.in_(due_letters(now)), letter.attempts >= most)
            connection.execute(worn_out.values(state="dead", leased_until=None, error="the worker did not come back"))
            due = due_letters(now).order_by(letter.next_attempt_at, letter.id).limit(1)
            taken = connection.execute(due.with_for_update(skip_locked=True)).scalar_one_or_none()
            if taken is None:
                return None
            count = update(t.letters).where(letter.id == taken)
            connection.execute(
                count.values(attempts=letter.attempts + 1, leased_until=now + timedelta(seconds=seconds))
            )
            return _letter(connection, letter.id == taken)

    def letter_sent(self, letter: Letter) -> None:
        """Note that it is sent. Raises LeaseLost if it is another worker's by now."""
        values: dict[str, Any] = {"state": "sent", "error": None, "next_attempt_at": letter.created_at}
        self._settle(letter, values if letter.kind in WITH_A_LINK else values | {"address": ""})

    def letter_failed(self, letter: Letter, error: str, retry_at: datetime | None) -> None:
        """Note that an attempt failed; without `retry_at` it is given up. Raises LeaseLost as `letter_sent`."""
        again = {"next_attempt_at": retry_at} if retry_at else {"state": "dead"}
        self._settle(letter, {**again, "error": error})

    def letter_with_link(self, letter_id: str, token_hash: str, now: datetime) -> Letter | None:
        """The letter whose link this is, if that can still be used."""
        letter = t.letters.c
        unused = (letter.id == letter_id) & (letter.token_hash == token_hash) & letter.used_at.is_(None)
        with self.read() as connection:
            return _letter(connection, unused & (letter.created_at > now - LINK_HOLDS))

    def _settle(self, letter: Letter, values: dict[str, Any]) -> None:
        column = t.letters.c
        held = column.id == letter.id, column.state == "pending", column.attempts == letter.attempt
        settled: Update = update(t.letters).where(*held)
        with self.write() as connection:
            if connection.execute(settled.values(**values, leased_until=None)).rowcount != 1:
                raise LeaseLost(f"letter {letter.id} is another worker's now, or gone")


def write_letter(
    connection: Connection, kind: LetterKind, about: Subscription, address: str, now: datetime, *, key: bytes
) -> None:
    """Write a letter into the outbox. A link in an earlier one of the same kind ends with it.

    So a link confirms what its own letter says, and not what somebody asked for later.
    """
    column = t.letters.c
    letter_id = "ltr_" + secrets.token_hex(16)
    if kind in WITH_A_LINK:
        earlier = update(t.letters).where(column.subscription_id == about.id, column.kind == kind)
        connection.execute(earlier.values(token_hash=None, address=""))
        connection.execute(earlier.where(column.state == "pending").values(state="cancelled"))
    connection.execute(
        t.letters.insert().values(
            id=letter_id,
            subscription_id=about.id,
            kind=kind,
            address=address,
            address_key=key_of_address(key, address),
            token_hash=hash_of(confirm_token(key, letter_id)) if kind in WITH_A_LINK else None,
            state="pending",
            created_at=now,
            next_attempt_at=now,
            attempts=0,
        )
    )


def letters_within(connection: Connection, address: str, since: datetime, key: bytes) -> int:
    """How many letters were written to an address after a moment."""
    column = t.letters.c
    query = select(func.count()).select_from(t.letters)
    same = column.address_key == key_of_address(key, address)
    return int(connection.execute(query.where(same, column.created_at > since)).scalar_one())


def due_letters(now: datetime) -> Select[Any]:
    """The ids of letters that wait to be sent, and are nobody's."""
    column = t.letters.c
    free = or_(column.leased_until.is_(None), column.leased_until <= now)
    return select(column.id).where(column.state == "pending", column.next_attempt_at <= now, free)


def _letter(connection: Connection, where: Any) -> Letter | None:
    row = connection.execute(select(t.letters).where(where)).one_or_none()
    if row is None:
        return None
    whose = select(t.subscriptions).where(t.subscriptions.c.id == row.subscription_id)
    about = subscription_of(connection.execute(whose).one())
    return Letter(row.id, row.kind, row.address, about, row.created_at, row.attempts)
