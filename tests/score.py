"""`make score`: the engine on the development sets, by the commands that a user types, scored by their own `score.py`.

A fifth of the single items, chosen by a hash of the id, is held out: nobody reads them while working on the grammar,
and their figures are printed apart. A gap between seen and held out says how far the grammar is from general.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests import calibration

EVAL = Path(__file__).parent / "data/eval"
BLIND = Path(__file__).parent / "data/blind"
SINGLE = ("single", "more/wire", "more/official", "more/markets", "more/broadcast")
UNTIL = "2025-12-08"
FIRST = "us-china-trade"
SECOND = "india-eu-trade"
"""The second story: a pack of its own, and not one line of code."""
SECOND_UNTIL = "2026-06-10"


def held_out(item_id: str) -> bool:
    """Whether an item belongs to the fifth that is only scored."""
    return int(hashlib.sha256(item_id.encode()).hexdigest(), 16) % 5 == 0


def run(*command: str) -> str:
    """What a command printed; a failure ends the scoring with its message."""
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout


def single(lines: Iterable[str], folder: Path, *pack: str) -> dict[str, Any]:
    """The figures of `score.py single` on some labelled items."""
    items, found = folder / "items.jsonl", folder / "found.jsonl"
    items.write_text("".join(lines), "utf-8")
    found.write_text(run("-m", "worker", "analyze", *pack, "--format", "jsonl", str(items)), "utf-8")
    figures: dict[str, Any] = json.loads(run(str(EVAL / "score.py"), "single", str(items), str(found)).splitlines()[-1])
    return figures


def story(name: str, until: str, folder: Path, *pack: str) -> tuple[dict[str, Any], str]:
    """The figures of `score.py story`, and what it printed of misses and falsehoods."""
    items, alerts = EVAL / f"{name}.jsonl", folder / "alerts.jsonl"
    alerts.write_text(run("-m", "worker", "replay", *pack, "--format", "jsonl", "--until", until, str(items)), "utf-8")
    printed = run(str(EVAL / "score.py"), "story", str(EVAL / f"{name}.truth.json"), str(alerts), str(items))
    *remarks, last = printed.splitlines()
    return json.loads(last), "\n".join(remarks)


def row(name: str, figures: dict[str, Any]) -> str:
    """One line of the table for single items."""
    change, signal, fields = figures["change"], figures["signal"], figures["fields"]
    cells = [change["precision"], change["recall"], signal["precision"], signal["recall"], *fields.values()]
    cells += [figures["quoted"], figures["quiet_when_nothing"], figures["items_wholly_right"]]
    return f"{name:<22}{figures['items']:>5}" + "".join(f"{'-' if c is None else format(c, '.3f'):>8}" for c in cells)


def alerts() -> Iterator[calibration.Told]:
    """The alerts on every single item that may be read."""
    for file in SINGLE:
        lines = (EVAL / f"{file}.jsonl").read_text("utf-8").splitlines()
        yield from calibration.told([line for line in lines if not held_out(json.loads(line)["id"])], FIRST)
    yield from calibration.told((EVAL / SECOND / "single.jsonl").read_text("utf-8").splitlines(), SECOND)
    for path in sorted(BLIND.glob("*.jsonl")):
        if not path.stem.endswith("-story"):
            lines = path.read_text("utf-8").splitlines()
            yield from calibration.told(lines, SECOND if path.stem.startswith(SECOND) else FIRST)


def main() -> None:
    """Print the table of the single sets, seen and held out, both stories with every miss, and the confidence curve."""
    heads = ("chg P", "chg R", "sig P", "sig R", "status", "value", "effect", "until", "quoted", "quiet", "whole")
    print(f"{'single items':<22}{'n':>5}" + "".join(f"{head:>8}" for head in heads))
    pack = ("--story", FIRST)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        all_lines: list[str] = []
        for file in SINGLE:
            lines = (EVAL / f"{file}.jsonl").read_text("utf-8").splitlines(keepends=True)
            all_lines += lines
            print(row(file, single(lines, folder, *pack)))
        for label, wanted in (("all", None), ("all, seen", False), ("all, held out", True)):
            part = [line for line in all_lines if wanted is None or held_out(json.loads(line)["id"]) is wanted]
            print(row(label, single(part, folder, *pack)))
        second = ("--story", SECOND)
        lines = (EVAL / SECOND / "single.jsonl").read_text("utf-8").splitlines(keepends=True)
        print(row(SECOND, single(lines, folder, *second)))
        for items, until, chosen in (("story", UNTIL, pack), (f"{SECOND}/story", SECOND_UNTIL, second)):
            figures, remarks = story(items, until, folder, *chosen)
            print(f"\n{items}\n{remarks}\n{json.dumps(figures)}")
    found = list(alerts())
    print(f"\nconfidence of the alerts on single items, held-out ones apart\n{calibration.curve(found)}")
    print(f"\n{calibration.parts(found)}")


if __name__ == "__main__":
    main()
