"""What the pages and the API ask for, read from the store and put together with the rule packs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from rules import Pack
from worker.settings import Settings
from worker.store import Store, StoredFeed
from worker.store.views import Place, ToldAlert, alert_counts, alerts_after, alerts_before
from worker.web import record
from worker.web.models import Alert, Alerts, Feed, Story, StoryLine

LATEST = 10
"""Alerts on a story's page."""
SETTLED = timedelta(minutes=2)
"""Two workers may commit alerts in another order than that of their moments, but not so far apart."""


@dataclass(frozen=True)
class MailWay:
    """Where mails go: out by a server, or into a folder."""

    sender: str
    folder: Path | None


@dataclass(frozen=True)
class Reader:
    """Reads for one page at a time. Raises KeyError for a story that is not watched or not open yet."""

    settings: Settings
    store: Store
    packs: Mapping[str, Pack]
    now: Callable[[], datetime]

    @property
    def mail(self) -> MailWay:
        """Where mails go."""
        return MailWay(self.settings.mail_from, None if self.settings.smtp_host else self.settings.mailbox)

    def stories(self) -> list[StoryLine]:
        """The stories that are watched and open, in order of title."""
        opened, told = self.store.stories(), alert_counts(self.store)
        lines = [self._line(pack, told.get(pack.id, 0)) for pack in self.packs.values() if pack.id in opened]
        return sorted(lines, key=lambda line: line.title)

    def _line(self, pack: Pack, told: int) -> StoryLine:
        ahead = record.deadlines(self.store.story(pack.id).ledger, pack, self.now().date())
        return StoryLine(
            id=pack.id,
            title=pack.title,
            baseline=pack.date,
            facts=len(pack.facts),
            alerts=told,
            next_deadline=next(iter(ahead), None),
        )

    def story(self, story_id: str) -> Story:
        """Everything that a story's page shows."""
        pack, today = self.packs[story_id], self.now().date()
        stored = self.store.story(story_id)
        return Story(
            id=story_id,
            title=pack.title,
            baseline=pack.date,
            version=stored.version,
            topics=record.topics(stored.ledger, pack),
            deadlines=record.deadlines(stored.ledger, pack, today),
            passed=record.passed(stored.ledger, pack, today),
            timeline=record.timeline(stored.ledger, pack),
            alerts=self.latest(story_id, None, LATEST)[0],
            feeds=sorted(map(_feed, self.store.feeds(story_id)), key=lambda feed: (feed.state, feed.title)),
        )

    def title(self, story_id: str) -> str:
        """The title of a story that is watched and open."""
        if story_id not in self.store.stories():
            raise KeyError(story_id)
        return self.packs[story_id].title

    def latest(self, story_id: str, before: Place | None, limit: int) -> tuple[list[Alert], str | None]:
        """Alerts, newest first, and the cursor of the next page of older ones (None: there are none)."""
        found = alerts_before(self.store, story_id, before, limit + 1)
        shown = found[:limit]
        return [_alert(told) for told in shown], cursor(shown[-1].place) if len(found) > limit else None

    def alerts(self, story_id: str, since: Place | None, limit: int) -> Alerts:
        """Alerts in the order in which they were made, from a cursor on.

        `next` never lies within the last two minutes once all is read: an alert that was still being committed is
        seen then, and others may come twice. Their ids stay the same.
        """
        self.title(story_id)
        found = alerts_after(self.store, story_id, since, limit + 1)
        shown, more = found[:limit], len(found) > limit
        settled = (self.now() - SETTLED, "")
        end = shown[-1].place if shown else since or settled
        after = end if more else max(min(end, settled), since or settled)
        return Alerts(alerts=[_alert(told) for told in shown], next=cursor(after), more=more)


def cursor(place: Place) -> str:
    """A place in the order of alerts, as it stands in an address."""
    made_at, alert_id = place
    return f"{made_at.isoformat().replace('+00:00', 'Z')}~{alert_id}"


def place(text: str) -> Place:
    """The inverse of `cursor`; a plain RFC 3339 moment will do. Raises ValueError for anything else."""
    moment, _, alert_id = text.partition("~")
    made_at = datetime.fromisoformat(moment)
    if made_at.tzinfo is None or "\0" in alert_id:
        raise ValueError(text)
    return made_at, alert_id


def _alert(told: ToldAlert) -> Alert:
    return Alert.model_validate({**told.body, "url": record.web_link(told.body.get("url")), "made_at": told.made_at})


def _feed(feed: StoredFeed) -> Feed:
    failing = feed.last_status == "failed"
    polled = feed.last_status is not None
    return Feed(
        id=feed.id,
        title=feed.title,
        source=feed.source,
        host=urlsplit(feed.url).hostname or "",
        every_minutes=feed.every_s / 60,
        state="failing" if failing else "working" if polled else "not polled yet",
        last_success_at=feed.last_success_at,
        last_error=feed.last_error if failing else None,
        failures=feed.failures,
        next_poll_at=feed.next_poll_at,
    )
