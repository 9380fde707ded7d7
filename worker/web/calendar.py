"""A story's deadlines as an iCalendar feed (RFC 5545), which calendar programs read again and again.

Each date of a fact is one event for ever: its UID stays, SEQUENCE goes up when it moves, is cancelled or comes back.
All of that is read out of the record, which is only added to, so that the same record gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import Response
from icalendar import Calendar, Event

from rules import Entry, Kind, Ledger, Pack, Status
from rules.deadlines import ROLES, days_of
from rules.model import BACKGROUND, ENDED
from worker.web.api import Reading
from worker.web.record import says, web_link

READ_AGAIN = timedelta(hours=1)
"""How often a calendar program is asked to look."""
_UNSURE = frozenset({Status.THREATENED, Status.PROPOSED, Status.POSTPONED, Status.FRAMEWORK})

router = APIRouter(include_in_schema=False)


@router.get("/stories/{story_id}/deadlines.ics")
def deadlines(story_id: str, request: Request, reader: Reading) -> Response:
    """The deadlines of a story, for calendar programs."""
    if story_id not in reader.packs or story_id not in reader.store.stories():
        raise HTTPException(404, f"No story {story_id} is watched here, or it is not open yet.")
    page = f"{reader.settings.pages}/stories/{story_id}"
    body = calendar(reader.store.story(story_id).ledger, reader.packs[story_id], page)
    return Response(body, media_type="text/calendar; charset=utf-8")


@dataclass(frozen=True)
class Appointment:
    """One date of one fact, as the record has it now."""

    day: date
    """The last one that it had, where it fell away."""
    sequence: int
    cancelled: bool
    entry: Entry
    """The turn of the record that it rests on."""
    changed: datetime
    """When the record took up what it says of this date."""


def calendar(ledger: Ledger, pack: Pack, page: str) -> bytes:
    """The whole feed. `page`: the address of the story's page. Pure; equal input gives equal bytes."""
    feed = Calendar()
    feed.add("prodid", "-//Deltawire//Deadlines//EN")
    feed.add("version", "2.0")
    feed.add("method", "PUBLISH")
    feed.add("name", pack.title)
    feed.add("x-wr-calname", pack.title)
    feed.add("refresh-interval", READ_AGAIN, parameters={"VALUE": "DURATION"})
    feed.add("x-published-ttl", "PT1H")
    for fact in pack.facts:
        for role in ROLES:
            if found := appointment(ledger, fact, role):
                feed.add_component(_event(found, pack, fact, role, page))
    return bytes(feed.to_ical())


def appointment(ledger: Ledger, fact: str, role: str) -> Appointment | None:
    """What the record, as it grew, has made of one date; None if it never named a day for it."""
    found: Appointment | None = None
    for entry in _holding(ledger, fact):
        day = _day(entry, role)
        if found is None:
            found = Appointment(day, 0, cancelled=False, entry=entry, changed=entry.learned) if day else None
        elif day is None:
            if not found.cancelled and found.day > entry.valid.astimezone(UTC).date():  # what is past, took place
                found = Appointment(found.day, found.sequence + 1, True, entry, entry.learned)
        else:
            turned = found.cancelled or day != found.day
            found = Appointment(day, found.sequence + turned, False, entry, entry.learned)
    return found


def _holding(ledger: Ledger, fact: str) -> Iterator[Entry]:
    """The entries that came to hold, in the order in which the record took them up; a late one never came to."""
    current: Entry | None = None
    for entry in ledger.entries:
        if entry.fact == fact and entry.kind is Kind.CHANGE and (current is None or entry.valid >= current.valid):
            current = entry
            yield entry


def _day(entry: Entry, role: str) -> date | None:
    """The day that an entry names, if it is still ahead by it; as reminders reckon it (`rules.deadlines`)."""
    ended = entry.state.status in ENDED and entry.state.status is not Status.HELD
    day = days_of(entry.state).get(role)
    return None if ended or day == date.max or entry.confidence == BACKGROUND else day


def _event(found: Appointment, pack: Pack, fact: str, role: str, page: str) -> Event:
    spec, state = pack.facts[fact], found.entry.state
    what = "no longer holds" if found.cancelled else says(spec.kind, role, state, gone=False)
    source = "the report that the record starts from" if found.entry.source == "baseline" else found.entry.source
    words = (found.entry.quote or "", f"Source: {source}" if source else "")
    event = Event()
    event.add("uid", f"{fact}.{role}.{pack.id}@deltawire")
    event.add("sequence", found.sequence)
    event.add("dtstamp", found.changed)
    event.add("last-modified", found.changed)
    event.add("dtstart", found.day)
    event.add("dtend", found.day + timedelta(days=1))
    event.add("summary", f"{spec.title}: {what}")
    event.add("description", "\n".join(filter(None, (*words, web_link(found.entry.url)))))
    event.add("url", f"{page}#fact-{fact}")
    event.add("categories", [pack.topics[spec.topic]])
    event.add("status", "CANCELLED" if found.cancelled else "TENTATIVE" if state.status in _UNSURE else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("class", "PUBLIC")
    return event
