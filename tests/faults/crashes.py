"""A crash at each point of the delivery path. The clock is told, so that no lease has to run out in earnest.

Each crash happens in a process that is forked for it and kills itself there; this one then does what the next worker
would do.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import event

from rules import Finding
from tests.e2e.newsroom import STORY
from tests.faults.outcome import Outcome, count
from tests.faults.site import LEASE, Site, installed
from worker import alerts, clock, log, pipeline
from worker.desk import Desk
from worker.settings import Settings
from worker.transports.webhook import WebhookTransport

POINTS = (
    "before the commit of alerts",
    "after the commit of alerts",
    "before the commit of a lease",
    "after the commit of a lease",
    "before a message is sent",
    "after a message was answered",
    "before the commit of what came of it",
    "before the commit of the reaper",
)
AT_ONCE = 3
"""Alerts for each crash."""
_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["worker.pipeline", "worker.transports.webhook", "worker.transports.email", __name__])


def every_point(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    """So many crashes at each of the points."""
    with installed(kind, seed) as site:
        site.subscribe()
        now = clock.now()
        for _ in range(times):
            for point in POINTS:
                found = site.findings(AT_ONCE)
                if "alerts" not in point:
                    commit(site.desk, found, now)
                if "reaper" in point:  # there has to be something to free
                    _crash(site, "after the commit of a lease", found, now)
                    now += timedelta(seconds=LEASE)
                _crash(site, point, found, now)
                outcome.faults += 1
                now += timedelta(seconds=LEASE + 1)
                _next_worker(site, found, now, again="alerts" in point)
        if site.waiting():
            outcome.complaints.append(f"{site.waiting()} still wait")
        count(outcome, site.desk.store, site.sink, lease=None)
        if outcome.made != AT_ONCE * outcome.faults:
            outcome.lost += AT_ONCE * outcome.faults - outcome.made
            outcome.complaints.append("an alert was not committed again, or twice")
        if outcome.duplicates > AT_ONCE * outcome.faults:
            outcome.complaints.append("more came twice than was out")


def commit(desk: Desk, found: list[Finding], now: datetime) -> int:
    """What an evaluation that found this commits; how many deliveries are new."""
    pack, story = desk.packs[STORY], desk.store.story(STORY)
    everybody = desk.store.subscriptions(STORY)
    plan = alerts.plan(pack, found, (), everybody, now, ledger=story.ledger, mail=desk.compose_mail)
    return desk.store.commit(story, story.ledger, plan, now).deliveries


def crash(settings: Settings, point: str, found: list[Finding], now: datetime) -> None:
    """In a process of its own: do that part of the path, and die at the point."""
    log.set_up("error")
    desk = Desk.open(settings)
    _set_trap(desk, point)
    if "alerts" in point:
        commit(desk, found, now)
        _die()
    elif "reaper" in point:
        pipeline.reap(now, desk)
    else:
        asyncio.run(pipeline.deliver(now, desk, seconds=5))


def _set_trap(desk: Desk, point: str) -> None:
    store: Any = desk.store
    if point == "before a message is sent":
        WebhookTransport.send = _dies_first(WebhookTransport.send)  # type: ignore[method-assign]
    elif point == "after a message was answered":
        WebhookTransport.send = _dies_afterwards(WebhookTransport.send)  # type: ignore[method-assign]
    elif point == "after the commit of a lease":
        lease = store.lease
        store.lease = lambda *given, **how: (lease(*given, **how), _die())
    elif point == "before the commit of alerts":
        _die_at_commit(store)
    elif point == "before the commit of a lease":
        store.lease = _armed(store, store.lease)
    elif point == "before the commit of what came of it":
        store.record = _armed(store, store.record)
    elif point == "before the commit of the reaper":
        store.reap = _armed(store, store.reap)


def _armed(store: Any, method: Callable[..., Any]) -> Callable[..., Any]:
    def call(*given: Any, **how: Any) -> Any:
        _die_at_commit(store)
        return method(*given, **how)

    return call


def _die_at_commit(store: Any) -> None:
    event.listen(store._engine, "commit", lambda _: _die())


def _dies_first(_: Callable[..., Any]) -> Any:
    async def send(*_: Any) -> None:
        _die()

    return send


def _dies_afterwards(real: Callable[..., Any]) -> Any:
    async def send(*given: Any) -> None:
        await real(*given)
        _die()

    return send


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _crash(site: Site, point: str, found: list[Finding], now: datetime) -> None:
    process = _processes.Process(target=crash, args=(site.settings, point, found, now))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL, f"{point}: ended with {process.exitcode}, and not there"


def _next_worker(site: Site, found: list[Finding], now: datetime, *, again: bool) -> None:
    """What follows by itself: the article is evaluated again, the reaper comes, and what is due is sent."""
    if again:
        commit(site.desk, found, now)
    pipeline.reap(now, site.desk)
    asyncio.run(pipeline.deliver(now, site.desk))
