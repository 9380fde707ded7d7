"""The JSON API: what the pages show."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Query, Request, Response

from worker.web import health
from worker.web.models import Alerts, Health, Story, StoryLine
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
