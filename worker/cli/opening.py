"""Settings, logs and the database, as the commands that look after an installation need them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rules import Pack
from worker import clock, log
from worker.desk import Desk
from worker.errors import DeltawireError, WrongUse
from worker.settings import load_settings
from worker.store.upgrading import bring_up_to_date


@contextmanager
def opened() -> Iterator[Desk]:
    """The packs and the database of this installation, with its stories open.

    An embedded database is made or brought up to date on the way; a configured one is not touched by that: raises
    DeltawireError where it has the tables of another version, or cannot be reached.
    """
    settings = load_settings()
    log.set_up(settings.log_level if "log_level" in settings.model_fields_set else "warning", settings.log_format)
    desk = Desk.open(settings)
    try:
        try:
            desk.store.check_version()
        except DeltawireError:
            if settings.database_url:
                raise
            bring_up_to_date(desk.store)
        desk.store.seal_secrets()  # those of before there was a key
        desk.open_stories(clock.now())
        yield desk
    finally:
        desk.close()


def pack_of(desk: Desk, story: str) -> Pack:
    """The pack of a story that somebody subscribed to. Raises WrongUse where it is not watched any more."""
    if story not in desk.packs:
        raise WrongUse(f"the story {story!r} is not watched here now: name its pack in DELTAWIRE_PACKS")
    return desk.packs[story]


def story_of(desk: Desk, story: str | None) -> str:
    """The story that was named, or the only one there is. Raises WrongUse."""
    known = f"the stories here are: {', '.join(desk.packs)}"
    if story is None and len(desk.packs) > 1:
        raise WrongUse(f"give --story; {known}")
    chosen = story or next(iter(desk.packs))
    if chosen not in desk.packs:
        raise WrongUse(f"there is no story {chosen!r}; {known}")
    return chosen
