"""`python -m tests.simulation [RUNS] [STEPS] [FIRST SEED]`: many runs on SQLite; ends at the first that fails."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.simulation.machine import run
from worker.store import Store
from worker.store.tables import metadata


def main(runs: int = 2_000, steps: int = 50, first: int = 0) -> None:
    """Run them, on a database in memory where the machine has such a folder: nothing here is about the disk."""
    memory = Path("/dev/shm")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="dw-sim-", dir=memory if memory.is_dir() else None) as folder:
        store = Store.open(f"sqlite:///{folder}/deltawire.db")
        store.upgrade()
        for seed in range(first, first + runs):
            with store.write() as connection:
                for table in reversed(metadata.sorted_tables):
                    connection.execute(table.delete())
            run(store, seed, steps)
            if (seed - first + 1) % 100 == 0:
                print(f"{seed - first + 1} runs of {steps} steps, {time.monotonic() - began:.0f} s", flush=True)
        store.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
