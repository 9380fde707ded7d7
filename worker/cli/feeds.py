"""`deltawire feeds …`: what a story is read from."""

# ruff: noqa: PLC0415 - commands that need no database should not wait for its library
from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from rules import SourceKind
from worker import clock
from worker.addresses import check_url
from worker.cli.output import line, note, plural, table
from worker.errors import FetchError, WrongUse

if TYPE_CHECKING:
    from worker.http import Client
    from worker.store import StoredFeed

app = typer.Typer(help="List, add, remove and check feeds.", no_args_is_help=True, rich_markup_mode=None)

CHECKED_AT_ONCE = 8

Story = Annotated[
    str | None,
    typer.Option("--story", metavar="ID", help="Default: the only story that is watched.", show_default=False),
]
Url = Annotated[str, typer.Argument(metavar="URL", help="The address of an RSS or Atom feed.", show_default=False)]
Name = Annotated[str, typer.Option(metavar="NAME", help="Its id within the story.", show_default="from the host")]
Source = Annotated[str, typer.Option(metavar="TEXT", help="The outlet's name.", show_default="the host")]
Kind = Annotated[SourceKind, typer.Option(help="Who speaks there.")]
Every = Annotated[
    float | None, typer.Option(metavar="MINUTES", min=1, max=10_080, help="Between polls.", show_default="15")
]


@app.command("list")
def show(story: Story = None) -> None:
    """Print the feeds that are polled, and how each fared.

    \b
    Example:
      deltawire feeds list --story us-china-trade
    """
    from worker.cli.opening import opened, story_of

    with opened() as desk:
        rows = [
            (feed.id, f"{feed.every_s / 60:g} min", _fared(feed), feed.url)
            for feed in desk.store.feeds(story_of(desk, story) if story else None)
        ]
    for text in table(rows, ("id", "every", "last", "address")):
        line(text)


@app.command()
def add(
    url: Url,
    *,
    story: Story = None,
    name: Name = "",
    source: Source = "",
    source_kind: Kind = SourceKind.OUTLET,
    every: Every = None,
) -> None:
    """Poll one more feed for a story. Its first poll is only recorded, and raises no alerts.

    \b
    Example:
      deltawire feeds add https://news.example.org/world.xml --source "Example News" --every 10
    """
    from worker.cli.opening import opened, story_of

    with opened() as desk:
        check_url(url, desk.settings.allow_networks)
        host = (urlsplit(url).hostname or "").removeprefix("www.")
        feed_id = desk.store.add_feed(
            story_of(desk, story),
            _name(name or re.sub(r"[^a-z0-9]+", "-", host).strip("-")),
            url,
            clock.now(),
            title=source or host,
            source=source or host,
            source_kind=source_kind,
            every_s=every * 60 if every else desk.settings.poll_every,
        )
    line(f"{feed_id} is polled from now on; `deltawire feeds check {feed_id}` tries it at once")


@app.command()
def remove(ids: Annotated[list[str], typer.Argument(metavar="ID…", show_default=False)]) -> None:
    """Stop polling feeds, by their ids. What they brought stays.

    \b
    Example:
      deltawire feeds remove us-china-trade/dw
    """
    from worker.cli.opening import opened

    with opened() as desk:
        unknown = [one for one in ids if not desk.store.remove_feed(one)]
    if unknown:
        raise WrongUse(f"there is no feed {', '.join(unknown)}; `deltawire feeds list` names them")
    line(f"{plural(len(ids), 'feed')} removed")


@app.command()
def check(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]…", show_default="all of them")] = None,
) -> None:
    """Fetch feeds now, and say for each how many entries it brings or why it cannot be read. Nothing is stored.

    \b
    Example:
      deltawire feeds check us-china-trade/whitehouse
    """
    from worker.cli.opening import opened
    from worker.http import Client

    with opened() as desk:
        known = {feed.id: feed for feed in desk.store.feeds()}
        if unknown := [one for one in ids or [] if one not in known]:
            raise WrongUse(f"there is no feed {', '.join(unknown)}; `deltawire feeds list` names them")
        chosen = [known[one] for one in ids or known]
        failed = asyncio.run(_check(chosen, Client(desk.settings.allow_networks)))
    note(f"{plural(len(chosen), 'feed')}, {failed} of which cannot be read")
    if failed:
        raise typer.Exit(1)


async def _check(chosen: Sequence[StoredFeed], client: Client) -> int:
    """Fetch and parse each, print how it went as it is known, and return how many failed."""
    from worker import feeds

    turns = asyncio.Semaphore(CHECKED_AT_ONCE)

    async def entries(feed: StoredFeed) -> int:
        fetched = await feeds.fetch(client, feed.url, None, None)
        if isinstance(fetched, feeds.NotModified):
            return 0
        return len(await asyncio.to_thread(feeds.parse, fetched.body, fetched.headers))

    async def one(feed: StoredFeed) -> bool:
        async with turns:
            try:
                line(f"ok      {feed.id}: {plural(await entries(feed), 'entry', 'entries')}")
            except FetchError as error:
                line(f"failed  {feed.id}: {error}")
                return False
        return True

    async with client:
        return (await asyncio.gather(*map(one, chosen))).count(False)


def _name(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", name):
        raise WrongUse(f"--name {name!r}: use small letters, digits, and - in between, such as example-news")
    return name


def _fared(feed: StoredFeed) -> str:
    if feed.last_status is None:
        return "not polled yet"
    if feed.failures:
        return f"failed {feed.failures}x: {' '.join((feed.last_error or '').split())[:60]}"
    return feed.last_status
