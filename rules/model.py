"""The words of the project as frozen data: what goes into the engine, what it keeps, and what comes out.

Nothing here reads a clock: every moment is a timezone-aware `datetime` in UTC that the caller passed in, every day a
`date` in UTC.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cached_property, total_ordering
from typing import Any, Self

Value = Mapping[str, float]
"""Amounts by unit: `{"percent": 10}`, `{"tonnes": 1.2e7, "tonnes_per_year": 2.5e7}`, `{"usd": 1.7e10}`."""


class SourceKind(StrEnum):
    OFFICIAL = "official"
    """A government or an institution speaking for itself."""
    WIRE = "wire"
    OUTLET = "outlet"
    BLOG = "blog"


class Kind(StrEnum):
    """What an article does to a fact on record, from nothing to everything."""

    MENTION = "mention"
    """Speaks of the fact, and claims nothing that could move it: background, opinion, a hypothesis."""
    CONFIRM = "confirm"
    """Says what the record says already."""
    SIGNAL = "signal"
    """A change is likely, threatened, demanded or reported by unnamed sources: not decided."""
    CHANGE = "change"
    """Status, value or dates now differ from the record, on the word of one who can decide it."""
    CONFLICT = "conflict"
    """Contradicts the record without a decision that would change it."""


class Status(StrEnum):
    """Where a fact stands. Which of them a fact can have depends on its kind (`FactKind`)."""

    THREATENED = "threatened"
    PROPOSED = "proposed"
    ANNOUNCED = "announced"
    AGREED = "agreed"
    IN_FORCE = "in_force"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    BLOCKED = "blocked"
    SCHEDULED = "scheduled"
    HELD = "held"
    POSTPONED = "postponed"
    CANCELLED = "cancelled"
    FRAMEWORK = "framework"
    SIGNED = "signed"
    COLLAPSED = "collapsed"


def _statuses(names: str) -> frozenset[Status]:
    return frozenset(map(Status, names.split()))


MEASURE_STATUSES = _statuses("threatened proposed announced agreed in_force suspended withdrawn expired blocked")
MEETING_STATUSES = _statuses("scheduled held postponed cancelled")
DEAL_STATUSES = _statuses("framework agreed signed collapsed")
ENDED = _statuses("withdrawn expired blocked held cancelled signed collapsed")
"""After these nothing is ahead: a date still on record falls away with them."""


class FactKind(StrEnum):
    """What sort of thing a fact is. It fixes which verbs can move it, and which statuses it can have."""

    MEASURE = "measure"
    """A tariff, a ban, a licensing rule: something a government puts on and takes off."""
    TRUCE = "truce"
    """A pause or standstill with an end: it is extended, cut short, or it lapses."""
    PURCHASES = "purchases"
    """A promise to buy."""
    MEETING = "meeting"
    VISIT = "visit"
    DEAL = "deal"

    @property
    def statuses(self) -> frozenset[Status]:
        """The statuses that a fact of this kind can have."""
        if self in (FactKind.MEETING, FactKind.VISIT):
            return MEETING_STATUSES
        return DEAL_STATUSES if self is FactKind.DEAL else MEASURE_STATUSES


_PARTIAL = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


@total_ordering
@dataclass(frozen=True)
class PartialDate:
    """A date as exact as the text gave it: a day, a month or a year. Only a day can be a deadline.

    Ordered by calendar; a month comes before its days, a year before its months.
    """

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2026`, `2026-04` or `2026-04-13`. Raises ValueError for anything else, impossible days included."""
        found = _PARTIAL.fullmatch(text)
        if not found:
            raise ValueError(f"{text!r} is not a date: write 2026-04-13, 2026-04 or 2026")
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        date(year, month or 1, day or 1)
        return cls(year, month, day)

    @classmethod
    def of(cls, day: date) -> Self:
        """The exact day."""
        return cls(day.year, day.month, day.day)

    @property
    def exact(self) -> date | None:
        """The day, or None where the text gave only a month or a year."""
        return date(self.year, self.month, self.day) if self.month and self.day else None

    def __lt__(self, other: PartialDate) -> bool:
        return (self.year, self.month or 0, self.day or 0) < (other.year, other.month or 0, other.day or 0)

    def covers(self, other: PartialDate) -> bool:
        """Whether `other` says the same or the same more exactly: 2026-04 covers 2026-04-13."""
        return (
            self.year == other.year
            and self.month in (None, other.month)
            and (self.day is None or self.day == other.day)
        )

    def __str__(self) -> str:
        rest = (f"{part:02d}" for part in (self.month, self.day) if part is not None)
        return "-".join((f"{self.year:04d}", *rest))


