"""`deltawire analyze` and `deltawire replay`: archives of news items, without a database or a network."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import IO, Annotated, Any

import typer

import rules
from rules import Article, Finding, Kind, Pack
from worker import wording
from worker.alerts import KINDS, Alert
from worker.cli.output import Format, as_json, line, note, plural, with_progress
from worker.errors import WrongUse
from worker.items import YEARS, BrokenLine, read_items
from worker.replay import replay as tell
from worker.replay import start_of
from worker.settings import load_settings

ItemsFile = Annotated[
    Path,
    typer.Argument(
        metavar="ITEMS.jsonl",
        help="News items as JSON Lines, or - for standard input.",
        show_default=False,
    ),
]
StoryId = Annotated[
    str | None,
    typer.Option(
        "--story", metavar="ID", help="An installed pack's story. Default: the one that is watched.", show_default=False
    ),
]
PackFolder = Annotated[
    Path | None, typer.Option("--pack", metavar="FOLDER", help="A pack that is not installed.", show_default=False)
]
OutputFormat = Annotated[Format, typer.Option("--format", help="How to print what was found.")]
FromHistory = Annotated[
    bool, typer.Option("--from-history", help="Start from what is on record today, not from the baseline article.")
]
Until = Annotated[
    datetime | None,
    typer.Option(
        metavar="DATE",
        formats=["%Y-%m-%d"],
        help="The last day to tell, UTC. Default: that of the last item.",
        show_default=False,
    ),
]


def analyze(
    items: ItemsFile,
    *,
    story: StoryId = None,
    pack: PackFolder = None,
    form: OutputFormat = Format.TEXT,
    from_history: FromHistory = False,
) -> None:
    """Hold each news item by itself against a story's record, and print what it says of each fact.

    \b
    Example:
      deltawire analyze news.jsonl --story us-china-trade --format jsonl

    An item is a JSON object with id, published (2025-10-30T08:15:00Z), title and text, and maybe source, url and
    source_kind. A line that is none is named on standard error, the rest is read, and the exit code is 1.
    """
    chosen = choose_pack(story, pack)
    ledger = rules.open_story(chosen, history=from_history)
    articles, broken = read(items)
    for article in with_progress(articles, "reading", len(articles)):
        findings = rules.evaluate(article, ledger, chosen).findings
        if form is Format.JSONL:
            line(as_json({"id": article.id, "findings": [finding_json(finding) for finding in findings]}))
        else:
            for text in _analysis(article, findings, chosen):
                line(text)
    _leave(broken)


def replay(
    items: ItemsFile,
    *,
    story: StoryId = None,
    pack: PackFolder = None,
    form: OutputFormat = Format.TEXT,
    until: Until = None,
    from_history: FromHistory = False,
) -> None:
    """Tell an archive of news items again on a simulated clock, and print each alert that subscribers would have got.

    \b
    Example:
      deltawire replay archive.jsonl --story us-china-trade --until 2025-12-05

    The record moves as the story does, and each date on record is told as its day comes. The second item with an id,
    and items older than the record's start, raise nothing.
    """
    chosen = choose_pack(story, pack)
    last = _last_day(until)
    articles, broken = read(items)
    counts = dict.fromkeys(KINDS, 0)
    for step in with_progress(tell(chosen, articles, last, history=from_history), "telling"):
        for alert in step.alerts:
            counts[alert.kind] += 1
            for text in [as_json(alert.to_json())] if form is Format.JSONL else alert_lines(alert):
                line(text)
    start = start_of(chosen, rules.open_story(chosen, history=from_history), history=from_history)
    older = sum(article.published < start for article in articles)
    shown = {kind: count for kind, count in counts.items() if count or kind != "correction"}  # hardly ever there
    said = ", ".join(plural(count, f"{kind} alert") for kind, count in shown.items())
    note(f"{plural(len(articles), 'item')}, of which {older:,} before {start:%Y-%m-%d}: {said}")
    _leave(broken)


def choose_pack(story: str | None, folder: Path | None) -> Pack:
    """The pack that was named, or else the one that is watched. Raises WrongUse, PackError and SettingsError."""
    if story and folder:
        raise WrongUse("give --story or --pack, not both")
    if folder:
        return rules.load_pack(folder)
    if story is None:
        return _watched()
    installed = rules.installed_packs()
    if story not in installed:
        raise WrongUse(f"there is no story {story!r}; the stories that are installed are: {', '.join(installed)}")
    return rules.load_pack(story)


def _watched() -> Pack:
    """The pack that `deltawire up` would watch, where that is one."""
    packs = load_settings().packs
    if len(packs) > 1:
        raise WrongUse(f"give --story or --pack: several stories are watched, {', '.join(packs)}")
    return rules.load_pack(packs[0])


def read(path: Path) -> tuple[list[Article], int]:
    """All items of a file, and how many of its lines are broken; each of those is named on standard error.

    Raises WrongUse where there is no such file.
    """
    articles: list[Article] = []
    broken = 0
    with _opened(path) as file:
        for item in read_items(file):
            if isinstance(item, BrokenLine):
                broken += 1
                note(f"{path}, {item}")
            else:
                articles.append(item)
    if not articles and not broken:
        note(f"{path} holds no items")
    return articles, broken


def finding_json(finding: Finding) -> dict[str, Any]:
    """A finding as `analyze --format jsonl` prints it, and why it was judged so.

    Status, value and dates are the fact's after a change; of anything else they are what the item itself says.
    """
    said = (finding.after if finding.kind is Kind.CHANGE else finding.claimed).to_json()
    if finding.after.status:
        said.setdefault("status", finding.after.status.value)
    return {
        "kind": finding.kind.value,
        "fact": finding.fact,
        "topic": finding.topic,
        **said,
        "quote": finding.quote,
        "span": list(finding.span),
        "why": finding.why,
        "rule": finding.rule,
        "cues": list(finding.cues),
        "speaker": finding.speaker,
        "confidence": finding.confidence,
        "severity": finding.severity.value,
        "update": finding.update,
        "before": finding.before.to_json(),
        "after": finding.after.to_json(),
    }


def alert_lines(alert: Alert) -> Iterator[str]:
    """An alert as people read it: what changed, the sentence it rests on, and who says so."""
    yield f"{alert.at:%Y-%m-%d %H:%M}  {alert.kind:<8}  {alert.headline}"
    if alert.quote:
        origin = " · ".join(part for part in (alert.speaker, alert.source, alert.url) if part)
        yield f"{'':18}“{' '.join(alert.quote.split())}”"
        if origin:
            yield f"{'':18}{origin}"


def _analysis(article: Article, findings: tuple[Finding, ...], pack: Pack) -> Iterator[str]:
    yield f"{article.id}  {article.published:%Y-%m-%d}  {article.source}  {article.title}".rstrip()
    if not findings:
        yield "    speaks of no fact on record"
    for finding in findings:
        if finding.kind in (Kind.CHANGE, Kind.SIGNAL):
            said = wording.headline_of_finding(finding, pack)
        else:
            said = pack.facts[finding.fact].title
        yield f"    {finding.kind:<8}  {said}"
        yield f"{'':14}“{' '.join(finding.quote.split())}”"
        yield f"{'':14}{finding.why}"


def _last_day(until: datetime | None) -> date | None:
    if until and until.year not in YEARS:
        raise WrongUse(f"--until {until:%Y-%m-%d}: give a day of the years {YEARS.start} to {YEARS.stop - 1}")
    return datetime.combine(until, time(), UTC).date() if until else None


@contextmanager
def _opened(path: Path) -> Iterator[IO[bytes]]:
    if str(path) == "-":
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as error:
        raise WrongUse(f"{path} cannot be read: {error.strerror}") from None
    with file:
        yield file


def _leave(broken: int) -> None:
    if broken:
        raise typer.Exit(1)
