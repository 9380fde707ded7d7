"""What the pages show and the JSON API answers with: one model for both, so that they cannot say different things.

Moments are aware and in UTC; days are days in UTC.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, InstanceOf, PlainSerializer
from typing_extensions import TypedDict  # pydantic takes no other before Python 3.12

from rules import State
from worker.alerts import AlertKind


class StateJson(TypedDict, total=False):
    """Where a fact stands. What is not stated is left out; dates are 2026, 2026-04 or 2026-04-13."""

    status: str
    value: dict[str, float]
    effective: str
    until: str


def _state_json(state: State) -> StateJson:
    return cast(StateJson, state.to_json())


Stand = Annotated[InstanceOf[State], PlainSerializer(_state_json, return_type=StateJson)]


class Source(BaseModel):
    """On whose word the record says something."""

    name: str | None = None
    url: str | None = Field(None, description="http or https, or nothing")
    text: str | None = Field(None, description="The sentence it rests on; without an article, the project's own words")
    article: str | None = Field(None, description="The id of the article, where the rules read it there")
    confidence: str = Field("primary", description="primary, press, secondary, or engine: found by the rules")


class Fact(BaseModel):
    """One fact of a story, now and before."""

    id: str
    title: str
    topic: str
    now: Stand
    before: Stand | None = Field(None, description="What the record said before; null where it has said but one thing")
    since: datetime | None = Field(None, description="From when on it holds; null where nothing is stated yet")
    source: Source | None = None


class Topic(BaseModel):
    id: str
    title: str
    facts: list[Fact]


class Deadline(BaseModel):
    """A day that the record names and that is still to come (or was, in the last days)."""

    fact: str
    title: str
    role: Literal["effective", "until"] = Field(description="effective: it starts or takes place; until: it lapses")
    day: date
    days_left: int = Field(description="0 on the day itself; negative afterwards")
    says: str = Field(description="What happens then, to be read after the title and a colon: `the suspension ends`")
    state: Stand


class Turn(BaseModel):
    """One turn of the record: a fact that from then on stood differently."""

    at: datetime
    learned: datetime = Field(description="When the record took it up")
    fact: str
    title: str
    before: Stand | None
    after: Stand
    change: str = Field(description="What turned, in one line: `20 % → 10 %, from 10 Nov 2025`")
    source: Source


class Feed(BaseModel):
    """One source that is polled. Its whole address may hold a key, and is shown by `deltawire feeds list` only."""

    id: str
    title: str
    source: str
    host: str
    every_minutes: float
    state: Literal["working", "failing", "not polled yet"]
    last_success_at: datetime | None
    last_error: str | None = Field(description="Of the last poll, if that failed")
    failures: int = Field(description="Failed polls in a row")
    next_poll_at: datetime


class Alert(BaseModel):
    """One alert, as subscribers got it."""

    model_config = ConfigDict(extra="allow")

    id: str
    at: datetime = Field(description="The moment that it tells of")
    made_at: datetime | None = Field(None, description="When it was made")
    alert: AlertKind
    update: bool = Field(description="Adds a source to a change already told, and names no new one")
    fact: str
    topic: str
    title: str
    headline: str
    before: StateJson | None = None
    after: StateJson | None = None
    phase: str | None = Field(None, description="Of a deadline: upcoming, due, passed, moved or cancelled")
    due: date | None = None
    days_left: int | None = None
    articles: list[str] = []
    url: str | None = None
    source: str | None = None
    speaker: str | None = None
    quote: str | None = None
    why: str | None = None
    severity: str
    confidence: float


class Alerts(BaseModel):
    alerts: list[Alert] = Field(description="In the order in which they were made")
    next: str = Field(description="Pass it as `since` to go on from here, now or later")
    more: bool = Field(description="Whether there are more already")


class Fate(BaseModel):
    """What became of an alert for one subscription."""

    subscription: str
    channel: str
    fate: Literal["told", "held", "dropped", "left out"]
    why: str = Field(description="The same in words, with the reason")
    trail: list[dict[str, Any]] = Field(description="What was decided one after the other")
    delivery: dict[str, Any] | None = Field(description="The message that tells it: id, state, attempts")


class Why(BaseModel):
    """Who was told of an alert, and who was not."""

    alert: Alert
    subscriptions: list[Fate]


class StoryLine(BaseModel):
    """A story in a list."""

    id: str
    title: str
    baseline: date
    facts: int
    alerts: int
    next_deadline: Deadline | None


class Story(BaseModel):
    """A story's whole page."""

    id: str
    title: str
    baseline: date = Field(description="The day of the report that the record starts from")
    version: int = Field(description="Goes up with every commit to the record")
    topics: list[Topic]
    deadlines: list[Deadline] = Field(description="Those to come, next first")
    passed: list[Deadline] = Field(description="Those of the last two weeks, latest first")
    timeline: list[Turn] = Field(description="Latest first")
    alerts: list[Alert] = Field(description="Latest first, the ten last ones")
    feeds: list[Feed]


class Role(BaseModel):
    """Whether one part of the installation makes progress."""

    role: str
    fresh: bool
    last_seen: datetime | None = Field(description="Its last heartbeat; null if there never was one")
    stale_since: datetime | None = Field(None, description="From when on it should have been heard again")
    detail: dict[str, Any] = {}


class Health(BaseModel):
    ok: bool
    at: datetime
    database: str = Field(description="ok, or what is wrong with it")
    roles: list[Role]
    problems: list[str] = Field(description="A sentence each")
