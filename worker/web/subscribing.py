"""Signing up for a story's alerts by mail, and the link that confirms it.

The answer to a sign-up never depends on whether the address is known: it is only kept here, and a worker decides what
mail comes of it. The link's GET changes nothing, since mail scanners follow links; its POST works once.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, Response

from rules import Pack, Phase, Severity, SourceKind
from worker.alerts import KINDS, Policy, Subscription, asked, in_words, mail_address, manage_token, said
from worker.alerts.signing import LINK_HOLDS, PER_SOURCE, hash_of, key_of_source
from worker.alerts.signing import Request as Asking
from worker.errors import WrongUse
from worker.store import new_subscription_id
from worker.web.api import Reading
from worker.web.forms import Form, is_id, source_of, wishes
from worker.web.pages import private, render
from worker.web.reader import Reader
from worker.web.words import WEEKDAYS, time_zones

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
TOO_MANY = f"{PER_SOURCE} requests came from where you are within a day, and no more are taken. Try again tomorrow."


@router.get("/stories/{story_id}/subscribe")
def form(story_id: str, request: Request, reader: Reading) -> Response:
    """The form, with what a new subscriber usually gets."""
    pack = open_pack(story_id, reader)
    return _form(request, pack, said(_usual(pack, reader)))


@router.post("/stories/{story_id}/subscribe")
def sign_up(story_id: str, request: Request, reader: Reading, posted: Form) -> Response:
    """Keep what is asked for; the answer is the same for every address that can be one."""
    pack = open_pack(story_id, reader)
    given, address = wishes(posted), "".join(posted.get("email", []))
    try:
        wanted = asked(_usual(pack, reader, mail_address(address)), given, pack)
    except WrongUse as error:
        return _form(request, pack, given, email=address, problem=str(error))
    ask(wanted, request, reader)
    return private(render(request, "asked.html", 202, story=pack, email=wanted.address, days=LINK_HOLDS.days))


@router.get("/confirm/{letter_id}/{token}")
def ask_to_confirm(letter_id: str, token: str, request: Request, reader: Reading) -> Response:
    """What the link would confirm, and one button."""
    letter = reader.store.letter_with_link(letter_id, hash_of(token), reader.now()) if is_id(letter_id) else None
    if letter is None:
        raise _spent()
    about = letter.subscription
    return private(
        render(
            request,
            "confirm.html",
            action=request.url.path,
            letter=letter,
            title=reader.title(about.story),
            wishes=in_words(about),
        )
    )


@router.post("/confirm/{letter_id}/{token}")
def confirm(letter_id: str, token: str, request: Request, reader: Reading) -> Response:
    """Confirm it, once."""
    key = reader.settings.signing_key()
    done = reader.store.confirm(letter_id, hash_of(token), reader.now(), key) if is_id(letter_id) else None
    if done is None:
        raise _spent()
    about = done.subscription
    manage = f"/manage/{about.id}/{manage_token(key, about)}"
    title = reader.title(about.story)
    return private(render(request, "confirmed.html", kind=done.kind, about=about, title=title, manage=manage))


def open_pack(story_id: str, reader: Reader) -> Pack:
    """The pack of a story that is watched and open. Raises HTTPException."""
    if story_id not in reader.packs or story_id not in reader.store.stories():
        raise HTTPException(404, f"No story {story_id} is watched here, or it is not open yet.")
    return reader.packs[story_id]


def choices(pack: Pack) -> dict[str, Any]:
    """What the form of wishes offers."""
    return {
        "kinds": KINDS,
        "topics": pack.topics,
        "facts": [
            (title, [fact for fact in pack.facts.values() if fact.topic == topic])
            for topic, title in pack.topics.items()
        ],
        "severities": list(Severity),
        "phases": list(Phase),
        "sources": list(SourceKind),
        "zones": time_zones(),
        "weekdays": WEEKDAYS,
    }


def ask(wanted: Subscription, request: Request, reader: Reader, *, moves: bool = False) -> None:
    """Keep a request until a worker answers it. Raises HTTPException for a source that has had its share."""
    source = key_of_source(reader.settings.signing_key(), source_of(request, reader.settings.proxies))
    if not reader.store.take_request(Asking(wanted, moves, source), reader.now()):
        raise HTTPException(HTTPStatus.TOO_MANY_REQUESTS, TOO_MANY)


def _usual(pack: Pack, reader: Reader, address: str = "") -> Subscription:
    days, policy = reader.settings.deadline_days, Policy.usual("email")
    new = new_subscription_id()
    return Subscription(new, pack.id, "email", address, deadline_days=days, policy=policy, confirmed=False)


def _form(
    request: Request, pack: Pack, given: dict[str, list[str]], *, email: str = "", problem: str = ""
) -> HTMLResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK
    page = {"story": pack, "given": given, "offered": choices(pack), "email": email, "problem": problem}
    return render(request, "subscribe.html", status, **page)


def _spent() -> HTTPException:
    return HTTPException(
        HTTPStatus.NOT_FOUND,
        f"This link was used already, is older than {LINK_HOLDS.days} days, was followed by a newer one, or is not "
        "whole. If you have confirmed already, all is well; otherwise ask once more on the story's page.",
    )
