"""What `deltawire up` tells of the running installation: one readable line for each thing that happens.

It reads the database, as every role does, so that it says what happened and not what a process meant to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rules import Pack
from worker import log
from worker.store import Store, StoredFeed, Story, news
from worker.store.views import alerts_after
from worker.web import record
from worker.wording import say_date

OVERLAP = timedelta(seconds=20)
"""Transactions end in another order than that of their moments: so far back is looked again."""
DEADLINES_SHOWN = 3
NAMED = 3
"""So many feeds are named in one line; the rest are counted."""


@dataclass
class FeedWatch:
    """Which feeds cannot be read: told once, and when they come back."""

    patience: timedelta = timedelta(seconds=20)
    """So long the first round over all feeds may take before it is told how it went so far."""
    _down: set[str] = field(default_factory=set)
    _first: datetime | None = None
    _told_first: bool = False

    def lines(self, feeds: Iterable[StoredFeed], now: datetime) -> Iterator[str]:
        """The lines that `feeds`, as they stand at `now`, call for."""
        polled = [feed for feed in feeds if feed.last_status]
        waiting = [feed for feed in feeds if not feed.last_status]
        failing = {feed.id: feed for feed in polled if feed.failures}
        self._first = self._first or (now if polled else None)
        if self._first is None or (not self._told_first and waiting and now < self._first + self.patience):
            return
        fresh = [feed for feed_id, feed in failing.items() if feed_id not in self._down]
        if not self._told_first and len(fresh) == len(polled) > 0 and not waiting:
            yield from _nothing_reached(fresh)
        elif fresh:
            yield f"feeds      {_names(fresh)} cannot be read ({fresh[0].last_error}); tried again later"
        if back := [feed for feed in polled if feed.id in self._down and not feed.failures]:
            yield f"feeds      {_names(back)} can be read again"
        self._down = set(failing)
        self._told_first = True


@dataclass
class Commentary:
    """Call `lines` now and then; each thing is told once."""

    store: Store
    stories: Sequence[str]
    since: datetime
    """What happened before is not told. Aware, UTC."""
    feeds: FeedWatch = field(default_factory=FeedWatch)
    _article: int = field(init=False)
    _told: dict[str, datetime] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._article = news.last_article(self.store)

    def lines(self, now: datetime) -> Iterator[str]:
        """What happened since the last call, each line with its time. Raises what the database raises."""
        stamp = f"{now:%H:%M:%S}  "
        for arrived in news.arrivals_after(self.store, self._article):
            self._article = max(self._article, arrived.last)
            yield f"{stamp}articles   {arrived.feed}: {_counted(arrived)}"
        back = max(self.since, now - OVERLAP)
        for story in self.stories:
            for alert in alerts_after(self.store, story, (back, ""), 1_000):
                if self._is_new(f"alert {alert.id}", alert.made_at):
                    kind = "update" if alert.body["update"] else alert.body["alert"]
                    yield f"{stamp}{kind:<10} {alert.body['headline']}"
        for one in news.tries_since(self.store, back):
            if self._is_new(f"try {one.delivery} {one.number}", one.ended_at):
                yield f"{stamp}{_delivery(one)}"
        for said in self.feeds.lines(self.store.feeds(), now):
            yield f"{stamp}{said}"
        self._told = {key: at for key, at in self._told.items() if at >= back}

    def _is_new(self, key: str, at: datetime) -> bool:
        new = key not in self._told
        self._told[key] = at
        return new


def watched(story: Story, pack: Pack, feeds: Sequence[StoredFeed], subscribers: int, now: datetime) -> Iterator[str]:
    """What is watched, and the next days on which something is due, for the start of `deltawire up`."""
    facts, told = len(pack.facts), f"{subscribers} subscribed" if subscribers else "nobody subscribed yet"
    yield f"{pack.title} ({story.id}): {facts} facts, {len(feeds)} feeds, {told}"
    for deadline in record.deadlines(story.ledger, pack, now.date())[:DEADLINES_SHOWN]:
        left = f"in {deadline.days_left} days" if deadline.days_left > 1 else ("today", "tomorrow")[deadline.days_left]
        yield f"  {say_date(deadline.day)}, {left}: {deadline.title}: {deadline.says}"


def _counted(arrived: news.Arrivals) -> str:
    new = arrived.count - arrived.recorded
    said = [f"{new} new" if new else "", f"{arrived.recorded} recorded, not compared" if arrived.recorded else ""]
    return ", ".join(part for part in said if part)


def _delivery(one: news.Try) -> str:
    to = f"{one.channel} to {log.redact_address(one.address)}: {one.headline}"
    if one.outcome == "sent":
        return f"delivered  {to}"
    again = f"tried again at {one.next_attempt_at:%H:%M:%S}" if one.next_attempt_at else "given up"
    return f"failed     {to} ({log.redact(one.error or one.outcome)}; attempt {one.number}, {again})"


def _nothing_reached(feeds: Sequence[StoredFeed]) -> Iterator[str]:
    yield f"feeds      none of the {len(feeds)} feeds can be reached: {_names(feeds)} ({feeds[0].last_error})"
    yield "           Is there a network? They are tried again. `make demo` shows the whole without one."


def _names(feeds: Sequence[StoredFeed]) -> str:
    named = [feed.title for feed in feeds[:NAMED]]
    rest = len(feeds) - len(named)
    return ", ".join(named) + (f" and {rest} more" if rest else "")
