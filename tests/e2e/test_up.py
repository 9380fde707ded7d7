"""`deltawire up` as a person meets it: start, stop, kill, and start again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from rules.pack import PACKS
from tests.e2e.programs import Program, alive, command_of, descendants, environment, run
from tests.servers import wait_until

PACK = "us-china-trade"


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port of loopback that refuses every connection: bound, so that nobody else takes it, but not listened on."""
    with closing(socket.socket()) as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


@pytest.fixture
def pack(tmp_path: Path, closed_port: int) -> Path:
    """The story with two feeds that cannot be reached."""
    folder = tmp_path / "pack"
    shutil.copytree(PACKS / PACK, folder)
    feeds = [
        f"  - {{id: {name}, title: {name.title()}, url: 'http://127.0.0.1:{closed_port}/{name}', source: {name}, "
        "source_kind: wire, every: 1}"
        for name in ("north", "south")
    ]
    (folder / "feeds.yaml").write_text("feeds:\n" + "\n".join(feeds) + "\n")
    return folder


def listens(port: int) -> socket.socket | None:
    with suppress(OSError):
        return socket.create_server(("127.0.0.1", port))
    return None


def page(program: Program) -> str:
    return program.says("Deltawire runs: ").partition(": ")[2].strip()


def status(url: str) -> int:
    """What a page answers; 0 while nobody does."""
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def test_it_starts_is_killed_starts_again_and_stops_and_leaves_nothing_behind(tmp_path: Path, pack: Path) -> None:
    data = tmp_path / f"a folder with spaces & {'a long name ' * 8}"
    env = environment(data_dir=data, packs=pack)
    blocker = listens(8000)  # None: somebody else is there, which is as good

    with Program("up", env=env) as first:
        address = page(first)
        assert "port 8000 is in use: taking " in first.output
        assert not address.endswith(":8000/")
        assert first.says("US-China trade truce (us-china-trade)")
        assert str(data / "mailbox") in first.says("mails go into")
        wait_until(lambda: status(f"{address}healthz") == 200, "every role gave a sign of life")
        assert status(address) == 200
        assert "North, South" in first.says("none of the 2 feeds can be reached")
        first.says("make demo")

        second = run("up", env=env)
        assert second.returncode == 1
        assert f"as process {first.pid}" in second.stderr

        family = descendants(first.pid)
        assert len(family) >= 7, [command_of(pid) for pid in family]
        os.kill(first.pid, signal.SIGKILL)
        wait_until(lambda: not alive(family), "all children and grandchildren are gone", timeout=5)
        assert "\n".join(first.lines).count("feeds can be reached") == 1

    with Program("up", env=env) as again:
        wait_until(lambda: status(f"{page(again)}healthz") == 200, "every role gave a sign of life again")
        workers = [pid for pid in descendants(again.pid) if " -m worker worker" in command_of(pid)]
        pool = descendants(workers[0])
        os.kill(workers[0], signal.SIGKILL)
        again.says("the worker was ended by SIGKILL; it is started again in 1 s")
        wait_until(lambda: not alive(pool), "its own children went with it", timeout=5)
        again_working = lambda: [p for p in descendants(again.pid) if " -m worker worker" in command_of(p)]  # noqa: E731
        wait_until(again_working, "a new worker")

        family = descendants(again.pid)
        assert again.stops(signal.SIGINT) == 0
        assert alive(family) == []
    if blocker:
        blocker.close()


def test_a_port_that_was_set_and_is_in_use_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        refused = run("up", env=environment(data_dir=tmp_path / "var", port=port))

    assert refused.returncode == 1
    assert f"port {port} is in use" in refused.stderr
    assert "Traceback" not in refused.stderr
