"""What the engine is fed with: sentences of the test data, cut, joined, repeated and shuffled, with hostile pieces.

Everything comes from one `random.Random`, so that a seed makes the same article again.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from rules import Article, SourceKind
from rules.text import MAX_CHARS
from tests.score import held_out

DATA = Path(__file__).parents[1] / "data"
_LONG = 0.01
"""The share of articles that are made as long as the engine reads."""
_EDGE = 0.02
"""The share of articles that are published in the first or the last days there are."""

_NUMBERS = (
    "9" * 400, "0", "-1", "1e999", "1" + ",000" * 120, "0." + "0" * 300 + "1", "10.10.10.10", "1,0,0", "½", "²", "10²",
    "٣٤", "१२", "１０", "Ⅻ", "99999999999999999999 trillion", "a hundred hundred million billion trillion", "minus ten",
    "ten to the power of ninety", "1/0", "50-40-30", "$0", "€1e400bn", "0.0000001 percentage points", "×10",
)  # fmt: skip
_UNITS = ("percent", "%", "percentage points", "tonnes", "billion dollars", "million tonnes a year", "$", "bushels")
_DATES = (
    "31 February 2026", "30 February", "0 November 0000", "November 99", "November 10, 99999", "1 January 0001",
    "31 December 9999", "1 January 10000", "2026-13-45", "0000-00-00", "9999-12-31", "99/99/9999", "00.00.0000",
    "29 February 2025", "the 366th of next month", "in 999999999999 days", "within 99999999 years", "10000 years ago",
    "for 9999999 months", "by the end of 9999", "the last Monday of February 9999", "Q9 2026", "the year 0", "0/0",
    "a century ago", "next year next year", "Monday Tuesday Friday", "from 31 to 1 December 9999", "31st",
    "end-February 10000", "three days before 1 January 0001", "a week after 31 December 9999", "²/³", "٣ November",
    "overnight", "10 November 2026 until 2026 from 2026", "1 November ２０２６", "in the first half of 0000",
)  # fmt: skip
_ROLES = (
    "until",
    "from",
    "by",
    "on",
    "before",
    "since",
    "not until",
    "as of",
    "extended to",
    "moved from",
    "effective",
)
_WORDS = (
    "İ", "ﬁ", "ß", "ŉ", "ǆ", "ſ", "K", "a\u0301", "\u202e", "\u2066", "\ufeff", "\u200b", "\u00ad", "\u2028", "\x85",
    "\x1c", "\x00", "\x1b[31m", "\r", "\r\n", "\uffff", "\U0010ffff", "👩‍👩‍👧", "🇨🇳🇺🇸", "ᾲ", "关税", "пошлина",
    "&amp;", "&#99999;", "<b>", "</", "<!--", "http://a.example/?tariff=1", "{}", "%s", "\\", "'", '"', "``", "«", "…",
    "...", "?", "!", ";", ":", "—", "-", "–", "(", ")", "[", "US", "U.S.", "us", "May", "may", "n't", "not", "no", "if",
    "that", "which", "said", "tariff", "truce", "fentanyl", "rare earths", "summit", "deal", "Beijing", "Trump", "duty",
)  # fmt: skip


def _sentences() -> Iterator[str]:
    """Every sentence of the data but those of the items that nobody reads."""
    for path in sorted(DATA.glob("eval/**/*.jsonl")) + sorted(DATA.glob("blind/*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            item = json.loads(line)
            if not held_out(item["id"]):
                yield item["title"]
                yield from re.split(r"(?<=[.?!])\s+", item["text"])
    for name in ("pairs", "dates", "values"):
        yield from _texts(yaml.load((DATA / f"rules/{name}.yaml").read_text("utf-8"), yaml.CSafeLoader))


def _texts(tree: Any) -> Iterator[str]:
    """The values of every key `text` in a tree."""
    if isinstance(tree, list):
        for branch in tree:
            yield from _texts(branch)
    elif isinstance(tree, dict):
        for key, branch in tree.items():
            if key == "text":
                yield str(branch)
            else:
                yield from _texts(branch)


SENTENCES = list(dict.fromkeys(_sentences()))


def _cut(rng: random.Random, text: str) -> str:
    start = rng.randrange(len(text) + 1)
    return text[start:] if rng.random() < 0.5 else text[:start]


def _splice(rng: random.Random, text: str) -> str:
    return _cut(rng, text) + _cut(rng, rng.choice(SENTENCES))


def _repeat(rng: random.Random, text: str) -> str:
    return rng.choice(("", " ", "\n")).join([text] * rng.randint(2, 6))


def _shuffle(rng: random.Random, text: str) -> str:
    words = text.split()
    rng.shuffle(words)
    return " ".join(words)


def _plant(rng: random.Random, text: str) -> str:
    """Some hostile pieces between the words."""
    words = text.split(" ")
    for _ in range(rng.randint(1, 5)):
        words.insert(rng.randrange(len(words) + 1), _piece(rng))
    return " ".join(words)


def _replace(rng: random.Random, text: str) -> str:
    """Some numbers and dates of the text made extreme."""
    return re.sub(r"\d[\d.,]*", lambda found: rng.choice(_NUMBERS) if rng.random() < 0.5 else found[0], text)


def _pepper(rng: random.Random, text: str) -> str:
    """Single characters of all planes, surrogates and controls among them, anywhere."""
    chars = list(text)
    for _ in range(rng.randint(1, 8)):
        chars.insert(rng.randrange(len(chars) + 1), _char(rng))
    return "".join(chars)


def _quote(rng: random.Random, text: str) -> str:
    depth = rng.randint(1, 30)
    return (
        rng.choice(('"', "“", "‘", "'", "(", "« ")) * depth + text + rng.choice(('"', "”", "’", "'", ")", " »")) * depth
    )


def _case(rng: random.Random, text: str) -> str:
    return rng.choice((str.upper, str.lower, str.title, str.swapcase))(text)


def _break(rng: random.Random, text: str) -> str:
    return re.sub(" ", lambda _: rng.choice((" ", " ", " ", "\n", "", "\t", "  ", " , ")), text)


def _piece(rng: random.Random) -> str:
    kind = rng.randrange(4)
    if kind == 0:
        return f"{rng.choice(_NUMBERS)} {rng.choice(_UNITS)}"
    if kind == 1:
        return f"{rng.choice(_ROLES)} {rng.choice(_DATES)}"
    return rng.choice(_WORDS) if kind == 2 else _char(rng)


def _char(rng: random.Random) -> str:
    code = rng.choice((0, 0, 0, 1, 2, 14, 16)) * 0x10000 + rng.randrange(0x10000)
    surrogate = 0xD800 <= code < 0xE000 and rng.random() < 0.9  # most stay out: they would hide what comes after them
    return chr(rng.randrange(0x20) if surrogate or rng.random() < 0.2 else code)


Change = Callable[[random.Random, str], str]
CHANGES: Sequence[Change] = (
    _cut, _splice, _repeat, _shuffle, _plant, _plant, _plant, _replace, _replace, _pepper, _quote, _case, _break,
)  # fmt: skip


def text(rng: random.Random) -> str:
    """Up to eight sentences, each changed a few times, and in one of a hundred articles drawn out to full length."""
    parts = []
    for _ in range(rng.randint(1, 8)):
        part = rng.choice(SENTENCES)
        for _ in range(rng.randrange(4)):
            part = rng.choice(CHANGES)(rng, part)[:4_000]
        parts.append(part)
    whole = rng.choice((" ", " ", "\n", "", "\n\n")).join(parts) or " "
    return (whole * (MAX_CHARS // len(whole) + 1))[: MAX_CHARS + 100] if rng.random() < _LONG else whole


def article(rng: random.Random) -> Article:
    """An article of some day from the baseline on; a few are of the first or the last days of the calendar."""
    published = datetime(2025, 10, 27, tzinfo=UTC) + timedelta(minutes=rng.randrange(60 * 24 * 500))
    if rng.random() < _EDGE:
        published = rng.choice((datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)))
    body = text(rng)
    title = _cut(rng, rng.choice(SENTENCES)) if rng.random() < 0.5 else ""
    earlier = f"{title}\n{body[: rng.randrange(len(body) + 1)]}" if rng.random() < 0.1 else ""
    name = f"fuzz-{rng.randrange(10**9)}"
    source = rng.choice(("Ministry of Commerce", "East Gate Daily", "White House", ""))
    return Article(name, source, rng.choice(list(SourceKind)), "", published, title, body, earlier)
