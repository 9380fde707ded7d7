"""Alembic runs this file. The connection is handed in by `Database.upgrade`, whose transaction is the migration's."""

from __future__ import annotations

from alembic import context

context.configure(connection=context.config.attributes["connection"], transactional_ddl=True)
context.run_migrations()