@dataclass(frozen=True)
class State:
    """What is said of a fact: by the record (before, after) or by one article (claimed). None: not stated."""

    status: Status | None = None
    value: Value | None = None
    effective: PartialDate | None = None
    """When it starts or takes place."""
    until: PartialDate | None = None
    """When it lapses, or the day by which a promise is to be kept."""

    @property
    def empty(self) -> bool:
        return self == State()

    def to_json(self) -> dict[str, Any]:
        """Keys status, value, effective, until; those not stated are left out."""
        out: dict[str, Any] = {}
        if self.status:
            out["status"] = self.status.value
        if self.value:
            out["value"] = dict(self.value)
        if self.effective:
            out["effective"] = str(self.effective)
        if self.until:
            out["until"] = str(self.until)
        return out

    @classmethod
    def from_json(cls, data: Mapping[str, Any] | None) -> Self:
        """The inverse of `to_json`. Raises ValueError for a status or date that is none."""
        data = data or {}
        return cls(
            status=Status(data["status"]) if data.get("status") else None,
            value=dict(data["value"]) if data.get("value") else None,
            effective=PartialDate.parse(data["effective"]) if data.get("effective") else None,
            until=PartialDate.parse(data["until"]) if data.get("until") else None,
        )


@dataclass(frozen=True)
class Article:
    """One version of one news item. `published` is aware and in UTC."""

    id: str
    source: str
    source_kind: SourceKind
    url: str
    published: datetime
    title: str
    text: str
    earlier: str = ""
    """Title and text of the version before this one: what stood in it has been read."""


class Severity(StrEnum):
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True)
class Finding:
    """One article against one fact on record."""

    kind: Kind
    story: str
    fact: str
    topic: str
    before: State
    """The record as the article found it."""
    claimed: State
    """What the article itself says."""
    after: State
    """The record as it stands after the article (equal to `before` unless `kind` is change)."""
    article: str
    published: datetime
    quote: str
    """The sentence it rests on, exactly as it stands in the article."""
    span: tuple[int, int]
    """Where the quote stands in `title + "\\n" + text`."""
    why: str
    """The named reason of the verdict, in words for a reader."""
    rule: str
    """The id of the rule that decided."""
    cues: tuple[str, ...] = ()
    """The words that decided, as they stand in the text."""
    update: bool = False
    """Adds to a change already told (a second source), and names no new one."""
    speaker: str | None = None
    """Who says so, where the text names somebody."""
    confidence: float = 1.0
    severity: Severity = Severity.MEDIUM
    severity_why: str = ""
    """The points that make it so, for a reader."""
    beside: tuple[tuple[State, str], ...] = ()
    """What else the article says of the fact, each with its sentence, where it tells a change: a copy may tell this."""
    source_kind: SourceKind = SourceKind.OUTLET
    """What the article's outlet is."""
    late: State | None = None
    """The record as it stood when the article was published, corrected by it, where a later turn was known already."""

    @property
    def key(self) -> str:
        """A stable hash of what it says, equal for every article that says the same of the same record."""
        said = [self.story, self.kind.value, self.fact, self.claimed.to_json(), self.before.to_json()]
        return digest(said)


class Phase(StrEnum):
    UPCOMING = "upcoming"
    DUE = "due"
    PASSED = "passed"
    MOVED = "moved"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class DeadlineEvent:
    """Something to tell about one date on record."""

    story: str
    fact: str
    topic: str
    role: str
    """`effective` or `until`."""
    phase: Phase
    due: date
    """The day the deadline has (for `moved`: had before)."""
    at: datetime
    """The moment from which it is to be told: the start of its day in UTC, or the publication that moved it."""
    state: State
    """The record of the fact at that moment."""
    days_left: int | None = None
    moved_to: PartialDate | None = None
    article: str | None = None
    """The article that moved or cancelled it, or that set the date."""
    quote: str | None = None

    @property
    def key(self) -> str:
        """Equal for the same phase of the same deadline, however often it is computed."""
        return digest(
            [self.story, self.fact, self.role, self.phase.value, str(self.due), self.days_left, str(self.moved_to)]
        )


