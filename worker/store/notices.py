"""Who is told what: an alert's audience, what waits for whom, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, delete, func, or_, select, update

from rules import Phase
from worker.alerts import (
    IN_VAIN,
    Acknowledged,
    Alert,
    Corroborated,
    Delivery,
    Known,
    Notice,
    Plan,
    Reason,
    Silence,
    Step,
    Subscription,
    Superseded,
    Waiting,
)
from worker.errors import VersionConflict
from worker.store import tables as t
from worker.store.database import Database, insert_new
from worker.store.silences import acknowledged_by, silences_of
from worker.store.subscriptions import subscription_of

Subject = tuple[str, str, str]
"""What an alert is found by: its kind, its fact and its topic."""
OPEN = ("active", "paused")
_IN_VAIN = frozenset(reason.name.lower() for reason in IN_VAIN)


@dataclass(frozen=True)
class Audience:
    """The next of those who may want to be told, in the order of their ids."""

    subscriptions: tuple[Subscription, ...]
    more: bool
    """Whether there are others after these."""


@dataclass(frozen=True)
class FanOut:
    """Alerts that some of their subscribers have yet to be told of: those whose ids come after `after`."""

    id: int
    story: str
    version: int
    """The record's version when this was read."""
    alerts: tuple[Alert, ...]
    after: str
    borne_out: Mapping[str, str]
    """Those of the alerts that another source has borne out since, with its name."""


@dataclass(frozen=True)
class Held:
    """What waits for one subscriber, and what has to be known to decide on it."""

    subscription: Subscription
    waiting: tuple[Waiting, ...]
    silences: tuple[Silence, ...]
    acknowledged: frozenset[Acknowledged]
    last_message: datetime | None
    """When a message was last made for him; None before the first."""


