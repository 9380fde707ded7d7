"""`deltawire up`, the roles that it joins, `deltawire db` and `deltawire demo`. Each loads only what it needs."""

# ruff: noqa: PLC0415 - a role that loaded them all would start slowly and hold memory for nothing
from __future__ import annotations

import os
import signal
import socket
import warnings
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from worker import clock, log
from worker.cli.output import line, note
from worker.errors import WrongUse
from worker.settings import Settings, load_settings

if TYPE_CHECKING:
    from worker.store import Store

db = typer.Typer(help="Look after the database.", no_args_is_help=True, rich_markup_mode=None)

Concurrency = Annotated[int, typer.Option(min=1, max=64, help="How many processes work side by side.")]
Queues = Annotated[str, typer.Option(metavar="NAMES", help="Which queues to work on.")]
Inherited = Annotated[int | None, typer.Option("--fd", hidden=True)]

PROCESSES = min(4, max(2, os.cpu_count() or 1))


def up() -> None:
    """Run everything on this machine: embedded broker, worker, scheduler and web page, until Ctrl-C.

    \b
    Example:
      deltawire up
      DELTAWIRE_PORT=9000 DELTAWIRE_DATA_DIR=~/deltawire deltawire up

    Settings are environment variables DELTAWIRE_…, or lines in ./.env; deploy/env.example lists them.
    """
    from worker.supervisor import up as run

    run(_settings(quiet=True), line)


def worker(queues: Queues = "poll,evaluate,deliver", concurrency: Concurrency = PROCESSES) -> None:
    """Poll feeds, hold articles against the record, send alerts: whatever the scheduler asks for.

    \b
    Example:
      DELTAWIRE_REDIS_URL=redis://localhost:6379/0 deltawire worker --queues deliver --concurrency 8
    """
    from celery.exceptions import SecurityWarning

    from worker import tasks
    from worker.children import forks_die_with_parent

    names = tuple(name.strip() for name in queues.split(",") if name.strip())
    if not names or not set(names) <= set(tasks.QUEUES):
        raise WrongUse(f"--queues {queues}: the queues are {', '.join(tasks.QUEUES)}")
    settings = _settings()
    tasks.connect(settings)
    _checked(settings).close()
    warnings.filterwarnings("ignore", category=SecurityWarning)  # of root, for pickle, which is not accepted here
    forks_die_with_parent()
    tasks.run_worker(names, concurrency=concurrency, name=f"worker-{os.getpid()}")


def scheduler() -> None:
    """Look every few seconds for what is due, and ask the workers for it. Of several of these one leads.

    \b
    Example:
      DELTAWIRE_REDIS_URL=redis://localhost:6379/0 deltawire scheduler
    """
    from worker import tasks
    from worker.scheduler import Leader, run

    settings = _settings()
    tasks.connect(settings)
    _checked(settings).close()
    stop = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, stop)  # threads that start later leave them to this one
    desk = tasks.desk()
    desk.open_stories(clock.now())
    run(Leader(desk.store, settings.tick_seconds), lambda: signal.sigwait(stop))


def web(fd: Inherited = None) -> None:
    """Serve the pages and the API.

    \b
    Example:
      DELTAWIRE_HOST=0.0.0.0 DELTAWIRE_PORT=8080 deltawire web
    """
    import uvicorn

    from worker.listen import address, listening
    from worker.web.app import SERVING, create_app

    settings = _settings()
    app = create_app(settings, _checked(settings))
    config = uvicorn.Config(app, timeout_graceful_shutdown=3, **SERVING)
    with ExitStack() as stack:
        if fd is None:
            listener = stack.enter_context(listening(settings, fixed=True, say=note))
            note(f"serving {address(settings, listener)}/")
        else:
            listener = stack.enter_context(socket.socket(fileno=fd))
        uvicorn.Server(config).run(sockets=[listener])


def demo() -> None:
    """Six weeks of the first story in half a minute, without a network: the real pipeline on an archive of articles.

    \b
    Example:
      deltawire demo
    """
    from worker.demo import main

    raise typer.Exit(main())


@db.command()
def upgrade() -> None:
    """Make the tables, or bring them up to this version, and open the stories of the packs. Safe to run again.

    \b
    Example:
      DELTAWIRE_DATABASE_URL=postgresql://deltawire:…@db/deltawire deltawire db upgrade
    """
    from worker.desk import Desk
    from worker.store.upgrading import bring_up_to_date

    desk = Desk.open(_settings())
    bring_up_to_date(desk.store)
    desk.open_stories(clock.now())
    line("the database is up to date")


def _settings(*, quiet: bool = False) -> Settings:
    """The settings, with logs set up; `quiet`: below warnings only if that was asked for."""
    settings = load_settings()
    asked = "log_level" in settings.model_fields_set
    log.set_up(settings.log_level if asked or not quiet else "warning", settings.log_format)
    return settings


def _checked(settings: Settings) -> Store:
    """The database, which has to be there with the tables of this version."""
    from worker.store import Store

    store = Store.open(settings)
    store.check_version()
    return store
