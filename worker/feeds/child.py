"""The process that reads one feed: `python -m worker.feeds.child`. Its parent is `reading.parse`.

Standard input has the headers as a line of JSON, then the body; standard output gets one JSON document.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict

from worker.errors import FetchError
from worker.feeds.entries import entries

MEMORY = 512 << 20
"""Bytes of address space; an honest feed of the largest size that is fetched needs a third of it."""
CPU_SECONDS = 10
"""An honest feed of that size needs half of it, and a usual one a tenth of a second."""
OUT_OF_MEMORY = 3
"""Exit code."""


def main() -> int:
    """Read, answer, and return the exit code."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    headers = json.loads(sys.stdin.buffer.readline())
    try:
        found = [asdict(entry) for entry in entries(sys.stdin.buffer.read(), headers)]
        answer = json.dumps({"entries": found}, default=lambda moment: moment.isoformat())
    except FetchError as error:
        answer = json.dumps({"error": str(error), "permanent": error.permanent})
    except MemoryError:
        return OUT_OF_MEMORY
    sys.stdout.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
