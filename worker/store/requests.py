"""What is asked for on a page: kept until a worker answers it with a letter, and counted for the limits."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, select, update

from worker.alerts import Subscription
from worker.alerts.signing import LINK_HOLDS, PER_SOURCE, WINDOW, LetterKind, Request, State, Unanswered, answer
from worker.errors import WrongUse
from worker.store import tables as t
from worker.store.database import Database, insert_new
from worker.store.keeping import forget
from worker.store.letters import due_letters, letters_within, write_letter
from worker.store.subscriptions import list_interests, row_of, subscription_of, wished, wishes_of

TIDIED_AT_ONCE = 200
_WAITING = "waiting"


class Confirmed(NamedTuple):
    """What a link has confirmed."""

    kind: LetterKind
    subscription: Subscription
    """As it is now."""


class RequestQueries(Database):
    """Reads and writes of `requests`, and of the subscriptions that come of them."""

    def take_request(self, request: Request, now: datetime) -> bool:
        """Keep a request until a worker answers it. False, and nothing is kept, if its source has had its share.

        Whether the address is known is not looked at. Two that come at the same moment may pass the limit by one.
        """
        r, wanted = t.requests.c, request.wanted
        recent = select(func.count()).select_from(t.requests).where(r.source_key == request.source, r.at > now - WINDOW)
        row = {
            "story": wanted.story,
            "subscription_id": wanted.id,
            "moves": request.moves,
            "address": wanted.address,
            "wishes": wishes_of(wanted),
            "source_key": request.source,
            "state": _WAITING,
            "at": now,
        }
        with self.write() as connection:
            if connection.execute(recent).scalar_one() >= PER_SOURCE:
                return False
            connection.execute(t.requests.insert().values(row))
            return True

    def answer_request(self, now: datetime, key: bytes) -> LetterKind | Unanswered | None:
        """Answer the request that waits the longest; None if none does. `key`: `Settings.signing_key`.

        What comes of it, its letter included, is one transaction; the address then stands in the subscription alone.
        """
        r = t.requests.c
        oldest = select(t.requests).where(r.state == _WAITING).order_by(r.id).limit(1)
        with self.write() as connection:
            row = connection.execute(oldest.with_for_update(skip_locked=True)).one_or_none()
            if row is None:
                return None
            found = _answer(connection, row, now, key)
            state = found.name.lower() if isinstance(found, Unanswered) else "answered"
            done = update(t.requests).where(r.id == row.id)
            connection.execute(done.values(state=state, address="", wishes={}))
            return found

    def ask_to_confirm(self, subscription: Subscription, now: datetime, key: bytes) -> Subscription:
        """Enter a subscription that waits for its owner's click, and the letter that asks him for it.

        Raises WrongUse if the address is subscribed to the story already.
        """
        with self.write() as connection:
            pending = _enter_pending(connection, subscription, now)
            if pending is None:
                raise WrongUse(f"{subscription.shown} is subscribed to {subscription.story} already")
            write_letter(connection, "confirm", pending, pending.address, now, key=key)
            return pending

    def confirm(self, letter_id: str, token_hash: str, now: datetime, key: bytes) -> Confirmed | None:
        """Do what the link of a letter is for, once. None if it was used, has ended, or is none of ours.

        Whose mails go to another address from then on is told so at the old one.
        """
        letter, s = t.letters.c, t.subscriptions.c
        use = update(t.letters).where(
            letter.id == letter_id,
            letter.token_hash == token_hash,
            letter.used_at.is_(None),
            letter.created_at > now - LINK_HOLDS,
        )
        with self.write() as connection:
            used = connection.execute(use.values(used_at=now).returning(*t.letters.c)).one_or_none()
            if used is None:
                return None
            found = select(t.subscriptions).where(s.id == used.subscription_id)
            row = connection.execute(found.with_for_update()).one()
            if used.kind == "confirm":
                done = row.state == "pending"
                connection.execute(
                    update(t.subscriptions).where(s.id == row.id, s.state == "pending").values(state="active")
                )
            else:
                done = _move(connection, row, used.address)
            if not done:
                return None
            subscription = subscription_of(connection.execute(found).one())
            list_interests(connection, subscription)
            if used.kind == "move":
                write_letter(connection, "moved", subscription, row.address, now, key=key)
            return Confirmed(used.kind, subscription)

    def correspondence_due(self, now: datetime) -> bool:
        """Whether a request waits to be answered, a letter to be sent, or something is old enough to be removed."""
        r, letter = t.requests.c, t.letters.c
        queries = (
            select(r.id).where(r.state == _WAITING),
            due_letters(now),
            select(r.id).where(r.at <= now - WINDOW),
            select(letter.id).where(letter.created_at <= now - LINK_HOLDS),
        )
        with self.read() as connection:
            return any(connection.execute(query.limit(1)).first() for query in queries)

    def tidy(self, now: datetime) -> int:
        """Remove what was not confirmed in time, and old requests and letters; return how many subscriptions went."""
        r, letter, s = t.requests.c, t.letters.c, t.subscriptions.c
        old = select(letter.id, letter.subscription_id).where(letter.created_at <= now - LINK_HOLDS)
        with self.write() as connection:
            connection.execute(delete(t.requests).where(r.at <= now - WINDOW, r.state != _WAITING))
            rows = connection.execute(old.order_by(letter.created_at).limit(TIDIED_AT_ONCE)).all()
            whose = {row.subscription_id for row in rows}
            unconfirmed = select(s.id).where(s.id.in_(whose), s.state == "pending", s.created_at <= now - LINK_HOLDS)
            gone = connection.execute(unconfirmed.with_for_update()).scalars().all()
            for subscription_id in gone:
                forget(connection, subscription_id)
            connection.execute(delete(t.letters).where(letter.id.in_([row.id for row in rows])))
            return len(gone)


def _answer(connection: Connection, row: Row[Any], now: datetime, key: bytes) -> LetterKind | Unanswered:
    s = t.subscriptions.c
    states: dict[str, State] = {
        found.id: found.state
        for found in connection.execute(
            select(s.id, s.state).where(
                (s.id == row.subscription_id)
                | ((s.story == row.story) & (s.channel == "email") & (s.address == row.address))
            )
        )
    }
    mover = states.pop(row.subscription_id, None) if row.moves else None
    state = next(iter(states.values()), None)
    found = answer(row.moves, state, mover, letters_within(connection, row.address, now - WINDOW, key))
    if isinstance(found, Unanswered):
        return found
    wanted = Subscription(row.subscription_id, row.story, "email", row.address)
    if found == "known":
        wanted = subscription_of(connection.execute(select(t.subscriptions).where(s.id.in_(states))).one())
    elif found == "confirm":
        wishing = Subscription(row.subscription_id, row.story, "email", row.address, **wished(row.wishes))
        wanted = _enter_pending(connection, wishing, now) or wishing
    write_letter(connection, found, wanted, row.address, now, key=key)
    return found


def _enter_pending(connection: Connection, wanted: Subscription, now: datetime) -> Subscription | None:
    """Enter a subscription that waits. One that waits already, or has ended, is replaced under its old id.

    It stands in no index by which alerts find subscribers until it is confirmed. None if the address is subscribed.
    """
    s, row = t.subscriptions.c, row_of(wanted, now, "pending")
    if insert_new(connection, t.subscriptions, [row], "id") == [None]:
        same = update(t.subscriptions).where(
            s.story == wanted.story, s.channel == wanted.channel, s.address == wanted.address
        )
        again = {name: value for name, value in row.items() if name != "id"}
        again |= {"cause": None, "failing_since": None, "tell_owner_at": None}
        waits = same.where(s.state.in_(("pending", "disabled"))).values(**again).returning(*t.subscriptions.c)
        replaced = connection.execute(waits).one_or_none()
        return subscription_of(replaced) if replaced else None
    return subscription_of(connection.execute(select(t.subscriptions).where(s.id == wanted.id)).one())


def _move(connection: Connection, row: Row[Any], address: str) -> bool:
    """Write a subscription's mails to another address from now on. False if that cannot be."""
    s = t.subscriptions.c
    taken = select(s.id).where(s.story == row.story, s.channel == row.channel, s.address == address)
    other = connection.execute(taken.where(s.id != row.id).with_only_columns(s.id, s.state)).one_or_none()
    if row.state not in ("active", "paused") or (other and other.state in ("active", "paused")):
        return False
    if other:
        forget(connection, other.id)  # it waits for a click, or has ended: this click is that of its owner
    connection.execute(update(t.subscriptions).where(s.id == row.id).values(address=address))
    return True
