"""The roles of an installation as real processes, which a test may stop, or kill as nothing can be prepared for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from worker.settings import Settings

WORKER, SCHEDULER = ("worker", "--concurrency", "2"), ("scheduler",)


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """The variables under which another process has these settings."""
    given = settings.model_dump(include=settings.model_fields_set)
    said = {}
    for name, value in given.items():
        shown = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        said[f"DELTAWIRE_{name.upper()}"] = ",".join(map(str, shown)) if isinstance(shown, tuple) else str(shown)
    return {**os.environ, **said, **more}


def running(settings: Settings, *role: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """A role of `deltawire`, until the end of the block."""
    return _process(settings, ["-m", "worker", *role], role[0])


def python(settings: Settings, code: str) -> AbstractContextManager[subprocess.Popen[bytes]]:
    """A few lines of Python in a process of their own."""
    return _process(settings, ["-c", code], "python")


def call(settings: Settings, code: str, timeout: float = 60) -> str:
    """Run a few lines of Python to their end, and return what they print."""
    command = [sys.executable, "-c", code]
    env = environment(settings)
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextmanager
def _process(settings: Settings, arguments: Sequence[str], name: str) -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, *arguments]
    with Path(settings.data_dir, f"{name}.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment(settings), stdout=log, stderr=log, start_new_session=True)
    try:
        yield process
    except BaseException:
        print(Path(settings.data_dir, f"{name}.log").read_text()[-5000:])  # noqa: T201 - pytest shows it with the failure
        raise
    finally:
        if process.poll() is None:  # how roles stop by themselves is told elsewhere
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """`kill -9` of a role and of every process that it forked."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)
