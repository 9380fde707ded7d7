"""`deltawire pack …`: for those who write packs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

import rules
from rules import Article
from rules.draft import DraftError, draft
from rules.pack import PACKS
from rules.packform import Form
from rules.packlint import check
from rules.packnew import EDITORS, SCHEMA_NAME, skeleton, story_id
from rules.packschema import schema_text
from rules.packtests import FILE, read_tests, run_tests
from worker import clock
from worker.cli.article import Given, from_file
from worker.cli.output import line, note, plural
from worker.errors import DeltawireError, WrongUse

app = typer.Typer(help="Write and check rule packs.", no_args_is_help=True, rich_markup_mode=None)

Folders = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[FOLDER]…",
        file_okay=False,
        exists=True,
        help="Folders of packs. Default: the installed ones.",
        show_default=False,
    ),
]


@app.command("new")
def create(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is not there yet, or is empty.")],
) -> None:
    """Write a new pack: a commented example that lints clean and passes its tests.

    \b
    Example:
      deltawire pack new my-packs/port-strike

    The folder's name becomes the story's id.
    """
    story = story_id(folder.absolute().name)
    if not story:
        raise WrongUse(f"{folder.absolute().name!r} makes no id of a story: name the folder in letters, as port-strike")
    _write(folder, skeleton(story))
    line(f"{folder} holds a new pack, {story}: change pack.yaml and tests.yaml, and try them with")
    line(f"  deltawire pack lint {folder}")
    line(f"  deltawire pack test {folder}")


@app.command("draft")
def draft_pack(
    article: Annotated[
        str,
        typer.Argument(
            metavar="ARTICLE",
            help="Plain text, a web page or an item as JSON; - for standard input.",
            show_default=False,
        ),
    ],
    *,
    published: Annotated[
        str,
        typer.Option(
            metavar="WHEN", help="Its day, from which “Thursday” is reckoned.", show_default="as it says, or today"
        ),
    ] = "",
    title: Annotated[
        str, typer.Option(metavar="TEXT", help="The headline.", show_default="as it says, or its first line")
    ] = "",
    into: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Write the pack there. Default: print pack.yaml.", show_default=False),
    ] = None,
) -> None:
    """Make a first pack of a baseline article: its facts, dates and parties, each under the sentence it rests on.

    \b
    Example:
      deltawire pack draft article.txt --published 2026-04-13 --into my-packs/port-strike

    It is for a person to edit: it knows what the grammar knows, and takes the article at its words.
    """
    story = story_id(into.absolute().name) if into else "draft"
    if not story:
        raise WrongUse(f"{into} makes no id of a story: name the folder in letters, as port-strike")
    try:
        files = draft(_baseline(article, Given(title, published)), story)
    except DraftError as error:
        raise DeltawireError(f"{article}: {error}") from None
    if into is None:
        line(files["pack.yaml"].rstrip())
        return
    files["pack.yaml"] = EDITORS + files["pack.yaml"]
    _write(into, {**files, SCHEMA_NAME: schema_text()})
    line(
        f"{into} holds a first pack, {story}, with {plural(len(rules.load_pack(into).facts), 'fact')}: read pack.yaml,"
    )
    line("mend it, write tests.yaml and baseline.md in your own words, and try them with")
    line(f"  deltawire pack lint {into}")
    line(f"  deltawire pack test {into}")


def _baseline(name: str, given: Given) -> Article:
    """The first item of a file. Raises WrongUse where there is none."""
    now = clock.now()
    found = next(iter(from_file(name, given, now)), None)
    if not isinstance(found, Article):
        raise WrongUse(f"{name}, {found}" if found else f"{name} holds no article")
    if found.published == now:
        note(f"{name} does not say when it was published: dates are reckoned from today; --published says it")
    return found


@app.command("lint")
def check_packs(
    folders: Folders = None,
    *,
    strict: Annotated[bool, typer.Option("--strict", help="A warning is a failure, too.")] = False,
) -> None:
    """Say everything that is wrong with packs, each with its file, line and field; and warn of what is suspicious.

    \b
    Example:
      deltawire pack lint --strict my-packs/india-eu-trade

    Warned of are phrases that can never match, or match too much, and facts that no test speaks of.
    """
    wrong = suspicious = 0
    chosen = _chosen(folders)
    for folder in chosen:
        problems, warnings = check(folder)
        wrong, suspicious = wrong + len(problems), suspicious + len(warnings)
        for problem in problems:
            line(f"{folder}/{problem}")
        for warning in warnings:
            line(f"{folder}/{warning.place}: warning: {warning.said}")
    if not wrong:
        warned = f", {plural(suspicious, 'warning')}" if suspicious else ""
        line(f"{plural(len(chosen), 'pack')}: nothing is wrong{warned}")
    if wrong or (strict and suspicious):
        raise typer.Exit(1)


@app.command("test")
def try_out(folders: Folders = None) -> None:
    """Hold the texts of a pack's tests.yaml against its baseline, and say which raise something else than they should.

    \b
    Example:
      deltawire pack test my-packs/india-eu-trade
    """
    failed = False
    for folder in _chosen(folders):
        pack = rules.load_pack(folder)
        form = Form(FILE, [])
        tests = read_tests(pack, form)
        if form.problems:
            raise rules.PackError(f"the tests in {folder} cannot be run", tuple(form.problems))
        failures = list(run_tests(pack, tests))
        for failure in failures:
            line(f"{folder}/{failure}")
        bad = len({failure.test.line for failure in failures})
        line(f"{pack.id}: {plural(len(tests), 'test')}, {bad or 'none'} failed")
        if not tests:
            note(f"{folder} holds no {FILE}, or an empty one: nothing says that the pack works")
        failed = failed or bool(failures)
    if failed:
        raise typer.Exit(1)


@app.command("schema")
def print_schema() -> None:
    """Print the JSON Schema of pack.yaml, from which editors complete and check a pack.

    \b
    Example:
      deltawire pack schema > my-packs/india-eu-trade/pack.schema.json
    """
    line(schema_text().rstrip())


def _write(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a folder that is made, or is empty. Raises WrongUse where it is neither."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(f"{folder} is there already and is not empty: nothing was written")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")


def _chosen(folders: list[Path] | None) -> list[Path]:
    return folders or [PACKS / name for name in rules.installed_packs()]
