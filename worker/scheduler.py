"""Ticks that look for what is due and ask for it. Of several schedulers one leads, by a lease in the database.

A tick only enqueues: it does no work of its own, and a tick that comes late, or twice, or not at all loses nothing.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from secrets import token_hex

from apscheduler.job import Job
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from worker import clock, log, tasks
from worker.store import Store

LEASE = "scheduler"
SHORTEST_LEASE = 10.0
"""Seconds. A leader that was killed is replaced after its lease."""
LONGEST_SILENCE = 5.0
"""Seconds without a tick after which one is made whatever the clock says."""

_log = log.get("scheduler")


@dataclass
class Leader:
    """One candidate for the lead, and what it does at each tick."""

    store: Store
    tick_seconds: float
    wake_up: Callable[[datetime], None] = tasks.wake_up
    owner: str = field(default_factory=lambda: f"{socket.gethostname()}:{os.getpid()}:{token_hex(3)}")
    epoch: int | None = None
    """Under which the lead is held, as far as is known; it goes up with every change of leader."""

    @property
    def lease_seconds(self) -> float:
        """How long the lead is held without being renewed."""
        return max(SHORTEST_LEASE, 4 * self.tick_seconds)

    def tick(self, now: datetime) -> bool:
        """Take or keep the lead, and as the leader ask for what is due. Whether this one leads.

        The sign of life comes last, so that it tells of a tick that went through. Raises what the database raises.
        """
        epoch = self.store.acquire(LEASE, self.owner, now, self.lease_seconds)
        if epoch != self.epoch:
            _log.info("leads" if epoch else "stands by", owner=self.owner, epoch=epoch)
        self.epoch = epoch
        if epoch:
            self.wake_up(now)
        self.store.beat("scheduler", self.owner.split(":")[0], now, {"leads": bool(epoch), "epoch": epoch})
        return bool(epoch)

    def step_down(self, now: datetime) -> None:
        """Give the lead back, so that the next one need not wait for the lease to run out."""
        self.store.release(LEASE, self.owner, now)


def run(leader: Leader, wait: Callable[[], object], now: Callable[[], datetime] = clock.now) -> None:
    """Tick, in a thread of its own, until `wait` returns. A tick that fails is logged, and the next one tries again."""

    ticked = threading.Event()

    def tick() -> None:
        ticked.set()
        try:
            leader.tick(now())
        except Exception:  # noqa: BLE001 - a task's edge: the database may be back at the next tick
            _log.exception("tick failed")

    logging.getLogger("apscheduler").setLevel(logging.WARNING)  # it tells of every tick
    # What is due is read from SQL, so late ticks are made up for by one, and none is ever dropped for being late.
    scheduler = BackgroundScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    job = scheduler.add_job(tick, IntervalTrigger(seconds=leader.tick_seconds), next_run_time=now())
    scheduler.start()
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(job, ticked, leader.tick_seconds, over, now), daemon=True)
    watch.start()
    try:
        wait()
    finally:
        over.set()
        watch.join()
        scheduler.shutdown(wait=True)
        leader.step_down(now())


def _watch(
    job: Job, ticked: threading.Event, tick_seconds: float, over: threading.Event, now: Callable[[], datetime]
) -> None:
    """Have a tick made if none came for a while: APScheduler waits by the clock, which may have been set back."""
    while not over.wait(max(LONGEST_SILENCE, 3 * tick_seconds)):
        if not ticked.is_set():
            _log.warning("no tick came; was the clock set back?")
            job.modify(next_run_time=now())
        ticked.clear()
