"""Sixty ways in which a webhook's receiver can answer, proper and improper, and what has to become of the message."""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum

from tests.worker.wire import Answer as Wired
from tests.worker.wire import Asked, always, drips, resets, response, then_closes, wire


class Expected(StrEnum):
    SENT = "taken"
    RETRIED = "tried again later"
    ENDED = "given up, and the subscription with it"


@dataclass(frozen=True)
class Answer:
    name: str
    expected: Expected
    says: Wired
    scheme: str = "http"
    """`https` to a server that speaks plain HTTP; `refused` where nobody listens."""

    def url(self, port: int, number: int) -> str:
        """Where it is asked for: a host of its own, so that each is an endpoint of its own."""
        if self.scheme == "refused":
            return f"http://127.0.4.{number + 1}:1/{number}"
        return f"{self.scheme}://127.0.4.{number + 1}:{port}/{number}"


def _status(status: int, **headers: str) -> Wired:
    return always(response(status, b"said", **headers))


async def _nothing(writer: asyncio.StreamWriter, _: Asked) -> None:
    with suppress(asyncio.CancelledError):  # at the end of the server
        await asyncio.sleep(60)
    writer.transport.abort()


async def _resets_at_once(writer: asyncio.StreamWriter, _: Asked) -> None:
    writer.transport.abort()


async def _slow_but_in_time(writer: asyncio.StreamWriter, _: Asked) -> None:
    for byte in response(200, b"said"):
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.005)


def _raw(text: str) -> Wired:
    return then_closes(text.replace("\n", "\r\n").encode("latin-1"))


_OK = "HTTP/1.1 200 Said\n"
_SENT = [(f"{status}", _status(status)) for status in (200, 201, 202, 203, 206, 299)] + [
    ("204 without a body", always(b"HTTP/1.1 204 Said\r\n\r\n")),
    ("200 with 1 MB of body", always(response(200, b"x" * 1_000_000))),
    ("200 with a gzip bomb", always(response(200, gzip.compress(b"0" * 20_000_000), Content_Encoding="gzip"))),
    ("200 that sets a cookie", _status(200, Set_Cookie="a=b")),
    ("200 in chunks", _raw(_OK + "Transfer-Encoding: chunked\n\n4\nsaid\n0\n\n")),
    ("200 until the connection ends", _raw(_OK + "\nsaid")),
    ("200 byte by byte", _slow_but_in_time),
    ("200 after 100 Continue", _raw("HTTP/1.1 100 Continue\n\n" + _OK + "Content-Length: 0\n\n")),
    ("HTTP/1.0", _raw("HTTP/1.0 200 Said\n\nsaid")),
]
_RETRIED = [
    (f"{status}", _status(status))
    for status in (
        *(300, 304, 400, 401, 402, 403, 404, 405, 408, 409, 413, 415, 422, 425, 451),
        *(500, 501, 502, 503, 504, 507, 511, 599),
    )
] + [
    ("301 to a private address", _status(301, Location="http://10.0.0.1/")),
    ("302 to itself", _status(302, Location="/")),
    ("307 to nowhere", _status(307, Location="::")),
    ("308 to another port", _status(308, Location="http://127.0.0.1:1/")),
    ("429 with Retry-After", _status(429, Retry_After="30")),
    ("429 with a far Retry-After", _status(429, Retry_After="99999999")),
    ("503 with a date", _status(503, Retry_After="Wed, 21 Oct 2099 07:28:00 GMT")),
    ("503 with nonsense for Retry-After", _status(503, Retry_After="soon")),
    ("a reset at once", _resets_at_once),
    ("a reset in the middle", resets),
    ("an end without an answer", then_closes(b"")),
    ("half of a head", then_closes(b"HTTP/1.1 200 Sa")),
    ("a body shorter than it says", then_closes(b"HTTP/1.1 200 Said\r\nContent-Length: 100\r\n\r\nhalf")),
    ("chunks that are none", _raw(_OK + "Transfer-Encoding: chunked\n\nzz\n")),
    ("no HTTP at all", _raw("SSH-2.0-OpenSSH_9.6\n")),
    ("a length that is no number", _raw(_OK + "Content-Length: many\n\n")),
    ("a head without an end", drips(b"HTTP/1.1 200 Said\r\n", b"X-More: more\r\n")),
    ("a body without an end", drips(b"HTTP/1.1 500 Said\r\nContent-Length: 9000000\r\n\r\n", b"x")),
    ("no answer", _nothing),
]
ANSWERS = (
    *(Answer(name, Expected.SENT, says) for name, says in _SENT),
    *(Answer(name, Expected.RETRIED, says) for name, says in _RETRIED),
    Answer("410", Expected.ENDED, _status(410)),
    Answer("TLS where there is none", Expected.RETRIED, _nothing, "https"),
    Answer("nobody listens", Expected.RETRIED, _nothing, "refused"),
)


@asynccontextmanager
async def serve() -> AsyncIterator[int]:
    """A server that gives each answer under its number as the path; yields its port."""

    async def answer(writer: asyncio.StreamWriter, asked: Asked) -> None:
        await ANSWERS[int(asked.path.strip("/"))].says(writer, asked)

    async with wire(answer, host="0.0.0.0") as it:
        yield it.port
