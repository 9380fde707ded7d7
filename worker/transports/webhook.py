"""Webhooks by the Standard Webhooks specification: signed, never redirected, the same id on every attempt."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from worker import clock
from worker.errors import Ending, TransportError
from worker.http import POST_SECONDS, Client, HttpError, Response, retry_after
from worker.transports import ANSWER_CHARACTERS, Outgoing, Receipt

PREFIX = "whsec_"
SECRET_BYTES = 32
SHORTEST_SECRET, LONGEST_SECRET = 24, 64
"""Bytes that a secret may have, by the specification."""


def new_secret() -> str:
    """A secret for one endpoint: `whsec_` and 32 random bytes in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signatures(secret: str, delivery_id: str, timestamp: int, body: bytes) -> str:
    """What `webhook-signature` carries: a `v1,…` for each secret of a list separated by spaces.

    `timestamp` is in whole seconds since 1970. Raises ValueError for a secret that is none.
    """
    signed = b".".join((delivery_id.encode(), str(timestamp).encode(), body))
    # Not hmac.digest: it lets other threads go first, however short the text, and then waits for its turn.
    macs = [hmac.new(_key(one), signed, "sha256").digest() for one in secret.split()]
    if not macs:
        raise ValueError("there is no secret")
    return " ".join(f"v1,{base64.b64encode(mac).decode()}" for mac in macs)


class WebhookTransport:
    """Posts deliveries through `client`. `seconds` is all the time that an endpoint has for a whole answer."""

    def __init__(
        self, client: Client, *, seconds: float = POST_SECONDS, now: Callable[[], datetime] = clock.now
    ) -> None:
        self._client = client
        self._seconds = seconds
        self._now = now

    async def send(self, delivery: Outgoing) -> Receipt:
        """Post it once. A 2xx is success and nothing else is.

        Raises TransportError; permanent is only 410 Gone, with which an endpoint says that it wants no more.
        """
        started = self._now()
        timestamp = int(started.timestamp())
        try:
            signature = signatures(delivery.secret or "", delivery.id, timestamp, delivery.body)
        except ValueError as error:
            raise TransportError(f"the message cannot be signed: {error}", permanent=False, kind="unsigned") from None
        headers = {
            "Content-Type": "application/json",
            **delivery.headers,
            "webhook-id": delivery.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature,
        }
        try:
            response = await self._client.post(delivery.address, delivery.body, headers, self._seconds)
        except HttpError as error:
            raise TransportError(str(error), permanent=False, kind=error.trouble.name.lower()) from None
        answer = _readable(response.body)
        if 200 <= response.status < 300:
            return Receipt(response.status, answer)
        gone = response.status == HTTPStatus.GONE
        raise TransportError(
            _complaint(response),
            permanent=gone,
            kind=f"status {response.status // 100}xx",
            ends=Ending.GONE if gone else None,
            status=response.status,
            retry_after=retry_after(response.headers, started),
            answer=answer,
        )

    async def close(self) -> None:
        """Nothing: the connections are the client's."""


def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("the secret is no base64") from None
    if not SHORTEST_SECRET <= len(key) <= LONGEST_SECRET:
        raise ValueError(f"the secret has {len(key)} bytes, and {SHORTEST_SECRET} to {LONGEST_SECRET} are right")
    return key


def _complaint(response: Response) -> str:
    try:
        phrase = f" {HTTPStatus(response.status).phrase}"
    except ValueError:
        phrase = ""
    if response.status == HTTPStatus.GONE:
        return "the endpoint answered 410 Gone: it wants no more messages"
    if 300 <= response.status < 400:
        return (
            f"the endpoint answered {response.status}{phrase}; redirects are not followed, subscribe its final address"
        )
    return f"the endpoint answered {response.status}{phrase}"


def _readable(body: bytes) -> str:
    """The beginning of an answer in one line, without what would upset a terminal or a database."""
    text = body[: ANSWER_CHARACTERS * 4].decode("utf-8", "replace")
    return re.sub(r"[\x00-\x20\x7f-\x9f\u2028\u2029]+", " ", text).strip()[:ANSWER_CHARACTERS]
