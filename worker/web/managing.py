"""A subscriber's own page, by the link in every mail: change, pause, move, hand out, delete.

The link is all that is asked for, so nothing here rests on a cookie, and another site's form can do nothing with it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from worker.alerts import Acknowledged, Subscription, asked, in_words, mail_address, manage_token, said
from worker.alerts.signing import same
from worker.errors import WrongUse
from worker.web import mailbox
from worker.web.api import Reading
from worker.web.forms import Form, is_id, wishes
from worker.web.models import Deadline
from worker.web.pages import private, render
from worker.web.reader import Reader
from worker.web.record import deadlines
from worker.web.subscribing import ask, choices, open_pack

LINK = "/manage/{subscription_id}/{token}"
DONE = {
    "changed": "What you get is changed.",
    "paused": "Paused: nothing is sent until you resume it. What comes up meanwhile is not sent later.",
    "resumed": "Resumed: alerts are sent again.",
    "noted": "Noted: you are reminded of that date no more. If it moves, you are told.",
    "asked": "If the new address can be used, a mail is on its way to it. Until its link is clicked, nothing changes.",
}
"""What the page says after a change, by the word in its address."""
router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _vouched(subscription_id: str, token: str, reader: Reading) -> Subscription:
    """The subscription that the link belongs to.

    Raises HTTPException unless the link is whole, and was made for the address that the mails go to now.
    """
    found = reader.store.subscription(subscription_id) if is_id(subscription_id) else None
    key = reader.settings.signing_key()
    if found is None or found.channel != "email" or not same(token, manage_token(key, found)):
        raise HTTPException(404, "This link is not whole, or no longer holds. Take it from the latest mail.")
    return found


Own = Annotated[Subscription, Depends(_vouched)]


@router.get(LINK)
def page(request: Request, reader: Reading, own: Own, done: str = "") -> Response:
    """What is asked for now, and everything that can be done about it."""
    return _page(request, reader, own, said(own), done=DONE.get(done, ""))


@router.post(LINK)
def change(request: Request, reader: Reading, own: Own, posted: Form) -> Response:
    """Take over what the form says."""
    given = wishes(posted)
    try:
        changed = asked(own, given, open_pack(own.story, reader))
    except WrongUse as error:
        return _page(request, reader, own, given, problem=str(error))
    return _after(request, "changed", reader.store.change_subscription(changed))


@router.post(f"{LINK}/pause")
def pause(request: Request, reader: Reading, own: Own) -> Response:
    return _after(request, "paused", reader.store.change_subscription(replace(own, paused=True)))


@router.post(f"{LINK}/resume")
def resume(request: Request, reader: Reading, own: Own) -> Response:
    return _after(request, "resumed", reader.store.change_subscription(replace(own, paused=False)))


@router.post(f"{LINK}/noted")
def note(request: Request, reader: Reading, own: Own, posted: Form) -> Response:
    """Remind him no more of one of the dates ahead."""
    asked_for = tuple("".join(posted.get(name, [])) for name in ("fact", "role", "day"))
    for date in _dates(own, reader):
        if (date.fact, date.role, date.day.isoformat()) == asked_for:
            reader.store.acknowledge(Acknowledged(own.id, date.fact, date.role, date.day), reader.now())
            return _after(request, "noted", True)
    problem = "That date is no longer on record, so there is nothing to be reminded of."
    return _page(request, reader, own, said(own), problem=problem)


@router.post(f"{LINK}/address")
def move(request: Request, reader: Reading, own: Own, posted: Form) -> Response:
    """Ask the new address. Whether it is known is not told, here as at the sign-up."""
    given = "".join(posted.get("email", []))
    try:
        address = mail_address(given)
    except WrongUse as error:
        return _page(request, reader, own, said(own), problem=str(error), email=given)
    ask(replace(own, address=address), request, reader, moves=True)
    return _after(request, "asked", True)


@router.get(f"{LINK}/export.json")
def export(reader: Reading, own: Own) -> Response:
    """Everything that is kept on the subscription."""
    body = json.dumps(reader.store.everything_on(own.id), ensure_ascii=False, indent=2)
    headers = {"Content-Disposition": 'attachment; filename="deltawire.json"'}
    return private(Response(body, media_type="application/json", headers=headers))


@router.post(f"{LINK}/delete")
def delete(request: Request, reader: Reading, own: Own, posted: Form) -> Response:
    """Delete everything that is kept on the subscription, if the box that says so is ticked."""
    if "yes" not in posted.get("sure", []):
        problem = "Nothing was deleted: tick the box beside the button if you are sure."
        return _page(request, reader, own, said(own), problem=problem)
    gone = reader.store.forget_subscription(own.id)
    if reader.mail.folder:
        mailbox.forget(reader.mail.folder, gone)
    return private(render(request, "deleted.html"))


def _after(request: Request, what: str, done: bool) -> Response:
    """Back to the page, so that loading it again posts nothing."""
    own = "/".join(request.url.path.split("/")[:4])
    return private(RedirectResponse(f"{own}?done={what if done else ''}", HTTPStatus.SEE_OTHER))


def _dates(own: Subscription, reader: Reader) -> list[Deadline]:
    ledger = reader.store.story(own.story).ledger
    return deadlines(ledger, open_pack(own.story, reader), reader.now().date())


def _page(
    request: Request,
    reader: Reader,
    own: Subscription,
    given: dict[str, list[str]],
    *,
    done: str = "",
    problem: str = "",
    email: str = "",
) -> Response:
    pack = open_pack(own.story, reader)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    token = manage_token(reader.settings.signing_key(), own)
    return private(
        render(
            request,
            "manage.html",
            status,
            own=own,
            story=pack,
            given=given,
            offered=choices(pack),
            link=LINK.format(subscription_id=own.id, token=token),
            wishes=in_words(own),
            dates=_dates(own, reader),
            noted={(date.fact, date.role, date.due) for date in reader.store.acknowledged(own.id)},
            done=done,
            problem=problem,
            email=email,
        )
    )
