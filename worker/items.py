"""News items as JSON Lines, the form that `deltawire analyze` and `deltawire replay` read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rules import Article, SourceKind

YEARS = range(1900, 2200)
"""A simulated clock passes every day up to an item: a slip of the pen must not send it to the year 9999."""


@dataclass(frozen=True)
class BrokenLine:
    """A line that is no item. `str()` of it is what a person is told."""

    number: int
    """From 1, as editors count."""
    message: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.message}"


def read_items(lines: Iterable[bytes]) -> Iterator[Article | BrokenLine]:
    """Each line as an article, or as what is wrong with it. Empty lines are passed over.

    A line needs `id`, `published` (RFC 3339 with its offset, turned into UTC) and a `title` or a `text`; `source`,
    `url` and `source_kind` (default `outlet`) may be left out.
    """
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            yield _article(raw)
        except _BadItemError as error:
            yield BrokenLine(number, str(error))


class _BadItemError(Exception):
    pass


def _article(raw: bytes) -> Article:
    try:
        item = json.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise _BadItemError("is not UTF-8") from None
    except RecursionError:
        raise _BadItemError("is nested too deeply to be an item") from None
    except ValueError as error:
        raise _BadItemError(f"is not JSON ({error})") from None
    if not isinstance(item, dict):
        raise _BadItemError("is JSON, but no object with id, published, title and text")
    article = Article(
        id=_text(item, "id", needed=True),
        source=_text(item, "source"),
        source_kind=_source_kind(item),
        url=_text(item, "url"),
        published=_moment(_text(item, "published", needed=True)),
        title=_text(item, "title"),
        text=_text(item, "text"),
    )
    if not article.title and not article.text:
        raise _BadItemError("has neither a title nor a text")
    return article


def _text(item: dict[str, Any], field: str, *, needed: bool = False) -> str:
    value = item.get(field)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise _BadItemError(f"{field} is {json.dumps(value)[:40]}, not a text in quotes")
    if needed and not value.strip():
        raise _BadItemError(f"{field} is missing")
    return value


def _source_kind(item: dict[str, Any]) -> SourceKind:
    value = _text(item, "source_kind") or SourceKind.OUTLET
    try:
        return SourceKind(value)
    except ValueError:
        raise _BadItemError(f"source_kind is {value!r}; it is one of {', '.join(SourceKind)}") from None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        aware = moment.tzinfo is not None
        in_utc = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _BadItemError(f"published is {text[:40]!r}; write it as 2025-10-30T08:15:00Z") from None
    if not aware:
        raise _BadItemError(f"published is {text!r}, without a time zone; write it as {text}Z if it is UTC")
    if in_utc.year not in YEARS:
        raise _BadItemError(f"published is {text!r}: no news item is of the year {in_utc.year}")
    return in_utc
