"""The pages as a reader meets them: the real application behind a real server on loopback, over a real store."""

from __future__ import annotations

import functools
import http.client
import json
import socket
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any, Self

import uvicorn
from fastapi import FastAPI

from rules import DeadlineEvent, Entry, Finding, Kind
from tests.worker.samples import NOW, STORY, TWENTY, entry, finding, ledger, pack
from worker.alerts import Telling, plan
from worker.settings import Settings
from worker.store import Store
from worker.web.app import SERVING, create_app

PACK = replace(pack(), feeds=())


@dataclass
class Page(HTMLParser):
    """One HTML page, taken apart."""

    source: str
    text: str = ""
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    headings: list[tuple[str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.source)
        self.text = " ".join(self.text.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in ("h1", "h2", "h3", "h4"):
            self.headings.append((tag, ""))
        self._heading = tag if tag in ("h1", "h2", "h3", "h4") else getattr(self, "_heading", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._heading:
            self._heading = ""

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"
        if getattr(self, "_heading", ""):
            tag, said = self.headings[-1]
            self.headings[-1] = (tag, said + data)

    def all(self, tag: str, attribute: str) -> list[str]:
        """Every value of an attribute on that tag."""
        return [attrs[attribute] or "" for name, attrs in self.tags if name == tag and attribute in attrs]

    @property
    def links(self) -> list[str]:
        return self.all("a", "href")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def page(self) -> Page:
        assert self.headers["content-type"] == "text/html; charset=utf-8"
        return Page(self.body.decode())

    @property
    def json(self) -> Any:
        assert self.headers["content-type"] == "application/json"
        return json.loads(self.body)


class _Server:
    """One real HTTP server for all tests of this process, since stopping one takes longer than most tests."""

    def __init__(self) -> None:
        self.apps: list[FastAPI] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        config = uvicorn.Config(self._answer, lifespan="off", interface="asgi3", **SERVING)
        threading.Thread(target=uvicorn.Server(config).run, kwargs={"sockets": [self._listener]}, daemon=True).start()

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        await self.apps[-1](scope, receive, send)


@functools.cache
def _server() -> _Server:
    return _Server()


class Site:
    """An application that is served until the end of the `with` block; of two, the one that began later."""

    def __init__(self, app: FastAPI) -> None:
        self._app, self._server = app, _server()
        self.port = self._server.port

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._server.apps.append(self._app)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.apps.remove(self._app)

    def ask(self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body or None, dict(headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, headers=headers)


@dataclass
class Clock:
    """The application's clock."""

    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


def site_of(store: Store, settings: Settings, clock: Clock | None = None) -> Site:
    return Site(create_app(settings, store, {STORY: PACK}, clock or Clock()))


def open_story(store: Store, *entries: Entry) -> None:
    store.open_story(PACK, ledger(*(entries or (entry(TWENTY),))), NOW)


def tell(store: Store, *findings: Finding, events: tuple[DeadlineEvent, ...] = (), now: datetime = NOW) -> None:
    """Commit alerts as the pipeline does, with a line in the record for each change."""
    story = store.story(STORY)
    after = story.ledger.add(*(_line(found) for found in findings if found.kind is Kind.CHANGE))

    def mail(told: Sequence[Telling], *_: object) -> bytes:
        return told[0].alert.headline.encode()

    made = plan(PACK, findings, events, store.subscriptions(STORY), now, ledger=after, mail=mail)
    store.commit(story, after, made, now)


def tell_many(store: Store, count: int, step: Any) -> None:
    """So many signals, one every `step`."""
    for number in range(count):
        tell(store, finding(Kind.SIGNAL, article=str(number), before=_percent(number)), now=NOW + number * step)


def _line(found: Finding) -> Entry:
    line = entry(found.after, fact=found.fact, article=found.article, at=found.published)
    return replace(line, quote=found.quote, confidence="engine")


def _percent(number: int) -> Any:
    return replace(TWENTY, value={"percent": float(number)})
