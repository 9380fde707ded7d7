"""The process that reads feeds: `python -m worker.feedparse.child`. Its parent is `reading.parse`.

Loading the parser takes far longer than reading a feed, so it is loaded once, and each feed is read in a fork: a
process of its own all the same, with limits of its own, which takes along what it broke. Over the socket on standard
input come questions, each a line of JSON (what may be used, the headers, the length of the body) and the body. An
answer is a line of JSON (the fork's exit code, the length of what follows) and one JSON document. The process ends with
its parent, or when there is nothing to read for a while.
"""

from __future__ import annotations

import gc
import json
import os
import resource
import select
import signal
import socket
import sys
from dataclasses import asdict
from typing import Any

from worker.errors import FetchError
from worker.feedparse.entries import entries

OUT_OF_MEMORY = 3
"""Exit code."""
IDLE_SECONDS = 60.0


def main() -> None:
    """Answer until nobody asks any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    gc.freeze()  # so that the forks share what is loaded
    with socket.socket(fileno=sys.stdin.fileno()) as parent, parent.makefile("rb") as questions:
        while select.select([parent], [], [], IDLE_SECONDS)[0] and (question := questions.readline()):
            asked = json.loads(question)
            code, answer = _forked(asked, questions.read(asked["length"]), parent)
            parent.sendall(json.dumps({"exit": code, "length": len(answer)}).encode() + b"\n" + answer)


def _forked(asked: dict[str, Any], body: bytes, parent: socket.socket) -> tuple[int, bytes]:
    """Read one feed in a fork. Returns its exit code, which is -9 for SIGKILL, and what it answered."""
    reading, writing = os.pipe()
    if not (pid := os.fork()):
        code = 1
        try:
            parent.close()  # a feed that takes over its parser answers for no other
            os.close(reading)
            code = _read(asked, body, writing)
        finally:
            os._exit(code)
    os.close(writing)
    with os.fdopen(reading, "rb") as said:
        answer = said.read()
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), answer


def _read(asked: dict[str, Any], body: bytes, writing: int) -> int:
    """Read, answer, and return the exit code."""
    signal.setitimer(signal.ITIMER_REAL, asked["seconds"])  # whose signal ends this process, whatever it is at
    resource.setrlimit(resource.RLIMIT_CPU, (asked["cpu_seconds"], asked["cpu_seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_AS, (asked["memory"], asked["memory"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = [asdict(entry) for entry in entries(body, asked["headers"])]
        answer = json.dumps({"entries": found}, default=lambda moment: moment.isoformat())
    except FetchError as error:
        answer = json.dumps({"error": str(error), "permanent": error.permanent})
    except MemoryError:
        return OUT_OF_MEMORY
    except Exception as error:  # noqa: BLE001 - the fork's edge: what a feed does to its parser is told, and costs itself
        said = f"the feed cannot be read ({type(error).__name__}: {str(error)[:200]})"
        answer = json.dumps({"error": said, "permanent": True})
    with os.fdopen(writing, "wb") as out:
        out.write(answer.encode())
    return 0


if __name__ == "__main__":
    main()
