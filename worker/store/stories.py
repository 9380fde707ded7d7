"""Stories and their record, and the one transaction that everything found goes through."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, select, update

from rules import Entry, Finding, Kind, Ledger, Pack, Phase, State
from worker.alerts import Alert, Plan, Superseded
from worker.errors import LeaseLost, VersionConflict
from worker.store import tables as t
from worker.store.articles import StoredArticle
from worker.store.database import Database, insert_new
from worker.store.notices import add_fan_out, corroborate, lapse, supersede, untell, write_notices


@dataclass(frozen=True)
class Story:
    """A story with its record as it stood when it was read."""

    id: str
    title: str
    version: int
    opened_at: datetime
    deadlines_checked_at: datetime
    """Deadlines up to this moment have been told."""
    ledger: Ledger


@dataclass(frozen=True)
class Committed:
    """What a commit brought that was not there before."""

    alerts: tuple[str, ...] = ()
    """Ids of the alerts that are new: one that was told before is not told again."""
    deliveries: int = 0
    cancelled: int = 0
    """Reminders that waited, and will not be sent because their date moved."""
    more: bool = False
    """Whether there are more subscribers than one commit tells."""


class StoryQueries(Database):
    """Reads and writes of `stories`, `entries`, `findings` and `alerts`."""

    def open_story(self, pack: Pack, ledger: Ledger, now: datetime) -> bool:
        """Open a story with its starting record, if it is not open yet. Deadlines before `now` count as told."""
        with self.write() as connection:
            row = {
                "id": pack.id,
                "title": pack.title,
                "version": 1,
                "opened_at": now,
                "deadlines_checked_at": now,
            }
            opened = insert_new(connection, t.stories, [row], "id") != [None]
            if opened:
                _add_entries(connection, ledger, 0)
            return opened

    def stories(self) -> tuple[str, ...]:
        """The ids of all stories."""
        with self.read() as connection:
            return tuple(connection.execute(select(t.stories.c.id).order_by(t.stories.c.id)).scalars())

    def stories_to_check(self, stories: Collection[str], before: datetime) -> tuple[str, ...]:
        """The ids of those stories whose deadlines were last looked at before that moment."""
        s = t.stories.c
        query = select(s.id).where(s.id.in_(stories), s.deadlines_checked_at < before).order_by(s.id)
        with self.read() as connection:
            return tuple(connection.execute(query).scalars())

    def story(self, story_id: str) -> Story:
        """The story with its whole record. Raises KeyError for an unknown id."""
        with self.read() as connection:
            row = connection.execute(select(t.stories).where(t.stories.c.id == story_id)).one_or_none()
            if row is None:
                raise KeyError(story_id)
            lines = connection.execute(select(t.entries).where(t.entries.c.story == story_id).order_by(t.entries.c.seq))
            ledger = Ledger(story_id, tuple(_entry(line) for line in lines))
        return Story(row.id, row.title, row.version, row.opened_at, row.deadlines_checked_at, ledger)

    def commit(
        self,
        story: Story,
        ledger: Ledger,
        plan: Plan,
        now: datetime,
        *,
        findings: Sequence[Finding] = (),
        article: StoredArticle | None = None,
        deadlines_checked: bool = False,
    ) -> Committed:
        """Commit what was computed from `story`: its new record, findings, alerts, deliveries, all or nothing.

        `article`: the one that was evaluated, held by its lease. `deadlines_checked`: deadlines up to `now` are told
        by this. Raises VersionConflict if the story has moved on since it was read, LeaseLost if the article is
        another worker's now; nothing is written then.
        """
        with self.write() as connection:
            _advance(connection, story, ledger, now if deadlines_checked else None)
            _add_entries(connection, ledger, len(story.ledger.entries))
            if article:
                _evaluated(connection, article, now)
                _add_findings(connection, article, findings, now)
            told = _add_alerts(connection, plan.alerts, now)
            sent = write_notices(connection, plan, now, told)
            more = plan.after is not None and bool(told)
            if plan.after is not None and more:
                add_fan_out(connection, story.id, told, plan.after, now)
            corroborate(connection, story.id, plan.corroborated, now)
            cancelled = sum(_supersede(connection, story.id, lapsed, now) for lapsed in plan.superseded)
        return Committed(told, sent, cancelled, more)


def _advance(connection: Connection, story: Story, ledger: Ledger, checked: datetime | None) -> None:
    """Take the story's row under the version that was read; it stays locked until the end of the transaction."""
    grown = len(ledger.entries) > len(story.ledger.entries)
    statement = update(t.stories).where(t.stories.c.id == story.id, t.stories.c.version == story.version)
    if checked:
        statement = statement.where(t.stories.c.deadlines_checked_at == story.deadlines_checked_at)
    values: dict[str, Any] = {"version": story.version + 1 if grown else story.version}
    if checked:
        values["deadlines_checked_at"] = checked
    if connection.execute(statement.values(**values)).rowcount != 1:
        raise VersionConflict(f"story {story.id} has moved on from version {story.version}")


