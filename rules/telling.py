"""How a claim is told (as decided, likely, threatened, denied …), and which words made it so."""

from __future__ import annotations

from dataclasses import dataclass

from rules.claims import Claim, Reading
from rules.frames import Mode
from rules.modality import QUESTIONS, Clause
from rules.model import FactKind
from rules.triggers import Pair

BECAUSE = {
    "asked": "it stands in a question",
    "denied": "a word before it denies it",
    "foreseen_rate": "a rate that is seen or expected is a forecast",
    "in_doubt": "said to be in doubt, or near",
    "on_paper": "it stands in a draft or a proposal",
    "conditional": "it stands inside a condition",
    "time_to_come": "it only says when, in a clause with “before”, “when” or “until”",
    "end_in_passing": "an end that is known, told in passing",
    "embedded": "the verb before “that” governs it",
    "warned": "it follows a warning or a threat",
    "hinted": "it is only hinted or signalled",
    "forecast": "it follows an expectation",
    "would": "under what was said or is known",
    "had": "in reported speech that is the reporter's tense",
    "imagined": "it stands in a list of surprises or scenarios",
    "under_background": "it stands under a heading such as “Background”, or in a recital",
    "options": "one of several choices that are named",
    "end_of_an_event": "the end of an event takes for granted that it took place",
    "planned": "a plan, and another verb says what became of it",
    "in_prospect": "an act that is the subject of its clause is spoken of, or in prospect",
    "faces": "to face a duty is how things are",
    "only_describes": "a participle that only describes, beside a verb that tells",
}
"""What each question of `modality.QUESTIONS` has found, where it is the one that decides."""
_SINCE_BELIED = "a later sentence says that it is not so"
_DAY_TO_COME = "it names a day that is still to come"


@dataclass(frozen=True)
class Telling:
    """The mode of a claim."""

    mode: Mode
    because: str
    """What made it so; empty where the plain verb did."""
    cues: tuple[str, ...]
    """The words of the verb's chain, as folded by the engine, and of what governs it."""


def telling_of(claim: Claim, pair: Pair, reading: Reading, kind: FactKind) -> Telling:
    """How a claim is told, from the question that decided or from the verb's own chain."""
    clause = Clause(pair, reading, kind)
    asked = ((question.__name__.lstrip("_"), question(clause)) for question in QUESTIONS)
    name, mode = next(((name, mode) for name, mode in asked if mode), ("", pair.frame.mode))
    because = BECAUSE.get(name, "")
    if claim.mode is not mode:
        because = _SINCE_BELIED if claim.mode is Mode.DENIED else _DAY_TO_COME
    return Telling(claim.mode, because, tuple(cue for cue in pair.frame.cues if cue))
