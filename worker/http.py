"""The one way out over HTTP: for polling feeds and for sending webhooks. No other module opens an outgoing connection.

Every address is read by `vetted_url`, on every hop, and every connection is vetted again by its IP at the moment it is
opened: what a name resolved to before does not matter.
"""

from __future__ import annotations

import asyncio
import functools
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from importlib.metadata import version
from ipaddress import ip_address
from typing import Any, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from worker.addresses import Network, allowed, check_url, vetted_url
from worker.errors import DeltawireError, WrongUse

__all__ = ["Client", "HttpError", "Response", "Trouble", "check_url", "retry_after"]

USER_AGENT = f"deltawire/{version('deltawire')}"
MAX_BYTES = 10_000_000
"""Of a decoded answer. A gzip bomb is cut off here, while it is read."""
MAX_REDIRECTS = 5
GET_SECONDS = 30.0
POST_SECONDS = 15.0
POST_BYTES = 64 * 1024
IDLE_SECONDS = 3.0
"""How long a connection is kept for the next request: shorter than servers keep it, so that a POST finds it open."""
RESOLVER_THREADS = 16
REDIRECTS = frozenset({301, 302, 303, 307, 308})

Lookup = Callable[..., list[tuple[Any, ...]]]
"""`socket.getaddrinfo`, or a stand-in with its arguments and results."""


class Trouble(StrEnum):
    """Why there is no answer."""

    REFUSED = "the address may not be used"
    NAME = "the name is not known"
    UNREACHABLE = "no connection"
    TLS = "the connection is not secure"
    TIMEOUT = "no answer in time"
    TOO_LARGE = "the answer is too large"
    REDIRECTS = "too many redirects"
    BROKEN = "the answer broke off or is no HTTP"


class HttpError(DeltawireError):
    """There is no answer. `trouble` says why; the message says it to a person."""

    def __init__(self, trouble: Trouble, message: str) -> None:
        super().__init__(message)
        self.trouble = trouble


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """The seconds that `Retry-After` asks for, written as seconds or as a date; None where it says nothing of use.

    A date counts from the server's own `Date`, and from `now` (aware) only where it sends none. Never below 0.
    """
    said = headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    until = _moment(said)
    return max(0.0, (until - (_moment(headers.get("date", "")) or now)).total_seconds()) if until else None


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Response:
    """An answer, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """By lower-case name; of a repeated one the last."""
    body: bytes
    """Decoded from gzip or deflate."""
    url: str
    """The address that answered, after redirects."""


@functools.cache
def default_tls() -> ssl.SSLContext:
    """The settings of TLS, once in a process: to read the machine's certificates takes tens of milliseconds."""
    return ssl.create_default_context()


_vetted = functools.lru_cache(maxsize=4_096)(vetted_url)
"""What an address alone says never changes; what its host leads to is looked at whenever a connection is opened."""


class _RefusedError(OSError):
    """A connection was about to go to an IP that is not allowed."""


