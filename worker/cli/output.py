"""What the commands print: results on standard output, and everything about them on standard error."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import Any, TypeVar

import typer

Item = TypeVar("Item")


class Format(StrEnum):
    """How results are printed."""

    TEXT = "text"
    JSONL = "jsonl"


def line(text: str = "") -> None:
    """One line of the result, out at once."""
    typer.echo(text)


def note(text: str) -> None:
    """One line about the result, which a pipe does not see."""
    typer.echo(text, err=True)


def as_json(data: Any) -> str:
    """One JSON value on one line."""
    return json.dumps(data, ensure_ascii=False)


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 article`, `12 articles`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def table(rows: Iterable[Sequence[str]], head: Sequence[str]) -> Iterator[str]:
    """The rows as lines in columns, under their heads."""
    cells = [tuple(head), *(tuple(row) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def with_progress(items: Iterable[Item], doing: str, total: int | None = None) -> Iterator[Item]:
    """The items one after the other; with a bar on standard error where somebody watches and sees nothing else."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from items
        return
    from rich.console import Console  # noqa: PLC0415 - only for those who watch
    from rich.progress import track  # noqa: PLC0415

    yield from track(items, description=doing, total=total, console=Console(stderr=True), transient=True)