def _add_entries(connection: Connection, ledger: Ledger, known: int) -> None:
    rows = [
        {
            "story": ledger.story,
            "seq": seq,
            "fact": entry.fact,
            "state": entry.state.to_json(),
            "kind": entry.kind.value,
            "valid": entry.valid,
            "learned": entry.learned,
            "article": entry.article,
            "source": entry.source,
            "url": entry.url,
            "quote": entry.quote,
            "confidence": entry.confidence,
        }
        for seq, entry in enumerate(ledger.entries[known:], known + 1)
    ]
    if rows:
        connection.execute(t.entries.insert(), rows)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        fact=row.fact,
        state=State.from_json(row.state),
        kind=Kind(row.kind),
        valid=row.valid,
        learned=row.learned,
        article=row.article,
        source=row.source,
        url=row.url,
        quote=row.quote,
        confidence=row.confidence,
    )


def _evaluated(connection: Connection, article: StoredArticle, now: datetime) -> None:
    held = update(t.articles).where(
        t.articles.c.id == article.id, t.articles.c.state == "new", t.articles.c.attempts == article.attempts
    )
    done = held.values(state="evaluated", evaluated_at=now, leased_until=None, error=None)
    if connection.execute(done).rowcount != 1:
        raise LeaseLost(f"article {article.id} is another worker's now, or done")


def _add_findings(connection: Connection, article: StoredArticle, found: Sequence[Finding], now: datetime) -> None:
    rows = [
        {
            "story": finding.story,
            "article_id": article.id,
            "kind": finding.kind.value,
            "fact": finding.fact,
            "key": finding.key,
            "body": finding_json(finding),
            "at": now,
        }
        for finding in found
    ]
    if rows:
        connection.execute(t.findings.insert(), rows)


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as plain JSON, with everything that explains it."""
    return {
        "kind": finding.kind.value,
        "fact": finding.fact,
        "before": finding.before.to_json(),
        "claimed": finding.claimed.to_json(),
        "after": finding.after.to_json(),
        "published": finding.published.isoformat(),
        "quote": finding.quote,
        "span": list(finding.span),
        "why": finding.why,
        "rule": finding.rule,
        "cues": list(finding.cues),
        "update": finding.update,
        "speaker": finding.speaker,
        "confidence": finding.confidence,
        "severity": finding.severity.value,
    }


def _add_alerts(connection: Connection, alerts: Sequence[Alert], now: datetime) -> tuple[str, ...]:
    rows = [
        {
            "id": alert.id,
            "story": alert.story,
            "key": alert.key,
            "kind": alert.kind,
            "update": alert.update,
            "fact": alert.fact,
            "topic": alert.topic,
            "phase": alert.phase.value if alert.phase else None,
            "role": alert.role,
            "due": alert.due.isoformat() if alert.due else None,
            "at": alert.at,
            "made_at": now,
            "severity": alert.severity.value,
            "headline": alert.headline,
            "body": alert.to_json(),
        }
        for alert in alerts
    ]
    return tuple(new for new in insert_new(connection, t.alerts, rows, "id") if new)


def _supersede(connection: Connection, story: str, lapsed: Superseded, now: datetime) -> int:
    """Cancel the reminders of a date that wait. One that is being sent goes out, but is not tried a second time.

    A message that tells of other things besides is made anew without the reminder.
    """
    reminders = select(t.alerts.c.id).where(
        t.alerts.c.story == story,
        t.alerts.c.fact == lapsed.fact,
        t.alerts.c.role == lapsed.role,
        t.alerts.c.due == lapsed.due.isoformat(),
        t.alerts.c.phase.in_([Phase.UPCOMING.value, Phase.DUE.value]),
    )
    d, n = t.deliveries.c, t.notices.c
    supersede(connection, reminders, lapsed, now)
    lapse(connection, reminders)
    telling = select(n.delivery_id).where(n.alert_id.in_(reminders), n.delivery_id.is_not(None))
    statement = update(t.deliveries).where(d.id.in_(telling), d.state.in_(["pending", "leased"]))
    state = case((d.state == "pending", "cancelled"), else_=d.state)
    changed = connection.execute(statement.values(state=state, reason=lapsed.reason).returning(d.id, d.state)).all()
    cancelled = [row.id for row in changed if row.state == "cancelled"]
    untell(connection, cancelled, now)
    return len(cancelled)
