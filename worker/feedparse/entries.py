"""What a feed says, entry by entry. Pure; run in the child process, since feedparser can be made to work for ever."""

from __future__ import annotations

import calendar
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import feedparser

from worker.errors import FetchError
from worker.feedparse.document import document
from worker.feedparse.links import canonical_link
from worker.feedparse.markup import line_of, text_of, tidy

MOST_ENTRIES = 500
LONGEST_TITLE = 1_000
LONGEST_TEXT = 200_000
LONGEST_MARKUP = 1_000_000
LONGEST_GUID = 500
LONGEST_LINK = 2_000
EARLIEST_YEAR = 1900
"""A date before it is a slip, or a zero that was made a date."""
_SIGNED_OFF = re.compile(r"\s*The post .{1,400}? (?:appeared first on|first appeared on) .{1,200}$", re.DOTALL)
"""What WordPress puts under every entry of a feed."""


@dataclass(frozen=True)
class FeedEntry:
    """One entry as the feed tells it."""

    guid: str
    """Its own id, or its link, or a hash of what it says; never empty, at most 500 characters."""
    link: str | None
    """http or https, or None."""
    title: str
    text: str
    """Plain text; paragraphs are apart by an empty line."""
    published: datetime | None
    """Aware, UTC; the day of its last change where it names no other. None where it names none."""
    updated: datetime | None
    """Aware, UTC."""


def entries(body: bytes, headers: Mapping[str, str]) -> tuple[FeedEntry, ...]:
    """The first 500 entries of a feed, in its order. `headers` by lower-case name, as `Fetched` has them.

    Raises FetchError. A document that breaks off is read as far as it goes.
    """
    xml = '<?xml version="1.0" encoding="utf-8"?>\n' + document(body, headers.get("content-type", ""))
    known = {"content-type": "application/xml; charset=utf-8"}  # not the address: ids must not change with it
    found = feedparser.parse(
        io.BytesIO(xml.encode()), response_headers=known, sanitize_html=False, resolve_relative_uris=False
    )
    if found.bozo and not found.entries:
        error = found.bozo_exception
        said = error.getMessage() if hasattr(error, "getMessage") else str(error)
        raise FetchError(f"the feed's XML is broken: {said}", permanent=True)
    base = headers.get("content-location", "")
    read = (_entry(said, base) for said in found.entries[:MOST_ENTRIES])
    return tuple(entry for entry in read if entry.title or entry.text)


def web_address(said: str | None, base: str = "") -> str | None:
    """The address without white space in it, if it is http or https and names a host. It may be relative to `base`."""
    try:
        address = urljoin(base, "".join((said or "").split())) if said and said.strip() else ""
        parts = urlsplit(address)
        good = parts.scheme.lower() in ("http", "https") and bool(parts.hostname) and len(address) <= LONGEST_LINK
    except ValueError:
        return None
    return address if good else None


def _entry(said: Any, base: str) -> FeedEntry:
    link = web_address(dict.get(said, "feedburner_origlink"), base) or web_address(dict.get(said, "link"), base)
    title = _title(said)[:LONGEST_TITLE]
    text = _SIGNED_OFF.sub("", max(_texts(said), key=len, default=""))[:LONGEST_TEXT]
    published, updated = (_moment(said, name) for name in ("published", "updated"))
    guid = " ".join(str(dict.get(said, "id") or "").split())
    if not guid:
        guid = canonical_link(link) if link else _hash(title or text)
    return FeedEntry(
        guid=guid if len(guid) <= LONGEST_GUID else _hash(guid),
        link=link,
        title=title,
        text=text,
        published=published or updated,
        updated=updated,
    )


def _title(said: Any) -> str:
    """The title; without the outlet's name at its end, where the entry says that name itself (news.google.com does)."""
    title = line_of(str(dict.get(said, "title") or ""))
    source = dict.get(said, "source") or {}
    return title.removesuffix(f" - {source.get('title') or title}").strip()


def _texts(said: Any) -> Iterator[str]:
    """The ways in which the entry tells its story, as plain text. The longest is the whole one."""
    for part in [*(dict.get(said, "content") or ()), dict.get(said, "summary_detail")]:
        if part and part.get("value"):
            value = str(part["value"])[:LONGEST_MARKUP]
            yield tidy(value) if part.get("type") == "text/plain" else text_of(value)


def _moment(said: Any, name: str) -> datetime | None:
    """When, in UTC, by feedparser; without a zone, which it does not read, as UTC too."""
    parsed, text = dict.get(said, f"{name}_parsed"), str(dict.get(said, name) or "").strip()
    try:
        if parsed:
            moment = datetime.fromtimestamp(calendar.timegm(parsed), UTC)
        else:
            read = parsedate_to_datetime(text) if "," in text else datetime.fromisoformat(text)
            moment = read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return moment if moment.year >= EARLIEST_YEAR else None


def _hash(said: str) -> str:
    return "sha256:" + hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
