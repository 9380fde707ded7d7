"""The pages. Every one works without a script, and all that comes from outside is escaped by the templates."""

from __future__ import annotations

from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from worker.web import gate, mailbox, words
from worker.web.api import Reading
from worker.web.models import Turn
from worker.web.reader import Reader, place

HERE = Path(__file__).parent
PAGE = 50
"""Alerts on one page of all alerts."""

RECENT = 10
"""Turns of the timeline after which the months before are folded away."""


class Month(NamedTuple):
    """One month of the timeline, as `November 2026`, latest turn first."""

    title: str
    turns: list[Turn]


router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(words.filters())
    environment.globals.update(confidence=words.CONFIDENCE, on_a_day=words.ON_A_DAY, style=_style())
    environment.globals.update(say_phase=words.PHASES, say_kind=words.KINDS, say_source=words.SOURCES)
    return environment


def _style() -> str:
    """Changes with the style sheet, so that browsers may keep it."""
    return format((HERE / "static" / "deltawire.css").stat().st_mtime_ns, "x")[-8:]


templates = Jinja2Templates(env=_environment())


def render(request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page from a template, at the reader's moment."""
    reader: Reader = request.app.state.reader
    return templates.TemplateResponse(request, name, {"now": reader.now(), **context}, status)


@router.get("/")
def front(request: Request, reader: Reading) -> Response:
    """The only story, or a list of several."""
    stories = reader.stories()
    if len(stories) == 1:
        return RedirectResponse(f"/stories/{stories[0].id}", HTTPStatus.FOUND)
    return render(request, "stories.html", stories=stories)


@router.get("/stories/{story_id}")
def story_page(story_id: str, request: Request, reader: Reading) -> Response:
    """A story: deadlines, alerts, the record, its timeline, and how all of it is kept going."""
    try:
        story = reader.story(story_id)
    except KeyError:
        raise HTTPException(404, f"No story {story_id} is watched here, or it is not open yet.") from None
    reminder = words.reminder_said(story.deadlines, reader.settings.deadline_days, reader.now())
    recent, earlier = _months(story.timeline)
    return render(
        request,
        "story.html",
        story=story,
        lead=words.lead(story),
        recent=recent,
        earlier=earlier,
        more=bool(reader.latest(story_id, None, len(story.alerts))[1]) if story.alerts else False,
        next={"feeds": words.polling_said(story.feeds), "reminder": reminder},
        feeds_said=words.feeds_said(story.feeds),
        mail=reader.mail,
    )


def _months(timeline: list[Turn]) -> tuple[list[Month], list[Month]]:
    """The timeline by month: the months of the latest turns, and those before."""
    months = groupby(timeline, key=lambda turn: (turn.at.year, turn.at.month))
    recent: list[Month] = []
    earlier: list[Month] = []
    for (year, number), turns in months:
        shown = sum(len(month.turns) for month in recent)
        (recent if shown < RECENT else earlier).append(Month(f"{words.MONTHS[number - 1]} {year}", list(turns)))
    return recent, earlier


@router.get("/stories/{story_id}/alerts")
def alerts_page(story_id: str, request: Request, reader: Reading, before: str | None = None) -> Response:
    """All alerts of a story, newest first, page by page."""
    try:
        title, start = reader.title(story_id), place(before) if before else None
    except KeyError:
        raise HTTPException(404, f"No story {story_id} is watched here, or it is not open yet.") from None
    except ValueError:
        raise HTTPException(400, "The address of this page is not whole: `before` is no cursor.") from None
    alerts, older = reader.latest(story_id, start, PAGE)
    return render(request, "alerts.html", id=story_id, title=title, alerts=alerts, older=older, before=before)


@router.get("/api")
def api_page(request: Request) -> Response:
    """What the JSON API can be asked, for people."""
    calls = [
        {
            "path": path,
            "description": call["get"]["description"].replace("`", ""),
            "parameters": [
                {"name": p["name"], "description": p.get("description", "").replace("`", "")}
                for p in call["get"].get("parameters", ())
            ],
        }
        for path, call in request.app.openapi()["paths"].items()
    ]
    return render(request, "api.html", calls=calls)


@router.get("/mailbox")
def mailbox_page(request: Request, reader: Reading) -> Response:
    """The mails in the folder, where no mail server is set."""
    mails, more = mailbox.latest(_folder(request, reader))
    return private(render(request, "mailbox.html", folder=reader.mail.folder, mails=mails, more=more))


@router.get("/mailbox/{name}")
def mail_page(name: str, request: Request, reader: Reading) -> Response:
    """One mail, its plain text."""
    return private(render(request, "mail.html", mail=_mail(name, request, reader)))


@router.get("/mailbox/{name}/source")
def mail_source(name: str, request: Request, reader: Reading) -> Response:
    """One mail as it stands in the folder, to be kept or opened in a mail program."""
    mail = _mail(name, request, reader)
    headers = {"Content-Disposition": 'attachment; filename="mail.eml"'}
    return private(Response(mail.source, media_type="message/rfc822", headers=headers))


def _mail(name: str, request: Request, reader: Reader) -> mailbox.WholeMail:
    mail = mailbox.read(_folder(request, reader), name)
    if mail is None:
        raise HTTPException(404, "The mailbox holds no such mail.")
    return mail


def _folder(request: Request, reader: Reader) -> Path:
    folder = reader.mail.folder
    if folder is None:
        raise HTTPException(404, "Mails go out by a mail server here, and none is kept.")
    gate.admit(request, reader.settings)
    return folder


def private(response: Response) -> Response:
    """An answer that nothing on its way may keep."""
    response.headers["Cache-Control"] = "no-store"
    return response
