"""ARTICLE as `deltawire explain` takes it: a file, standard input, or an address, as news items."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from rules import Article
from worker import webpage
from worker.errors import FetchError, WrongUse
from worker.items import BrokenLine, read_items
from worker.settings import load_settings

_TEXTS = ("text/plain", "text/markdown")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Given(NamedTuple):
    """What the options say of the article; empty where they say nothing."""

    title: str
    published: str
    """RFC 3339, or a day (00:00 UTC)."""

    def fields(self) -> dict[str, str]:
        """The fields of an item that they stand for."""
        published = f"{self.published}T00:00:00Z" if _DAY.fullmatch(self.published) else self.published
        return {name: value for name, value in (("title", self.title), ("published", published)) if value}


def is_address(article: str) -> bool:
    """Whether it is to be fetched."""
    return article.lower().startswith(("http://", "https://"))


def from_file(name: str, given: Given, now: datetime) -> list[Article | BrokenLine]:
    """The items of a file, or of standard input for `-`. Raises WrongUse."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise WrongUse(f"{name} cannot be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongUse(f"{name} is not UTF-8: give plain text, JSON, or a web page") from None
    ident = "standard input" if name == "-" else Path(name).name
    if webpage.is_page(text):
        return [_from_page(ident, "", text, given, now)]
    if text.lstrip().startswith("{") or isinstance(_whole(text), list):
        return list(read_items(_items(text, given)))
    return [_from_text(ident, "", text, given, now)]


async def from_address(url: str, given: Given, now: datetime) -> list[Article | BrokenLine]:
    """What an address shows: a web page, plain text, or an item as JSON. Raises FetchError, HttpError and WrongUse."""
    from worker.feedparse.document import decoded  # noqa: PLC0415 - only where something is fetched
    from worker.http import Client  # noqa: PLC0415

    async with Client(load_settings().allow_networks) as client:
        answer = await client.get(url, {"Accept": "text/html, text/plain;q=0.9, application/json;q=0.8"})
    host = urlsplit(answer.url).hostname or url
    if answer.status != 200:
        raise FetchError(f"{host} answers {answer.status} instead of an article")
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        text = decoded(answer.body, answer.headers.get("content-type", ""))
    except FetchError:
        raise FetchError(f"{host} shows text in an encoding that is not known") from None
    if kind == "application/json":
        return list(read_items(_items(text, given)))
    if webpage.is_page(text) or kind in ("text/html", "application/xhtml+xml"):
        return [_from_page(answer.url, host, text, given, now)]
    if kind in _TEXTS:
        return [_from_text(answer.url, host, text, given, now)]
    raise FetchError(f"{host} shows {kind or 'something without a type'}; web pages, plain text and JSON are read")


def _whole(text: str) -> Any:
    """A text as one JSON value; None where it is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _items(text: str, given: Given) -> Iterator[bytes]:
    """The items of a text, each as a line of JSON: one item over several lines, a list of them, or JSON Lines."""
    whole = _whole(text)
    if isinstance(whole, dict | list):
        yield from (_with(item, given) for item in (whole if isinstance(whole, list) else [whole]))
        return
    for line in text.splitlines():
        item = _whole(line)
        yield line.encode() if item is None else _with(item, given)


def _with(item: Any, given: Given) -> bytes:
    return json.dumps({**item, **given.fields()} if isinstance(item, dict) else item).encode()


def _from_page(ident: str, host: str, markup: str, given: Given, now: datetime) -> Article:
    try:
        page = webpage.read_page(markup)
    except ValueError as error:
        raise WrongUse(f"{ident}: {error}") from None
    published = page.published if _is_moment(page.published) else now.isoformat()
    return _article(ident, host, {"title": page.title, "text": page.text, "published": published, **given.fields()})


def _from_text(ident: str, host: str, text: str, given: Given, now: datetime) -> Article:
    """The first line is the title, unless it is given."""
    title, _, rest = ("", "", text) if given.title else text.lstrip().partition("\n")
    said = {"title": title.strip(), "text": rest, "published": now.isoformat()}
    return _article(ident, host, {**said, **given.fields()})


def _is_moment(text: str) -> bool:
    """Whether a page's own word for its publication is one, with its time zone."""
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _article(ident: str, host: str, said: dict[str, str]) -> Article:
    """The article of a file (without a host) or an address. Raises WrongUse for what it lacks."""
    item = {"id": ident, "source": host, "url": ident if host else "", **said}
    [article] = read_items([json.dumps(item).encode()])
    if isinstance(article, BrokenLine):
        raise WrongUse(f"{ident}: {article.message}")
    return article
