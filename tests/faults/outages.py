"""Rows in which broker or database go away for a while, or lose what they had."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable

import redis

from tests.faults.databases import Postgres
from tests.faults.killing import RESUMES_WITHIN
from tests.faults.outcome import Outcome, count, percentile
from tests.faults.site import LEASE, SCHEDULER, WORKER, Site, installed

LASTS = 5.0


def redis_killed(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    _outages(outcome, kind, times, seed, _kill)


def redis_flushed(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    _outages(outcome, kind, times, seed, lambda site: _client(site).flushall())


def redis_wiped(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    _outages(outcome, kind, times, seed, _wipe)


def redis_frozen(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    _outages(outcome, kind, times, seed, _freeze)


def redis_full(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    _outages(outcome, kind, times, seed, _fill)


def postgres_restarted(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    _outages(outcome, kind, times, seed, lambda site: _postgres(site).restart_at_once())


def postgres_sessions_ended(outcome: Outcome, kind: str, times: int, seed: int) -> None:
    def end(site: Site) -> None:
        if site.rng.random() < 0.5:
            _postgres(site).end_sessions()
        else:
            _postgres(site).kill_a_session()

    _outages(outcome, kind, times, seed, end)


def _outages(outcome: Outcome, kind: str, times: int, seed: int, outage: Callable[[Site], object]) -> None:
    waits: list[float] = []
    with installed(kind, seed, delay=0.01) as site:
        site.subscribe()
        site.starts_broker()
        site.runs(WORKER, SCHEDULER)
        site.sink.has(site.makes(1), 60)
        for turn in range(times):
            site.makes(40)
            site.pause(site.rng.random())
            outage(site)
            outcome.faults += 1
            began, ids = time.monotonic(), site.makes(5)
            if not site.sink.has(ids, 120):
                outcome.complaints.append(f"nothing went out within 120 s after outage {turn + 1}: {site.said()}")
                break
            waits.append(time.monotonic() - began)
        if not site.settles():
            outcome.complaints.append(f"{site.waiting()} still wait; the roles said: {site.said()}")
        count(outcome, site.desk.store, site.sink, lease=LEASE)
    outcome.told["resumed within, most"] = max(waits, default=0.0)
    outcome.told["resumed within, p50"] = percentile(waits, 0.5) or 0.0
    if late := [seconds for seconds in waits if seconds > RESUMES_WITHIN]:
        outcome.complaints.append(f"{len(late)} times it took more than {RESUMES_WITHIN:g} s to resume")


def _client(site: Site) -> redis.Redis:
    assert site.server
    return redis.Redis(unix_socket_path=str(site.server.socket), socket_timeout=10)


def _kill(site: Site) -> None:
    assert site.broker_process
    site.broker_process.kill()
    site.broker_process.wait(10)
    site.makes(3)  # an alert that comes while there is no broker
    site.starts_broker()


def _wipe(site: Site) -> None:
    assert site.broker_process
    assert site.server
    site.broker_process.kill()
    site.broker_process.wait(10)
    shutil.rmtree(site.server.folder / "appendonlydir", ignore_errors=True)
    site.starts_broker()


def _freeze(site: Site) -> None:
    assert site.broker_process
    os.kill(site.broker_process.pid, signal.SIGSTOP)
    site.makes(3)
    site.pause(LASTS * 3 if site.rng.random() < 0.5 else LASTS)  # beyond the time-outs of sockets, and within
    os.kill(site.broker_process.pid, signal.SIGCONT)


def _fill(site: Site) -> None:
    client = _client(site)
    client.config_set("maxmemory", "1")
    site.makes(3)
    site.pause(LASTS)
    client.config_set("maxmemory", "0")


def _postgres(site: Site) -> Postgres:
    assert site.postgres, "this row is for PostgreSQL alone"
    return site.postgres
