"""A webhook receiver that only counts: which id arrived when, whether it is signed, and whether its body stayed."""

from __future__ import annotations

import asyncio
import hashlib
import threading
import time
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

from aiohttp import web
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.servers import SECRET

Answer = Callable[[web.Request], Awaitable[web.StreamResponse | None]]
"""May answer in the place of a plain 204: None leaves it at that."""


class Sink:
    """Listens on loopback until the end of `running`; its own thread answers, so that it is quick.

    A message counts after half of `delay` (seconds), and is answered after the other half: who dies in the first half
    has delivered nothing, and who dies in the second does not know that he has.
    """

    def __init__(
        self, hosts: Sequence[str] = ("127.0.0.1",), *, delay: float = 0.0, answer: Answer | None = None
    ) -> None:
        self.port = 0
        self.delay = delay
        self._hosts = hosts
        self._answer = answer
        self._times: dict[str, list[float]] = {}
        self._bodies: dict[str, bytes] = {}
        self._complaints: dict[str, int] = {}
        self._arrived = threading.Condition()
        self._verifier = Webhook(SECRET)

    def url(self, path: str = "hook", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/{path}"

    def arrivals(self) -> dict[str, list[float]]:
        """The moments (monotonic, seconds) at which each id arrived."""
        with self._arrived:
            return {name: list(times) for name, times in self._times.items()}

    def complaints(self) -> list[str]:
        with self._arrived:
            return [f"{number} messages {what}" for what, number in self._complaints.items()]

    def has(self, ids: Collection[str], timeout: float) -> bool:
        """Wait until all of these have arrived; whether they have."""
        with self._arrived:
            return self._arrived.wait_for(lambda: all(name in self._times for name in ids), timeout)

    @contextmanager
    def running(self) -> Iterator[Sink]:
        loop = asyncio.new_event_loop()
        thread = threading.Thread(target=loop.run_forever, daemon=True)
        thread.start()
        runner = asyncio.run_coroutine_threadsafe(self._serve(), loop).result(10)
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(20)
            loop.call_soon_threadsafe(loop.stop)
            thread.join(5)

    async def _serve(self) -> web.AppRunner:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_post("/{path:.*}", self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        for host in self._hosts:
            await web.TCPSite(runner, host, self.port, backlog=1024).start()
            self.port = runner.addresses[0][1]
        return runner

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body, at = await request.read(), time.monotonic()
        if self._answer and (said := await self._answer(request)):
            return said
        await asyncio.sleep(self.delay / 2)
        if request.transport is None or request.transport.is_closing():  # whoever sent it is gone before it was taken
            return web.Response(status=204)
        self._note(request, body, at)
        await asyncio.sleep(self.delay / 2)
        return web.Response(status=204)

    def _note(self, request: web.Request, body: bytes, at: float) -> None:
        name = request.headers.get("webhook-id", "")
        seal = hashlib.sha256(body).digest()
        try:
            self._verifier.verify(body, dict(request.headers))
            wrong = ""
        except WebhookVerificationError:
            wrong = "whose signature does not hold"
        with self._arrived:
            if self._bodies.setdefault(name, seal) != seal:
                wrong = "with another body under the same id"
            if wrong:
                self._complaints[wrong] = self._complaints.get(wrong, 0) + 1
            self._times.setdefault(name, []).append(at)
            self._arrived.notify_all()
