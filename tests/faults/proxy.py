"""A row about the way to receivers: a proxy on loopback that delays, cuts, falls silent, or hands on single bytes."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from tests.faults.endpoints import NOISE, TIMES_SLOWER
from tests.faults.outcome import Outcome, count, percentile
from tests.faults.site import Site, installed
from worker import clock, pipeline
from worker.store import tables as t

OTHERS = 20
"""Endpoints that are called without a proxy."""
SENDING_SECONDS = 90.0
CHUNK = 65_536


@dataclass(frozen=True)
class Fault:
    """What a line does. Cuts are after so many bytes, pauses in seconds."""

    name: str
    arrives: bool = True
    """Whether the receiver has the whole message after all."""
    settles: bool = True
    """Whether its answer comes back in time."""
    delay: float = 0.0
    cut_request: int | None = None
    cut_answer: int | None = None
    trickle: float = 0.0
    """The pause after each byte of an answer."""
    silent: bool = False


CLEAN = Fault("clean")
FAULTS = (
    Fault("delay", delay=0.3),
    Fault("cut in the request", arrives=False, settles=False, cut_request=200),
    Fault("cut in the answer", settles=False, cut_answer=20),
    Fault("half-open", arrives=False, settles=False, silent=True),
    Fault("trickle", trickle=0.01),
    Fault("trickle beyond the deadline", settles=False, trickle=0.2),
)


class Line:
    """A proxy to one port on loopback. `fault` can be changed, and holds for connections from then on."""

    def __init__(self, port: int) -> None:
        self.fault = CLEAN
        self._to = port
        self._open: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def listening(self, host: str) -> AsyncIterator[int]:
        """Its own port on that address."""
        server = await asyncio.start_server(self._accept, host)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            for task in self._open:
                task.cancel()
            await asyncio.gather(*self._open, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._connect(reader, writer, self.fault))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, fault: Fault) -> None:
        there, onward = await asyncio.open_connection("127.0.0.1", self._to)
        ways = (
            _swallow(reader) if fault.silent else _hand_on(reader, onward, fault.delay, fault.cut_request),
            _hand_on(there, writer, fault.delay, fault.cut_answer, fault.trickle),
        )
        tasks = [asyncio.ensure_future(way) for way in ways]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for end in (writer, onward):
                end.transport.abort()


async def _swallow(reader: asyncio.StreamReader) -> None:
    with suppress(ConnectionError):
        while await reader.read(CHUNK):
            pass


async def _hand_on(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float, cut: int | None, trickle: float = 0.0
) -> None:
    """Until one side ends, or so many bytes were handed on."""
    done = 0
    with suppress(ConnectionError):
        while chunk := await reader.read(CHUNK):
            await asyncio.sleep(delay)
            passed = chunk if cut is None else chunk[: cut - done]
            for piece in [passed[n : n + 1] for n in range(len(passed))] if trickle else [passed]:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(trickle)
            done += len(passed)
            if len(passed) < len(chunk):
                return


def lines(outcome: Outcome, kind: str, alerts: int, seed: int) -> None:
    """So many messages over each line at once, while others are called: over clean lines, bad ones, and clean ones."""
    hosts = [f"127.0.3.{number}" for number in range(1, OTHERS + 1)]
    with installed(kind, seed, hosts=["127.0.0.1", *hosts], lease=60) as site:
        for number, host in enumerate(hosts):
            site.subscribe(number, site.sink.url(host=host))
        asyncio.run(_over_bad_lines(site, outcome, alerts))
        count(outcome, site.desk.store, site.sink, lease=None)


async def _over_bad_lines(site: Site, outcome: Outcome, alerts: int) -> None:
    async with AsyncExitStack() as stack:
        ways = [Line(site.sink.port) for _ in FAULTS]
        for number, line in enumerate(ways):
            host = f"127.0.4.{number + 1}"
            port = await stack.enter_async_context(line.listening(host))
            site.subscribe(OTHERS + number, f"http://{host}:{port}/hook")
        quick = await _round(site, alerts)
        for line, fault in zip(ways, FAULTS, strict=True):
            line.fault = fault
        slow = await _round(site, alerts)
        _check(site, outcome, alerts)
        for line in ways:
            line.fault = CLEAN
        await pipeline.deliver(clock.now() + timedelta(days=2), site.desk)
    outcome.faults = alerts * len(FAULTS)
    outcome.told |= {"the others' p99 without, s": quick, "the others' p99 with, s": slow, "times": slow / quick}
    if slow > TIMES_SLOWER * quick + NOISE:
        outcome.slow.append(f"with bad lines, the others waited {slow / quick:.1f} times as long (p99)")


async def _round(site: Site, alerts: int) -> float:
    """Send so many to everybody; the p99 in seconds until they are at the endpoints that no line is before."""
    ids = await asyncio.to_thread(site.makes, alerts)
    began = time.monotonic()
    await pipeline.deliver(clock.now(), site.desk, seconds=SENDING_SECONDS)
    times, others = site.sink.arrivals(), set(ids) - _of_lines(site, range(len(FAULTS)))
    return percentile([times[name][0] - began for name in others if name in times], 0.99) or 0.0


def _of_lines(site: Site, numbers: Sequence[int]) -> set[str]:
    """The ids of what goes over these lines."""
    d, names = t.deliveries.c, [f"sub_{OTHERS + number}" for number in numbers]
    with site.desk.store.read() as connection:
        return set(connection.execute(select(d.id).where(d.subscription_id.in_(names))).scalars())


def _check(site: Site, outcome: Outcome, alerts: int) -> None:
    """Hold what the database and the receiver say against what each line does; over each, two rounds went by."""
    d, states = t.deliveries.c, defaultdict(dict[str, str])
    with site.desk.store.read() as connection:
        for row in connection.execute(select(d.id, d.subscription_id, d.state)):
            states[row.subscription_id][row.id] = row.state
    arrived = site.sink.arrivals()
    for number, fault in enumerate(FAULTS):
        mine = states[f"sub_{OTHERS + number}"]
        found = (sum(name in arrived for name in mine), list(mine.values()).count("sent"))
        meant = (alerts * (1 + fault.arrives), alerts * (1 + fault.settles))
        if found != meant:
            outcome.complaints.append(f"{fault.name}: {found} arrived and settled, and not {meant}")
