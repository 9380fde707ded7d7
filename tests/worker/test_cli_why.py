"""`deltawire why`, `silences` and `acknowledge`, over a story that was told on a simulated clock."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.newsroom import pack_from_the_baseline
from tests.worker.commands import Command
from tests.worker.timeline import Timeline
from worker.desk import Desk
from worker.settings import load_settings

CUT_AGAIN = "Washington lowered its fentanyl tariff on Chinese goods to 10 percent from 20 percent"
CUT = "The US has cut the fentanyl tariff on China to 10%"


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Timeline]:
    """Three subscribers, of whom one waits for a second source, and one asks for other things."""
    monkeypatch.setenv("DELTAWIRE_PACKS", pack_from_the_baseline(tmp_path / "pack", {}))
    desk = Desk.open(load_settings())
    desk.store.upgrade()
    story = Timeline(desk, "10-28 00:00").subscribes("sub_ann").subscribes("sub_ben", topics=("summit",))
    story.subscribes("sub_cat", corroborate="always", corroborate_minutes=600)
    yield story.at("10-30 04:00").publishes(CUT)
    desk.close()


def test_why_says_of_an_article_what_it_told_whom_and_why_not(deltawire: Command, told: Timeline) -> None:
    ended = deltawire("why", "1")
    assert ended.code == 0
    head, finding, alert, ann, ben, cat = ended.out.splitlines()[-6:]
    assert head == f"Article 1, Courier, 2025-10-30 04:00 UTC: {CUT}"
    assert finding.startswith("  change   us_tariff_fentanyl: ")
    assert ", made at 2025-10-30 04:00 UTC: US fentanyl tariff on Chinese goods: 20 % → 10 %" in alert
    assert ann == "  sub_ann  told at 2025-10-30 04:00"
    assert ben == "  sub_ben  not told: the subscription leaves out this topic"
    waits = "waits for an official or a second independent source"
    assert cat == f"  sub_cat  held until 2025-10-30 14:00: {waits}"


def test_why_shows_every_step_of_one_subscription(deltawire: Command, told: Timeline) -> None:
    told.at("10-30 04:30").publishes(
        "Washington lowered its fentanyl tariff on Chinese goods to 10 percent from 20 percent", outlet="Herald"
    )
    ended = deltawire("why", "https://courier.example/1", "--subscription", "sub_cat", "--trail")
    lines = ended.out.splitlines()[-3:]
    assert lines[0] == "  sub_cat  told at 2025-10-30 04:30"
    assert lines[1].startswith("    2025-10-30 04:00  held until 2025-10-30 14:00: waits for an official")
    assert lines[2] == "    2025-10-30 04:30  put into a message"


def test_why_takes_an_alert_and_gives_json(deltawire: Command, told: Timeline) -> None:
    shown = json.loads(deltawire("why", "1", "--json").out.splitlines()[-1])
    again = json.loads(deltawire("why", shown["alert"]["id"], "--json").out)
    assert again == shown
    assert [one["fate"] for one in shown["subscriptions"]] == ["told", "left out", "held"]
    assert "@" not in json.dumps(shown["subscriptions"])


def test_why_says_that_an_article_raised_nothing(deltawire: Command, told: Timeline) -> None:
    told.publishes("Rain is expected in Iowa")
    assert deltawire("why", "2").out.splitlines()[-1] == "It raised no alert."


def test_why_says_that_a_subscription_ended_or_came_later(deltawire: Command, told: Timeline) -> None:
    told.store.disable_subscription("sub_ben", "gone")
    told.at("10-31 04:00").subscribes("sub_dan")
    lines = deltawire("why", "1").out.splitlines()
    assert "  sub_ben  not told: the subscription has ended" in lines
    late = "the subscription is younger than the alert: it began at 2025-10-31 04:00"
    assert f"  sub_dan  not told: {late}" in lines


@pytest.mark.parametrize("what", ["99", "https://nowhere.example/", "x" * 32, "9" * 40])
def test_what_is_not_stored_here_is_wrong_use(deltawire: Command, told: Timeline, what: str) -> None:
    ended = deltawire("why", what)
    assert (ended.code, "is neither an alert nor an article that is stored here" in ended.err) == (2, True)


def test_a_silence_is_begun_listed_and_ended(deltawire: Command, told: Timeline) -> None:
    begun = deltawire("silences", "add", "--for", "12h", "--topic", "tariffs", "--comment", "the desk is on it")
    name = begun.out.split()[0]
    assert begun.out.strip().endswith("UTC: tariffs")
    assert "the desk is on it" in deltawire("silences", "list").out
    assert deltawire("silences", "end", name).out.strip() == "ended"
    assert deltawire("silences", "end", name).code == 2
    assert "there are no silences" in deltawire("silences", "list").err


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (["--for", "soon", "--comment", "x"], "'soon' is no time: write 30m, 12h"),
        (["--until", "2020-01-01", "--comment", "x"], "2020-01-01 00:00 UTC is past"),
        (["--for", "1h", "--comment", " "], "a silence needs a comment"),
        (["--for", "1h", "--comment", "x", "--fact", "rain"], "there is no fact 'rain'; the facts are"),
        (["--for", "1h", "--comment", "x", "--topic", "rain"], "there is no topic 'rain'; the topics are"),
        (["--for", "1h", "--comment", "x", "--subscription", "sub_x"], "there is no subscription sub_x"),
    ],
)
def test_a_silence_that_cannot_be_meant_is_refused(
    deltawire: Command, told: Timeline, given: list[str], complaint: str
) -> None:
    ended = deltawire("silences", "add", *given)
    assert (ended.code, complaint in ended.err) == (2, True)


def test_a_date_is_acknowledged_once_and_only_where_it_is_on_record(deltawire: Command, told: Timeline) -> None:
    noted = ["acknowledge", "sub_ann", "us_tariff_additional", "2025-11-01"]
    assert deltawire(*noted).out.splitlines()[-1] == "sub_ann is reminded no more of 2025-11-01"
    assert [one.role for one in told.store.acknowledged("sub_ann")] == ["effective"]
    assert deltawire(*noted).out.strip() == "that was acknowledged before"
    another = deltawire("acknowledge", "sub_ann", "us_tariff_additional", "2025-11-02")
    assert (another.code, "on record: 2025-11-01" in another.err) == (2, True)
    assert deltawire("acknowledge", "sub_ann", "us_tariff_additional", "soon").code == 2
    assert deltawire("acknowledge", "sub_ann", "rain", "2025-11-01").code == 2
    assert deltawire("acknowledge", "sub_x", "rain", "2025-11-01").code == 2


def test_a_subscription_to_a_story_that_is_watched_no_more_is_named_in_a_sentence(
    deltawire: Command, told: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DELTAWIRE_PACKS", "india-eu-trade")
    for command in (["subscriptions", "preview", "sub_ann"], ["subscriptions", "change", "sub_ann", "--days", "2"]):
        ended = deltawire(*command)
        assert (ended.code, "'us-china-trade' is not watched here now" in ended.err) == (2, True)


@pytest.mark.parametrize("moment", ["9999-12-31T23:00-10:00", "0001-01-01T00:00+10:00"])
def test_a_moment_beyond_the_calendar_is_none(deltawire: Command, told: Timeline, moment: str) -> None:
    ended = deltawire("silences", "add", "--until", moment, "--comment", "x")
    assert (ended.code, "is no time: write 30m" in ended.err) == (2, True)
    assert deltawire("deliveries", "list", "--since", moment).code == 2
