"""The health check of a container: `python -m worker.web.probe worker` ends with 0 if that role makes progress."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from datetime import datetime

from worker import clock
from worker.errors import DeltawireError
from worker.settings import load_settings
from worker.store import Store
from worker.web.health import ask_role


def main(arguments: Sequence[str], now: Callable[[], datetime] = clock.now) -> int:
    """0 if the role is well, 1 with a sentence on stderr, 2 for wrong use."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m worker.web.probe worker|scheduler\n")
        return 2
    try:
        settings = load_settings()
        store = Store.open(settings)
        problem = ask_role(arguments[0], store, settings, now())
        store.close()
    except DeltawireError as error:
        problem = str(error)
    if problem:
        sys.stderr.write(problem + "\n")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
