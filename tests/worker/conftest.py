"""What the tests of one part of the worker share: a store on SQLite, for what is the same on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.worker.site import Clock, Site, site_of
from worker.settings import Settings
from worker.store import Store


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test here writes below the current folder is its own."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def settings(settings_for: Callable[..., Settings]) -> Settings:
    """The defaults, in a folder of this test's own."""
    return settings_for()


@pytest.fixture
def lite(settings: Settings, sqlite_with_tables: Callable[[Path], None]) -> Iterator[Store]:
    """An empty store on SQLite."""
    sqlite_with_tables(settings.data_dir / "deltawire.db")
    opened = Store.open(settings)
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(lite: Store, settings: Settings, clock: Clock) -> Iterator[Site]:
    """The web page over that store."""
    with site_of(lite, settings, clock) as running:
        yield running


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator allows addresses on loopback."""
    monkeypatch.setenv("DELTAWIRE_ALLOW_NETWORKS", "127.0.0.0/8")