class NoticeQueries(Database):
    """Reads and writes of `notices`, `interests` and `fanouts`."""

    def last_changes(self, story: str, facts: Collection[str]) -> tuple[Alert, ...]:
        """The last change that was told of each of these facts, where there is one."""
        a = t.alerts.c
        found = []
        with self.read() as connection:
            for fact in facts:
                told = select(a.body).where(
                    a.story == story, a.fact == fact, a.kind == "change", a.update.is_(other=False)
                )
                body = connection.execute(told.order_by(a.at.desc(), a.made_at.desc()).limit(1)).scalar_one_or_none()
                found += [Alert.from_json(body)] if body else []
        return tuple(found)

    def audience(
        self,
        story: str,
        subjects: Collection[Subject],
        *,
        owed: Collection[str] = (),
        after: str = "",
        limit: int = 500,
    ) -> Audience:
        """Those who ask for alerts on these subjects, or were told of one of the alerts `owed`, up to `limit` of them.

        Found by an index: subscribers who ask for other things cost nothing.
        """
        if not subjects:
            return Audience((), more=False)
        i, n, s = t.interests.c, t.notices.c, t.subscriptions.c
        asks = or_(
            *(
                and_(i.story == story, i.kind == kind, i.subject.in_(["*", f"fact:{fact}", f"topic:{topic}"]))
                for kind, fact, topic in sorted(set(subjects))
            )
        )
        told = select(n.subscription_id).where(n.alert_id.in_(owed), n.fate == "told")
        ids = select(i.subscription_id).where(asks).union(told)
        found = select(t.subscriptions).where(s.id.in_(ids), s.id > after, s.state.in_((*OPEN, "pending")))
        with self.read() as connection:
            rows = connection.execute(found.order_by(s.id).limit(limit + 1)).all()
        return Audience(tuple(subscription_of(row) for row in rows[:limit]), more=len(rows) > limit)

    def known(self, story: str, earlier: Collection[str], subscriptions: Sequence[Subscription]) -> Known:
        """What has to be known of these subscribers to decide who is told.

        `earlier`: the ids of the alerts that those in hand may follow.
        """
        ids = [one.id for one in subscriptions]
        n = t.notices.c
        told: dict[str, set[str]] = {}
        untold = set()
        heard = select(n.alert_id, n.subscription_id, n.fate, n.reason).where(
            n.alert_id.in_(earlier), n.subscription_id.in_(ids)
        )
        with self.read() as connection:
            for row in connection.execute(heard) if earlier else ():
                if row.fate == "told":
                    told.setdefault(row.alert_id, set()).add(row.subscription_id)
                elif row.reason in _IN_VAIN:
                    untold.add((row.subscription_id, row.alert_id))
            return Known(
                silences=silences_of(connection, story),
                acknowledged=acknowledged_by(connection, ids),
                told={alert: frozenset(whom) for alert, whom in told.items()},
                untold=frozenset(untold),
            )

    def waiting_on(self, story: str, facts: Collection[str]) -> tuple[Waiting, ...]:
        """What is held for want of a second source on these facts, for whomever."""
        n, a = t.notices.c, t.alerts.c
        which = and_(n.reason == _name(Reason.CORROBORATION), a.story == story, a.fact.in_(facts))
        with self.read() as connection:
            return tuple(_waiting(connection, which)) if facts else ()

    def made(self, alerts: Collection[str]) -> frozenset[str]:
        """Which of these alerts, by their ids, were made before."""
        with self.read() as connection:
            return frozenset(connection.execute(select(t.alerts.c.id).where(t.alerts.c.id.in_(alerts))).scalars())

    def due_releases(self, stories: Collection[str], now: datetime, limit: int) -> tuple[str, ...]:
        """The ids of subscriptions to these stories for which the wait of something has ended."""
        n, s = t.notices.c, t.subscriptions.c
        due = select(n.subscription_id).join(t.subscriptions).where(n.fate == "held", n.until <= now)
        due = due.where(s.story.in_(stories)).distinct().limit(limit)
        with self.read() as connection:
            return tuple(connection.execute(due).scalars())

    def waiting(self, subscription_ids: Sequence[str]) -> tuple[Held, ...]:
        """What is held for these subscribers, each in the order in which it was made; who has nothing is left out."""
        n, s, d = t.notices.c, t.subscriptions.c, t.deliveries.c
        held: dict[str, list[Waiting]] = {}
        silences: dict[str, tuple[Silence, ...]] = {}
        with self.read() as connection:
            for one in _waiting(connection, n.subscription_id.in_(subscription_ids)):
                held.setdefault(one.subscription_id, []).append(one)
            people = connection.execute(select(t.subscriptions).where(s.id.in_(list(held)))).all()
            for story in {row.story for row in people}:
                silences[story] = silences_of(connection, story)
            noted = acknowledged_by(connection, list(held))
            last = select(d.subscription_id, func.max(d.created_at)).where(d.subscription_id.in_(list(held)))
            messages = {row[0]: row[1] for row in connection.execute(last.group_by(d.subscription_id))}
        return tuple(
            Held(subscription_of(row), tuple(held[row.id]), silences[row.story], noted, messages.get(row.id))
            for row in people
        )

    def commit_release(self, plans: Sequence[Plan], now: datetime) -> int:
        """Commit what became of what waited; returns how many messages it made.

        Raises VersionConflict, with nothing written, if some of it has been settled meanwhile.
        """
        if not plans:
            return 0
        whole = Plan(
            (),
            tuple(delivery for plan in plans for delivery in plan.deliveries),
            (),
            tuple(notice for plan in plans for notice in plan.settled),
        )
        with self.write() as connection:
            return write_notices(connection, whole, now)

    def fan_outs(self, stories: Collection[str], limit: int) -> tuple[FanOut, ...]:
        """What some subscribers of these stories have yet to be told of, the oldest first; what lapsed is left out."""
        f, a = t.fanouts.c, t.alerts.c
        with self.read() as connection:
            found = []
            waiting = select(t.fanouts, t.stories.c.version).join(t.stories).where(f.story.in_(stories))
            for row in connection.execute(waiting.order_by(f.id).limit(limit)).all():
                query = select(a.id, a.body).where(a.id.in_(row.alerts))
                bodies = {alert.id: alert.body for alert in connection.execute(query)}
                told = tuple(Alert.from_json(bodies[it]) for it in row.alerts)
                lapsed = _lapsed(connection, told)
                standing = tuple(alert for alert in told if alert.id not in lapsed)
                borne_out = _borne_out(connection, row.alerts)
                found.append(FanOut(row.id, row.story, row.version, standing, row.after, borne_out))
            return tuple(found)

    def commit_fan_out(self, fan_out: FanOut, plan: Plan, after: str | None, now: datetime) -> int:
        """Commit what became of the alerts for the next of their subscribers; returns how many messages that made.

        `after`: the last of these; None if there are no others. Raises VersionConflict, with nothing written, if
        another worker did the same meanwhile, or the record has moved on.
        """
        f, s = t.fanouts.c, t.stories.c
        same = and_(f.id == fan_out.id, f.after == fan_out.after)
        with self.write() as connection:
            version = select(s.version).where(s.id == fan_out.story).with_for_update()
            if connection.execute(version).scalar_one() != fan_out.version:
                raise VersionConflict(f"story {fan_out.story} has moved on from version {fan_out.version}")
            step = update(t.fanouts).where(same).values(after=after) if after else delete(t.fanouts).where(same)
            if connection.execute(step).rowcount != 1:
                raise VersionConflict(f"these subscribers of {fan_out.story} have been told by another worker")
            return write_notices(connection, plan, now)


