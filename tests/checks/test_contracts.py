"""The checks of `make check` can fail: each contract is broken once in a copy of the tree, and must be named."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the code and its settings, without tests and data."""
    copy = tmp_path_factory.mktemp("copy of the tree")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for package in ("rules", "worker"):
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "packs", "*.jsonl")
        )
    return copy


@pytest.fixture
def broken(tree: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """The copy with one line added to one module, for one test."""
    name, line = request.param
    module = tree / name
    before = module.read_text("utf-8")
    module.write_text(f"{before}\n{line}\n", "utf-8")
    yield tree
    module.write_text(before, "utf-8")


def _run(tree: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def _contracts(tree: Path) -> subprocess.CompletedProcess[str]:
    return _run(tree, str(Path(sys.executable).with_name("lint-imports")), "--no-cache")


def test_the_tree_as_it_is_keeps_every_contract(tree: Path) -> None:
    assert _contracts(tree).returncode == 0


@pytest.mark.parametrize(
    ("broken", "contract"),
    [
        (("worker/clock.py", "from worker import pipeline"), "imports go down only"),
        (("rules/compare.py", "from worker import clock"), "the rules know nothing of the worker"),
        (("worker/pipeline.py", "import sqlalchemy"), "only the store speaks SQL"),
        (("worker/alerts/planning.py", "import aiohttp"), "only worker.http opens outgoing HTTP"),
        (("rules/engine.py", "import socket"), "the rules touch no network, clock or database"),
    ],
    indirect=["broken"],
)
def test_a_forbidden_import_is_named(broken: Path, contract: str) -> None:
    done = _contracts(broken)

    assert done.returncode != 0
    assert f"{contract} BROKEN" in done.stdout


def test_what_sends_reads_or_migrates_is_not_loaded_where_nothing_of_that_is_done() -> None:
    """As a module, each of these costs every command and every role a tenth of a second at its start."""
    code = "import sys, worker.scheduler, worker.supervisor, worker.cli.opening, worker.web.probe; print(*sys.modules)"
    done = _run(ROOT, sys.executable, "-c", code)

    assert done.returncode == 0, done.stderr
    assert {"aiohttp", "aiosmtplib", "alembic", "fastapi", "feedparser", "jinja2"} & set(done.stdout.split()) == set()


@pytest.mark.parametrize(
    "broken",
    [
        ("rules/engine.py", "NOW = datetime.now(UTC)"),
        ("worker/pipeline.py", "import urllib.request"),
        ("worker/alerts/planning.py", "import time; time.sleep(1)"),
    ],
    indirect=True,
)
def test_a_clock_a_way_out_or_a_sleep_is_refused(broken: Path) -> None:
    done = _run(broken, sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "rules", "worker")

    assert done.returncode != 0
    assert "TID251" in done.stdout
