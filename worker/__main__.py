"""`deltawire`, also `python -m worker`: the command line, put together from `worker.cli`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from rules import PackError
from worker.cli import archive, explain, feeds, packs, preview, running, silences, subscriptions, why
from worker.cli.output import note
from worker.errors import DeltawireError, SettingsError, WrongUse

app = typer.Typer(
    name="deltawire",
    help="Tells people when a news story stops being what they were told, and before each date it names.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
for command in (running.up, running.demo, archive.analyze, archive.replay, explain.explain, why.why):
    app.command()(command)
app.command()(subscriptions.subscribe)
subscriptions.app.command("preview")(preview.preview)
app.add_typer(subscriptions.app, name="subscriptions")
app.add_typer(silences.app, name="silences")
app.command()(silences.acknowledge)
app.add_typer(feeds.app, name="feeds")
app.add_typer(packs.app, name="pack")
for role in (running.worker, running.scheduler, running.web):
    app.command()(role)
app.add_typer(running.db, name="db")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit: 0 all is well, 1 something failed, 2 it was used wrongly. Default: `sys.argv`."""
    try:
        app(args=arguments, prog_name="deltawire")
    except (WrongUse, SettingsError) as error:
        _complain(error, 2)
    except PackError as error:
        _complain(error, 1 if error.problems else 2)
    except DeltawireError as error:
        _complain(error, 1)
    except OSError as error:
        if error.filename is None:
            raise
        _complain(f"{error.filename}: {error.strerror}", 1)


def _complain(error: object, code: int) -> None:
    note(f"deltawire: {error}")
    sys.exit(code)


if __name__ == "__main__":
    main()