def write_notices(connection: Connection, plan: Plan, now: datetime, told: Collection[str] | None = None) -> int:
    """Write the deliveries and notices of a plan, within the caller's transaction; how many deliveries are new.

    `told`: the ids of the alerts that are new; None: all that the plan tells of. Raises VersionConflict if something
    that it settles is no longer held.
    """
    deliveries = [one for one in plan.deliveries if told is None or set(one.alert_ids) & set(told)]
    if told is not None and any(set(one.alert_ids) - set(told) for one in deliveries):
        raise VersionConflict("one of these alerts was made by another article meanwhile")
    rows = [_outgoing(one, now) for one in deliveries]
    ended = _ended(connection, {one.subscription_id for one in deliveries})
    rows = [row | (_CANCELLED if row["subscription_id"] in ended else {}) for row in rows]
    sent = insert_new(connection, t.deliveries, rows, "id")
    _settle(connection, plan.settled, now)
    notices = [_new(one, now) for one in plan.notices if told is None or one.alert_id in told]
    insert_new(connection, t.notices, notices, "alert_id")
    return sum(delivery is not None for delivery in sent)


_CANCELLED = {"state": "cancelled", "reason": "the subscription has ended"}


def _ended(connection: Connection, subscriptions: Collection[str]) -> set[str]:
    """Those of them that have ended; the others cannot end before this transaction does."""
    s = t.subscriptions.c
    held = select(s.id, s.state).where(s.id.in_(sorted(subscriptions))).order_by(s.id).with_for_update(read=True)
    return {row.id for row in connection.execute(held) if row.state == "disabled"}


def add_fan_out(connection: Connection, story: str, alerts: Sequence[str], after: str, now: datetime) -> None:
    """Note, within the caller's transaction, that subscribers after this one have yet to be told of these alerts."""
    row = {"story": story, "alerts": list(alerts), "after": after, "made_at": now}
    connection.execute(t.fanouts.insert(), [row])


def corroborate(connection: Connection, story: str, heard: Iterable[Corroborated], now: datetime) -> None:
    """End the wait of what another source bears out: an official one, or one that did not copy from the first."""
    a, n = t.alerts.c, t.notices.c
    for one in heard:
        held = (
            select(n.subscription_id, n.alert_id, a.body)
            .join(t.alerts)
            .where(n.fate == "held", n.reason == _name(Reason.CORROBORATION), a.story == story, a.fact == one.fact)
        )
        for row in connection.execute(held).all():
            if _independent(connection, Alert.from_json(row.body), one):
                same = and_(n.subscription_id == row.subscription_id, n.alert_id == row.alert_id, n.fate == "held")
                connection.execute(update(t.notices).where(same).values(corroborated=one.source, until=now))


def supersede(connection: Connection, alerts: Any, lapsed: Superseded, now: datetime) -> None:
    """Drop what is held of these alerts (a selection of ids), within the caller's transaction."""
    n = t.notices.c
    for row in connection.execute(select(t.notices).where(n.alert_id.in_(alerts), n.fate == "held")).all():
        note = Notice(row.subscription_id, row.alert_id, "dropped", Reason.SUPERSEDED, note=lapsed.reason)
        _settle(connection, [note], now)


def untell(connection: Connection, deliveries: Collection[str], now: datetime) -> None:
    """Of messages that were cancelled, hold what they may still tell (see `lapse`), so that it is told at once."""
    n, d = t.notices.c, t.deliveries.c
    for row in connection.execute(select(t.notices).where(n.delivery_id.in_(deliveries), n.fate == "told")).all():
        whose = and_(n.subscription_id == row.subscription_id, n.alert_id == row.alert_id)
        held = Notice(row.subscription_id, row.alert_id, "held", Reason.GROUP, now, note="its message is made anew")
        gone = row.reason == _name(Reason.SUPERSEDED)
        if gone:  # the message is remembered by what it may not tell, so that another may lead with the rest
            connection.execute(update(t.deliveries).where(d.id == row.delivery_id).values(alert_id=row.alert_id))
        one = replace(held, fate="dropped", reason=Reason.SUPERSEDED, until=None, note="") if gone else held
        trail = [*row.trail, _step(one, now)]
        connection.execute(update(t.notices).where(whose).values(**_now(one), trail=trail))


