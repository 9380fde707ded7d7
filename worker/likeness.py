"""How much of its words one article shares with another. Pure; `worker/store/groups.py` finds whom to compare with.

What is compared are shingles, the runs of three words that a text has. An article's bands are few numbers made of
them: two articles that share many shingles nearly always share a band, others hardly ever, so that a database can look
up whom to compare with. What is found so is compared shingle by shingle.
"""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from typing import Literal

from rensa import RMinHash

COPY, REWRITE = 0.90, 0.50
"""From which likeness on an article is a copy, or a rewrite, of another: see docs/decisions/0007."""
WIDTH = 3
"""Words in a shingle."""
FEWEST = 12
"""Shingles below which a text says too little to be told from another by what it shares with it."""
MAX_CHARS = 200_000
"""What is read of an article, as by the engine."""
BANDS, ROWS = 24, 2
"""Of pairs of texts that have half of all their shingles in common, 999 in 1,000 share a band; with a third, which is
half of each if they are equally long, 94 in 100; with a fifth, 62; with a fiftieth, one."""
SEED = 0x44454C54

Relation = Literal["copy", "rewrite"]

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Sketch:
    """What two articles are compared by. Both are empty for an article that says too little."""

    runs: frozenset[str]
    bands: tuple[int, ...]

    @classmethod
    def of(cls, story: str, title: str, text: str) -> Sketch:
        """The sketch of an article of that story."""
        runs = shingles(title, text)
        return cls(runs, bands(story, runs))


def shingles(title: str, text: str) -> frozenset[str]:
    """The runs of three words of an article, whatever their case and punctuation; empty if there are too few."""
    words = _WORD.findall(f"{title}\n{text}"[:MAX_CHARS].casefold())
    runs = frozenset(map(" ".join, zip(*(words[start:] for start in range(WIDTH)), strict=False)))
    return runs if len(runs) >= FEWEST else frozenset()


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """How much of the shorter article is in the longer, from 0 to 1. It is never below their Jaccard index."""
    return len(one & other) / max(1, min(len(one), len(other)))


def relation(like: float) -> Relation | None:
    """What an article is to one it has this likeness with."""
    return "copy" if like >= COPY else "rewrite" if like >= REWRITE else None


def bands(story: str, runs: frozenset[str]) -> tuple[int, ...]:
    """Signed numbers of 64 bits, one for each band; none for a text without shingles.

    They hold for one story and one algorithm: those of another release of the library meet none of these.
    """
    if not runs:
        return ()
    sketch = RMinHash(BANDS * ROWS, SEED)
    sketch.update(runs)
    least = sketch.digest()
    domain = f"{RMinHash.ALGORITHM_VERSION} {story}".encode("utf-8", "surrogatepass")
    return tuple(_number(domain, band, least[band * ROWS : (band + 1) * ROWS]) for band in range(BANDS))


def _number(domain: bytes, band: int, rows: list[int]) -> int:
    packed = struct.pack(f"<{1 + ROWS}I", band, *rows)
    return int.from_bytes(hashlib.blake2b(packed + domain, digest_size=8).digest(), "little", signed=True)
