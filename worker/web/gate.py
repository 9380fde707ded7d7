"""Who may read the mailbox and the trace: whoever sits at the machine, and elsewhere who holds the operator's token.

Mails hold addresses and unsubscribe links. They are open without a password only where nobody else can come from: the
server listens on loopback, was asked under a loopback name, and nothing says that a proxy stands before it.
"""

from __future__ import annotations

import base64
import hmac
from ipaddress import ip_address
from urllib.parse import urlsplit

from fastapi import HTTPException
from starlette.requests import Request

from worker.settings import Settings

PROXIED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


def admit(request: Request, settings: Settings) -> None:
    """Let an operator's request pass, or raise HTTPException: 401 asks for the token, 403 says that none is set."""
    if _at_the_machine(request, settings):
        return
    if settings.admin_token is None:
        raise HTTPException(403, "From elsewhere this opens with DELTAWIRE_ADMIN_TOKEN, and none is set.")
    expected = settings.admin_token.get_secret_value().encode()
    if not hmac.compare_digest(_password(request.headers.get("authorization", "")), expected):
        ask = {"WWW-Authenticate": 'Basic realm="Deltawire, any name and the admin token", charset="UTF-8"'}
        raise HTTPException(401, "This asks for the operator: any name, and DELTAWIRE_ADMIN_TOKEN.", ask)


def _at_the_machine(request: Request, settings: Settings) -> bool:
    names = [settings.host, request.url.hostname or ""]
    if settings.base_url:
        names.append(urlsplit(settings.base_url).hostname or "")
    return all(_is_loopback(name) for name in names) and not any(header in request.headers for header in PROXIED)


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return name.lower() == "localhost"


def _password(authorization: str) -> bytes:
    scheme, _, credentials = authorization.partition(" ")
    if scheme.lower() != "basic":
        return b""
    try:
        return base64.b64decode(credentials, validate=True).partition(b":")[2]
    except ValueError:  # not base64, or not even ASCII
        return b""