def lapse(connection: Connection, alerts: Any) -> None:
    """Mark, within the caller's transaction, that a message which tells of these alerts is not to be made anew so."""
    n = t.notices.c
    told = update(t.notices).where(n.alert_id.in_(alerts), n.fate == "told")
    connection.execute(told.values(reason=_name(Reason.SUPERSEDED)))


def _lapsed(connection: Connection, alerts: Sequence[Alert]) -> set[str]:
    """Those reminders among them whose date was moved or cancelled since."""
    a = t.alerts.c
    gone = set()
    for alert in alerts:
        if alert.phase in (Phase.UPCOMING, Phase.DUE) and alert.due:
            same = and_(a.story == alert.story, a.fact == alert.fact, a.role == alert.role)
            moved = and_(a.due == alert.due.isoformat(), a.phase.in_([Phase.MOVED.value, Phase.CANCELLED.value]))
            if connection.execute(select(a.id).where(same, moved, a.at >= alert.at).limit(1)).first():
                gone.add(alert.id)
    return gone


def _borne_out(connection: Connection, alerts: Collection[str]) -> dict[str, str]:
    n = t.notices.c
    found = select(n.alert_id, n.corroborated).where(n.alert_id.in_(alerts), n.corroborated.is_not(None)).distinct()
    return {row.alert_id: row.corroborated for row in connection.execute(found)}


def _settle(connection: Connection, notices: Iterable[Notice], now: datetime) -> None:
    """Carry on the trail of notices that are held. Raises VersionConflict for one that is held no longer."""
    n = t.notices.c
    for one in notices:
        same = and_(n.subscription_id == one.subscription_id, n.alert_id == one.alert_id)
        held = select(n.trail).where(same, n.fate == "held").with_for_update()
        trail = connection.execute(held).scalar_one_or_none()
        if trail is None:
            raise VersionConflict(f"alert {one.alert_id} was settled for {one.subscription_id} meanwhile")
        connection.execute(update(t.notices).where(same).values(**_now(one), trail=[*trail, _step(one, now)]))


def _new(one: Notice, now: datetime) -> dict[str, Any]:
    whose = {"subscription_id": one.subscription_id, "alert_id": one.alert_id}
    return {**whose, **_now(one), "trail": [_step(one, now)]}


def _now(one: Notice) -> dict[str, Any]:
    reason = _name(one.reason) if one.reason else None
    return {"fate": one.fate, "reason": reason, "until": one.until, "delivery_id": one.delivery_id}


def _step(one: Notice, now: datetime) -> dict[str, Any]:
    return Step(now, one.fate, one.reason, one.until, one.note).to_json()


def _outgoing(delivery: Delivery, now: datetime) -> dict[str, Any]:
    return {
        "id": delivery.id,
        "alert_id": delivery.alert_ids[0],
        "subscription_id": delivery.subscription_id,
        "channel": delivery.channel,
        "endpoint": delivery.endpoint,
        "body": delivery.body,
        "headers": dict(delivery.headers),
        "state": "pending",
        "created_at": now,
        "next_attempt_at": now,
    }


def _independent(connection: Connection, alert: Alert, one: Corroborated) -> bool:
    """Whether an article is official, or of another outlet and another group: no copy, no rewrite, no edit."""
    if one.official or not one.may_bear_out(alert):
        return one.official
    ids = [int(it) for it in (one.article, *alert.articles) if it.isdecimal()]
    query = select(t.articles.c.id, t.articles.c.grp).where(t.articles.c.id.in_(ids))
    groups: dict[int, int | None] = {row.id: row.grp for row in connection.execute(query)}
    ours = groups.get(int(one.article)) if one.article.isdecimal() else None
    return ours is None or ours not in {groups.get(int(it)) for it in alert.articles if it.isdecimal()}


def _waiting(connection: Connection, which: Any) -> Iterator[Waiting]:
    n, a = t.notices.c, t.alerts.c
    query = select(n.subscription_id, n.corroborated, n.trail, n.until, a.body).join(t.alerts)
    rows = connection.execute(query.where(which, n.fate == "held").order_by(a.made_at, a.at, a.id)).all()
    for row in rows:
        trail = tuple(Step.from_json(step) for step in row.trail)
        yield Waiting(row.subscription_id, Alert.from_json(row.body), trail, row.until, row.corroborated or "")


def _name(reason: Reason) -> str:
    return reason.name.lower()