BACKGROUND = "background"
"""The `confidence` of what a pack adds of its own to the baseline: compared with, and never a deadline."""


@dataclass(frozen=True)
class Entry:
    """One line of the record. Entries are only ever added."""

    fact: str
    state: State
    kind: Kind
    """CHANGE sets the state. CONFIRM and SIGNAL are kept as what was heard, MENTION as what an article said beside the
    change that was told of it; they leave the state alone."""
    valid: datetime
    """From when it held: the publication, or the baseline's date."""
    learned: datetime
    """When the record took it up. Later than `valid` for a late article, and for a starting record."""
    article: str | None = None
    source: str | None = None
    url: str | None = None
    quote: str | None = None
    confidence: str = "primary"
    """`primary`: the official text; `press`; `secondary`: told second hand; `background`; `engine`: found by us."""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; moments as RFC 3339."""
        return {
            "fact": self.fact,
            "state": self.state.to_json(),
            "kind": self.kind.value,
            "valid": self.valid.isoformat(),
            "learned": self.learned.isoformat(),
            "article": self.article,
            "source": self.source,
            "url": self.url,
            "quote": self.quote,
            "confidence": self.confidence,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(
            fact=data["fact"],
            state=State.from_json(data["state"]),
            kind=Kind(data["kind"]),
            valid=datetime.fromisoformat(data["valid"]),
            learned=datetime.fromisoformat(data["learned"]),
            article=data.get("article"),
            source=data.get("source"),
            url=data.get("url"),
            quote=data.get("quote"),
            confidence=data.get("confidence", "primary"),
        )


@dataclass(frozen=True)
class Ledger:
    """The record of a story: append-only, and bitemporal through `Entry.valid` and `Entry.learned`."""

    story: str
    entries: tuple[Entry, ...] = field(default=())

    @property
    def start(self) -> datetime:
        """When the record begins: the baseline's date, and not that of an article published before it."""
        given = (entry.valid for entry in self.entries if entry.article is None)
        return min(given, default=datetime(1970, 1, 1, tzinfo=UTC))

    @cached_property
    def _turns(self) -> dict[str, tuple[Entry, ...]]:
        """`history` of every fact: each claim of an article asks for it many times."""
        turns: dict[str, list[Entry]] = {}
        for entry in self.entries:
            if entry.kind is Kind.CHANGE:
                turns.setdefault(entry.fact, []).append(entry)
        return {fact: tuple(sorted(found, key=lambda entry: entry.valid)) for fact, found in turns.items()}

    def history(self, fact: str) -> tuple[Entry, ...]:
        """The entries that set the state of a fact, by `valid`, and among equals in the order they were taken up."""
        return self._turns.get(fact, ())

    def beside(self, fact: str) -> tuple[Entry, ...]:
        """What articles said of a fact beside the change that was told of them."""
        return tuple(e for e in self.entries if e.fact == fact and e.kind is Kind.MENTION)

    def current(self, fact: str) -> Entry | None:
        """The entry that holds now: the latest by `valid`, and among equals the last one taken up."""
        history = self.history(fact)
        return history[-1] if history else None

    def state(self, fact: str) -> State:
        """The state that holds now; an empty one where nothing was stated yet."""
        entry = self.current(fact)
        return entry.state if entry else State()

    def as_of(self, moment: datetime) -> Ledger:
        """The record as it stood at a moment, by what is known now."""
        return replace(self, entries=tuple(entry for entry in self.entries if entry.valid <= moment))

    def add(self, *entries: Entry) -> Ledger:
        return replace(self, entries=(*self.entries, *entries)) if entries else self

    def to_json(self) -> dict[str, Any]:
        return {"story": self.story, "entries": [entry.to_json() for entry in self.entries]}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        return cls(data["story"], tuple(Entry.from_json(entry) for entry in data["entries"]))


@dataclass(frozen=True)
class Evaluation:
    """What one article did: what was found, which deadlines moved, and the record after it."""

    findings: tuple[Finding, ...]
    deadlines: tuple[DeadlineEvent, ...]
    """Only `moved` and `cancelled`; the phases that time brings come from `rules.due`."""
    ledger: Ledger


def digest(said: object) -> str:
    """The first 32 hex digits of SHA-256 over canonical JSON."""
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()[:32]
