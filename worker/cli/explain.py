"""`deltawire explain`: why an article raised an alert, or none."""

# ruff: noqa: PLC0415 - an article that is no stored one needs no database
from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

import rules
from rules import Article, Ledger, Pack
from rules.explain import explain as explain_article
from worker import clock
from worker.cli.archive import FromHistory, PackFolder, StoryId, choose_pack
from worker.cli.article import Given, from_address, from_file, is_address
from worker.cli.explained import as_data
from worker.cli.output import as_json, line, note
from worker.errors import WrongUse
from worker.items import BrokenLine

if TYPE_CHECKING:
    from worker.store import StoredArticle

_LONGEST_ID = 18
"""Digits of an article's id in any database."""


class Form(StrEnum):
    """How an explanation is printed."""

    TEXT = "text"
    JSON = "json"


class Held(NamedTuple):
    """Articles, and what they are held against."""

    articles: Sequence[Article | BrokenLine]
    ledger: Ledger
    pack: Pack
    note: str = ""
    """What became of a stored article."""
    silenced: str = ""
    """Why it raised nothing, whatever it says."""


ArticleName = Annotated[
    str,
    typer.Argument(
        metavar="ARTICLE",
        help="A file (plain text whose first line is the title, an item or items as JSON, or a web page), - for "
        "standard input, an http(s) address, or the id of a stored article.",
        show_default=False,
    ),
]
Published = Annotated[
    str,
    typer.Option(metavar="WHEN", help="A day, or a moment as 2025-10-30T08:15:00Z.", show_default="as it says, or now"),
]
Title = Annotated[
    str, typer.Option(metavar="TEXT", help="The headline; a file of plain text is all text then.", show_default=False)
]
OutputForm = Annotated[Form, typer.Option("--format", help="How to print it; json is one line for each article.")]


def explain(
    article: ArticleName,
    *,
    story: StoryId = None,
    pack: PackFolder = None,
    form: OutputForm = Form.TEXT,
    from_history: FromHistory = False,
    published: Published = "",
    title: Title = "",
) -> None:
    """Show sentence by sentence what was found in an article, what was claimed, and why it raised an alert or none.

    \b
    Example:
      deltawire explain article.txt --published 2025-10-30 --from-history

    A stored article is held against its story's record as it found it; any other against the record at the baseline,
    or as of today's history. Nothing is stored, and nobody is told.
    """
    given = Given(title, published)
    if _is_stored(article):
        if pack or from_history or title or published:
            raise WrongUse(f"article {article} is in the store: its text, date and record are known, leave them out")
        held = _stored(int(article), story)
    else:
        held = _read(article, given, choose_pack(story, pack), history=from_history)
    broken = [item for item in held.articles if isinstance(item, BrokenLine)]
    for item in held.articles:
        if isinstance(item, BrokenLine):
            note(f"{article}, {item}")
        else:
            _tell(item, held, form)
    if broken:
        raise typer.Exit(1)


def _tell(article: Article, held: Held, form: Form) -> None:
    explanation = explain_article(article, held.ledger, held.pack)
    silenced = held.silenced
    if not silenced and article.published < held.ledger.start:
        silenced = "it is older than the record, and such articles are only stored"
    if form is Form.JSON:
        data = as_data(explanation, held.ledger, held.pack)
        line(as_json({**data, "note": held.note or None, "silenced": silenced or None}))
        return
    from worker.cli.explanation import printed

    printed(explanation, held.ledger, held.pack, note=held.note, silenced=silenced)


def _is_stored(name: str) -> bool:
    """Whether it is an article's id, and no file of that name is there."""
    digits = name.isascii() and name.isdigit() and len(name) <= _LONGEST_ID
    return digits and not Path(name).exists()


def _read(name: str, given: Given, pack: Pack, *, history: bool) -> Held:
    now = clock.now()
    if is_address(name):
        articles = asyncio.run(from_address(name, given, now))
    elif name == "-" or Path(name).exists():
        articles = from_file(name, given, now)
    else:
        raise WrongUse(f"{name} is no file, no http:// or https:// address, and no id of a stored article")
    if not articles:
        note(f"{name} holds no items")
    if any(isinstance(item, Article) and item.published == now for item in articles):
        note(f"{name} does not say when it was published: dates are reckoned from today; --published says it")
    return Held(articles, rules.open_story(pack, history=history), pack)


def _stored(article_id: int, story: str | None) -> Held:
    """A stored article with the record as it found it. Raises WrongUse."""
    from worker.cli.opening import opened

    with opened() as desk:
        try:
            article = desk.store.article(article_id)
        except KeyError:
            raise WrongUse(f"there is no article {article_id} in the store") from None
        if story not in (None, article.story):
            raise WrongUse(f"article {article_id} belongs to the story {article.story}, not to {story}")
        if article.story not in desk.packs:
            raise WrongUse(
                f"article {article_id} belongs to the story {article.story}, which DELTAWIRE_PACKS leaves out"
            )
        ledger = _as_found(desk.store.story(article.story).ledger, article)
        return Held([article.for_rules()], ledger, desk.packs[article.story], _became(article), _silenced(article))


def _as_found(ledger: Ledger, article: StoredArticle) -> Ledger:
    """The record as it stood before an article was evaluated: without what it brought, and what came later."""
    own = next((n for n, entry in enumerate(ledger.entries) if entry.article == str(article.id)), None)
    if own is not None:
        return replace(ledger, entries=ledger.entries[:own])
    seen = article.evaluated_at
    return replace(ledger, entries=tuple(e for e in ledger.entries if seen is None or e.learned <= seen))


def _became(article: StoredArticle) -> str:
    """What became of a stored article."""
    what = f"article {article.id} of the store, version {article.version}"
    if article.evaluated_at:
        return f"{what}, evaluated on {article.evaluated_at:%Y-%m-%d at %H:%M} UTC: this is the record of that moment"
    return f"{what}, {article.state}: this is the record as it stands now"


def _silenced(article: StoredArticle) -> str:
    """Why a stored article raised nothing, whatever it says."""
    if article.state == "recorded":
        return "it came with the first poll of its feed, or is older than the story, and was only stored"
    return f"its evaluation was given up ({article.error})" if article.state == "failed" else ""
