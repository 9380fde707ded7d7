"""Migrations as a command runs them: what goes wrong is said in a sentence."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from worker.errors import DeltawireError
from worker.store.database import Database


def bring_up_to_date(store: Database) -> None:
    """Make the tables, or bring them up to this version. Raises DeltawireError where the database refuses."""
    try:
        store.upgrade()
    except OperationalError as error:
        said = " ".join(str(error.orig).split())
        raise DeltawireError(f"the database cannot be reached, or cannot be written to: {said}") from None
