"""Load and validate a rule pack: a folder with `pack.yaml`, the baseline in own words, feeds and a starting record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from rules.model import FactKind, SourceKind, State, Status
from rules.packfile import Problem, Tree, UnreadableError, choice, read_json_lines, read_text, read_yaml
from rules.packform import Fields, Form
from rules.packkeys import BASELINE, FACT, PACK, PARTY, SEVERITY, split
from rules.severity import Weights

PACKS = Path(__file__).parent / "packs"
CONFIDENCES = ("primary", "press", "secondary")
"""How well a turn of the starting record is known: by the official text, from the press, or told second hand."""


class PackError(Exception):
    """A pack cannot be used. The message names file, line and field of each problem, and what would be right."""

    def __init__(self, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__("\n  ".join([message, *map(str, problems)]))
        self.problems = problems


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
    """Words that tell it apart from others with its noun. `A + B` needs both; `@us` is any name of that party."""
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
    later: bool = False
    """The story took it up after its baseline: nothing is told of it until the record has it from the history."""


@dataclass(frozen=True, eq=False)
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
    severity: Weights = field(default_factory=Weights)
    """How much changes weigh."""


def installed_packs() -> tuple[str, ...]:
    """The ids of the packs that come with Deltawire."""
    return tuple(sorted(p.parent.name for p in PACKS.glob("*/pack.yaml")))


def load_pack(source: str | Path) -> Pack:
    """Load an installed pack by id, or any pack by its folder. Raises PackError with everything that is wrong."""
    folder = _folder(source)
    pack, problems = read_pack(folder)
    if problems or pack is None:
        raise PackError(f"the pack in {folder} cannot be used", tuple(problems))
    return pack


def _folder(source: str | Path) -> Path:
    if str(source) in installed_packs():
        return PACKS / source
    folder = Path(source)
    if (folder / "pack.yaml").exists():
        return folder
    if folder.is_dir():
        raise PackError(f"the folder {folder} holds no pack.yaml, so it is no pack")
    if folder.is_file():
        raise PackError(f"{folder} is a file: name the folder that holds pack.yaml, such as {folder.parent}")
    near = get_close_matches(str(source), installed_packs(), n=1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise PackError(
        f"there is no pack and no folder {str(source)!r}.{meant} Installed: {', '.join(installed_packs())}; "
        "or name a folder that holds pack.yaml"
    )


def read_pack(folder: Path) -> tuple[Pack | None, list[Problem]]:
    """The pack in a folder as far as it can be read, and what is wrong with it, history and feeds included."""
    problems: list[Problem] = []
    pack = None
    try:
        tree = read_yaml(folder / "pack.yaml")
    except UnreadableError as error:
        Form("pack.yaml", problems).unreadable(error)
    else:
        pack = _pack(tree, folder, Form("pack.yaml", problems))
        pack = replace(pack, feeds=_feeds(folder / "feeds.yaml", Form("feeds.yaml", problems)))
        _check_history(folder / "history.jsonl", pack, Form("history.jsonl", problems))
    return pack, problems


def _pack(tree: Tree, folder: Path, form: Form) -> Pack:
    found = form.fields(tree, "", *split(PACK))
    missing = Tree({}, tree.line)
    story = form.text(found.get("story"), "story")
    if story:
        form.name(story, found["story"], "story")
    topics = form.mapping(found.get("topics", missing), "topics")
    parties = form.mapping(found.get("parties", missing), "parties")
    facts = form.mapping(found.get("facts", missing), "facts")
    if "facts" in found and isinstance(found["facts"].value, dict) and not facts:
        form.wrong(found["facts"], "facts", "is empty: a story without facts has nothing to tell")
    return Pack(
        id=story,
        title=form.text(found.get("title"), "title"),
        date=_baseline(found.get("baseline", missing), folder, form, "baseline" in found) or date.min,
        topics={key: form.text(title, f"topics.{key}") for key, title in topics.items()},
        parties={key: _party(key, party, form) for key, party in parties.items()},
        facts={key: _fact(key, fact, topics, parties, form) for key, fact in facts.items()},
        feeds=(),
        path=folder,
        others=form.phrases(found.get("others"), "others"),
        severity=_weights(found["severity"], form) if "severity" in found else Weights(),
    )


def _baseline(tree: Tree, folder: Path, form: Form, there: bool) -> date | None:
    if not there:
        return None
    found = form.fields(tree, "baseline", *split(BASELINE))
    name = form.text(found.get("article"), "baseline.article")
    if name and (Path(name).name != name or name in (".", "..")):
        form.wrong(found["article"], "baseline.article", f'"{name}" should be the name of a file in the pack\'s folder')
    elif name:
        try:
            read_text(folder / name)
        except UnreadableError as error:
            form.wrong(found["article"], "baseline.article", f"the file {name} {error.message}")
    return form.day(found.get("date"), "baseline.date")


def _weights(tree: Tree, form: Form) -> Weights:
    """The weights of a pack: what it leaves out is as usual."""
    found, usual = form.fields(tree, "severity", *split(SEVERITY)), Weights()

    def points(name: str, most: int) -> dict[int, int]:
        given = form.mapping(found[name], f"severity.{name}") if name in found else {}
        return {
            form.whole_key(key, it, f"severity.{name}", most): form.whole(it, f"severity.{name}.{key}", 0, 0, 100)
            for key, it in given.items()
        }

    status = dict(usual.status)
    for name, it in form.mapping(found["status"], "severity.status").items() if "status" in found else ():
        if name in list(Status):
            status[Status(name)] = form.whole(it, f"severity.status.{name}", 0, 0, 100)
        else:
            form.wrong(it, "severity.status", choice(name, [known.value for known in Status], "statuses"))
    high = form.whole(found.get("high"), "severity.high", usual.high, 1, 200)
    medium = form.whole(found.get("medium"), "severity.medium", usual.medium, 1, 200)
    if medium > high:
        form.wrong(tree, "severity.medium", f"is {medium}, above high ({high}): give it no more points than high")
    value, days = points("value", 1_000), points("days", 365)
    return Weights(status, value or usual.value, days or usual.days, high, medium)


def _party(key: str, tree: Tree, form: Form) -> Party:
    field = f"parties.{key}"
    form.name(key, tree, field)
    found = form.fields(tree, field, *split(PARTY))
    names = form.phrases(found.get("names"), f"{field}.names")
    if "names" in found and not names:
        form.wrong(found["names"], f"{field}.names", "is empty: without a name no text can speak of the party")
    return Party(key, names, form.phrases(found.get("deciders"), f"{field}.deciders"))


def _fact(key: str, tree: Tree, topics: Fields, parties: Fields, form: Form) -> FactSpec:
    field = f"facts.{key}"
    form.name(key, tree, field)
    found = form.fields(tree, field, *split(FACT))
    kind = form.one_of(found.get("kind"), f"{field}.kind", [k.value for k in FactKind], "kinds")
    unit = form.texts(found.get("unit"), f"{field}.unit")
    for item, word in zip(form.items(found.get("unit")), unit, strict=True):
        form.unit(item, word, f"{field}.unit")
    phrases = {k: form.phrases(found.get(k), f"{field}.{k}") for k in ("noun", "marks", "names", "without", "part")}
    for item in form.items(found.get("marks")):
        for party in re.findall(r"@(\S+)", item.raw):
            if party not in parties:
                form.wrong(item, f"{field}.marks", choice(party, parties, "parties"))
    if not phrases["noun"] and not phrases["names"]:
        form.wrong(tree, field, "has neither noun nor names, so no text can speak of it")
    return FactSpec(
        id=key,
        title=form.text(found.get("title"), f"{field}.title"),
        topic=form.one_of(found.get("topic"), f"{field}.topic", topics, "topics"),
        kind=FactKind(kind) if kind else FactKind.MEASURE,
        by=form.one_of(found.get("by"), f"{field}.by", parties, "parties") or None,
        on=form.one_of(found.get("on"), f"{field}.on", parties, "parties") or None,
        unit=unit,
        record=form.state(found.get("record"), f"{field}.record", FactKind(kind) if kind else None, unit),
        stated=form.yes(found.get("stated"), f"{field}.stated", default=True),
        later=form.yes(found.get("later"), f"{field}.later", default=False),
        **phrases,
    )


def _feeds(path: Path, form: Form) -> tuple[Feed, ...]:
    if not path.exists():
        return ()
    try:
        tree = read_yaml(path)
    except UnreadableError as error:
        form.unreadable(error)
        return ()
    listed = form.fields(tree, "", ("feeds",)).get("feeds")
    feeds: list[Feed] = []
    for number, item in enumerate(form.items(listed), 1):
        feed = _feed(item, f"feeds[{number}]", form)
        for other in feeds:
            if feed.id and feed.id == other.id:
                form.wrong(item, f"feeds[{number}].id", f"{feed.id} stands twice: an id names one feed")
            if feed.url and feed.url == other.url:
                form.wrong(item, f"feeds[{number}].url", f"the feed {other.id} has the same address")
        feeds.append(feed)
    return tuple(feeds)


def _feed(tree: Tree, field: str, form: Form) -> Feed:
    found = form.fields(tree, field, ("id", "title", "url", "source", "source_kind"), ("every",))
    ident = form.text(found.get("id"), f"{field}.id")
    if ident:
        form.name(ident, found["id"], f"{field}.id")
    kinds = [kind.value for kind in SourceKind]
    return Feed(
        id=ident,
        title=form.text(found.get("title"), f"{field}.title"),
        url=form.url(found.get("url"), f"{field}.url"),
        source=form.text(found.get("source"), f"{field}.source"),
        source_kind=form.one_of(found.get("source_kind"), f"{field}.source_kind", kinds, "kinds of source"),
        every=form.whole(found.get("every"), f"{field}.every", Feed.every, 1, 7 * 24 * 60),
    )


def _check_history(path: Path, pack: Pack, form: Form) -> None:
    if not path.exists():
        return
    try:
        lines = list(read_json_lines(path))
    except UnreadableError as error:
        form.unreadable(error)
        return
    latest = date.min
    for line in lines:
        if isinstance(line, UnreadableError):
            form.unreadable(line)
            continue
        day = _check_turn(line, pack, form)
        if day and day < latest:
            form.wrong(line, "date", f"{day} stands after {latest}: put the lines in the order of their dates")
        latest = max(latest, day or latest)


def _check_turn(line: Tree, pack: Pack, form: Form) -> date | None:
    found = form.fields(line, "", ("date", "fact", "state", "text", "source", "confidence"), ("url", "kind"))
    spec = pack.facts.get(form.one_of(found.get("fact"), "fact", pack.facts, "facts of the pack"))
    state = form.state(found.get("state"), "state", spec.kind if spec else None, spec.unit if spec else ())
    if "state" in found and isinstance(found["state"].value, dict) and state.empty:
        form.wrong(line, "state", "is empty: write the whole state of the fact from that day on")
    for key in ("text", "source"):
        form.text(found.get(key), key)
    form.one_of(found.get("confidence"), "confidence", CONFIDENCES, "confidences")
    form.one_of(found.get("kind"), "kind", ("change", "confirm", "signal"), "kinds of line")
    form.url(found.get("url"), "url")
    return form.day(found.get("date"), "date")
