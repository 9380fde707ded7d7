"""The keys of `pack.yaml`: what each holds and what it is for. Loader, linter and JSON Schema read this one table.

A key's `schema` says in the words of JSON Schema what may stand there; what only the whole pack can tell (that a topic
is one of its topics) the loader checks beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from rules.model import FactKind, Status

Schema = dict[str, Any]

UNITS = frozenset("percent points tonnes bushels barrels units times usd eur gbp cny inr krw jpy chf brl".split())
"""What `rules.values` counts in; and rates of these, such as `tonnes_per_year` and `eur_per_tonne`."""
UNIT_PATTERN = rf"(?:{'|'.join(sorted(UNITS))})(?:_per_[a-z]+)?"
REGEX_PATTERN = r"[\\*?^|{}\[\]()]|\S\+|\+\S"
"""What a plain phrase does not hold."""
ID_PATTERN = r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*"


@dataclass(frozen=True)
class Key:
    """One key of a mapping."""

    schema: Schema
    doc: str
    """What it is for, in a sentence or two."""
    needed: bool = False


Keys = Mapping[str, Key]


def split(keys: Keys) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys that are needed, and those that may be left out."""
    return tuple(k for k, key in keys.items() if key.needed), tuple(k for k, key in keys.items() if not key.needed)


def _one_or_more(item: Schema, least: int = 0) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item, **({"minItems": least} if least else {})}]}


_TEXT: Schema = {"type": ["string", "number"]}
_ID: Schema = {"type": "string", "pattern": f"^(?:{ID_PATTERN})$"}
_PHRASE: Schema = {"type": ["string", "number"], "not": {"type": "string", "pattern": REGEX_PATTERN}}
_PHRASES = _one_or_more(_PHRASE)
_WHEN: Schema = {"type": ["string", "integer"], "pattern": r"^\d{4}(?:-\d\d(?:-\d\d)?)?$"}
_UNIT: Schema = {"type": "string", "pattern": f"^{UNIT_PATTERN}$"}
_VALUE: Schema = {
    "type": "object",
    "propertyNames": {"pattern": f"^{UNIT_PATTERN}$"},
    "additionalProperties": {"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^[0-9.]+e[0-9]+$"}]},
}


def mapping(keys: Keys) -> Schema:
    """The schema of a mapping with these keys and no other."""
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name, key in keys.items() if key.needed],
        "properties": {name: {"description": key.doc, **key.schema} for name, key in keys.items()},
    }


def _named(item: Schema, least: int = 0) -> Schema:
    """The schema of a mapping of ids to things of one kind."""
    size = {"minProperties": least} if least else {}
    return {"type": "object", "propertyNames": {"pattern": _ID["pattern"]}, "additionalProperties": item, **size}


STATE: Keys = {
    "status": Key({"enum": [status.value for status in Status]}, "One that the kind of fact can have."),
    "value": Key(_VALUE, "Amounts by unit, such as `{percent: 10}`."),
    "effective": Key(_WHEN, "When it starts or takes place: a day, a month or a year."),
    "until": Key(_WHEN, "When it lapses, or the day by which a promise is to be kept."),
}
BASELINE: Keys = {
    "date": Key(
        {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d$"}, "The day of the baseline article, UTC.", needed=True
    ),
    "article": Key({"type": "string"}, "A file in the pack's folder: the baseline in own words, for readers."),
}
PARTY: Keys = {
    "names": Key(
        _one_or_more(_PHRASE, 1), "The country, its adjective, its capital; a leader and his titles.", needed=True
    ),
    "deciders": Key(_PHRASES, "Persons and institutions whose word about this side's measures is a decision."),
}
_POINTS: Schema = {"type": "integer", "minimum": 0, "maximum": 100}
_BY_NUMBER: Schema = {
    "type": "object",
    "propertyNames": {"pattern": "^[1-9][0-9]{0,3}$"},
    "additionalProperties": _POINTS,
}
_LIMIT: Schema = {"type": "integer", "minimum": 1, "maximum": 200}
SEVERITY: Keys = {
    "status": Key(
        {
            "type": "object",
            "propertyNames": {"enum": [status.value for status in Status]},
            "additionalProperties": _POINTS,
        },
        "Points for the status that a fact has after a change.",
    ),
    "value": Key(_BY_NUMBER, "Points for an amount that changes by so many percent or more, as `{50: 15, 20: 10}`."),
    "days": Key(_BY_NUMBER, "Points for a new date that lies so many days ahead or fewer, as `{3: 15, 14: 10}`."),
    "high": Key(_LIMIT, "From how many points on a change is of high severity."),
    "medium": Key(_LIMIT, "From how many points on it is of medium severity."),
}
FACT: Keys = {
    "title": Key(_TEXT, "What it is called in alerts.", needed=True),
    "topic": Key(_TEXT, "One of the topics of the pack: what people subscribe to.", needed=True),
    "kind": Key(
        {"enum": [kind.value for kind in FactKind]},
        "What sort of thing it is. It fixes which verbs can move it, and which statuses it can have.",
        needed=True,
    ),
    "by": Key(_TEXT, "The party whose measure, promise or journey it is; left out where it belongs to both."),
    "on": Key(_TEXT, "The party it is aimed at, or whose goods it is about."),
    "noun": Key(_PHRASES, "Families of nouns it is called by; a word that is no family stands for itself."),
    "marks": Key(
        _PHRASES,
        "Words that tell it apart from others with its noun. `a + b` needs both; `@party` is any name of that party.",
    ),
    "names": Key(_PHRASES, "Phrases that are this fact by themselves."),
    "without": Key(_PHRASES, "Words in whose company it is another matter."),
    "part": Key(_PHRASES, "Words that name only a part of it."),
    "unit": Key(_one_or_more(_UNIT), "What its value is counted in."),
    "record": Key(mapping(STATE), "Where it stands at the baseline. Left out: nothing is known of it yet."),
    "stated": Key(
        {"type": "boolean"}, "`false` if the baseline article does not say so itself: compared with, never a deadline."
    ),
    "later": Key(
        {"type": "boolean"}, "`true` if the story takes it up only after its baseline: silent until the history has it."
    ),
}
_MOVING = [
    {
        "if": {"properties": {"kind": {"const": kind.value}}, "required": ["kind"]},
        "then": {
            "properties": {"record": {"properties": {"status": {"enum": sorted(s.value for s in kind.statuses)}}}}
        },
    }
    for kind in FactKind
]
_FACT = {**mapping(FACT), "anyOf": [{"required": ["noun"]}, {"required": ["names"]}], "allOf": _MOVING}
PACK: Keys = {
    "story": Key(_ID, "The story's id: small letters, figures and - between them.", needed=True),
    "title": Key(_TEXT, "The story's name for readers.", needed=True),
    "baseline": Key(mapping(BASELINE), "What the story starts from.", needed=True),
    "topics": Key({"type": "object", "additionalProperties": _TEXT}, "Topics by id, with their titles.", needed=True),
    "parties": Key(_named(mapping(PARTY)), "The sides of the story, and persons that marks name.", needed=True),
    "facts": Key(_named(_FACT, 1), "What the baseline states, or the story can turn on.", needed=True),
    "others": Key(_PHRASES, "Words that mark another matter, for every fact."),
    "severity": Key(mapping(SEVERITY), "How much changes weigh; what is left out is as usual."),
}
