"""Load and validate a rule pack: a folder with `pack.yaml`, the baseline in own words, feeds and a starting record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import yaml

from rules.model import FactKind, State

PACKS = Path(__file__).parent / "packs"


class PackError(Exception):
    """A pack cannot be used. The message names file, line and field, and what would be right."""


@dataclass(frozen=True)
class Feed:
    id: str
    title: str
    url: str
    source: str
    """The outlet's name."""
    source_kind: str
    """`official`, `wire`, `outlet` or `blog`."""
    every: int = 15
    """Minutes between two polls."""


@dataclass(frozen=True)
class Party:
    """One of the sides of a story."""

    id: str
    names: tuple[str, ...]
    """The country, its adjective, its capital: what a target or an actor is called."""
    deciders: tuple[str, ...] = ()
    """Persons and institutions whose word about this side's measures is a decision."""


@dataclass(frozen=True)
class FactSpec:
    """How one fact is recognised, and where it stands at the baseline."""

    id: str
    title: str
    topic: str
    kind: FactKind
    by: str | None = None
    """The party whose measure, promise or journey it is; None where it belongs to both."""
    on: str | None = None
    """The party it is aimed at, or whose goods it is about."""
    noun: tuple[str, ...] = ()
    """Noun families of the shared lexicon (`tariff`, `controls`, `truce`, `meeting`, …)."""
    marks: tuple[str, ...] = ()
    """Words that tell it apart from other facts with the same noun; `A + B` needs both."""
    names: tuple[str, ...] = ()
    """Phrases that are this fact by themselves."""
    without: tuple[str, ...] = ()
    """Words in whose company it is another matter."""
    part: tuple[str, ...] = ()
    """Words that name only a part of it."""
    unit: tuple[str, ...] = ()
    """Units its value is counted in: `percent`, `tonnes`, `usd`, …"""
    record: State = field(default_factory=State)
    """Where it stands at the baseline."""
    stated: bool = True
    """Whether the baseline article itself states `record` (False: background that the pack adds)."""


@dataclass(frozen=True)
class Pack:
    id: str
    title: str
    date: date
    """The day of the baseline article, UTC."""
    topics: Mapping[str, str]
    parties: Mapping[str, Party]
    facts: Mapping[str, FactSpec]
    feeds: tuple[Feed, ...]
    path: Path
    others: tuple[str, ...] = ()
    """Words that mark another matter in the same words."""


def installed_packs() -> tuple[str, ...]:
    """The ids of the packs that come with Deltawire."""
    return tuple(sorted(p.parent.name for p in PACKS.glob("*/pack.yaml")))


def load_pack(source: str | Path) -> Pack:
    """Load an installed pack by id, or any pack by its folder. Raises PackError."""
    folder = PACKS / source if isinstance(source, str) and (PACKS / source).is_dir() else Path(source)
    data = yaml.safe_load((folder / "pack.yaml").read_text("utf-8"))
    feeds = yaml.safe_load((folder / "feeds.yaml").read_text("utf-8")) if (folder / "feeds.yaml").exists() else {}

    def words(spec: Mapping[str, object], key: str) -> tuple[str, ...]:
        value = spec.get(key) or ()
        return (value,) if isinstance(value, str) else tuple(str(v) for v in value)  # type: ignore[attr-defined]

    return Pack(
        id=data["story"],
        title=data["title"],
        date=data["baseline"]["date"],
        topics=data["topics"],
        parties={k: Party(k, words(v, "names"), words(v, "deciders")) for k, v in data["parties"].items()},
        facts={
            k: FactSpec(
                id=k,
                title=v["title"],
                topic=v["topic"],
                kind=FactKind(v["kind"]),
                by=v.get("by"),
                on=v.get("on"),
                noun=words(v, "noun"),
                marks=words(v, "marks"),
                names=words(v, "names"),
                without=words(v, "without"),
                part=words(v, "part"),
                unit=words(v, "unit"),
                record=State.from_json({a: str(b) if isinstance(b, date) else b for a, b in v.get("record", {}).items()}),
                stated=v.get("stated", True),
            )
            for k, v in data["facts"].items()
        },
        feeds=tuple(Feed(**feed) for feed in (feeds or {}).get("feeds", ())),
        path=folder,
        others=words(data, "others"),
    )
