"""What a form posts, and where a request comes from: read with limits, and believed no further than can be known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException
from starlette.requests import Request

from worker.alerts import FIELDS

LARGEST = 100_000
"""Bytes of a form: every box of the largest pack ticked has a twentieth of that."""
MOST_FIELDS = 1_000

_ID = re.compile(r"[a-z]+_[0-9a-z]{1,64}", re.ASCII)

Posted = Mapping[str, list[str]]


async def _read(request: Request) -> Posted:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST:
            raise HTTPException(413, "This form holds more than it can hold.")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS, errors="strict")
    except ValueError:  # not text, or more fields than there are
        raise HTTPException(400, "This is not the form from here.") from None
    posted: dict[str, list[str]] = {}
    for name, value in pairs:
        posted.setdefault(name, []).append(value)
    return posted


Form = Annotated[Posted, Depends(_read)]
"""The fields of a form that was posted as browsers post it, and no other kind."""


def wishes(posted: Posted) -> dict[str, list[str]]:
    """The fields for `worker.alerts.asked`. A box that is not ticked is not posted: then there are no words."""
    return {name: [word for word in posted.get(name, []) if word] for name in FIELDS}


def is_id(text: str) -> bool:
    """Whether it can be an id of ours, so that it may be looked up."""
    return _ID.fullmatch(text) is not None


def source_of(request: Request, proxies: Iterable[IPv4Network | IPv6Network]) -> str:
    """The address that a request comes from: of its connection, or what the operator's own proxies say of it.

    `X-Forwarded-For` is read from its end, and only as far as it was written by a proxy in `proxies`.
    """
    networks = tuple(proxies)
    source = request.client.host if request.client else ""
    said = ",".join(request.headers.getlist("x-forwarded-for")).split(",")
    for before in reversed([one.strip() for one in said if one.strip()]):
        if not _within(source, networks):
            break
        if _address(before) is None:
            break
        source = before
    return source


def _within(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    parsed = _address(address)
    return parsed is not None and any(parsed in network for network in networks)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(text)
    except ValueError:
        return None
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return mapped or parsed
