"""Measure the engine: articles without an anchor, and articles about the story, against one bare automaton pass.

Nothing here is a bound; `docs/quality.md` keeps what was measured, with date and commit.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import ahocorasick_rs

import rules

ROUNDS = 5
PUBLISHED = datetime(2025, 10, 30, 12, tzinfo=UTC)
PLAIN = "The orchestra played to a full house, and the tenor was called back three times before the lights came up. "
STORY = (
    "Washington has agreed to cut the fentanyl tariff on Chinese goods to 10 percent from 20 percent, the White House "
    "said on Thursday. China will suspend its October licensing rules for rare earths until 10 November 2026. "
    "Traders in Chicago said that they had seen no order yet. The port was busy, and the cranes worked all night. "
)


def article(text: str, size: int) -> rules.Article:
    """An article of about `size` characters made of one text over and over."""
    body = (text * (size // len(text) + 1))[:size]
    return rules.Article("bench", "Harbour", rules.SourceKind.WIRE, "https://harbour.example", PUBLISHED, "Notes", body)


def seconds(work: Callable[[], object]) -> float:
    """The median of some rounds, in seconds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def compare(name: str, articles: Sequence[rules.Article], pack: rules.Pack) -> None:
    """Print articles a second, and how many bare automaton passes over the same text one evaluation costs."""
    ledger = rules.open_story(pack)
    bare = ahocorasick_rs.AhoCorasick(
        ["tariff", "rare earth", "summit", "soybeans", "truce", "deal", "visit", "fentanyl"]
    )
    raw = seconds(lambda: [bare.find_matches_as_indexes(each.text.lower()) for each in articles])
    whole = seconds(lambda: [rules.evaluate(each, ledger, pack) for each in articles])
    print(f"{name:<44}{len(articles) / whole:>12,.0f} a second{whole / raw:>10.1f} x a bare automaton pass")


def main() -> None:
    """Run every measurement once; about ten seconds."""
    pack = rules.load_pack("us-china-trade")
    compare("no anchor, 1.6 kB", [article(PLAIN, 1_600)] * 2_000, pack)
    compare("about the story, 4 kB", [article(STORY, 4_000)] * 20, pack)
    one = replace(article(STORY, 400), text=STORY)
    compare("about the story, one paragraph", [one] * 100, pack)


if __name__ == "__main__":
    main()
