"""The other side of the demo, on loopback: feeds that grow, a webhook receiver that checks signatures, mail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socketserver
import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

HOST = "127.0.0.1"


class _Server:
    """A server on a free port of loopback, in a thread of its own while the `with` block lasts."""

    def __init__(self, server: socketserver.TCPServer) -> None:
        self._server = server
        self.port = int(server.server_address[1])

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()


class FeedServer(_Server):
    """Serves what `read(path)` gives, with an ETag, and answers 304 to a reader who knows it already."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self.answered = {HTTPStatus.OK: 0, HTTPStatus.NOT_MODIFIED: 0, HTTPStatus.NOT_FOUND: 0}
        answered = self.answered

        class Handler(_Quiet):
            def do_GET(self) -> None:
                body = read(self.path)
                tag = f'"{hashlib.sha256(body or b"").hexdigest()[:16]}"'
                status = HTTPStatus.OK if body is not None else HTTPStatus.NOT_FOUND
                if body is not None and self.headers.get("If-None-Match") == tag:
                    status, body = HTTPStatus.NOT_MODIFIED, b""
                answered[status] += 1
                self.answer(status, body or b"", {"Content-Type": "application/rss+xml", "ETag": tag})

        super().__init__(ThreadingHTTPServer((HOST, 0), Handler))

    def url(self, path: str) -> str:
        return f"http://{HOST}:{self.port}/{path}"


class Receiver(_Server):
    """A webhook receiver: checks each signature, hands the body on, and counts ids that came again."""

    def __init__(self, secret: str, received: Callable[[dict[str, Any]], None]) -> None:
        self.ids: list[str] = []
        self.refused = 0
        key = base64.b64decode(secret.removeprefix("whsec_"))
        receiver = self

        class Handler(_Quiet):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                ident, sent = self.headers.get("webhook-id", ""), self.headers.get("webhook-timestamp", "")
                if not signed(key, ident, sent, body, self.headers.get("webhook-signature", "")):
                    receiver.refused += 1
                    self.answer(HTTPStatus.UNAUTHORIZED, b"")
                    return
                receiver.ids.append(ident)
                received(json.loads(body))
                self.answer(HTTPStatus.NO_CONTENT, b"")

        super().__init__(ThreadingHTTPServer((HOST, 0), Handler))

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}/hook"


def signed(key: bytes, ident: str, timestamp: str, body: bytes, signatures: str) -> bool:
    """Whether one of the signatures (Standard Webhooks, version 1) is right for this message."""
    digest = hmac.digest(key, f"{ident}.{timestamp}.".encode() + body, "sha256")
    right = "v1," + base64.b64encode(digest).decode()
    return any(hmac.compare_digest(right, given) for given in signatures.split())


class MailServer(_Server):
    """Takes every mail and keeps it. Speaks as much SMTP as a client needs for that."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        mails = self.mails

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.reply("220 demo mail server")
                while line := self.rfile.readline(1024):
                    word = line[:4].upper().decode("ascii", "replace")
                    if word == "DATA":
                        self.reply("354 go ahead")
                        mails.append(self.message())
                    if word == "QUIT":
                        self.reply("221 bye")
                        return
                    self.reply("250 ok")

            def message(self) -> bytes:
                lines = iter(self.rfile.readline, b".\r\n")
                return b"".join(line[1:] if line.startswith(b"..") else line for line in lines)

            def reply(self, text: str) -> None:
                self.wfile.write(text.encode() + b"\r\n")

        super().__init__(_ThreadingServer((HOST, 0), Handler))


class _ThreadingServer(socketserver.ThreadingTCPServer):
    daemon_threads = True


class _Quiet(BaseHTTPRequestHandler):
    """Answers without a line on standard error for each request."""

    protocol_version = "HTTP/1.1"

    def answer(self, status: HTTPStatus, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
        """Nothing is written."""
