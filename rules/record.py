"""Questions to the record of one fact, and to two states: do they differ, and what is the state after a change?"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from rules.model import Entry, Ledger, PartialDate, State, Status, Value
from rules.values import Change

STEPS = {Status.THREATENED: 0, Status.PROPOSED: 1, Status.AGREED: 2, Status.ANNOUNCED: 3, Status.IN_FORCE: 4}
"""The steps that a measure takes on its way into force."""
_TOLERANCE = 0.01
_COPIED_DAYS = 3
"""For how many days an article is copied and told anew by others."""
_ALIKE = 0.6
"""The share of the shorter sentence's longer words that two sentences on one event have in common."""


@dataclass(frozen=True, slots=True)
class Record:
    """The record of one fact as an article finds it."""

    fact: str
    ledger: Ledger

    @property
    def state(self) -> State:
        return self.ledger.state(self.fact)

    @property
    def untouched(self) -> bool:
        """Whether no article has changed the fact yet: then even a change without a figure is news."""
        entry = self.ledger.current(self.fact)
        return entry is None or entry.article is None

    @property
    def turn(self) -> date | None:
        """The day of the last turn, UTC, where an article told of it."""
        entry = self.ledger.current(self.fact)
        return entry.valid.date() if entry and entry.article is not None else None

    def turned_since(self, moment: datetime) -> bool:
        """Whether the fact took its last turn after a moment."""
        entry = self.ledger.current(self.fact)
        return entry is not None and entry.valid > moment

    @property
    def starts(self) -> AbstractSet[PartialDate]:
        """Every start that the record has had."""
        return {entry.state.effective for entry in self.ledger.history(self.fact) if entry.state.effective}

    def held(self, claimed: State) -> bool:
        """Whether the record said the same before its last turn."""
        return any(not differs(claimed, entry.state) for entry in self.ledger.history(self.fact)[:-1])

    def told_beside(self, said: State, today: date) -> bool:
        """Whether an article of the last days said this as well, beside the turn that was told of it."""
        heard = (e for e in self.ledger.beside(self.fact) if _just_now(e, today))
        return not said.empty and any(not differs(said, entry.state) for entry in heard)

    def told_in(self, sentence: str, today: date) -> bool:
        """Whether a turn of the last days, or what was told beside it, rests on much the same sentence."""
        told = (*self.ledger.history(self.fact), *self.ledger.beside(self.fact))
        turns = (e for e in told if e.article and _just_now(e, today))
        return any(_alike(_words(sentence), _words(entry.quote or "")) for entry in turns)

    def begins_after(self, happened: PartialDate) -> bool:
        """Whether a day, month or year lies wholly before the last turn of the fact, or before the baseline."""
        entry = self.ledger.current(self.fact)
        turn = (entry.valid if entry else self.ledger.start).date()
        known = [part for part in (happened.year, happened.month, happened.day) if part is not None]
        return known < [turn.year, turn.month, turn.day][: len(known)]

    def reckoned(self, change: Change) -> Value | None:
        """The value that "halved" or "by 10 points" comes to. Told again after the record has it, it is the same."""
        out: dict[str, float] = {}
        history = [entry.state.value or {} for entry in self.ledger.history(self.fact)]
        for unit, number in (self.state.value or {}).items():
            earlier = [value[unit] for value in history if unit in value]
            if any(old != number and change.applied(old) == number for old in earlier):
                out[unit] = number
            elif (new := change.applied(number)) is not None and new >= 0:
                out[unit] = new
        return out or None


def _just_now(entry: Entry, today: date) -> bool:
    return abs((today - entry.valid.date()).days) <= _COPIED_DAYS


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]{4,}", text.lower()))


def _alike(one: AbstractSet[str], other: AbstractSet[str]) -> bool:
    return len(one & other) >= _ALIKE * min(len(one), len(other)) > 0


def differs(claimed: State, before: State) -> bool:
    """Whether a claim says anything that the record does not."""
    if claimed.status and claimed.status is not before.status:
        return True
    if claimed.value and not same_value(claimed.value, before.value):
        return True
    return _new_date(claimed.effective, before.effective) or _new_date(claimed.until, before.until)


def completes(claimed: State, before: State) -> bool:
    """Whether a claim only adds what the record leaves open: a value, a date, or the day of a month on record."""
    if claimed.status not in (None, before.status):
        return False
    if claimed.value and before.value and not same_value(claimed.value, before.value):
        return False
    dates = ((claimed.effective, before.effective), (claimed.until, before.until))
    return all(new is None or old is None or old.covers(new) or new.covers(old) for new, old in dates)


def _new_date(claimed: PartialDate | None, before: PartialDate | None) -> bool:
    """Whether a date differs from the one on record; a month that holds the day on record does not."""
    return claimed is not None and not (before is not None and claimed.covers(before))


def same_value(claimed: Value, before: Value | None) -> bool:
    """Whether every amount claimed is on record, to 1 %."""
    return before is not None and all(
        unit in before and abs(number - before[unit]) <= _TOLERANCE * max(abs(number), 1e-9)
        for unit, number in claimed.items()
    )


def merge(before: State, claimed: State) -> State:
    """The record after a change: what is claimed, and of the rest what still holds."""
    status = claimed.status or before.status
    value: Value | None = {**(before.value or {}), **(claimed.value or {})} or None
    effective, until = claimed.effective, claimed.until
    if claimed.status in (None, before.status) or (claimed.status in STEPS and before.status in STEPS):
        effective, until = effective or before.effective, until or before.until
    return State(status, value, effective, until)
