"""How often an alert of a given confidence is right: the change and signal findings on all items that may be read.

Right is what `score.py` counts as right: an item's label names the same fact and the same kind. The held-out fifth of
the development sets is left out; the blind sets are read whole. `make score` prints the table.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

import rules
from rules import Article, Finding, Kind, SourceKind

BUCKETS = (0.0, 0.6, 0.8, 0.85, 0.9, 0.95, 1.0)
"""The lower ends of the rows of the table."""


@dataclass(frozen=True)
class Told:
    """One alert, and whether it was right."""

    finding: Finding
    right: bool


def told(lines: Sequence[str], story: str) -> Iterator[Told]:
    """The alerts on labelled items (JSON lines), each held alone against the baseline of a story."""
    pack = rules.load_pack(story)
    ledger = rules.open_story(pack)
    for said in map(json.loads, lines):
        article = _article(said)
        labels = {(label["fact"], label["kind"]) for label in said["labels"]}
        for finding in rules.evaluate(article, ledger, pack).findings:
            if finding.kind in (Kind.CHANGE, Kind.SIGNAL):
                yield Told(finding, (finding.fact, finding.kind.value) in labels)


def _article(said: dict[str, Any]) -> Article:
    published = datetime.fromisoformat(said["published"])
    kind = SourceKind(said["source_kind"])
    return Article(said["id"], said["source"], kind, said["url"], published, said["title"], said["text"])


def curve(alerts: Sequence[Told]) -> str:
    """A row for each bucket: alerts, right ones, the share of all, of changes and signals; and from there on."""
    heads = ("alerts", "right", "share", "change", "signal", "and above", "share")
    rows = [f"{'confidence':<14}" + "".join(f"{head:>10}" for head in heads)]
    for low, high in pairwise((*BUCKETS, 2.0)):
        inside = [one for one in alerts if low <= one.finding.confidence < high]
        above = [one for one in alerts if one.finding.confidence >= low]
        kinds = [[one for one in inside if one.finding.kind is kind] for kind in (Kind.CHANGE, Kind.SIGNAL)]
        right = sum(one.right for one in inside)
        cells = (len(inside), right, *map(_share, (inside, *kinds)), len(above), _share(above))
        name = f"{low:.2f} to {high:.2f}" if high < 2 else f"{low:.2f}"
        rows.append(f"{name:<14}" + "".join(f"{cell:>10}" for cell in cells))
    return "\n".join(rows)


def parts(alerts: Sequence[Told]) -> str:
    """The share that is right by what an alert states: whether that alone tells right from wrong."""
    named = {
        "a date": [bool(one.finding.claimed.effective or one.finding.claimed.until) for one in alerts],
        "a value": [bool(one.finding.claimed.value) for one in alerts],
        "a speaker": [one.finding.speaker is not None for one in alerts],
    }
    rows = [f"{'states':<14}{'yes':>10}{'share':>10}{'no':>10}{'share':>10}"]
    for name, stated in named.items():
        sides = [[one for one, yes in zip(alerts, stated, strict=True) if yes is side] for side in (True, False)]
        rows.append(f"{name:<14}" + "".join(f"{len(side):>10}{_share(side):>10}" for side in sides))
    return "\n".join(rows)


def _share(alerts: Sequence[Told]) -> str:
    return f"{sum(one.right for one in alerts) / len(alerts):.3f}" if alerts else "-"
