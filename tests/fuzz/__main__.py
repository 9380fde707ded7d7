"""`make fuzz`: hostile articles against the engine, in two processes; a failure prints the seed that makes it.

    make fuzz SECONDS=240
    make fuzz SEED=123456 SECONDS=1

Article n of a run has the seed SEED + n, so `SEED` of a failure meets it first. The text of a failure is cut down
before it is printed.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import random
import re
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import rules
from rules import Article, Ledger, Pack
from tests.fuzz.properties import PACKS, check, rate
from tests.fuzz.texts import article

PROCESSES = 2
_REPORT = 15.0
"""Seconds between two lines of progress."""
_SHRINKING = 30.0
"""Seconds that a failure is minimised for."""
_ENOUGH = 5
"""Kinds of failures after which a process gives up; of each kind the first is printed."""


def case(seed: int) -> tuple[Article, list[tuple[Ledger, Pack]]]:
    """An article and the records it is held against: of some, another article has been taken up before."""
    rng = random.Random(seed)
    item = article(rng)
    records = []
    for pack in PACKS:
        ledger = rules.open_story(pack, history=rng.random() < 0.3)
        if rng.random() < 0.3:
            before = article(rng)
            with contextlib.suppress(Exception):  # as an article of its own, another seed reports it
                ledger = rules.evaluate(before, ledger, pack).ledger
        records.append((ledger, pack))
    return item, records


def breach(item: Article, ledger: Ledger, pack: Pack, usual: float) -> str | None:
    """What an article breaks, in one line, or None."""
    try:
        check(item, ledger, pack, usual)
    except AssertionError as error:
        return f"broken: {error}"
    except Exception as error:  # noqa: BLE001 - any exception is what is looked for
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} (in {where.name}, {where.filename}:{where.lineno})"
    return None


def kind_of(said: str) -> str:
    """What two failures of one kind have in common: the letters of the message, or the exception and its place."""
    if said.startswith("broken"):
        return re.sub(r"[\d.,\[\]]+|'.*'", "", said)[:60]
    return said.split(":", maxsplit=1)[0] + said[said.rindex(" (in ") :]


def shrunk(text: str, fails: Callable[[str], bool]) -> str:
    """The text with all pieces left out that it fails without, as far as the time goes."""
    end, size = time.monotonic() + _SHRINKING, max(1, len(text) // 2)
    while size and time.monotonic() < end:
        start, shorter = 0, text
        while start < len(shorter) and time.monotonic() < end:
            tried = shorter[:start] + shorter[start + size :]
            start, shorter = (start, tried) if fails(tried) else (start + size, shorter)
        size, text = (size // 2, text) if shorter == text else (size, shorter)
    return text


def report(seed: int, item: Article, ledger: Ledger, pack: Pack, said: str, usual: float) -> None:
    """Print a failure, with the least text that has one of its kind."""

    def fails(part: str, field: str) -> bool:
        found = breach(replace(item, **{field: part}), ledger, pack, usual)
        return found is not None and kind_of(found) == kind_of(said)

    for field in ("earlier", "title", "text"):
        item = replace(item, **{field: shrunk(getattr(item, field), lambda part, field=field: fails(part, field))})
    print(f"\nFAILURE of seed {seed}, {pack.id}: {said}\n  make fuzz SEED={seed} SECONDS=1")
    print(f"  published {item.published}, {item.source!r}, {item.source_kind}")
    print(f"  earlier {item.earlier!r}\n  title {item.title!r}\n  text {item.text!r}")
    print(f"  now: {breach(item, ledger, pack, usual)}", flush=True)


def work(first: int, seconds: float) -> None:
    """Every PROCESSES-th seed from `first` on until the time is up; exits 1 if one of them failed."""
    end = time.monotonic() + seconds
    told, done, usual = time.monotonic(), 0, min(rate() for _ in range(3))
    failures = Counter[str]()
    for seed in range(first, sys.maxsize, PROCESSES):
        item, records = case(seed)
        for ledger, pack in records:
            if said := breach(item, ledger, pack, usual):
                failures[kind_of(said)] += 1
                if failures[kind_of(said)] == 1:
                    report(seed, item, ledger, pack, said, usual)
        done += 1
        if time.monotonic() >= end or len(failures) >= _ENOUGH:
            break
        if time.monotonic() - told >= _REPORT:
            told = time.monotonic()
            print(f"seed {seed}: {done} articles, {failures.total()} failures, {end - told:.0f} s to go", flush=True)
    print(f"{done} articles from seed {first}, against {len(PACKS)} stories: {failures.total()} failures", flush=True)
    sys.exit(bool(failures))


def main() -> None:
    """Arguments: seconds, and the first seed (default: another one each time)."""
    try:
        seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 600.0
        seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(10**9)
    except ValueError as error:
        sys.exit(f"SECONDS and SEED are numbers, as in make fuzz SECONDS=600 SEED=7: {error}")
    print(f"fuzzing for {seconds:.0f} s: make fuzz SEED={seed} SECONDS={seconds:.0f}", flush=True)
    workers = [multiprocessing.Process(target=work, args=(seed + n, seconds)) for n in range(PROCESSES)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(any(worker.exitcode for worker in workers))


if __name__ == "__main__":
    main()
