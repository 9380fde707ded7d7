"""Measure delivery: as a ratio to a bare loop of POSTs, and a commit to a bare INSERT, in the same run on SQLite.

`python -m tests.bench.delivery [DELIVERIES]`. The receiver runs in a thread of the same process in both cases.
"""

from __future__ import annotations

import asyncio
import sys
import time

import aiohttp
from sqlalchemy import insert, select

from rules import State, Status
from tests.faults.outcome import percentile
from tests.faults.site import Site, installed
from tests.servers import SECRET
from tests.worker.samples import finding
from worker import alerts, clock, pipeline
from worker.delivery import SENDING, SENDING_TO_ONE
from worker.store import tables as t
from worker.transports.webhook import signatures

DELIVERIES = 2_000
BODY = b'{"type":"alert.change","timestamp":"2026-11-24T00:00:00Z","data":{}}' + b" " * 700


async def bare(urls: list[str], number: int, at_once: int) -> float:
    """Seconds for so many signed POSTs by so many loops; nothing is read from or written to a database."""
    left = iter(range(number))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def loop() -> None:
            for turn in left:
                name, at = f"bare_{turn}", int(time.time())
                signed = {"webhook-id": name, "webhook-timestamp": str(at)}
                signed["webhook-signature"] = signatures(SECRET, name, at, BODY)
                async with session.post(urls[turn % len(urls)], data=BODY, headers=signed) as answer:
                    await answer.read()

        began = time.perf_counter()
        await asyncio.gather(*(loop() for _ in range(at_once)))
        return time.perf_counter() - began


def delivered(receivers: int, number: int) -> None:
    """Print deliveries a second to so many receivers, and the ratio to the bare loop with the same concurrency."""
    hosts = [f"127.0.5.{n + 1}" for n in range(receivers)]
    with installed("sqlite", 1, hosts=hosts, lease=60) as site:
        for n, host in enumerate(hosts):
            site.subscribe(n, site.sink.url(host=host))
        for _ in range(max(1, number // receivers // 100)):
            site.makes(min(100, number // receivers))
        made = len(site.made)
        began = time.perf_counter()
        asyncio.run(pipeline.deliver(clock.now(), site.desk, seconds=300))
        took = time.perf_counter() - began
        assert site.waiting() == 0
        urls = [site.sink.url(host=host) for host in hosts]
        raw = asyncio.run(bare(urls, made, min(SENDING, SENDING_TO_ONE * receivers)))
    name = f"{made:,} deliveries to {receivers} receiver{'s' * (receivers > 1)}"
    print(f"{name:<44}{made / took:>12,.0f} a second{raw / took:>10.2f} of a bare loop of POSTs", flush=True)


def committed(number: int) -> None:
    """Print how long a commit takes that makes so many deliveries, as a multiple of a bare INSERT of such rows."""
    with installed("sqlite", 1) as site:
        pack, story = next(iter(site.desk.packs.values())), site.desk.store.story(next(iter(site.desk.packs)))
        for n in range(100):
            site.subscribe(n)
        found = [
            finding(after=State(Status.AGREED, {"percent": n}), article=str(n)) for n in range(1, number // 100 + 1)
        ]
        told, now = site.desk.store.subscriptions(), clock.now()
        plan = alerts.plan(pack, found, (), told, now, ledger=story.ledger, mail=site.desk.compose_mail)
        began = time.perf_counter()
        site.desk.store.commit(story, story.ledger, plan, now)
        took = time.perf_counter() - began
        raw = _bare_insert(site)
    print(
        f"{f'a commit that makes {number:,} deliveries':<44}{took * 1e3:>12,.0f} ms{took / raw:>18.2f} x a bare INSERT"
    )


def _bare_insert(site: Site) -> float:
    with site.desk.store.write() as connection:
        rows = [dict(row._mapping) for row in connection.execute(select(t.deliveries))]
        connection.execute(t.notices.delete())
        connection.execute(t.deliveries.delete())
    began = time.perf_counter()
    with site.desk.store.write() as connection:
        connection.execute(insert(t.deliveries), rows)
    return time.perf_counter() - began


def idle(times: int) -> None:
    """Print how long one alert takes from before its commit until it is at the webhook, with nothing else to do.

    The drain is called as the task does that a commit wakes; the way through the broker is not in it.
    """
    waits = []
    with installed("sqlite", 1) as site:
        site.subscribe()
        for _ in range(times):
            began = time.monotonic()
            [name] = site.makes(1)
            asyncio.run(pipeline.deliver(clock.now(), site.desk))
            waits.append(site.sink.arrivals()[name][0] - began)
    half, most = percentile(waits, 0.5) or 0, percentile(waits, 0.99) or 0
    print(f"{'commit to webhook, idle, without the broker':<44}{half * 1e3:>9,.0f} ms p50{most * 1e3:>11,.0f} ms p99")


def main(number: int = DELIVERIES) -> None:
    """Run every measurement once; less than half a minute."""
    delivered(1, number)
    delivered(100, number)
    committed(10_000)
    idle(50)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
