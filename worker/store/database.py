"""The connection to SQLite or PostgreSQL, transactions, and migrations. Everything above speaks SQLAlchemy Core."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect, make_url, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError

from worker.errors import DeltawireError
from worker.settings import Settings

VERSION = "0004"
"""The last migration. Here too, so that whoever only compares versions need not wait for Alembic to load."""
BUSY_SECONDS = 30
MIGRATION_LOCK = 0x44454C54
"""The advisory lock that keeps two migrations apart on PostgreSQL."""


class Database:
    """An open database. Safe to share between threads, never across a fork: open it in the child."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, source: Settings | str) -> Self:
        """Open what the settings, or a URL, name. Connects nothing yet; a SQLite file is made for its owner alone."""
        url = make_url(source.database if isinstance(source, Settings) else source)
        if url.get_backend_name() == "sqlite":
            return cls(_sqlite(url))
        return cls(_postgresql(url.set(drivername="postgresql+psycopg")))

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    @property
    def backend(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._engine.dialect.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads. On SQLite it waits for nobody."""
        with self._engine.connect().execution_options(deltawire_reads=True) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: committed whole at the end, or not at all if anything was raised."""
        with self._engine.begin() as connection:
            yield connection

    def upgrade(self) -> None:
        """Bring the tables up to this version of Deltawire. Safe to run again, and by two processes at once."""
        from alembic import command  # noqa: PLC0415 - hardly any process migrates
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
        with self.write() as connection:
            if self.backend == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def check_version(self) -> None:
        """Raise DeltawireError, with what to do, if the tables are not of this version or cannot be reached."""
        try:
            with self.read() as connection:
                known = inspect(connection).has_table("alembic_version")
                found = connection.scalar(text("SELECT version_num FROM alembic_version")) if known else None
        except OperationalError as error:
            raise DeltawireError(f"the database cannot be reached: {str(error.orig).strip()}") from None
        if found != VERSION:
            raise DeltawireError("the database has the tables of another version: run `deltawire db upgrade`")


def insert_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], returning: str) -> list[Any]:
    """Insert the rows that break no unique constraint, and return that column of those that went in."""
    if not rows:
        return []
    make = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    statement = make(table).on_conflict_do_nothing().returning(table.c[returning])
    return [connection.execute(statement.values(**row)).scalar() for row in rows]


def _sqlite(url: URL) -> Engine:
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        path.parent.mkdir(parents=True, exist_ok=True)
        # Made here, and not by SQLite, so that it is never readable for others; its -wal and -shm take the same mode.
        # One that is there is not touched: closing a file gives up all locks that this process holds on it.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver's guess
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous=FULL")  # what was committed survives a power cut
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        # A deferred transaction that turns to writing fails at once when another one wrote meanwhile.
        reads = connection.get_execution_options().get("deltawire_reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn on the write-ahead log, for good. SQLite does not wait for others that open a new file at the same time."""
    deadline = time.monotonic() + BUSY_SECONDS
    while connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            threading.Event().wait(0.02)


def _postgresql(url: URL) -> Engine:
    options = "-c timezone=UTC -c lock_timeout=30000 -c idle_in_transaction_session_timeout=60000"
    return create_engine(
        url, pool_pre_ping=True, pool_size=5, max_overflow=10, connect_args={"connect_timeout": 10, "options": options}
    )
