"""`deltawire demo`: six weeks of the story in half a minute, without a network.

Nothing is pretended but the clock: a feed server on loopback serves the sample archive in slices, as each moment would
have shown it, and the pipeline that also runs live polls, compares, commits to SQLite, and delivers by HTTP and SMTP.
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from rich.console import Console

import rules
from rules.pack import Feed, Pack
from worker import log, pipeline
from worker.alerts import Subscription
from worker.demo.archive import Item, load_archive, rss
from worker.demo.servers import FeedServer, MailServer, Receiver
from worker.demo.show import Show, Sums
from worker.desk import Desk
from worker.http import Client
from worker.settings import Settings, load_settings
from worker.store import new_subscription_id

STORY = "us-china-trade"
POLL_EVERY = timedelta(hours=6)
OPENING = """\
The truce in the trade quarrel of the US and China, from 27 October to 8 December 2025, as a subscriber would \
have been told. The articles are samples in our own words; the outlets are invented.
"""


@dataclass
class Clock:
    """The simulated moment, which the feed server looks at too."""

    now: datetime


def main(console: Console | None = None) -> int:
    """Run the demo and print it. Returns 0 if every alert reached both subscribers, once; otherwise 1."""
    console = console or Console(width=None if sys.stdout.isatty() else 140)
    log.set_up("warning")
    console.print(OPENING)
    with tempfile.TemporaryDirectory(prefix="deltawire-demo-") as folder:
        sums = run(load_archive(), Path(folder), console)
    return 0 if sums.webhooks and not sums.missing and not sums.twice else 1


def run(archive: Sequence[Item], folder: Path, console: Console) -> Sums:
    """Tell an archive through the whole pipeline, with its database in `folder`, and say what it came to."""
    started = monotonic()
    pack = rules.load_pack(STORY)
    clock = Clock(_midnight(pack.date))
    arrived: list[dict[str, Any]] = []
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()

    def feed(path: str) -> bytes | None:
        shown = [item for item in archive if path == f"/{item.outlet}" and item.published <= clock.now]
        return rss(shown[0].source, shown) if shown else None

    with FeedServer(feed) as feeds, Receiver(secret, arrived.append) as receiver, MailServer() as mail:
        desk = Desk.open(own_settings(folder, mail.port))
        try:
            _open(desk, replace(pack, feeds=_feeds(archive, feeds)), clock.now, receiver.url, secret)
            with Show(console, len(schedule(archive, clock.now))) as show:
                sums = asyncio.run(_tell(desk, archive, clock, arrived, show))
        finally:
            desk.close()
        sums.mails, sums.webhooks = len(mail.mails), len(receiver.ids)
        sums.twice = len(receiver.ids) - len(set(receiver.ids))
    sums.missing = sums.expected - sums.webhooks - sums.mails
    sums.seconds = monotonic() - started
    show.summary(sums)
    return sums


def schedule(archive: Iterable[Item], start: datetime) -> list[datetime]:
    """When the feeds are polled: every six hours from `start` to the end of the last item's day."""
    last = max((item.published for item in archive), default=start)
    end = _midnight(last.date() + timedelta(days=1))
    return [start + n * POLL_EVERY for n in range((end - start) // POLL_EVERY + 1)]


def own_settings(folder: Path, smtp_port: int) -> Settings:
    """Settings of the demo's own, whatever the environment says about the real installation."""
    return load_settings(
        data_dir=folder,
        database_url=None,
        packs=(STORY,),
        allow_networks="127.0.0.0/8",
        smtp_host="127.0.0.1",
        smtp_port=smtp_port,
        smtp_user=None,
        smtp_password=None,
        smtp_security="none",
        deadline_days=(7, 3, 1),
    )


def _feeds(archive: Iterable[Item], server: FeedServer) -> tuple[Feed, ...]:
    outlets = {item.outlet: item for item in archive}
    return tuple(
        Feed(name, item.source, server.url(name), item.source, item.source_kind, every=1)
        for name, item in sorted(outlets.items())
    )


def _open(desk: Desk, pack: Pack, now: datetime, hook: str, secret: str) -> None:
    """Start the story from its baseline, with one subscriber by webhook and one by mail."""
    desk.store.upgrade()
    desk.store.open_story(pack, rules.open_story(pack), now)
    desk.store.sync_feeds(pack, now)
    for subscription in (
        Subscription(new_subscription_id(), pack.id, "webhook", hook, secret),
        Subscription(new_subscription_id(), pack.id, "email", "reader@desk.example"),
    ):
        desk.store.add_subscription(subscription, now)


async def _tell(desk: Desk, archive: Sequence[Item], clock: Clock, arrived: list[dict[str, Any]], show: Show) -> Sums:
    """Go from poll to poll. Time is all that is skipped."""
    sums, last = Sums(), datetime.min.replace(tzinfo=UTC)
    async with desk.client() as client:
        for now in schedule(archive, clock.now):
            clock.now = now
            fresh = {f"{STORY}/{item.outlet}" for item in archive if last < item.published <= now}
            new = await _poll(desk, client, now, sorted(fresh), sums)
            for article in new:
                committed = pipeline.evaluate(article, now, desk)
                sums.expected += committed.deliveries if committed else 0
                sums.quiet += not (committed and committed.alerts)
            sums.expected += pipeline.check_deadlines(STORY, now, desk).deliveries
            if desk.store.due_deliveries(now):
                await pipeline.deliver(now, desk)
            for message in sorted(arrived, key=_order):
                show.alert(message)
                sums.alerts[show.kind(message)] += 1
            arrived.clear()
            show.step(now)
            last = now
    return sums


async def _poll(desk: Desk, client: Client, now: datetime, feeds: Iterable[str], sums: Sums) -> list[int]:
    """Poll feeds, several at once, and return the articles that are new, the earliest first."""
    brought = await asyncio.gather(*(pipeline.poll_feed(feed, now, desk, client) for feed in feeds))
    sums.recorded += sum(added.recorded for added in brought)
    sums.read += sum(added.recorded + len(added.new) for added in brought)
    return sorted((id_ for added in brought for id_ in added.new), key=lambda id_: desk.store.article(id_).published)


def _order(message: dict[str, Any]) -> tuple[str, bool, str]:
    """By the moment it tells of; a change before what it does to a date."""
    told = message["data"]
    return str(told["at"]), told["alert"] == "deadline", str(told["headline"])


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
