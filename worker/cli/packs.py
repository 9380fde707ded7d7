"""`deltawire pack …`: for those who write packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import rules
from rules.pack import PACKS, lint
from worker.cli.output import line, plural

app = typer.Typer(help="Check rule packs.", no_args_is_help=True, rich_markup_mode=None)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FOLDER]…", file_okay=False, exists=True, help="Folders of packs.", show_default=False),
]


@app.command("lint")
def check(folders: Folders = None) -> None:
    """Say everything that is wrong with packs, each with its file, line and field. Default: the installed ones.

    \b
    Example:
      deltawire pack lint my-packs/india-eu-trade
    """
    count = 0
    chosen = folders or [PACKS / name for name in rules.installed_packs()]
    for folder in chosen:
        problems = lint(folder)
        count += len(problems)
        for problem in problems:
            line(f"{folder}/{problem}")
    if count:
        raise typer.Exit(1)
    line(f"{plural(len(chosen), 'pack')}: nothing is wrong")
