"""A whole installation on this machine that may be hurt: roles, broker and database as processes of their own."""

from __future__ import annotations

import functools
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from rules import Finding, State, Status
from tests.e2e.newsroom import STORY, pack_from_the_baseline
from tests.e2e.programs import descendants
from tests.e2e.roles import environment
from tests.faults.databases import Postgres, database
from tests.faults.sink import Answer, Sink
from tests.servers import SECRET
from tests.worker.samples import finding
from worker import alerts, broker, clock, log
from worker.children import Children
from worker.desk import Desk
from worker.settings import Settings, load_settings
from worker.store import tables as t

LEASE = 5.0
"""Seconds: the shortest that the settings allow, so that a campaign takes no longer than it must."""
TICK = 0.5
PATIENCE = 150.0
"""Seconds within which whatever waits has to be settled once nothing is broken any more."""
WORKER: tuple[str, ...] = ("-m", "worker", "worker", "--concurrency", "2")
SCHEDULER: tuple[str, ...] = ("-m", "worker", "scheduler")
WEB: tuple[str, ...] = ("-m", "worker", "web")
WITHOUT_A_REAPER: tuple[str, ...] = (
    "-c",
    """
from worker.cli.running import scheduler
from worker.store import Store
Store.expired_leases = lambda *_, **__: 0
scheduler()
""",
)
T = TypeVar("T")


