"""No child outlives its parent, however the parent ends, and neither does a grandchild."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest

from tests.e2e.programs import alive
from tests.servers import wait_until

PARENT = """
import subprocess, sys, signal
from worker.children import Children
code = '''
import subprocess, sys, signal
process = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
print(process.pid, flush=True)
signal.pause()
'''
with Children() as children:
    child = children.start([sys.executable, "-c", code], stdout=subprocess.PIPE)
    print(children._watchdog.pid, child.pid, child.stdout.readline().decode().strip(), flush=True)
    signal.pause()
"""


class Family(NamedTuple):
    parent: int
    watchdog: int
    child: int
    grandchild: int


@contextmanager
def family() -> Iterator[Family]:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    members = Family(parent.pid, *map(int, parent.stdout.readline().split()))
    try:
        yield members
    finally:
        for pid in alive(list(members)):
            os.kill(pid, signal.SIGKILL)
        parent.wait()


def test_when_the_parent_is_killed_children_and_grandchildren_go_with_it() -> None:
    with family() as members:
        os.kill(members.parent, signal.SIGKILL)

        wait_until(lambda: not alive(list(members[1:])), "nothing is left", timeout=5)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's promise is Linux's")
def test_when_the_watchdog_was_killed_before_the_kernel_still_ends_the_child() -> None:
    with family() as members:
        os.kill(members.watchdog, signal.SIGKILL)
        wait_until(lambda: not alive([members.watchdog]), "the watchdog is gone")
        os.kill(members.parent, signal.SIGKILL)

        wait_until(lambda: not alive([members.child]), "the child is gone", timeout=5)


def test_ctrl_c_in_a_terminal_reaches_the_parent_alone() -> None:
    with family() as members:
        groups = {os.getpgid(pid) for pid in members[1:]}

        assert groups == {members.watchdog}
        assert os.getpgid(members.parent) != members.watchdog
