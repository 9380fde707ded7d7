"""The development story for five subscribers: their whole mailboxes, as a person would read them.

What stands in `tests/data/mailboxes/` was read and found good. After a change that is meant, write them anew with
`python -m tests.worker.test_mailboxes`, and read the difference before it is committed.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, time
from pathlib import Path
from typing import Any

import pytest

from rules import Severity
from tests.e2e.newsroom import pack_from_the_baseline
from tests.worker.timeline import Timeline
from worker.alerts import KINDS
from worker.desk import Desk
from worker.settings import load_settings

DATA = Path(__file__).parents[1] / "data"
MAILBOXES = DATA / "mailboxes"
SUBSCRIBERS: dict[str, dict[str, Any]] = {
    "everything-at-once": {"kinds": KINDS, "updates": True},
    "as-usual": {"kinds": KINDS, "corroborate": "high", "group_wait": 120, "group_interval": 1_800},
    "what-weighs-much-on-tariffs": {"kinds": ("change",), "topics": ("tariffs",), "min_severity": Severity.HIGH},
    "a-digest-each-morning-in-berlin": {"digest": "daily", "digest_hour": 7, "time_zone": "Europe/Berlin"},
    "dates-for-a-broker-in-new-york": {
        "kinds": ("deadline",),
        "deadline_days": (14, 1),
        "time_zone": "America/New_York",
        "quiet_from": time(20),
        "quiet_to": time(6, 30),
    },
}


@contextmanager
def told() -> Iterator[Timeline]:
    """The story, told to its end."""
    items = [json.loads(line) for line in (DATA / "eval" / "story.jsonl").read_text("utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        pack = pack_from_the_baseline(Path(folder) / "pack", {})
        given: dict[str, Any] = {
            "data_dir": Path(folder) / "var",
            "packs": [pack],
            "base_url": "https://deltawire.example",
        }
        desk = Desk.open(load_settings(**given, secret_key="only-for-these-mails"))
        desk.store.upgrade()
        story = Timeline(desk, "10-27 00:00", {item["source"]: item["source_kind"] for item in items})
        for who, asks in SUBSCRIBERS.items():
            story.subscribes(who, **asks)
        for item in items:
            when = datetime.fromisoformat(item["published"])
            story.at(f"{when:%m-%d %H:%M}").publishes(item["title"], item["text"], item["source"], item["url"])
        yield story.at("12-06 00:00")
        desk.close()


def mailbox(story: Timeline, who: str) -> str:
    """All that somebody got, one mail after the other."""
    mails = [
        f"{'=' * 72}\n{mail.at:%Y-%m-%d %H:%M} UTC  {mail.headline}\n{'=' * 72}\n\n{mail.words.strip()}\n"
        for mail in story.arrived[who]
    ]
    return "\n".join(mails).replace("\r\n", "\n")


@pytest.fixture(scope="module")
def story() -> Iterator[Timeline]:
    with told() as whole:
        yield whole


@pytest.mark.parametrize("who", SUBSCRIBERS)
def test_each_subscriber_gets_the_mails_that_were_found_good(story: Timeline, who: str) -> None:
    assert mailbox(story, who) == (MAILBOXES / f"{who}.txt").read_text("utf-8")


def test_each_subscriber_is_told_each_alert_once_or_has_a_reason(story: Timeline) -> None:
    for who in SUBSCRIBERS:
        fates = story.fates(who)
        told_once = [fate for fate, _ in fates if fate == "told"]
        assert sum(fate == "held" for fate, _ in fates) == 0
        assert all(reason for fate, reason in fates if fate == "dropped")
        assert len(told_once) > 0


if __name__ == "__main__":
    MAILBOXES.mkdir(exist_ok=True)
    with told() as whole:
        for name in SUBSCRIBERS:
            (MAILBOXES / f"{name}.txt").write_text(mailbox(whole, name), "utf-8")
