"""`deltawire up`: broker, worker, scheduler and web as children of one process, which restarts them and ends them all.

Children never outlive this process (`worker.children`); what it tells of them is read from the database
(`worker.commentary`). A second one on the same data folder is refused.
"""

from __future__ import annotations

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from worker import broker, clock, log
from worker.broker import Broker, BrokerError
from worker.children import Children
from worker.commentary import Commentary, watched
from worker.desk import Desk
from worker.errors import DeltawireError
from worker.listen import address, listening
from worker.settings import PREFIX, Settings
from worker.signals import Signals, caught
from worker.store.upgrading import bring_up_to_date

ROLES_MAY_TAKE = 7.0
BROKER_MAY_TAKE = 1.5
"""Seconds in which they end by themselves when all is stopped; then they are killed. Together well below 10."""
LONGEST_BACK_OFF = 30.0
SETTLED = 60.0
"""Seconds after which a child counts as one that came up well."""
LOOK_EVERY = 1.0

Say = Callable[[str], None]
_log = log.get("supervisor")


@dataclass
class Child:
    """One role, and how it fared. Times are of the monotonic clock."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    failures: int = 0
    """Ends in a row, none of which came after it had settled."""
    again: float = 0.0
    """When it is to be started."""

    def revive(self, now: float, say: Say) -> None:
        """Start it if it does not run and its time has come; say how it ended if it did."""
        if self.process is None:
            if now >= self.again:
                self.process, self.started = self.start(), now
        elif (code := self.process.poll()) is not None:
            self.failures = 1 if now - self.started >= SETTLED else self.failures + 1
            wait = min(2.0 ** (self.failures - 1), LONGEST_BACK_OFF)
            self.process, self.again = None, now + wait
            say(f"the {self.name} {_ending(code)}; it is started again in {wait:g} s")


def up(settings: Settings, say: Say) -> None:
    """Run everything until SIGINT, SIGTERM or SIGHUP. `say` is handed one line at a time.

    Raises DeltawireError where it cannot start, and whatever `say` raises; nothing is left running then.
    """
    with (
        _alone(settings.data_dir),
        listening(settings, fixed=settings.port_was_set, say=say) as listener,
        caught() as signals,
        Children() as children,
    ):
        now, desk = clock.now(), Desk.open(settings)
        bring_up_to_date(desk.store)
        desk.open_stories(now)
        server = None if settings.redis_url else broker.embedded(settings.data_dir)
        brokers = [_started(server, children, signals, say)] if server else []
        roles = _roles(children, _environment(settings, server, address(settings, listener)), listener)
        if not signals.stopped:
            for line in _greeting(desk, server, address(settings, listener)):
                say(line)
            _watch([*brokers, *roles], Commentary(desk.store, tuple(desk.packs), now), signals, say)
        say("stopping")
        _stop(roles, signals, ROLES_MAY_TAKE)
        _stop(brokers, signals, BROKER_MAY_TAKE)
        if server:
            server.tidy()


def _watch(family: Sequence[Child], commentary: Commentary, signals: Signals, say: Say) -> None:
    """Start what does not run, and tell what happens, until a signal says to stop."""
    blind = False
    while not signals.stopped:
        for child in family:
            child.revive(time.monotonic(), say)
        try:
            lines, blind = list(commentary.lines(clock.now())), False
        except Exception as error:  # noqa: BLE001 - a database that is down must not end the roles that wait for it
            if not blind:
                _log.error("the database cannot be read", error=str(error))
            lines, blind = [], True
        for line in lines:
            say(line)
        signals.wait(LOOK_EVERY)


def _stop(family: Sequence[Child], signals: Signals, seconds: float) -> None:
    """Ask them to end, and wait until they have, or the time is up, or a second signal says that it takes too long."""
    running = [child.process for child in family if child.process]
    for process in running:
        process.terminate()
    end = time.monotonic() + seconds
    while any(process.poll() is None for process in running) and signals.stops < 2 and time.monotonic() < end:
        signals.wait(0.2)


def _started(server: Broker, children: Children, signals: Signals, say: Say) -> Child:
    """The broker, as soon as it answers. Raises BrokerError.

    If it cannot read what it had kept, it starts without: whatever matters is in the database.
    """
    process = server.start(children)
    if not server.wait_ready(process, lambda: signals.stopped) and not signals.stopped:
        process.kill()
        process.wait()
        aside = server.set_aside()
        process = server.start(children)
        if not server.wait_ready(process, lambda: signals.stopped) and not signals.stopped:
            raise BrokerError(f"the broker does not start; what it said is in {server.log}")
        say(f"the broker could not read what it had kept, and starts without; that is now in {aside}")
    return Child("broker", lambda: server.start(children), process, time.monotonic())


def _roles(children: Children, env: Mapping[str, str], listener: socket.socket) -> list[Child]:
    def role(name: str, *options: str, pass_fds: Sequence[int] = ()) -> Child:
        # -P: a folder called `worker` where somebody happens to stand is not ours
        command = [sys.executable, "-P", "-m", "worker", name, *options]
        return Child(name, lambda: children.start(command, env=env, stdout=subprocess.DEVNULL, pass_fds=pass_fds))

    page = listener.fileno()
    return [role("worker"), role("scheduler"), role("web", "--fd", str(page), pass_fds=[page])]


def _environment(settings: Settings, server: Broker | None, page: str) -> dict[str, str]:
    """What the roles are told besides what this process was told."""
    env = dict(os.environ) | {f"{PREFIX}DATA_DIR": str(settings.data_dir), f"{PREFIX}BASE_URL": page}
    if server:
        env[f"{PREFIX}REDIS_URL"] = server.url
    if "log_level" not in settings.model_fields_set:
        env[f"{PREFIX}LOG_LEVEL"] = "error"  # what happens is told by the commentary
    return env


def _greeting(desk: Desk, server: Broker | None, page: str) -> Iterator[str]:
    settings, now = desk.settings, clock.now()
    database = settings.data_dir if settings.database_url is None else "PostgreSQL"
    yield f"Deltawire runs: {page}/"
    yield f"data: {database}; broker: {f'embedded {server.binary.name}' if server else 'the configured one'}"
    if settings.smtp_host:
        yield f"mails go out through {settings.smtp_host}:{settings.smtp_port}"
    else:
        yield f"mails go into {settings.mailbox}, which the page shows; set {PREFIX}SMTP_HOST to send them"
    for story in desk.packs:
        subscribers = len(desk.store.subscriptions(story))
        yield from watched(desk.store.story(story), desk.packs[story], desk.store.feeds(story), subscribers, now)
        if not subscribers:
            yield f"  deltawire subscribe --story {story} --webhook https://…    or --email you@example.org"
    yield "Ctrl-C stops everything. Times below are in UTC."


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    """Hold the data folder for this process alone. Raises DeltawireError, with the holder's pid where there is one."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = (data_dir / "up.lock").open("a+")
    except OSError as error:
        raise DeltawireError(f"the data folder {data_dir} cannot be used: {error.strerror}") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise DeltawireError(
                f"`deltawire up` runs already on {data_dir}, as process {lock.read().strip()}: "
                f"stop that one first, or set {PREFIX}DATA_DIR to another folder"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def _ending(code: int) -> str:
    return f"ended with exit code {code}" if code >= 0 else f"was ended by {signal.Signals(-code).name}"
