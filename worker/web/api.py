"""The JSON API: what the pages show."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response

from worker import why
from worker.store import trace
from worker.web import gate, health
from worker.web.models import Alerts, Health, Story, StoryLine, Why
from worker.web.reader import Reader, place

router = APIRouter()


def reader_of(request: Request) -> Reader:
    """The reader that the application was made with."""
    reader: Reader = request.app.state.reader
    return reader


Reading = Annotated[Reader, Depends(reader_of)]
StoryId = Annotated[str, Path(description="The story's id", examples=["us-china-trade"])]
NOT_FOUND: dict[int | str, dict[str, Any]] = {
    404: {"description": "No such story is watched here, or it is not open yet."}
}

FOR_OPERATORS: dict[int | str, dict[str, Any]] = {
    401: {"description": "The operator's token is asked for."},
    403: {"description": "No operator's token is set, and the request comes from elsewhere."},
    404: {"description": "No such alert was made."},
}


@router.get("/api/stories", tags=["stories"])
def list_stories(reader: Reading) -> list[StoryLine]:
    """The stories that are watched."""
    return reader.stories()


@router.get("/api/stories/{story_id}", tags=["stories"], responses=NOT_FOUND)
def read_story(story_id: StoryId, reader: Reading) -> Story:
    """A story's whole page: the record now and before, deadlines, timeline, latest alerts, feeds."""
    try:
        return reader.story(story_id)
    except KeyError:
        raise HTTPException(404, f"no story {story_id!r} is watched here, or it is not open yet") from None


@router.get("/api/stories/{story_id}/alerts", tags=["stories"], responses=NOT_FOUND)
def list_alerts(
    story_id: StoryId,
    reader: Reading,
    since: Annotated[
        str | None, Query(description="`next` of an earlier answer, or an RFC 3339 moment; without it, from the start")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="How many at most")] = 100,
) -> Alerts:
    """Alerts in the order in which they were made.

    Keep `next` and pass it as `since` later. What was made in the last two minutes may be listed again: ids are stable.
    """
    try:
        start = place(since) if since else None
    except ValueError:
        raise HTTPException(422, "since is neither a cursor nor a moment such as 2026-11-24T06:00:00Z") from None
    try:
        return reader.alerts(story_id, start, limit)
    except KeyError:
        raise HTTPException(404, f"no story {story_id!r} is watched here, or it is not open yet") from None


@router.get("/api/alerts/{alert_id}/why", tags=["stories"], responses=FOR_OPERATORS)
def read_why(
    alert_id: str, request: Request, response: Response, reader: Reading, subscription: str | None = None
) -> Why:
    """Of each subscription, or of one: whether it was told of an alert, is told later, or was not, and the reasons.

    For operators: at the machine itself, or with any name and the admin token as the password. No addresses in it.
    """
    gate.admit(request, reader.settings)
    response.headers["Cache-Control"] = "no-store"
    found = trace.alert_by_id(reader.store, alert_id)
    if found is None:
        raise HTTPException(404, "there is no alert of that id")
    alert, made_at = found
    noticed = trace.notices_of(reader.store, alert, [subscription] if subscription else ())
    return Why(alert=alert.to_json(), subscriptions=[why.as_data(alert, made_at, one) for one in noticed])


@router.get("/healthz", tags=["health"], responses={503: {"model": Health, "description": "Something stands still."}})
def read_health(reader: Reading, response: Response) -> Health:
    """Whether the installation makes progress: the database answers, and scheduler and worker were heard lately."""
    found = health.check(reader.store, reader.settings, reader.now())
    if not found.ok:
        response.status_code = 503
    return found


@router.get("/livez", tags=["health"])
def read_life() -> dict[str, bool]:
    """Whether this web process answers; nothing else is asked."""
    return {"ok": True}
