"""Run the campaign: each row prints what became of its alerts, and a summary in JSON comes last."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

for name in [name for name in os.environ if name.startswith("DELTAWIRE_")]:
    del os.environ[name]  # an operator's own settings are not the campaign's

os.environ["PYTHONWARNINGS"] = "ignore:XDG_RUNTIME_DIR"  # of the PostgreSQL that comes as a wheel
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")

from tests.faults.outcome import Outcome  # noqa: E402
from tests.faults.table import ROWS, Row  # noqa: E402

ROOT = Path(__file__).parents[2]


def main() -> int:
    """Run the rows that were asked for; 1 if an alert was lost anywhere, or something else did not hold."""
    asked = _asked()
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    began, commit, outcomes = datetime.now(UTC), _commit(), []
    print(f"{'row':<26}{'database':<12}{'faults':>6}{'made':>8}{'delivered':>10}{'lost':>6}{'twice':>7}{'dead':>6}"
          f"{'rescue p50':>12}{'p99':>7}{'seconds':>9}", flush=True)  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="dw-faults-") as here:
        os.chdir(here)  # where no `.env` is
        for row, kind in _chosen(asked):
            faults = asked.count if asked.count is not None else row.short if asked.short else row.whole
            outcomes.append(_run(row, kind, faults, asked))
        os.chdir(ROOT)
    summary = {
        "date": f"{began:%Y-%m-%dT%H:%M:%SZ}",
        "commit": commit,
        "seed": asked.seed,
        "seconds": round((datetime.now(UTC) - began).total_seconds()),
        "holds": all(outcome.holds for outcome in outcomes),
        "rows": [outcome.to_json() for outcome in outcomes],
    }
    text = json.dumps(summary)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")
    return 0 if summary["holds"] else 1


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--short", action="store_true", help="the part for continuous integration, about five minutes")
    parser.add_argument("--row", action="append", metavar="NAME", choices=[row.name for row in ROWS], help="only this")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="only on this one")
    parser.add_argument("--count", type=int, metavar="N", help="so many faults in each row (seconds of the soak)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=lambda name: Path(name).absolute(), metavar="FILE", help="keep the summary here")
    return parser.parse_args()


def _chosen(asked: argparse.Namespace) -> Iterator[tuple[Row, str]]:
    for row in ROWS:
        if asked.row and row.name not in asked.row:
            continue
        for kind in row.short_databases if asked.short and not asked.database else row.databases:
            if asked.database in (None, kind):
                yield row, kind


def _run(row: Row, kind: str, faults: int, asked: argparse.Namespace) -> Outcome:
    outcome, began = Outcome(row.name, kind), time.monotonic()
    try:
        row.run(outcome, kind, faults, asked.seed)
    except Exception:  # noqa: BLE001 - the other rows are run in any case
        outcome.complaints.append(traceback.format_exc())
    if not asked.short:
        outcome.complaints += outcome.slow
    outcome.seconds = round(time.monotonic() - began, 1)
    _print(outcome)
    return outcome


def _print(it: Outcome) -> None:
    rescue = "".join(f"{'-' if seconds is None else f'{seconds:.1f}'!s:>{width}}"
                     for seconds, width in ((it.rescue_p50, 12), (it.rescue_p99, 7)))  # fmt: skip
    print(
        f"{it.row:<26}{it.database:<12}{it.faults:>6}{it.made:>8}{it.delivered:>10}{it.lost:>6}{it.duplicates:>7}"
        f"{it.dead:>6}{rescue}{it.seconds:>9.1f}  {'' if it.holds else 'DOES NOT HOLD'}",
        flush=True,
    )
    for what, value in it.told.items():
        print(f"{'':<26}{what}: {value:.2f}", flush=True)
    for complaint in dict.fromkeys((*it.complaints, *it.slow)):
        print(f"{'':<26}{complaint}", flush=True)


def _commit() -> str:
    asked = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=7"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "unknown"


if __name__ == "__main__":
    sys.exit(main())
