"""How a request to be subscribed, or to be written to elsewhere, is answered: by which letter, or not at all. Pure.

The page that takes the request answers alike whatever comes of it, and at once: what is decided here is decided later,
by a worker, so that neither the words nor the time of an answer tell whether an address is known.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Literal

from worker.alerts.subscription import Subscription, signed

LetterKind = Literal["confirm", "known", "move", "moved"]
"""Please confirm; you are subscribed already; please confirm this new address; your mails go elsewhere from now on."""
State = Literal["pending", "active", "paused", "disabled"]

LINK_HOLDS = timedelta(days=3)
"""How long a link that confirms something can be used. A subscription not confirmed by then is removed."""
WINDOW = timedelta(days=1)
PER_ADDRESS = 3
"""Letters that strangers can have sent to one address within `WINDOW`."""
PER_SOURCE = 20
"""Requests that can come from one source within `WINDOW`."""


class Unanswered(StrEnum):
    """Why a request brings no letter. The names are what the database keeps."""

    TOO_MANY = "this address got as many letters as it may within a day"
    ENDED = "the subscription ended meanwhile"
    TAKEN = "the new address is subscribed to the story already"


@dataclass(frozen=True)
class Request:
    """What somebody asks for on a page."""

    wanted: Subscription
    """As it would be, under the address that was given. The id is that of the subscription that moves, or a new one."""
    moves: bool
    """Whether a subscription is to be written to at another address; else a new one is asked for."""
    source: str
    """`key_of_source`."""


def answer(request_moves: bool, state: State | None, mover: State | None, letters: int) -> LetterKind | Unanswered:
    """Which letter answers a request.

    `state`: that of the subscription under the address given, if there is one; `mover`: that of the subscription which
    is to move; `letters`: those sent to the address within `WINDOW`.
    """
    known = state in ("active", "paused")
    if letters >= PER_ADDRESS:
        return Unanswered.TOO_MANY
    if not request_moves:
        return "known" if known else "confirm"
    if mover not in ("active", "paused"):
        return Unanswered.ENDED
    return Unanswered.TAKEN if known else "move"


def key_of_address(key: bytes, address: str) -> str:
    """By which letters to one address are counted: it cannot be turned back into it without the key."""
    return signed(key, f"address:{address.casefold()}")


def key_of_source(key: bytes, source: str) -> str:
    """By which requests from one place are counted; of IPv6 a /64 is one place, since any host has all of one."""
    try:
        address = ip_address(source.partition("%")[0])
    except ValueError:
        return signed(key, f"source:{source}")
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return signed(key, f"source:{mapped or ip_network((address, 64), strict=False)}")
    return signed(key, f"source:{address}")


def confirm_token(key: bytes, letter_id: str) -> str:
    """What the link in a letter carries. It can be made again for another attempt, and is kept nowhere."""
    return signed(key, f"confirm:{letter_id}")


def hash_of(token: str) -> str:
    """What is kept of a token, and compared."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same(token: str, expected: str) -> bool:
    """Whether two tokens, or two hashes, are equal; takes the same time however they differ."""
    return hmac.compare_digest(token.encode("utf-8", "surrogatepass"), expected.encode())
