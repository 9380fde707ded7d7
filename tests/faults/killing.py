"""Rows in which processes are killed or told to stop: workers, every role by turns, and the scheduler that leads."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import time
from contextlib import suppress

from sqlalchemy import select

from tests.faults.outcome import Outcome, count, percentile
from tests.faults.site import LEASE, SCHEDULER, TICK, WEB, WITHOUT_A_REAPER, WORKER, Role, Site, installed
from worker import delivery
from worker.store import tables as t

HOSTS = tuple(f"127.0.3.{number}" for number in range(1, 9))
"""As many endpoints as it takes to have all out at once that a worker sends at once."""
ALERTS_FOR_A_KILL = 4
SLOW = 0.2
"""Seconds that the receiver takes, so that something is out whenever a worker is killed."""
STOPS_WITHIN = 20.0
RESUMES_WITHIN = 30.0
"""Seconds from the end of a fault until what is made then has arrived."""
STEPPED = (
    "-c",
    """
import datetime, os, pathlib
import apscheduler.schedulers.base
from worker import clock
from worker.cli.running import scheduler
file, right = pathlib.Path(os.environ["DELTAWIRE_DATA_DIR"], "step"), clock.now
step = lambda: datetime.timedelta(seconds=float(file.read_text() or 0))
class Stepped(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.now(tz) + step()
apscheduler.schedulers.base.datetime = Stepped
clock.now = lambda: right() + step()
scheduler()
""",
)


def workers(outcome: Outcome, kind: str, kills: int, seed: int, *, reaper: bool = True) -> None:
    """SIGKILL, of the process that sends and now and then of the whole worker, while alerts go out."""
    outcome.control = not reaper
    with installed(kind, seed, delay=SLOW if reaper else 10 * SLOW, hosts=HOSTS) as site:
        for number, host in enumerate(HOSTS):
            site.subscribe(number, site.sink.url(host=host))
        site.starts_broker()
        worker, other = site.runs(WORKER, WORKER)
        site.runs(SCHEDULER if reaper else WITHOUT_A_REAPER)
        for turn in range(kills):
            site.makes(ALERTS_FOR_A_KILL)
            site.settles(10, holds=lambda: bool(site.senders()), every=0.01)
            site.pause(site.rng.random() * SLOW)
            if turn % 10 == 9:
                site.rng.choice([worker, other]).kill()
            else:
                for pid in site.senders()[:1]:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            outcome.faults += 1
        settled = site.settles(60 if reaper else 3 * LEASE)
        if reaper and not settled:
            outcome.complaints.append(f"{site.waiting()} still wait; the roles said: {site.said()}")
        count(outcome, site.desk.store, site.sink, lease=LEASE)
        if outcome.duplicates > kills * delivery.SENDING:
            outcome.complaints.append(f"{outcome.duplicates} duplicates are more than were out at the kills")


def workers_without_reaper(outcome: Outcome, kind: str, kills: int, seed: int) -> None:
    """The negative control: with nobody to free what dead workers held, some has to be lost."""
    workers(outcome, kind, kills, seed, reaper=False)


def rolling(outcome: Outcome, kind: str, stops: int, seed: int) -> None:
    """SIGTERM of every role by turns, under load; each ends in time and is started again."""
    took = []
    with installed(kind, seed, delay=SLOW) as site:
        site.subscribe()
        site.starts_broker()
        roles = site.runs(WORKER, SCHEDULER, WORKER, WEB)
        site.settles(30, holds=lambda: all(role.process for role in roles))
        for turn in range(stops):
            site.makes(10)
            role = roles[turn % len(roles)]
            site.settles(30, holds=lambda role=role: role.process is not None and role.process.poll() is None)  # type: ignore[misc]
            site.pause(1 + site.rng.random())  # into its start, or well after
            took.append(_stop(role))
            outcome.faults += 1
        if not site.settles():
            outcome.complaints.append(f"{site.waiting()} still wait; the roles said: {site.said()}")
        count(outcome, site.desk.store, site.sink, lease=LEASE)
    outcome.told["stopped within, most"] = max(took, default=0)
    if late := [seconds for seconds in took if seconds > STOPS_WITHIN]:
        outcome.complaints.append(f"{len(late)} roles did not stop within {STOPS_WITHIN:g} s")


def _stop(role: Role) -> float:
    """SIGTERM, and how many seconds it took to end."""
    began, process = time.monotonic(), role.process
    assert process
    process.terminate()
    try:
        process.wait(STOPS_WITHIN + 10)
    except subprocess.TimeoutExpired:  # it is counted as late
        role.kill()
    return time.monotonic() - began


def leader_killed(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    """Of two schedulers the one that leads is killed; the other one takes over."""
    _schedulers(outcome, kind, times, seed, "killed")


def leader_stopped(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    """The one that leads stands still, is replaced, and wakes up as one that does not lead."""
    _schedulers(outcome, kind, times, seed, "stopped")


def clock_stepped(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    """The clock of the only scheduler is set forward or back while it leads; another one comes, and it is killed."""
    waits: list[float] = []
    with installed(kind, seed) as site:
        site.subscribe()
        site.starts_broker()
        site.runs(WORKER)
        step = site.settings.data_dir / "step"
        for turn in range(times):
            step.write_text("0")
            [wrong] = site.runs(STEPPED)
            leads = functools.partial(_leader, site, [wrong])
            site.settles(60, holds=lambda leads=leads: leads() is not None)  # type: ignore[misc]
            by = (-3600, 3600, -600, 600)[turn % 4]
            step.write_text(str(by))
            site.pause(2 * TICK)
            if by > 0:  # one whose clock is behind sees nothing due: that is for the other one
                waits += _goes_on(site, outcome, turn)
            [right] = site.runs(SCHEDULER)
            site.settles(20, holds=lambda right=right: right.process is not None)  # type: ignore[misc]
            site.roles.remove(wrong)
            wrong.kill()
            waits += _goes_on(site, outcome, turn)
            site.roles.remove(right)
            right.kill()
            outcome.faults += 1
        site.runs(SCHEDULER)
        if not site.settles():
            outcome.complaints.append(f"{site.waiting()} still wait")
        count(outcome, site.desk.store, site.sink, lease=LEASE)
    outcome.told["resumed within, most"] = max(waits, default=0.0)


def _goes_on(site: Site, outcome: Outcome, turn: int) -> list[float]:
    """Make alerts, and see them arrive; the seconds that this took."""
    began, ids = time.monotonic(), site.makes(5)
    if not site.sink.has(ids, RESUMES_WITHIN):
        outcome.complaints.append(f"nothing went out within {RESUMES_WITHIN:g} s after fault {turn + 1}: {site.said()}")
    return [time.monotonic() - began]


def _schedulers(outcome: Outcome, kind: str, times: int, seed: int, fault: str) -> None:
    waits: list[float] = []
    epochs: dict[int, set[str]] = {}
    with installed(kind, seed) as site:
        site.subscribe()
        site.starts_broker()
        site.runs(WORKER)
        candidates = site.runs(SCHEDULER, SCHEDULER)
        for turn in range(times):
            site.settles(60, holds=lambda: _leader(site, candidates) is not None)
            _replaced(site, candidates, fault, epochs)
            outcome.faults += 1
            waits += _goes_on(site, outcome, turn)
        site.settles()
        count(outcome, site.desk.store, site.sink, lease=LEASE)
    outcome.told["resumed within, p99"] = percentile(waits, 0.99) or 0.0
    if two := {epoch: owners for epoch, owners in epochs.items() if len(owners) > 1}:
        outcome.complaints.append(f"two led under one epoch: {two}")


def _lease(site: Site) -> tuple[str, int]:
    with site.desk.store.read() as connection:
        row = connection.execute(select(t.leases.c.owner, t.leases.c.epoch)).first()
    return (row.owner, row.epoch) if row else ("", 0)


def _leader(site: Site, candidates: list[Role]) -> Role | None:
    pid = int((_lease(site)[0] or "::").split(":")[1] or 0)
    return next((role for role in candidates if role.pid == pid and pid), None)


def _replaced(site: Site, candidates: list[Role], fault: str, epochs: dict[int, set[str]]) -> None:
    leader, before = _leader(site, candidates), _lease(site)
    assert leader
    pid = leader.pid
    epochs.setdefault(before[1], set()).add(before[0])
    if fault == "killed":
        leader.kill()
    else:
        os.kill(pid, signal.SIGSTOP)
    site.settles(60, holds=lambda: _lease(site)[1] > before[1])
    if fault == "stopped":
        os.kill(pid, signal.SIGCONT)
        site.pause(2 * site.settings.tick_seconds)
    after = _lease(site)
    epochs.setdefault(after[1], set()).add(after[0])
