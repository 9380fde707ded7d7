"""What the tests of one part of the worker share: a store on SQLite, for what is the same on every database."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from worker.settings import Settings
from worker.store import Store


@pytest.fixture
def settings(settings_for: Callable[..., Settings]) -> Settings:
    """The defaults, in a folder of this test's own."""
    return settings_for()


@pytest.fixture
def lite(settings: Settings) -> Iterator[Store]:
    """An empty store on SQLite."""
    opened = Store.open(settings)
    opened.upgrade()
    yield opened
    opened.close()
