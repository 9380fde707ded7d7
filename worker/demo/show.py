"""What the demo prints: a bar for the six weeks, each alert as it arrives, and the sums at the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

COLOURS = {"change": "bold green", "signal": "bold yellow", "deadline": "bold cyan", "correction": "bold red"}


@dataclass
class Sums:
    """What a run came to."""

    read: int = 0
    """Articles taken from feeds."""
    recorded: int = 0
    """Of these, older than the story: kept, and not compared."""
    quiet: int = 0
    """Of the others, those that raised no alert: repeats, rewrites, background, other matters."""
    alerts: Counter[str] = field(default_factory=Counter)
    expected: int = 0
    """Deliveries that were committed, and so have to arrive."""
    webhooks: int = 0
    mails: int = 0
    twice: int = 0
    """Messages that came a second time."""
    missing: int = 0
    """Deliveries that did not arrive."""
    seconds: float = 0.0


class Show:
    """Prints to a terminal, with a bar; or line by line, where there is none."""

    def __init__(self, console: Console, steps: int) -> None:
        self.console = console
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f} %"),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("", total=steps)

    def __enter__(self) -> Show:
        self._bar.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()

    def step(self, now: datetime) -> None:
        """The clock went on."""
        self._bar.update(self._task, advance=1, description=f"{now:%d %b %Y}")

    @staticmethod
    def kind(message: dict[str, Any]) -> str:
        """`change`, `signal`, `deadline`, or `update` for a further source."""
        told = message["data"]
        return "update" if told["update"] else str(told["alert"])

    def alert(self, message: dict[str, Any]) -> None:
        """One alert, as a webhook brought it: when, what, the sentence it rests on, and who says so."""
        told, kind = message["data"], self.kind(message)
        when = f"{datetime.fromisoformat(told['at']):%d %b %H:%M}"
        what = Text(told["headline"])
        if told["quote"] and told["phase"] in (None, "moved", "cancelled"):
            what.append(f"\n“{' '.join(told['quote'].split())}”", style="italic dim")
            what.append(f"  {told['source']}", style="dim")
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_row(Text(when, style="dim"), Text(f"{kind:<8}", style=COLOURS.get(kind, "bold")), what)
        self.console.print(row, highlight=False)

    def summary(self, sums: Sums) -> None:
        """The sums, in a table."""
        table = Table(show_header=False, box=None, padding=(0, 2, 0, 0))
        table.add_row(
            "articles read", str(sums.read), f"{sums.recorded} older than the story, {sums.quiet} raised nothing"
        )
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(sums.alerts.items()))
        table.add_row("alerts", str(sums.alerts.total()), kinds)
        ways = f"{sums.webhooks} by webhook, {sums.mails} by mail"
        if sums.missing:
            ways += f"; {sums.missing} did not arrive"
        table.add_row("deliveries", str(sums.webhooks + sums.mails), ways)
        table.add_row("duplicates", str(sums.twice), "messages that came twice")
        table.add_row("time", f"{sums.seconds:.1f} s", "for six weeks")
        self.console.print()
        self.console.print(table, highlight=False)
