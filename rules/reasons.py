"""Verdicts in words for a reader who asks why: whose word it is, since when the record says so, what differs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from rules.claims import Claim
from rules.compare import Verdict, Why
from rules.consolidate import SIFTING, Judged, best, preference, sifted
from rules.frames import DECIDED, Mode
from rules.model import Article, Entry, Kind, Ledger, SourceKind, State
from rules.record import differs
from rules.speakers import Speaker


class Asked(NamedTuple):
    """One verdict, and what it was given on."""

    claim: Claim
    verdict: Verdict
    ledger: Ledger
    article: Article

    @property
    def last(self) -> Entry | None:
        """The last turn of the record."""
        return self.ledger.current(self.claim.fact)

    @property
    def turn(self) -> str:
        """The day of the last turn: `2025-11-04`."""
        return f"{self.last.valid:%Y-%m-%d}" if self.last else "the baseline"


def reason_of(claim: Claim, verdict: Verdict, ledger: Ledger, article: Article) -> str:
    """Why a claim is judged so. Where the reason is about the record, it names the record's day (UTC)."""
    say = _IN_FULL.get(verdict.why)
    return say(Asked(claim, verdict, ledger, article)) if say else str(verdict.why)


def say_state(state: State) -> str:
    """`suspended, 24 percent, from 2025-11-10, until 2026-11-10`; `nothing` for an empty one."""
    parts = [
        state.status.value.replace("_", " ") if state.status else "",
        ", ".join(f"{number:,.10g} {unit.replace('_', ' ')}" for unit, number in (state.value or {}).items()),
        f"from {state.effective}" if state.effective else "",
        f"until {state.until}" if state.until else "",
    ]
    return ", ".join(part for part in parts if part) or "nothing"


def _same(asked: Asked) -> str:
    """Since when the record has said, without a break, what the claim says."""
    held = None
    for entry in reversed(asked.ledger.history(asked.claim.fact)):
        if differs(asked.verdict.claimed, entry.state):
            break
        held = entry
    if held is None or asked.last is None:
        return str(asked.verdict.why)
    return f"the record has said the same since {held.valid:%Y-%m-%d}: {say_state(asked.last.state)}"


def _earlier(asked: Asked) -> str:
    history = asked.ledger.history(asked.claim.fact)[:-1]
    said = next((entry for entry in reversed(history) if not differs(asked.verdict.claimed, entry.state)), None)
    since = f" from {said.valid:%Y-%m-%d} on" if said else ""
    return f"repeats what the record said{since} and left behind on {asked.turn}, without a date of its own"


def _behind(asked: Asked) -> str:
    now = asked.last.state.status if asked.last else None
    stands = f": it stands at “{now.value.replace('_', ' ')}”" if now else ""
    return f"a step that the record left behind on {asked.turn}{stands}"


def _beside(asked: Asked) -> str:
    return f"an article told this already, beside the record's last turn on {asked.turn}"


def _late(asked: Asked) -> str:
    before = f"published before the record's last turn, on {asked.turn}"
    if asked.verdict.kind is Kind.CONFIRM:
        return f"{before}: it is entered in the history and raises nothing"
    return f"{before}, and no change to the record of its own day"


def _before(asked: Asked) -> str:
    if asked.claim.mode in DECIDED and asked.claim.happened:
        return f"it happened {_on(asked.claim)}, and the record's last turn is of {asked.turn}"
    return str(Why.BACKGROUND)


def _on(claim: Claim) -> str:
    exact = claim.happened and claim.happened.exact
    return f"{'on' if exact else 'in'} {claim.happened}"


def _outsider(asked: Asked) -> str:
    claim = asked.claim
    if claim.speaker is Speaker.OUTSIDER:
        return f"the word of “{claim.named}”, who decides nothing" if claim.named else str(Why.OUTSIDER)
    if claim.mode is Mode.WISHED or claim.wisher is Speaker.OUTSIDER:
        return "wanted or expected by somebody who decides nothing"
    if asked.article.source_kind is SourceKind.BLOG:
        return "a blog's own forecast"
    return "a hope that no decider voices"


def _differs(asked: Asked) -> str:
    if asked.last is None:
        return f"{asked.verdict.why}, which said nothing of it"
    return f"{asked.verdict.why}, which has said since {asked.turn}: {say_state(asked.last.state)}"


def _unnamed(asked: Asked) -> str:
    return f"{asked.verdict.why}, and not decided"


_IN_FULL: dict[Why, Callable[[Asked], str]] = {
    Why.SAME: _same,
    Why.EARLIER: _earlier,
    Why.BEHIND: _behind,
    Why.BESIDE: _beside,
    Why.LATE: _late,
    Why.BACKGROUND: _before,
    Why.OUTSIDER: _outsider,
    Why.NEW_STATUS: _differs,
    Why.NEW_VALUE: _differs,
    Why.NEW_DATE: _differs,
    Why.UNNAMED: _unnamed,
}
"""The reasons of which more can be said than their own words."""

# Which of several claims on one fact is told.

_FIRST_BY = (
    "it is the strongest verdict on this fact",
    "it names the fact, where another only says “it”",
    "it says that the day is moved",
    "its verb says what becomes of the fact",
    "it says most of the fact",
)
_AFTER = (
    "a stronger verdict on this fact goes before",
    "a claim that names the fact goes before",
    "a claim that the day is moved goes before",
    "a verb that says what becomes of the fact goes before",
    "a claim that says more of the fact goes before",
)
"""One for each part of `consolidate.preference`."""


SIFTED = {
    "without_denied": "the article itself denies it, or says that it has not happened",
    "moved_not_cancelled": "the article also says that it is moved to another day",
    "body_over_headline": "what the body says of the fact goes before the headline",
    "without_acts": "it only dates what another claim tells",
}
"""One for each step of `consolidate.SIFTING`: why it set a claim aside."""


def won(heard: Sequence[Judged]) -> str:
    """Why the claim that is told of a fact was chosen among all that the article makes of it."""
    rest = sifted(heard)
    winner = best(rest)
    others = [pair for pair in rest if pair[0] is not winner[0]]
    if not others:
        return "the only claim on this fact" if len(heard) == 1 else "the others are set aside"
    return _FIRST_BY[at] if (at := _apart(winner, best(others))) is not None else "the first of those that say as much"


def fate(pair: Judged, heard: Sequence[Judged]) -> str | None:
    """Why a claim is not the one that is told of its fact; None for the one that is."""
    claim, rest = pair[0], heard
    for sift in SIFTING:
        rest = sift(rest)
        if not any(claim is other for other, _ in rest):
            return SIFTED[sift.__name__.lstrip("_")]
    winner = best(rest)
    if claim is winner[0]:
        return None
    return _AFTER[at] if (at := _apart(winner, pair)) is not None else "a claim that says as much stands before it"


def _apart(one: Judged, other: Judged) -> int | None:
    """The first part of the preference in which two claims differ."""
    ranks = enumerate(zip(preference(*one), preference(*other), strict=True))
    return next((place for place, (first, second) in ranks if first != second), None)
