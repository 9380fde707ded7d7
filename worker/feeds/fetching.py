"""From an address to a feed's bytes, politely, or to a message that tells a person what is wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus

from worker import clock
from worker.errors import FetchError
from worker.http import GET_SECONDS, Client, HttpError, Response, Trouble, retry_after

ACCEPT = (
    "application/atom+xml, application/rss+xml, application/rdf+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1"
)
PASSING = frozenset({408, 421, 425, 429})
"""Statuses below 500 that may be another one a moment later."""
LASTING = frozenset({Trouble.REFUSED, Trouble.TOO_LARGE, Trouble.TLS, Trouble.REDIRECTS})
"""Troubles that somebody has to mend."""
SAID = {
    401: "wants a login, and feeds are fetched without one",
    403: "refuses to show the feed",
    404: "knows no feed at this address",
    410: "says that the feed is gone for good",
    429: "asks to be polled less often",
}


@dataclass(frozen=True)
class Fetched:
    """An answer with a body, not looked into yet."""

    body: bytes
    headers: Mapping[str, str]
    """By lower-case name. `content-location` is the address that answered: links may be relative to it."""
    etag: str | None
    last_modified: str | None
    url: str
    """The address that answered, after redirects."""


@dataclass(frozen=True)
class NotModified:
    """Nothing new since the last time."""


async def fetch(
    client: Client,
    url: str,
    etag: str | None = None,
    last_modified: str | None = None,
    *,
    seconds: float = GET_SECONDS,
) -> Fetched | NotModified:
    """Ask for a feed, with the validators of the last answer where there are some.

    Raises FetchError, whose message is for a person; `retry_after` in seconds where the server named a time.
    """
    validators = {"If-None-Match": etag, "If-Modified-Since": last_modified}
    headers = {"Accept": ACCEPT, **{name: value for name, value in validators.items() if value}}
    try:
        response = await client.get(url, headers, timeout=seconds)
    except HttpError as error:
        raise FetchError(str(error), permanent=error.trouble in LASTING) from None
    if response.status == HTTPStatus.NOT_MODIFIED and (etag or last_modified):
        return NotModified()
    if response.status != HTTPStatus.OK:
        raise _refusal(response)
    return Fetched(
        response.body,
        {**response.headers, "content-location": response.url},
        response.headers.get("etag"),
        response.headers.get("last-modified"),
        response.url,
    )


def _refusal(response: Response) -> FetchError:
    status = response.status
    try:
        phrase = f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        phrase = str(status)
    if status in SAID:
        message = f"the server {SAID[status]} ({phrase})"
    elif status >= 500:
        message = f"the server is in trouble ({phrase})"
    else:
        message = f"the server answers {phrase} instead of a feed"
    permanent = 300 <= status < 500 and status not in PASSING
    return FetchError(message, permanent=permanent, retry_after=retry_after(response.headers, clock.now()))
