"""Measure the engine: articles without an anchor, articles about the story, many packs, and long hostile texts.

Nothing here is a bound; `docs/quality.md` keeps what was measured, with date and commit. No article is evaluated twice,
because the engine keeps what it last read.
"""

from __future__ import annotations

import functools
import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import ahocorasick_rs

import rules
from rules.text import MAX_CHARS

ROUNDS = 5
PUBLISHED = datetime(2025, 10, 30, 12, tzinfo=UTC)
PLAIN = "The orchestra played to a full house, and the tenor was called back three times before the lights came up. "
STORY = (
    "Washington has agreed to cut the fentanyl tariff on Chinese goods to 10 percent from 20 percent, the White House "
    "said on Thursday. China will suspend its October licensing rules for rare earths until 10 November 2026. "
    "Traders in Chicago said that they had seen no order yet. The port was busy, and the cranes worked all night. "
)
NEVER_TWICE = (
    "Washington has agreed to cut the fentanyl tariff on Chinese goods to {0}.{1} percent from {1} percent, the White "
    "House said on Thursday. China will suspend its October licensing rules for {1} rare earths until {0} November "
    "2026. {1} traders in Chicago said that they had seen no order yet. Port {1} was busy, and the cranes worked all "
    "night. "
)
HOSTILE = {
    "commas": ",",
    "a noun and a comma": "tariff, ",
    "nested quotes": 'tariff truce "',
    "zero widths": "tariff\u200b",
    "one sentence without an end": "the fentanyl tariff on Chinese goods was cut and ",
    "10,000 anchors": "fentanyl tariff truce ",
    "one claim again and again": "The fentanyl tariff on Chinese goods was cut to 10 percent on Monday. ",
    "brackets": "( [ { < ",
    "full stops": "a. ",
    "empty lines": "\n",
}
"""Texts of 200 kB, by what they are made of."""
_numbers = itertools.count(1)


def article(text: str, size: int) -> rules.Article:
    """An article of about `size` characters made of one text over and over, under a headline of its own."""
    body = (text * (size // len(text) + 1))[:size]
    title = f"Notes {next(_numbers)}"
    return rules.Article("bench", "Harbour", rules.SourceKind.WIRE, "https://harbour.example", PUBLISHED, title, body)


def unlike(size: int) -> rules.Article:
    """An article about the story of about `size` characters in which no sentence comes twice, nor in another one."""
    text = "".join(NEVER_TWICE.format(n % 28 + 1, n) for n in itertools.islice(_numbers, size // 300))
    return article(text[:size], size)


def seconds(rounds: Iterator[Callable[[], object]]) -> float:
    """The median of some rounds, in seconds of the processor: others on the machine count little."""
    taken = []
    for work in itertools.islice(rounds, ROUNDS):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def evaluating(make: Callable[[], rules.Article], count: int, packs: Sequence[rules.Pack]) -> float:
    """Seconds to hold `count` new articles against each of some packs."""
    ledger = rules.open_story(packs[0])

    def hold(articles: Sequence[rules.Article]) -> None:
        for each, pack in itertools.product(articles, packs):
            rules.evaluate(each, ledger, pack)

    def fresh() -> Iterator[Callable[[], object]]:
        while True:
            yield functools.partial(hold, [make() for _ in range(count)])

    next(fresh())()
    return seconds(fresh())


def compare(name: str, make: Callable[[], rules.Article], count: int, pack: rules.Pack) -> None:
    """Print articles a second, and how many bare automaton passes over the same text one evaluation costs."""
    bare = ahocorasick_rs.AhoCorasick(
        ["tariff", "rare earth", "summit", "soybeans", "truce", "deal", "visit", "fentanyl"]
    )
    texts = [make().text for _ in range(count)]
    raw = seconds(itertools.repeat(lambda: [bare.find_matches_as_indexes(text.lower()) for text in texts]))
    whole = evaluating(make, count, [pack])
    print(f"{name:<44}{count / whole:>12,.0f} a second{whole / raw:>10.1f} x a bare automaton pass")


def grown(pack: rules.Pack, times: int) -> rules.Pack:
    """The pack with about so many times the phrases."""
    more = 60 * (times - 1)
    facts = {
        fact: replace(spec, names=(*spec.names, *(f"lantern{n} of {fact}" for n in range(more))))
        for fact, spec in pack.facts.items()
    }
    return replace(pack, facts=facts)


def main() -> None:
    """Run every measurement once; about half a minute."""
    pack = rules.load_pack("us-china-trade")
    compare("no anchor, 1.6 kB", lambda: article(PLAIN, 1_600), 2_000, pack)
    compare("about the story, 4 kB", lambda: article(STORY, 4_000), 20, pack)
    compare("about the story, 4 kB, no sentence twice", lambda: unlike(4_000), 20, pack)
    compare("about the story, one paragraph", lambda: unlike(400), 100, pack)
    one = evaluating(lambda: unlike(4_000), 20, [pack])
    print(f"{'ten times the phrases':<44}{evaluating(lambda: unlike(4_000), 20, [grown(pack, 10)]) / one:>12.2f} x one")
    stories = [replace(pack, id=f"{pack.id}-{n}") for n in range(100)]
    plain = evaluating(lambda: article(PLAIN, 1_600), 20, [pack])
    many = evaluating(lambda: article(PLAIN, 1_600), 20, stories)
    print(f"{'no anchor, for 100 packs':<44}{many / plain:>12.1f} x for one")
    for name, text in HOSTILE.items():
        make = functools.partial(article, "tariff " + text * (MAX_CHARS // len(text)), MAX_CHARS)
        took = evaluating(make, 1, [pack])
        print(f"{f'200 kB of {name}':<44}{took * 1e3:>12,.0f} ms")


if __name__ == "__main__":
    main()
