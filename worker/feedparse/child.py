"""The process that reads one feed: `python -m worker.feedparse.child`. Its parent is `reading.parse`.

Standard input has a line of JSON (what the child may use, and the headers), then the body; standard output gets one
JSON document.
"""

from __future__ import annotations

import json
import resource
import sys
from dataclasses import asdict

from worker.errors import FetchError
from worker.feedparse.entries import entries

OUT_OF_MEMORY = 3
"""Exit code."""


def main() -> int:
    """Read, answer, and return the exit code."""
    asked = json.loads(sys.stdin.buffer.readline())
    resource.setrlimit(resource.RLIMIT_CPU, (asked["cpu_seconds"], asked["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = [asdict(entry) for entry in entries(sys.stdin.buffer.read(), asked["headers"])]
        answer = json.dumps({"entries": found}, default=lambda moment: moment.isoformat())
    except FetchError as error:
        answer = json.dumps({"error": str(error), "permanent": error.permanent})
    except MemoryError:
        return OUT_OF_MEMORY
    sys.stdout.write(answer)
    return 0


if __name__ == "__main__":
    sys.exit(main())
