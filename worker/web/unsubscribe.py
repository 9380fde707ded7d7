"""The link in every mail (RFC 8058). GET shows a form and changes nothing, since mail scanners follow links.

POST ends the subscription. It needs no cookie, no login and no token but that of the address, and its body is not
looked at: a mail program sends `List-Unsubscribe=One-Click`, multipart or urlencoded, and the form sends the same.
"""

from __future__ import annotations

import hmac

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from worker.alerts import unsubscribe_token
from worker.web.api import Reading
from worker.web.pages import private, render
from worker.web.reader import Reader

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
WHY = "unsubscribed by the link in a mail"


@router.get("/unsubscribe/{subscription_id}/{token}")
def ask(subscription_id: str, token: str, request: Request, reader: Reading) -> Response:
    """A form with one button."""
    _vouch(subscription_id, token, reader)
    return private(render(request, "unsubscribe.html", done=False, action=request.url.path))


@router.post("/unsubscribe/{subscription_id}/{token}")
def end(subscription_id: str, token: str, request: Request, reader: Reading) -> Response:
    """End the subscription and what waits for it. The second time changes nothing, and is answered alike."""
    _vouch(subscription_id, token, reader)
    reader.store.disable_subscription(subscription_id, WHY)
    return private(render(request, "unsubscribe.html", done=True))


def _vouch(subscription_id: str, token: str, reader: Reader) -> None:
    """Raise HTTPException unless the token is the one that was put into this subscription's mails."""
    expected = unsubscribe_token(reader.settings.signing_key(), subscription_id)
    if not hmac.compare_digest(token.encode(), expected.encode()):
        raise HTTPException(404, "This link is not whole, or not from here. Copy it out of the mail once more.")