@dataclass
class Role:
    """One process, which is started again whenever it ends."""

    command: Sequence[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    starts: int = 0

    @property
    def pid(self) -> int:
        return self.process.pid if self.process else 0

    def kill(self) -> None:
        """`kill -9` of it and of all that it forked."""
        if self.process and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(10)


@dataclass
class Site:
    """An installation with a story whose record is the baseline's."""

    folder: Path
    settings: Settings
    desk: Desk
    sink: Sink
    postgres: Postgres | None
    rng: random.Random
    roles: list[Role] = field(default_factory=list)
    server: broker.Broker | None = None
    broker_process: subprocess.Popen[bytes] | None = None
    made: list[str] = field(default_factory=list)
    """The ids of all deliveries that were committed."""
    _children: Children | None = None
    _keeper: threading.Thread | None = None
    _over: threading.Event = field(default_factory=threading.Event)
    _numbers: Iterator[int] = field(default_factory=functools.partial(iter, range(1, 10_000_000)))

    def subscribe(self, number: int = 0, url: str = "") -> alerts.Subscription:
        """One more subscriber by webhook; by default at the sink."""
        one = alerts.Subscription(f"sub_{number}", STORY, "webhook", url or self.sink.url(f"hook{number}"), SECRET)
        self.desk.store.add_subscription(one, clock.now())
        return one

    def makes(self, number: int) -> list[str]:
        """Commit so many alerts for every subscriber, as an evaluation does; the ids of their deliveries.

        Tried again while the database is away, as an evaluation is.
        """
        found = self.findings(number)
        new = self.insists(lambda: self._commit(found))
        self.made += new
        return new

    def findings(self, number: int) -> list[Finding]:
        """So many changes that were not found before."""
        steps = [next(self._numbers) for _ in range(number)]
        return [finding(after=State(Status.AGREED, {"percent": step}), article=str(step)) for step in steps]

    def _commit(self, found: Sequence[Finding]) -> list[str]:
        pack, now, story = self.desk.packs[STORY], clock.now(), self.desk.store.story(STORY)
        everybody = self.desk.store.subscriptions(STORY)
        plan = alerts.plan(pack, found, (), everybody, now, ledger=story.ledger, mail=self.desk.compose_mail)
        self.desk.store.commit(story, story.ledger, plan, now)
        return [delivery.id for delivery in plan.deliveries]

    def insists(self, work: Callable[[], T], seconds: float = 60.0) -> T:
        """Do it until the database takes it."""
        end = time.monotonic() + seconds
        while True:
            try:
                return work()
            except SQLAlchemyError:
                if time.monotonic() > end:
                    raise
                self.pause(0.2)

    def pause(self, seconds: float) -> None:
        """Let a fault last: nothing is waited for here but time itself."""
        self._over.wait(seconds)

    def waiting(self) -> int:
        """How many deliveries have no end yet."""
        d = t.deliveries.c
        query = select(func.count()).select_from(t.deliveries).where(d.state.in_(["pending", "leased"]))
        with self.desk.store.read() as connection:
            return int(connection.execute(query).scalar_one())

    def settles(
        self, timeout: float = PATIENCE, holds: Callable[[], bool] | None = None, *, every: float = 0.2
    ) -> bool:
        """Wait until every delivery has its end (or something else holds); whether that came in time."""
        end = time.monotonic() + timeout
        holds = holds or (lambda: self.waiting() == 0)
        while not self.insists(holds):
            if time.monotonic() > end:
                return False
            self.pause(every)
        return True

    def senders(self) -> list[int]:
        """The processes that hold deliveries just now."""
        d = t.deliveries.c
        with self.desk.store.read() as connection:
            owners = connection.execute(select(d.owner).where(d.state == "leased").distinct()).scalars().all()
        forked = {pid for role in self.roles for pid in descendants(role.pid)}
        return sorted(forked & {int(owner.rpartition(":")[2]) for owner in owners if owner})

    def starts_broker(self) -> None:
        """Start the broker, or start it again; it answers when this returns."""
        if self.server is None:
            self.server, self._children = broker.embedded(self.settings.data_dir), Children()
        assert self._children
        self.broker_process = self.server.start(self._children)
        assert self.server.wait_ready(self.broker_process), "the broker does not start"

    def runs(self, *commands: Sequence[str]) -> list[Role]:
        """Start these roles, and keep them running."""
        new = [Role(command) for command in commands]
        self.roles += new
        if self._keeper is None:
            self._keeper = threading.Thread(target=self._keep, daemon=True)
            self._keeper.start()
        return new

    def _keep(self) -> None:
        env = environment(self.settings)
        with (self.folder / "roles.log").open("ab") as said:
            while not self._over.wait(0.05):
                for role in list(self.roles):
                    ended = role.process is None or role.process.poll() is not None
                    if ended and time.monotonic() > role.started + 1:
                        command = [sys.executable, *role.command]
                        role.process = subprocess.Popen(
                            command, env=env, stdout=said, stderr=said, stdin=subprocess.DEVNULL, start_new_session=True
                        )
                        role.started, role.starts = time.monotonic(), role.starts + 1

    def close(self) -> None:
        """End everything that was started."""
        self._over.set()
        if self._keeper:
            self._keeper.join(10)
        for role in self.roles:
            role.kill()
        if self._children:
            self._children.kill()
        if self.server:
            self.server.tidy()
        self.desk.close()

    def said(self) -> str:
        """The end of what the roles said."""
        said = self.folder / "roles.log"
        return said.read_text("utf-8", "replace")[-3000:] if said.exists() else ""


@contextmanager
def installed(
    kind: str,
    seed: int,
    *,
    hosts: Collection[str] = ("127.0.0.1",),
    delay: float = 0.0,
    answer: Answer | None = None,
    lease: float = LEASE,
) -> Iterator[Site]:
    """A new installation on a database of that kind, with nothing running yet but the sink."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dw-faults-", ignore_cleanup_errors=True)))
        sink = stack.enter_context(Sink(tuple(hosts), delay=delay, answer=answer).running())
        url, postgres = stack.enter_context(database(kind, folder))
        log.set_up("error")
        data = folder / "var"
        data.mkdir()
        pack = pack_from_the_baseline(folder / "pack", {})
        given = {"allow_networks": ["127.0.0.0/8"], "smtp_security": "none", "tick_seconds": TICK, "log_level": "error"}
        settings = load_settings(data_dir=data, database_url=url, packs=[pack], lease_seconds=lease, **given)
        settings = load_settings(
            **settings.model_dump(include=settings.model_fields_set), redis_url=broker.embedded(data).url
        )
        desk = Desk.open(settings)
        desk.store.upgrade()
        desk.open_stories(clock.now())
        site = Site(folder, settings, desk, sink, postgres, random.Random(seed))
        stack.callback(site.close)
        yield site
