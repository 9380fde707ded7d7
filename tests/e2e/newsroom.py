"""A small installation for stories told as tests: outlets on loopback, the real pipeline, and a clock that is told."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import yaml

from rules.pack import PACKS
from tests.servers import SECRET, FeedServer, Receiver
from worker import pipeline
from worker.alerts import Subscription
from worker.desk import Desk
from worker.settings import Settings

STORY = "us-china-trade"
NOTHING_NEW = {
    "date": "2025-10-27",
    "fact": "china_farm_purchases",
    "state": {"status": "agreed"},
    "text": "As the baseline says.",
    "source": "baseline",
    "confidence": "press",
}
"""A starting record that adds nothing to the baseline."""


def pack_from_the_baseline(folder: Path, outlets: Mapping[str, str]) -> str:
    """The first story's pack as of its baseline, fed by these outlets (address by name); returns its folder."""
    shutil.copytree(PACKS / STORY, folder)
    (folder / "history.jsonl").write_text(json.dumps(NOTHING_NEW) + "\n")
    feeds = [
        {"id": name.lower(), "title": name, "url": url, "source": name, "source_kind": "wire", "every": 1}
        for name, url in outlets.items()
    ]
    (folder / "feeds.yaml").write_text(yaml.safe_dump({"feeds": feeds}))
    return str(folder)


def subscribers(desk: Desk, receiver: Receiver, now: datetime, *, mail: bool = True) -> None:
    """One subscriber by webhook, and one by mail."""
    desk.store.add_subscription(Subscription("sub_hook", STORY, "webhook", receiver.url + "hook", SECRET), now)
    if mail:
        desk.store.add_subscription(Subscription("sub_mail", STORY, "email", "ann@reader.example"), now)


class Newsroom:
    """Runs every step of the pipeline in this process, at the moment it is told."""

    def __init__(self, settings: Settings, outlets: Mapping[str, FeedServer], start: str) -> None:
        self.outlets = outlets
        self.at(start)
        self.desk = Desk.open(settings)
        self.desk.store.upgrade()
        self.desk.open_stories(self.now)

    def at(self, moment: str) -> Self:
        """Go to a moment, written `2025-11-01 08:00`, in UTC."""
        self.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        return self

    def publishes(self, outlet: str, title: str, text: str = "", link: str = "") -> Self:
        self.outlets[outlet].publishes(title, text, at=self.now, link=link)
        return self

    def works(self) -> Self:
        """Poll what is due, evaluate what is new, check the deadlines, send what waits."""
        for article in self.polls():
            pipeline.evaluate(article, self.now, self.desk)
        return self.checks_deadlines().sends()

    def polls(self) -> tuple[int, ...]:
        """Poll what is due; returns the articles that wait to be evaluated then."""
        store, stories = self.desk.store, list(self.desk.packs)
        asyncio.run(self._poll(store.due_feeds(stories, self.now, 100)))
        return store.due_articles(stories, self.now, 100)

    def checks_deadlines(self) -> Self:
        for story in self.desk.store.stories_to_check(list(self.desk.packs), self.now):
            pipeline.check_deadlines(story, self.now, self.desk)
        return self

    def sends(self) -> Self:
        asyncio.run(pipeline.deliver(self.now, self.desk))
        return self

    async def _poll(self, feeds: tuple[str, ...]) -> None:
        async with self.desk.client() as client:
            for feed in feeds:
                await pipeline.poll_feed(feed, self.now, self.desk, client)
