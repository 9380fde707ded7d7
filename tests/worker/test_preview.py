"""A preview is what live running would have sent: the same messages, at the same moments."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.newsroom import STORY, pack_from_the_baseline
from tests.worker.commands import Command
from tests.worker.timeline import Timeline, moment
from worker.desk import Desk
from worker.preview import preview
from worker.settings import Settings, load_settings
from worker.store import views

ASKS: dict[str, dict[str, Any]] = {
    "at once": {},
    "deadlines on days of his own": {"kinds": ("deadline",), "deadline_days": (4, 2)},
    "a second source": {"corroborate": "always", "corroborate_minutes": 120},
    "a second source or nothing": {"corroborate": "always", "uncorroborated": "drop"},
    "groups": {"group_wait": 600, "group_interval": 3_600},
    "groups, and what weighs much at once": {"group_wait": 600, "high_at_once": True},
    "a digest": {"digest": "daily", "digest_hour": 8, "time_zone": "Asia/Shanghai"},
    "quiet hours": {"quiet_from": time(3), "quiet_to": time(9), "kinds": ("change", "signal", "deadline")},
    "another time zone": {"time_zone": "America/Los_Angeles", "kinds": ("deadline",)},
}


def tells_a_story(story: Timeline) -> None:
    """Changes, a copy, a second source, a denial, a correction, a date that moves, within eleven days."""
    story.at("10-29 04:00").publishes("The US has agreed to cut the fentanyl tariff on China to 18%")
    story.at("10-29 04:05").publishes("The US has agreed to cut the fentanyl tariff on China to 18%", outlet="Herald")
    story.at("10-30 02:00").publishes("Trump and Xi have met in Busan, South Korea", outlet="Gazette")
    story.at("10-30 05:00").publishes("China suspends October rare earth export controls for a year")
    story.publishes(
        "Beijing has suspended the rare earth export controls that it announced in October", outlet="Herald"
    )
    story.at("10-31 01:00").publishes("The US has cut the fentanyl tariff on China to 10%")
    story.at("10-31 12:00").publishes("The White House denied that it had cut the fentanyl tariff on China")
    story.at("11-01 12:00").publishes("The US has raised the fentanyl tariff on China back to 18%", outlet="Ministry")
    story.at("11-08 00:00")


@pytest.mark.parametrize("asks", ASKS.values(), ids=ASKS)
def test_a_preview_shows_what_was_sent(
    settings_for: Callable[..., Settings],
    sqlite_with_tables: Callable[[Path], None],
    tmp_path: Path,
    asks: dict[str, Any],
) -> None:
    settings = settings_for(packs=[pack_from_the_baseline(tmp_path / "pack", {})])
    sqlite_with_tables(settings.data_dir / "deltawire.db")
    desk = Desk.open(settings)
    story = Timeline(desk, "10-27 00:00").subscribes("ann", **asks)
    tells_a_story(story)
    stored, groups = views.archive(desk.store, STORY, moment("10-01 00:00"))
    ann = desk.store.subscription("ann")
    assert ann is not None
    shown = preview(
        desk.packs[STORY],
        [article.for_rules() for article in stored],
        groups,
        ann,
        since=moment("10-27 00:00"),
        until=story.now,
        history=False,
    )
    sent = [(message.at, message.headline.split(":")[0]) for message in story.arrived["ann"]]
    told = [(at, alerts[0].headline.split(":")[0]) for at, alerts in shown.messages]
    if asks.get("digest") != "daily":
        assert told == sent
    assert [at for at, _ in told] == [at for at, _ in sent]
    assert len(told) > 0
    fates = [fate for fate, _ in story.fates("ann")]
    assert shown.alerts == fates.count("told")
    assert sum(shown.dropped.values()) == fates.count("dropped")
    desk.close()


def test_the_command_prints_each_message_and_counts_them(
    deltawire: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELTAWIRE_PACKS", pack_from_the_baseline(tmp_path / "pack", {}))
    desk = Desk.open(load_settings())
    desk.store.upgrade()
    tells_a_story(Timeline(desk, "10-27 00:00").subscribes("sub_ann"))
    desk.close()
    ended = deltawire("subscriptions", "preview", "sub_ann", "--days", "3650")
    lines = ended.out.splitlines()
    assert "2025-10-29 04:00  US fentanyl tariff on Chinese goods: 20 % → 18 %" in lines
    assert lines[-1].startswith("In the last 3,650 days this would have sent ")
    assert lines[-1].endswith("It has been watched since 2025-10-27.")
    assert deltawire("subscriptions", "preview", "sub_x").code == 2
