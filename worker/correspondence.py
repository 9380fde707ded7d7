"""The mails about subscriptions: whoever asks on a page is answered by one, and what its link does is confirmed.

The page only keeps what was asked for. All that depends on whether an address is known happens here, out of sight.
"""

from __future__ import annotations

import asyncio
from datetime import datetime
from secrets import SystemRandom

from worker import log, retries
from worker.alerts.signing import Unanswered
from worker.clock import running_from
from worker.desk import Desk
from worker.errors import LeaseLost, TransportError
from worker.store import Letter
from worker.transports import Message, Transport
from worker.transports.email import EmailTransport

AT_ONCE = 200
"""Requests and letters that one call takes up; the rest is for the next look."""

_log = log.get("correspondence")
_spread = SystemRandom().random


async def correspond(now: datetime, desk: Desk) -> int:
    """Answer requests, send the letters that are due, remove what is too old; return how many letters were tried.

    Every step may be run twice, and by several workers at once. `now`: aware, UTC.
    """
    await asyncio.to_thread(_answer, now, desk)
    tried = await _send(now, desk)
    if gone := await asyncio.to_thread(desk.store.tidy, now):
        _log.info("subscriptions not confirmed in time", removed=gone)
    return tried


def _answer(now: datetime, desk: Desk) -> None:
    key = desk.settings.signing_key()
    for _ in range(AT_ONCE):
        found = desk.store.answer_request(now, key)
        if found is None:
            return
        if isinstance(found, Unanswered):
            _log.info("a request brings no letter", why=found.value)


async def _send(now: datetime, desk: Desk) -> int:
    clock, transport = running_from(now), EmailTransport(desk.settings)
    settings, tried = desk.settings, 0
    lease = desk.store.lease_letter
    try:
        while tried < AT_ONCE:
            letter = await asyncio.to_thread(lease, clock(), settings.lease_seconds, settings.max_attempts)
            if letter is None:
                break
            await _try(letter, transport, clock(), desk)
            tried += 1
    finally:
        await transport.close()
    return tried


async def _try(letter: Letter, transport: Transport, now: datetime, desk: Desk) -> None:
    """One attempt, and what came of it."""
    line = _log.bind(letter=letter.id, kind=letter.kind, to=log.redact_address(letter.address), attempt=letter.attempt)
    try:
        try:
            await transport.send(Message(letter.id, letter.address, desk.compose_letter(letter)))
        except TransportError as error:
            most, wait = desk.settings.max_attempts, error.retry_after
            after = retries.next_attempt(letter.attempt, now, most=most, retry_after=wait, spread=_spread())
            again = None if error.permanent else after
            await asyncio.to_thread(desk.store.letter_failed, letter, str(error), again)
            line.warning("letter not sent", error=str(error), again=f"{again:%H:%M:%S}" if again else None)
        else:
            await asyncio.to_thread(desk.store.letter_sent, letter)
            line.info("letter sent")
    except LeaseLost:
        line.warning("sent too late: another worker holds the letter by now, or it is gone")
