"""The sample archive: the story's first six weeks in our own words, and the feeds that serve it in slices."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from rules import SourceKind

ARCHIVE = Path(__file__).parent / "archive.jsonl"
SHOWN = 12
"""How many items a feed shows at once, as real feeds show their latest."""


@dataclass(frozen=True)
class Item:
    """One news item. `published` is aware and in UTC."""

    id: str
    source: str
    source_kind: SourceKind
    url: str
    published: datetime
    title: str
    text: str

    @property
    def outlet(self) -> str:
        """The outlet's name as part of an address."""
        return (urlsplit(self.url).hostname or "").partition(".")[0]


def load_archive(path: Path = ARCHIVE) -> tuple[Item, ...]:
    """The items in the order of their publication."""
    lines = (json.loads(line) for line in path.read_text("utf-8").splitlines())
    items = [
        Item(
            **{
                **line,
                "source_kind": SourceKind(line["source_kind"]),
                "published": datetime.fromisoformat(line["published"]),
            }
        )
        for line in lines
    ]
    return tuple(sorted(items, key=lambda item: item.published))


def rss(title: str, items: Iterable[Item]) -> bytes:
    """An RSS 2.0 feed that shows the latest of the items, the newest first."""
    latest = sorted(items, key=lambda item: item.published, reverse=True)[:SHOWN]
    entries = "".join(
        f"<item><title>{escape(item.title)}</title><link>{escape(item.url)}</link><guid>{escape(item.url)}</guid>"
        f"<pubDate>{format_datetime(item.published)}</pubDate><description>{escape(item.text)}</description></item>\n"
        for item in latest
    )
    head = (
        f"<title>{escape(title)}</title><link>https://feeds.example/</link><description>{escape(title)}</description>"
    )
    feed = f'<rss version="2.0"><channel>{head}\n{entries}</channel></rss>'
    return f'<?xml version="1.0" encoding="utf-8"?>\n{feed}'.encode()
