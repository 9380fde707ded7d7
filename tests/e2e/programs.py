"""Deltawire's commands as processes of their own: what they print, and what they leave behind."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self

from tests.servers import PATIENCE, Waiting

COMMAND = [sys.executable, "-m", "worker"]


def environment(**settings: object) -> dict[str, str]:
    """The environment of a command: `environment(data_dir=…)` sets DELTAWIRE_DATA_DIR. Loopback may be reached."""
    given = {"allow_networks": "127.0.0.0/8", "tick_seconds": 0.2, **settings}
    return {**os.environ, **{f"DELTAWIRE_{name.upper()}": str(value) for name, value in given.items()}}


def run(*arguments: str, env: Mapping[str, str], timeout: float = PATIENCE) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    command = [*COMMAND, *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=timeout, check=False)


class Program(Waiting):
    """A command that goes on running. Its output is kept, and can be waited for."""

    def __init__(self, *arguments: str, env: Mapping[str, str]) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.process = subprocess.Popen(
            [*COMMAND, *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def output(self) -> str:
        return "\n".join(self.lines)

    def says(self, text: str, timeout: float = PATIENCE) -> str:
        """Wait for a line with this in it, and return it."""
        try:
            self.wait_for(lambda: any(text in line for line in self.lines), f"{text!r}", timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}; it said:\n{self.output}") from None
        return next(line for line in self.lines if text in line)

    def ends(self, timeout: float = 10) -> int:
        """Wait for its end, and return its exit code."""
        try:
            code = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            running = [command_of(pid) for pid in descendants(self.pid)]
            raise AssertionError(f"still there after {timeout:g} s, with {running}; it said:\n{self.output}") from None
        self._reader.join(5)
        return code

    def stops(self, how: signal.Signals = signal.SIGTERM, timeout: float = 10) -> int:
        """Send it a signal, and return the exit code with which it ended."""
        self.process.send_signal(how)
        return self.ends(timeout)

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            with self.arrived:
                self.lines.append(line.rstrip("\n"))
                self.arrived.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        family = [self.pid, *descendants(self.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()


def descendants(pid: int) -> list[int]:
    """The processes that descend from one, as long as it runs."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def alive(pids: list[int]) -> list[int]:
    """Those that still run; one that only waits to be reaped does not."""
    return [pid for pid in pids if _runs(pid)]


def command_of(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False
