"""Rows about input and messages that break whoever handles them, and about running for long."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

import rules
from tests.bench.engine import HOSTILE
from tests.e2e.newsroom import STORY
from tests.e2e.programs import descendants
from tests.faults.outcome import Outcome, count, percentile
from tests.faults.site import LEASE, SCHEDULER, WEB, WORKER, Site, installed
from tests.servers import FeedServer
from worker import clock, log, pipeline
from worker.desk import Desk
from worker.settings import Settings
from worker.store import tables as t
from worker.transports.webhook import WebhookTransport

CUT = "The US agrees to cut the fentanyl tariff on China to {0}%."
POISON = "POISON"
FEEDS = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "' + b"x" * 9_000 + b'">]><rss><title>' + b"&a;" * 9_000,
    b"\n" * 2_000_000 + b"<rss/>",
    b"<a>" * 200_000,
    b"\x00" * 100_000,
    b"<rss version='2.0'><channel><item><title>" + b"\xff\xfe" * 50_000,
    b"GIF89a" + bytes(range(256)) * 400,
    b"<rss>" + b"<item><title>" + b"&#x1F600;" * 200_000,
    b"{" * 100_000,
)
"""Answers of feeds that are no feeds."""
NEIGHBOURS = 40
"""Messages that wait beside each one that kills its worker."""
MOST_GROWTH = 1.15
"""Memory at the end of a soak, as a share of what it was after its first third."""
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["worker.pipeline", "worker.transports.webhook", "worker.transports.email", __name__])


def news(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    """Feeds that are no feeds, articles that are hard to read, and articles that kill whoever reads them, amid others.

    No known text kills its reader, so a reader is made to die of every fifth. What stands beside it is told.
    """
    with installed(kind, seed) as site, FeedServer() as good, FeedServer() as bad:
        site.subscribe()
        now = clock.now() + timedelta(minutes=1)
        for name, server in (("good", good), ("bad", bad)):
            site.desk.store.add_feed(STORY, name, server.url, now, title=name, source=name, every_s=60)
        asyncio.run(_poll(site, now))  # the first poll is only recorded
        for turn in range(times):
            now += timedelta(hours=7)
            good.publishes(f"Tariff cut {turn}", CUT.format(turn % 9 + 1), at=now)
            name, text = list(HOSTILE.items())[turn % len(HOSTILE)]
            title = f"{POISON} {turn}" if turn % 5 == 0 else f"{name} {turn}"
            good.publishes(title, f"tariff {turn} " + text * (20_000 // len(text)), at=now)
            bad.says(body=FEEDS[turn % len(FEEDS)], Content_Type="application/rss+xml")
            asyncio.run(_poll(site, now))
            now = _read(site, now)
            asyncio.run(pipeline.deliver(now, site.desk))
            outcome.faults += 1
        _judge(site, outcome, times)
        count(outcome, site.desk.store, site.sink, lease=None)


async def _poll(site: Site, now: datetime) -> None:
    async with site.desk.client() as client:
        for feed in site.desk.store.due_feeds([STORY], now, 10):
            await pipeline.poll_feed(feed, now, site.desk, client)


def _read(site: Site, now: datetime) -> datetime:
    """Evaluate what waits as workers would, as often as it takes; the moment at which nothing is left."""
    store = site.desk.store
    while waiting := store.due_articles([STORY], now, 100):
        for article in waiting:
            if store.article(article).title.startswith(POISON):
                _died(read_and_die, site.settings, article, now)
            else:
                pipeline.evaluate(article, now, site.desk)
        now += timedelta(seconds=LEASE + 1)
    return now


def read_and_die(settings: Settings, article: int, now: datetime) -> None:
    """In a process of its own: evaluate the article, and die of it."""
    log.set_up("error")
    rules.evaluate = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)  # type: ignore[assignment]
    pipeline.evaluate(article, now, Desk.open(settings))


def _died(work: Any, *given: Any) -> bool:
    process = _processes.Process(target=work, args=given)
    process.start()
    process.join(120)
    return process.exitcode == -signal.SIGKILL


def _judge(site: Site, outcome: Outcome, times: int) -> None:
    a = t.articles.c
    with site.desk.store.read() as connection:
        failed = connection.execute(select(a.title, a.error).where(a.state == "failed")).all()
        told = connection.execute(select(a.id).where(a.state == "evaluated")).all()
    if sum(title.startswith(POISON) for title, _ in failed) != len(range(0, times, 5)):
        outcome.complaints.append(f"given up were {failed}")
    if len(failed) + len(told) != 2 * times:
        outcome.complaints.append(f"of {2 * times} articles {len(told)} were evaluated and {len(failed)} given up")
    outcome.told["articles given up"] = len(failed)


def messages(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    """Messages that kill the worker at every attempt: each is given up at last, and takes no other one with it."""
    with installed(kind, seed) as site:
        site.subscribe()
        poison, now = [], clock.now()
        for _ in range(times):
            ids = site.makes(NEIGHBOURS + 1)
            poison.append(site.rng.choice(ids))
            outcome.faults += 1
            now = _sent(site, poison, max(now, clock.now()))
        count(outcome, site.desk.store, site.sink, lease=None, ended=poison)
        if outcome.dead != len(poison):
            outcome.complaints.append(f"given up were {outcome.dead}, and not {len(poison)}")


def _sent(site: Site, poison: Sequence[str], now: datetime) -> datetime:
    """Send what waits as workers would that are started again; the moment at which nothing is left."""
    while site.waiting():
        _died(send_and_die, site.settings, poison, now)
        now += timedelta(seconds=LEASE + 1)
        pipeline.reap(now, site.desk)
    return now


def send_and_die(settings: Settings, poison: Sequence[str], now: datetime) -> None:
    """In a process of its own: deliver what is due, and die of the messages that kill."""
    log.set_up("error")
    real = WebhookTransport.send

    async def send(self: WebhookTransport, delivery: Any) -> Any:
        if delivery.id in poison:
            os.kill(os.getpid(), signal.SIGKILL)
        return await real(self, delivery)

    WebhookTransport.send = send  # type: ignore[method-assign]
    asyncio.run(pipeline.deliver(now, Desk.open(settings)))


def soak(outcome: Outcome, kind: str, seconds: int, seed: int) -> None:
    """Everything runs, and alerts come all the time: memory stays what it was."""
    with installed(kind, seed) as site:
        site.subscribe()
        site.starts_broker()
        site.runs(WORKER, SCHEDULER, WEB)
        site.sink.has(site.makes(1), 60)
        began, sizes = time.monotonic(), []
        while (spent := time.monotonic() - began) < seconds:
            site.makes(20)
            site.pause(1)
            sizes.append((spent, _memory(site)))
        if not site.settles():
            outcome.complaints.append(f"{site.waiting()} still wait")
        count(outcome, site.desk.store, site.sink, lease=LEASE)
        with site.desk.store.read() as connection:
            outcome.told["attempts"] = float(
                connection.execute(select(func.count()).select_from(t.attempts)).scalar_one()
            )
    middle = [size for spent, size in sizes if seconds / 3 <= spent < seconds * 2 / 3]
    end = [size for spent, size in sizes if spent >= seconds * 2 / 3]
    before, after = percentile(middle, 0.5) or 1.0, percentile(end, 0.5) or 1.0
    outcome.told |= {"memory in the second third, MB": before, "in the last third, MB": after}
    if after > MOST_GROWTH * before:
        outcome.complaints.append(f"memory grew to {after / before:.2f} of what it was")


def _memory(site: Site) -> float:
    """What the roles hold that they share with nobody else, in MB."""
    total = 0
    for role in site.roles:
        for pid in (role.pid, *descendants(role.pid)):
            with suppress(OSError, ValueError):
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
                total += sum(int(line.split()[1]) for line in lines if line.startswith("Private_"))
    return total / 1024
