"""Rows about receivers: every answer there is, and one of many that hangs."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

from aiohttp import web
from sqlalchemy import select

from tests.faults.answers import ANSWERS, Expected, serve
from tests.faults.outcome import Outcome, count, percentile
from tests.faults.site import Site, installed
from worker import clock, pipeline
from worker.store import tables as t

ENDPOINTS = 100
TIMES_SLOWER = 2.0
"""How much later than before the others may be served (p99) when one endpoint hangs."""
NOISE = 0.25
"""Seconds of difference that say nothing on a shared machine."""


def answers(outcome: Outcome, kind: str, _count: int, seed: int) -> None:
    """Each kind of answer once; whatever is no success is delivered when the receiver has come to its senses."""
    with installed(kind, seed, lease=60) as site:
        kinds = asyncio.run(_answered(site, outcome))
        count(
            outcome, site.desk.store, site.sink, lease=None, ended=[i for i, e in kinds.items() if e is Expected.ENDED]
        )
        outcome.delivered += sum(expected is Expected.SENT for expected in kinds.values())
        outcome.lost = outcome.made - outcome.delivered - outcome.dead


async def _answered(site: Site, outcome: Outcome) -> dict[str, Expected]:
    """Send one message to each; the ids with what was expected of each."""
    loop = asyncio.get_running_loop()
    async with serve() as port:
        for number, answer in enumerate(ANSWERS):
            site.subscribe(number, answer.url(port, number))
        ids = await loop.run_in_executor(None, site.makes, 1)
        now, outcome.faults = clock.now(), len(ANSWERS)
        await pipeline.deliver(now, site.desk)
        _check(site, outcome, ids)
        with site.desk.store.write() as connection:  # they come to their senses
            s = t.subscriptions.c
            for number in range(len(ANSWERS)):
                to = t.subscriptions.update().where(s.id == f"sub_{number}", s.state == "active")
                connection.execute(to.values(address=site.sink.url(f"hook{number}")))
        await pipeline.deliver(now + timedelta(days=2), site.desk)
    return {name: answer.expected for name, answer in zip(ids, ANSWERS, strict=True)}


def _check(site: Site, outcome: Outcome, ids: list[str]) -> None:
    d = t.deliveries.c
    with site.desk.store.read() as connection:
        found = {row.id: row for row in connection.execute(select(d.id, d.state, d.reason, d.next_attempt_at))}
    state = {Expected.SENT: "sent", Expected.RETRIED: "pending", Expected.ENDED: "dead"}
    for name, answer in zip(ids, ANSWERS, strict=True):
        if found[name].state != state[answer.expected]:
            outcome.complaints.append(f"{answer.name}: {found[name].state}, and not {state[answer.expected]}")


def one_hangs(outcome: Outcome, kind: str, alerts: int, seed: int) -> None:
    """One of a hundred endpoints never answers; the others are served about as quickly as without it."""
    quick = _served(outcome, kind, alerts, seed, hanging=False)
    slow = _served(outcome, kind, alerts, seed, hanging=True)
    outcome.faults = 1
    outcome.told |= {"the others' p99 without, s": quick, "the others' p99 with, s": slow, "times": slow / quick}
    if slow > TIMES_SLOWER * quick + NOISE:
        outcome.slow.append(f"with one that hangs, the others waited {slow / quick:.1f} times as long (p99)")


def _served(outcome: Outcome, kind: str, alerts: int, seed: int, *, hanging: bool) -> float:
    hosts = [f"127.0.2.{number}" for number in range(1, ENDPOINTS + 1)]

    async def hang(request: web.Request) -> web.StreamResponse | None:
        while request.path == "/hangs" and request.transport and not request.transport.is_closing():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return None

    with installed(kind, seed, hosts=hosts, answer=hang, lease=60) as site:
        for number, host in enumerate(hosts):
            site.subscribe(number, site.sink.url("hangs" if hanging and number == 0 else "hook", host))
        ids = site.makes(alerts)
        began = time.monotonic()
        hung = {f"sub_{0}"} if hanging else set()
        others = _of_others(site, hung)
        asyncio.run(_until_served(site, others))
        times = site.sink.arrivals()
        count(outcome, site.desk.store, site.sink, lease=None)
        outcome.made, outcome.lost = len(others), sum(name not in times for name in others)
        assert len(ids) == alerts * ENDPOINTS
        return percentile([times[name][0] - began for name in others if name in times], 0.99) or 0.0


def _of_others(site: Site, hung: set[str]) -> list[str]:
    d = t.deliveries.c
    with site.desk.store.read() as connection:
        return list(connection.execute(select(d.id).where(d.subscription_id.not_in(hung))).scalars())


async def _until_served(site: Site, ids: list[str]) -> None:
    """Deliver until these have arrived; what hangs is left where it is, as its worker goes on to wait for it."""
    drain = asyncio.create_task(pipeline.deliver(clock.now(), site.desk, seconds=60))
    arrived = asyncio.get_running_loop().run_in_executor(None, site.sink.has, ids, 60)
    await asyncio.wait({drain, asyncio.ensure_future(arrived)}, return_when=asyncio.FIRST_COMPLETED)
    await arrived
    if not drain.done():
        drain.cancel()
    await asyncio.gather(drain, return_exceptions=True)