class Client:
    """Use as `async with Client(…) as client`; good for many requests at once, within one event loop.

    `lookup` resolves names, and blocks (it is called in threads of its own, so that a name server that hangs holds up
    nothing but the requests that wait for it).
    """

    def __init__(self, allow_networks: Iterable[Network] = (), *, lookup: Lookup = socket.getaddrinfo) -> None:
        self._allow = tuple(allow_networks)
        self._lookup = lookup
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(self._lookup),
            socket_factory=self._socket,
            ssl=default_tls(),
            use_dns_cache=False,
            keepalive_timeout=IDLE_SECONDS,
            limit=0,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(total=None),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._session is not None:
            await self._session.close()

    async def get(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = MAX_BYTES,
        timeout: float = GET_SECONDS,  # noqa: ASYNC109 - a total over all hops
        max_redirects: int = MAX_REDIRECTS,
    ) -> Response:
        """Fetch an address within `timeout` seconds in all, redirects included. Raises HttpError."""
        async with _within(timeout):
            for _ in range(max_redirects + 1):
                answer = await self._exchange("GET", url, headers or {}, None, max_bytes, whole=True)
                onward = answer.headers.get("location")
                if answer.status not in REDIRECTS or onward is None:
                    return answer
                url = _joined(answer.url, onward)
        raise HttpError(Trouble.REDIRECTS, f"the address leads on more than {max_redirects} times")

    async def post(
        self,
        url: str,
        body: bytes,
        headers: Mapping[str, str],
        timeout: float = POST_SECONDS,  # noqa: ASYNC109 - a total, as in `get`
        max_bytes: int = POST_BYTES,
    ) -> Response:
        """Send a body within `timeout` seconds in all; of the answer no more than `max_bytes` is read.

        Redirects are never followed: a 3xx is returned as it is. Raises HttpError.
        """
        async with _within(timeout):
            return await self._exchange("POST", url, headers, body, max_bytes, whole=False)

    async def _exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, max_bytes: int, *, whole: bool
    ) -> Response:
        if self._session is None:
            raise RuntimeError("use the client with `async with`")
        try:
            target = _vetted(url, self._allow)
        except WrongUse as error:
            raise HttpError(Trouble.REFUSED, str(error)) from None
        try:
            async with self._session.request(
                method, target, headers=dict(headers), data=body, allow_redirects=False
            ) as answer:
                content = await _read(answer, max_bytes, whole=whole)
                named = {name.lower(): value for name, value in answer.headers.items()}
                return Response(answer.status, named, content, str(target))
        except (aiohttp.ClientError, OSError) as error:
            raise _trouble(error, target) from None
        except ValueError as error:  # a header that cannot be sent or read
            raise HttpError(Trouble.BROKEN, f"the exchange with {target.host} failed: {error}") from None

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """Called for every connection, with the very address that it goes to."""
        family, kind, protocol, _, where = info
        if not allowed(ip_address(where[0].partition("%")[0]), self._allow):
            raise _RefusedError("not a public address")
        return socket.socket(family, kind, protocol)


@asynccontextmanager
async def _within(seconds: float) -> AsyncIterator[None]:
    """A total over everything that happens inside: resolving, connecting, every byte of every answer."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError:
        raise HttpError(Trouble.TIMEOUT, f"no whole answer within {seconds:g} seconds") from None


class _Resolver(AbstractResolver):
    def __init__(self, lookup: Lookup) -> None:
        self._lookup = lookup
        self._threads = ThreadPoolExecutor(RESOLVER_THREADS, "resolver")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        def look() -> list[tuple[Any, ...]]:
            return self._lookup(host, port, family=family, type=socket.SOCK_STREAM)

        try:
            found = await asyncio.get_running_loop().run_in_executor(self._threads, look)
        except UnicodeError:  # a label of more than 63 characters
            raise OSError("no name of a host") from None
        return [
            ResolveResult(
                hostname=host,
                host=where[0],
                port=port,
                family=kind,
                proto=protocol,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for kind, _, protocol, _, where in found
        ]

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


async def _read(answer: aiohttp.ClientResponse, max_bytes: int, *, whole: bool) -> bytes:
    content = bytearray()
    async for chunk in answer.content.iter_any():
        content += chunk
        if len(content) > max_bytes:
            answer.close()
            if whole:
                raise HttpError(Trouble.TOO_LARGE, f"the answer is larger than {max_bytes:,} bytes")
            break
    return bytes(content[:max_bytes])


def _joined(base: str, location: str) -> str:
    try:
        return str(URL(base).join(URL(location.strip())))
    except ValueError:
        raise HttpError(Trouble.BROKEN, "the address leads on to something that is no address") from None


def _trouble(error: aiohttp.ClientError | OSError, target: URL) -> HttpError:
    host = target.host
    cause = error.os_error if isinstance(error, aiohttp.ClientConnectorError) else None
    if isinstance(error, TimeoutError) or isinstance(cause, TimeoutError):
        return HttpError(Trouble.TIMEOUT, f"{host} does not answer")
    if isinstance(cause, _RefusedError):
        return HttpError(Trouble.REFUSED, f"{host} leads to an address that is not public, and is not asked")
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return HttpError(Trouble.NAME, f"the name {host} is not known")
    if isinstance(error, aiohttp.ClientSSLError):
        return HttpError(Trouble.TLS, f"no secure connection to {host}: {_reason(error)}")
    if isinstance(error, aiohttp.ClientConnectorError):
        return HttpError(Trouble.UNREACHABLE, f"no connection to {host}: {_reason(error)}")
    return HttpError(Trouble.BROKEN, f"{host} broke off or sent no proper answer ({type(error).__name__})")


def _reason(error: aiohttp.ClientError) -> str:
    cause: Any = getattr(error, "certificate_error", None) or getattr(error, "os_error", None) or error
    return str(getattr(cause, "verify_message", "") or getattr(cause, "strerror", "") or cause)
