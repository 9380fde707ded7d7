"""161 real documents of October and November 2025, read beside the checkout where they are there; nothing is copied."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

import rules

DOCUMENTS = Path(__file__).parents[3] / "shared/data/whitehouse/documents.jsonl"
RELEVANT = ("fact-sheet-president-donald-j-trump-strikes-deal", "modifying-duties-addressing", "modifying-reciprocal")
"""The three that bear on the story: the fact sheet of 1 November and the two orders of 4 November."""

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not DOCUMENTS.exists(), reason=f"the real documents are not there: {DOCUMENTS}"),
]


def test_the_three_documents_that_matter_raise_their_changes_and_at_most_one_other_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pack = rules.load_pack("us-china-trade")
    ledger = rules.open_story(pack)
    right, false = {}, {}
    for line in DOCUMENTS.read_text("utf-8").splitlines():
        item = json.loads(line)
        article = rules.Article(
            item["id"],
            item["source"],
            rules.SourceKind(item["source_kind"]),
            item["url"],
            datetime.fromisoformat(item["published"]),
            item["title"],
            item["text"],
        )
        found = rules.evaluate(article, ledger, pack).findings
        changes = sorted(finding.fact for finding in found if finding.kind is rules.Kind.CHANGE)
        if changes:
            (right if any(part in item["id"] for part in RELEVANT) else false)[item["id"]] = changes
    with capsys.disabled():
        print(f"\nreal documents: {len(right)} of 3 that matter, {len(false)} false among the other 158 {false or ''}")  # noqa: T201 (the count is to be seen)

    assert len(right) == 3
    assert any("us_tariff_fentanyl" in changes for changes in right.values())
    assert any("china_rare_earth_controls" in changes for changes in right.values())
    assert len(false) <= 1
