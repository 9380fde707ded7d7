"""The other end of a connection, down to its bytes: for answers that no proper server gives. On loopback only."""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any, ParamSpec

TLS = Path(__file__).parent.parent / "data" / "tls"
LOOPBACK = (ip_network("127.0.0.0/8"),)
P = ParamSpec("P")


def in_loop(test: Callable[P, Coroutine[Any, Any, None]]) -> Callable[P, None]:
    """Run an async test, for a minute at most."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        asyncio.run(asyncio.wait_for(test(*args, **kwargs), 60))

    return run


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[asyncio.StreamWriter, Asked], Awaitable[None]]


@dataclass
class Wire:
    """A listening server, and what it was asked."""

    port: int
    scheme: str = "http"
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{self.scheme}://{host}:{self.port}{path}"


@asynccontextmanager
async def wire(answer: Answer, *, host: str = "127.0.0.1", port: int = 0, tls: bool = False) -> AsyncIterator[Wire]:
    """Serve HTTP requests, each by `answer`, which writes the raw bytes of the response."""
    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / "localhost.crt", TLS / "localhost.key")
    it = Wire(0, "https" if tls else "http")

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        it.connections += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            while True:
                asked = await _request(reader)
                it.asked.append(asked)
                await answer(writer, asked)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, host, port, ssl=context)
    it.port = server.sockets[0].getsockname()[1]
    try:
        yield it
    finally:
        server.close()


async def _request(reader: asyncio.StreamReader) -> Asked:
    lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = lines[0].split(" ")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:] if line)}
    return Asked(method, path, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def response(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """A whole proper response; `_` in the names of headers stands for `-`."""
    named = {"Content-Length": str(len(body)), **{name.replace("_", "-"): value for name, value in headers.items()}}
    head = "".join(f"{name}: {value}\r\n" for name, value in named.items())
    return f"HTTP/1.1 {status} Said\r\n{head}\r\n".encode() + body


def always(raw: bytes) -> Answer:
    """Answer every request with these bytes."""

    async def answer(writer: asyncio.StreamWriter, _: Asked) -> None:
        writer.write(raw)

    return answer


def then_closes(raw: bytes) -> Answer:
    """Write these bytes and hang up."""

    async def answer(writer: asyncio.StreamWriter, _: Asked) -> None:
        writer.write(raw)
        await writer.drain()
        writer.close()

    return answer


async def resets(writer: asyncio.StreamWriter, _: Asked) -> None:
    """Break the connection off hard, in the middle of an answer."""
    writer.write(b"HTTP/1.1 200 Said\r\nContent-Length: 100\r\n\r\nhalf")
    await writer.drain()
    writer.transport.abort()


def drips(start: bytes, drop: bytes) -> Answer:
    """Write `start`, then one `drop` after another for as long as somebody listens."""

    async def answer(writer: asyncio.StreamWriter, _: Asked) -> None:
        writer.write(start)
        while not writer.is_closing():
            writer.write(drop)
            await writer.drain()
            await asyncio.sleep(0.02)

    return answer


def names(**known: str | list[str]) -> Callable[..., list[tuple[Any, ...]]]:
    """A stand-in for `socket.getaddrinfo` that knows these names (`_` for `.`), and those of no others."""

    def lookup(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        found = known.get(host.replace(".", "_"))
        if found is None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [info(address, port) for address in ([found] if isinstance(found, str) else found)]

    return lookup


def info(address: str, port: int) -> tuple[Any, ...]:
    """One result as `socket.getaddrinfo` gives it."""
    if ":" in address:
        return (socket.AF_INET6, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port, 0, 0))
    return (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (address, port))
