"""`make mutants`: faults put into the rules one by one, and the quick tests run against each; prints what none notices.

    make mutants MODULES="compare settle"

The tests are collected once. For each fault this process forks; the fork takes the fault up, runs the tests to the
first failure, and ends.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.mutants.mutations import Mutant, mutants

HERE = Path(__file__).parents[1] / "rules"
TESTS = ("compare", "compare_questions", "modality", "pairs", "second_reading", "history", "pack_tests", "deadlines")
MODULES = ("compare", "modality", "settle")
_LEFT_OUT = "not no_item_of_any_set and not command and not cli"
"""The big sets take longer than all the other tests."""
_SECONDS = 20
"""What a fault may take; one that makes the rules run on is noticed by that."""
_AT_ONCE = 2
_NOTICED, _SURVIVED = 1, 0


class Hunt:
    """A pytest plugin: instead of running the tests once, it runs them for each mutant in a process of its own."""

    def __init__(self, names: list[str]) -> None:
        self.mutants = [m for name in names for m in mutants(importlib.import_module(f"rules.{name}"))]
        self.counts = Counter[str]()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if self._fork(session, None) != _SURVIVED:
            raise pytest.UsageError("the tests fail without a fault")
        running = dict[int, Mutant]()
        for n, mutant in enumerate(self.mutants):
            while len(running) >= _AT_ONCE:
                self._reap(running)
            running[self._start(session, mutant)] = mutant
            if n % 100 == 0:
                print(f"{n} of {len(self.mutants)}: {dict(self.counts)}", flush=True)
        while running:
            self._reap(running)
        return True

    def _reap(self, running: dict[int, Mutant]) -> None:
        pid, status = os.wait()
        mutant = running.pop(pid)
        self.counts["timed out" if os.WIFSIGNALED(status) else "noticed" if status else "survived"] += 1
        if status == _SURVIVED:
            print(f"survived  {mutant}", flush=True)

    def _fork(self, session: pytest.Session, mutant: Mutant | None) -> int:
        return os.waitpid(self._start(session, mutant), 0)[1]

    def _start(self, session: pytest.Session, mutant: Mutant | None) -> int:
        """The process in which the tests meet the fault."""
        sys.stdout.flush()
        pid = os.fork()
        if pid:
            return pid
        signal.alarm(_SECONDS)
        code = _NOTICED
        try:
            code = _outcome(session, mutant)
        finally:
            os._exit(code)


def _outcome(session: pytest.Session, mutant: Mutant | None) -> int:
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.dup2(null, 2)
    if mutant:
        mutant.apply()
    for n, item in enumerate(session.items):
        following = session.items[n + 1] if n + 1 < len(session.items) else None
        item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
        if session.testsfailed:
            return _NOTICED
    return _SURVIVED


def main() -> None:
    """Arguments: modules of the rules; without any, those of MODULES."""
    try:
        hunt, start = Hunt(sys.argv[1:] or list(MODULES)), time.monotonic()
    except ModuleNotFoundError as error:
        sys.exit(f"MODULES are modules of the rules, as in make mutants MODULES='compare settle': {error}")
    tests = [str(HERE / f"test_{name}.py") for name in TESTS]
    without = [part for name in ("xdist", "timeout", "terminal", "cacheprovider") for part in ("-p", f"no:{name}")]
    code = pytest.main(["-o", "addopts=", "--noconftest", *without, "-s", "-k", _LEFT_OUT, *tests], plugins=[hunt])
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        sys.exit(int(code))
    print(f"{len(hunt.mutants)} faults in {time.monotonic() - start:.0f} s: {dict(hunt.counts)}")


if __name__ == "__main__":
    main()
