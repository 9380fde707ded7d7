"""What `pipeline.deliver` does: one loop that sends whatever is due, many at once, few to one endpoint.

Deliveries are leased some at a time and wait here in a lane for each endpoint; what came of them is recorded some at a
time. A lane whose receiver is quick is leased ahead, so that neither waits for the other.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from secrets import SystemRandom

from worker import log, retries
from worker.alerts import Channel
from worker.clock import running_from
from worker.desk import Desk
from worker.errors import TransportError
from worker.store import Leased, Result
from worker.transports import Transport

SENDING = 32
"""Deliveries that one worker sends at once."""
SENDING_TO_ONE = 4
"""Deliveries that are out at once to one endpoint, so that one that hangs holds up no others."""
HELD = 256
"""Deliveries that one worker holds at most: those that are out, and those that wait for their turn here."""
AHEAD = 64
"""Deliveries that it holds of one endpoint that is quick; of any other, no more than are out at once."""
QUICK = 0.25
"""Seconds within which an endpoint that is quick accepts a message."""
LOOK_AGAIN = 0.5
"""Seconds after which one that waits for answers looks for what became due meanwhile."""
RECORD_WITHIN = 0.02
"""Seconds that what came of an attempt waits for others to be recorded with."""

_log = log.get("delivery")
_spread = SystemRandom().random


async def drain(now: datetime, desk: Desk, seconds: float) -> int:
    """Send what waits in the outbox until nothing is due; return how many tries. `now` is aware and in UTC.

    After `seconds` nothing more is taken up, and what was leased ahead is given back.
    """
    clock = running_from(now)
    async with desk.client() as client:
        transports = desk.transports(client)
        try:
            round_ = _Round(desk, transports, clock, now + timedelta(seconds=seconds))
            await round_.suspects(most=1)  # before whatever else may take long
            await round_.run()
            await round_.suspects()
        finally:
            for transport in transports.values():
                await transport.close()
    return round_.tries


class _Round:
    """The deliveries that this worker holds, from lease to record."""

    def __init__(
        self, desk: Desk, transports: Mapping[Channel, Transport], clock: Callable[[], datetime], end: datetime
    ) -> None:
        self.tries = 0
        self._desk, self._transports, self._clock, self._end = desk, transports, clock, end
        self._owner = f"{socket.gethostname()}:{os.getpid()}"
        self._half_a_lease = timedelta(seconds=desk.settings.lease_seconds / 2)
        self._lanes: defaultdict[str, deque[Leased]] = defaultdict(deque)
        self._senders: dict[asyncio.Task[None], str] = {}
        self._at_once = asyncio.Semaphore(SENDING)
        self._results: list[Result] = []
        self._unsent: list[Leased] = []
        self._held = 0
        self._quick: set[str] = set()
        self._something = asyncio.Event()

    async def run(self) -> None:
        """Until nothing is due, or the time is up and everything that was out is recorded."""
        loop, look_at = asyncio.get_running_loop(), 0.0
        while True:
            if self._held <= HELD // 2 and loop.time() >= look_at and self._clock() <= self._end:
                room = HELD - self._held
                taken = await self._take(room)
                look_at = loop.time() + (0 if len(taken) == room else RECORD_WITHIN if taken else LOOK_AGAIN)
            if await self._record():
                look_at = 0.0
            elif self._held == 0 and (look_at or self._clock() > self._end):
                return
            self._staff()
            await self._wait(LOOK_AGAIN if self._senders else RECORD_WITHIN)

    async def suspects(self, most: int | None = None) -> None:
        """Those that took their worker down again and again: one at a time, with nothing else out."""
        while most is None or most > 0:
            if self._clock() > self._end or not await self._take(1, suspects=True):
                return
            await asyncio.wait(self._senders)
            await self._record()
            most = None if most is None else most - 1

    async def _take(self, number: int, *, suspects: bool = False) -> tuple[Leased, ...]:
        """Lease up to `number` deliveries, in a thread, since the database may be busy, and have them sent."""
        seconds = self._desk.settings.lease_seconds
        taken = await asyncio.to_thread(
            self._desk.store.lease,
            self._owner,
            self._clock(),
            seconds,
            number,
            SENDING_TO_ONE,
            quick=tuple(self._quick),
            ahead=AHEAD,
            suspects=suspects,
        )
        self._held += len(taken)
        for leased in taken:
            self._lanes[leased.endpoint].append(leased)
        self._staff()
        return taken

    def _staff(self) -> None:
        """Have as many senders at each lane as it needs."""
        here = Counter(self._senders.values())
        for endpoint, lane in self._lanes.items():
            for _ in range(min(SENDING_TO_ONE - here[endpoint], len(lane))):
                sender = asyncio.create_task(self._send_all(endpoint))
                self._senders[sender] = endpoint
                sender.add_done_callback(self._left)

    def _left(self, sender: asyncio.Task[None]) -> None:
        self._senders.pop(sender, None)
        self._something.set()
        if not sender.cancelled() and (broken := sender.exception()):  # the lease runs out, and the reaper frees it
            self._held -= 1
            _log.error("delivery broke off", exc_info=broken)

    async def _send_all(self, endpoint: str) -> None:
        """Send what waits in a lane, one after the other."""
        lane = self._lanes[endpoint]
        while lane:
            async with self._at_once:
                if not lane:
                    return
                leased = lane.popleft()
                if self._clock() > min(self._end, leased.leased_until - self._half_a_lease):
                    self._unsent.append(leased)
                    continue
                self.tries += 1
                result = await _attempt(leased, self._transports[leased.channel], self._clock, self._desk)
            if result.error is None and (result.seconds or 0) <= QUICK:
                self._quick.add(endpoint)
            else:
                self._quick.discard(endpoint)
            self._results.append(result)
            self._something.set()

    async def _record(self) -> bool:
        """Record what came of attempts, and give back what was not sent; whether there was any of it."""
        results, self._results = self._results, []
        unsent, self._unsent = self._unsent, []
        if unsent:
            await asyncio.to_thread(self._desk.store.give_back, unsent, self._clock())
        if results:
            states = await asyncio.to_thread(self._desk.store.record, results)
            for result, state in zip(results, states, strict=True):
                _tell(result, state)
        self._held -= len(results) + len(unsent)
        return bool(results or unsent)

    async def _wait(self, seconds: float) -> None:
        """Until there is something to record, and a moment more for others that come with it."""
        if not (self._results or self._unsent):
            self._something.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._something.wait()
            except TimeoutError:
                return
        if self._senders and self._held > SENDING_TO_ONE:
            await asyncio.sleep(RECORD_WITHIN)


async def _attempt(leased: Leased, transport: Transport, clock: Callable[[], datetime], desk: Desk) -> Result:
    """One attempt, and what came of it."""
    began = clock()
    try:
        receipt = await transport.send(leased)
    except TransportError as error:
        now = clock()
        made = leased.attempt - leased.attempts_before
        again = retries.next_attempt(
            made, now, most=desk.settings.max_attempts, retry_after=error.retry_after, spread=_spread()
        )
        retry_at = None if error.permanent else again
        return Result(leased, now, (now - began).total_seconds(), error.status, error.answer, error, retry_at)
    return Result(leased, clock(), (clock() - began).total_seconds(), receipt.status, receipt.answer)


def _tell(result: Result, state: str | None) -> None:
    leased, again = result.leased, result.retry_at
    line = _log.bind(delivery=leased.id, to=log.redact_address(leased.address), attempt=leased.attempt)
    if state is None:
        line.warning("answered too late: another worker holds it by now, and sends it under the same id")
    elif result.error is None:
        line.info("delivered")
    else:
        line.warning(
            "not delivered", error=str(result.error), state=state, again=f"{again:%H:%M:%S}" if again else None
        )
