"""How moments, days and numbers are written on the pages. What is said of facts comes from `worker.wording`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import available_timezones

from rules import State, Status
from rules.model import MEETING_STATUSES
from worker import wording
from worker.web.models import Deadline, Feed, Story
from worker.web.record import next_reminder, web_link

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
CONTINENTS = frozenset(
    ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
)
CONFIDENCE = {"press": "press reports", "secondary": "second hand", "engine": "read by the rules"}
"""How far the record is from the official text, where it is not the text itself."""
ON_A_DAY = frozenset({*MEETING_STATUSES, Status.SIGNED})
"""With these a date is the day of an event, not a start."""


def moment(at: datetime) -> str:
    """`24 Nov 2026, 06:15 UTC`."""
    at = at.astimezone(UTC)
    return f"{wording.say_date(at.date())}, {at:%H:%M} UTC"


def long_day(day: date) -> str:
    """`27 October 2025`."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def weekday(day: date) -> str:
    """`Friday, 27 November 2026`."""
    return f"{WEEKDAYS[day.weekday()]}, {long_day(day)}"


def short_day(day: date) -> str:
    """`27 Nov`, under a heading that names the year."""
    return wording.say_date(day).rpartition(" ")[0]


def days_left(days: int) -> str:
    """`today`, `1 day`, `12 days`."""
    return "today" if days == 0 else f"{days} day{'' if days == 1 else 's'}"


def minutes(count: float) -> str:
    """`15 min`, `90 s`, `2 h`."""
    if count < 2 and count != 1:
        return f"{count * 60:g} s"
    return f"{count / 60:g} h" if count >= 60 and count % 30 == 0 else f"{count:g} min"


def counted(number: int, one: str, many: str | None = None) -> str:
    """`1 feed`, `22 feeds`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def lead(story: Story) -> str:
    """What the page is about, in two sentences."""
    facts = sum(len(topic.facts) for topic in story.topics)
    first = (
        f"{counted(facts, 'fact')} on record since the report of {long_day(story.baseline)} that the story starts from."
    )
    if not story.timeline:
        return first
    return f"{first} The last turn was on {long_day(story.timeline[0].at.date())}."


def feeds_said(feeds: Sequence[Feed]) -> str:
    """How the feeds are, in one sentence."""
    count = {state: sum(feed.state == state for feed in feeds) for state in ("working", "failing", "not polled yet")}
    parts = [f"{number} {state}" for state, number in count.items() if number]
    return f"{counted(len(feeds), 'feed')}: {', '.join(parts)}."


def polling_said(feeds: Sequence[Feed]) -> str:
    """What an empty page promises of the feeds."""
    if not feeds:
        return "No feed is watched yet, so nothing can be found."
    often = minutes(min(feed.every_minutes for feed in feeds))
    return (
        f"{counted(len(feeds), 'feed is', 'feeds are')} read, the most frequent one every {often}. "
        "What is in a feed when it is read for the first time is kept, and raises nothing."
    )


def reminder_said(ahead: Sequence[Deadline], days: Sequence[int], now: datetime) -> str:
    """When the next reminder goes out if nothing else happens; empty if there is no day to remind of."""
    if not (found := next_reminder(ahead, days, now)):
        return ""
    day, deadline = found
    ahead_of = f"{days_left((deadline.day - day).days)} before" if day != deadline.day else "on the day itself"
    return f"The next reminder is due on {long_day(day)}: {deadline.title}, {ahead_of}."


@functools.cache
def time_zones() -> tuple[str, ...]:
    """The places that a reader may name for his hours, as Europe/Berlin, and UTC."""
    return ("UTC", *sorted(name for name in available_timezones() if name.partition("/")[0] in CONTINENTS))


PHASES = {
    "upcoming": "some days before it",
    "due": "on the day",
    "passed": "when it went by with nothing reported",
    "moved": "when it moves",
    "cancelled": "when it falls away",
}
KINDS = {
    "change": "Changes: a report says that a fact stands differently",
    "signal": "Signs of a change: likely, threatened, planned",
    "deadline": "Dates: near, due, passed, moved, fallen away",
    "correction": "Corrections of what was told",
}
SOURCES = {
    "official": "governments and institutions themselves",
    "wire": "news agencies",
    "outlet": "newspapers and broadcasters",
    "blog": "blogs",
}


def filters() -> dict[str, Callable[..., Any]]:
    """What templates can call, by name."""
    return {
        "moment": moment,
        "day": long_day,
        "weekday": weekday,
        "short": short_day,
        "days_left": days_left,
        "minutes": minutes,
        "web": web_link,
        "state": State.from_json,
        "said": wording.say_state,
        "status": wording.say_status,
        "value": wording.say_value,
        "partial": wording.say_date,
    }
