"""The right alert to the right person at the right time, told on a simulated clock, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.newsroom import STORY, pack_from_the_baseline
from tests.worker.timeline import Timeline, moment
from worker import pipeline
from worker.alerts import Acknowledged, Silence
from worker.desk import Desk
from worker.errors import TransportError
from worker.settings import Settings
from worker.store import Committed, Leased, Result

FENTANYL = "US fentanyl tariff on Chinese goods"
CUT = "The US has cut the fentanyl tariff on China to 10%"
TO_FALL = "The US has agreed to cut the fentanyl tariff on China to 18%"
CUT_AGAIN = "Washington lowered its fentanyl tariff on Chinese goods to 10 percent from 20 percent"
RULES = "China suspends October rare earth export controls for a year"
RULES_TOO = "Beijing has suspended the rare earth export controls that it announced in October"
DENIED = "China's commerce ministry denied that it had suspended the October rare earth export controls"
CONTROLS = "China's rare-earth licensing rules of October 2025"


@pytest.fixture
def story(settings_for: Callable[..., Settings], store_url: str, tmp_path: Path) -> Iterator[Timeline]:
    folder = pack_from_the_baseline(tmp_path / "pack", {})
    desk = Desk.open(settings_for(packs=[folder], database_url=store_url))
    yield Timeline(desk, "10-28 00:00")
    desk.close()


def test_who_asks_for_everything_at_once_is_told_at_once(story: Timeline) -> None:
    story.subscribes("ann").at("10-30 04:00").publishes(CUT).expects("ann", FENTANYL)
    assert "Unconfirmed: it rests on one source, which is not official." in story.last("ann").words


def test_what_an_official_source_says_is_not_marked_as_unconfirmed(story: Timeline) -> None:
    story.subscribes("ann").at("10-30 04:00").publishes(CUT, outlet="Ministry").expects("ann", FENTANYL)
    assert "Unconfirmed" not in story.last("ann").words


def test_topics_and_facts_add_up(story: Timeline) -> None:
    story.subscribes("ann", topics=("rare_earths",), facts=("us_tariff_fentanyl",)).subscribes(
        "ben", topics=("summit",)
    )
    story.at("10-30 04:00").publishes(RULES).publishes(CUT).expects("ann", CONTROLS, FENTANYL).expects_nothing("ben")


# Corroboration.


def test_what_waits_for_a_second_source_is_told_when_one_comes(story: Timeline) -> None:
    story.subscribes("ann", corroborate="always").subscribes("ben")
    story.at("10-30 04:00").publishes(CUT).expects_nothing("ann").expects("ben", FENTANYL)
    story.at("10-30 04:20").publishes(CUT_AGAIN, outlet="Herald").expects("ann", FENTANYL)
    assert "Borne out by Herald." in story.last("ann").words
    assert "Unconfirmed" not in story.last("ann").words
    story.at("10-30 09:00").expects_nothing("ann")


def test_an_official_word_needs_no_second_one(story: Timeline) -> None:
    story.subscribes("ann", corroborate="always")
    story.at("10-30 04:00").publishes(CUT, outlet="Ministry").expects("ann", FENTANYL)


def test_a_copy_of_the_first_report_is_no_second_source(story: Timeline) -> None:
    words = (
        "The US has cut the fentanyl tariff on China to 10%, officials in both capitals said on Thursday after two "
        "days of talks. The ministers flew home in the evening without taking questions. Fishermen who had watched the "
        "cars go by said that the road to the quay had been closed since Sunday, and that their ice had come by sea."
    )
    story.subscribes("ann", corroborate="always", corroborate_minutes=60)
    story.at("10-30 04:00").publishes(CUT, words)
    story.at("10-30 04:10").publishes(CUT, words, outlet="Herald").expects_nothing("ann")
    story.at("10-30 05:00").expects("ann", FENTANYL)
    assert "Nobody else bore it out within 60 minutes." in story.last("ann").words
    assert "Unconfirmed" in story.last("ann").words


def test_the_same_outlet_twice_is_no_second_source(story: Timeline) -> None:
    story.subscribes("ann", corroborate="always", uncorroborated="drop")
    story.at("10-30 04:00").publishes(CUT).at("10-30 04:10").publishes(CUT_AGAIN).expects_nothing("ann")
    story.at("10-30 06:00").expects_nothing("ann")
    assert story.fates("ann") == [("dropped", "uncorroborated")]


def test_only_what_weighs_much_waits_by_default(story: Timeline) -> None:
    story.subscribes("ann", corroborate="high")
    story.at("10-30 04:00").publishes(TO_FALL).expects("ann", FENTANYL)  # agreed: of middle weight
    story.at("10-30 05:00").publishes(RULES).expects_nothing("ann")  # a suspension weighs much
    story.at("10-30 06:00").expects("ann", CONTROLS)


def test_a_report_that_is_denied_before_its_wait_ends_is_not_told_and_the_trace_says_so(story: Timeline) -> None:
    story.subscribes("ann", corroborate="always").subscribes("ben")
    story.at("10-30 04:00").publishes(RULES).expects_nothing("ann").expects("ben", CONTROLS)
    story.at("10-30 04:30").publishes(DENIED, outlet="Herald").expects_nothing("ann")
    story.at("10-30 09:00").expects_nothing("ann").expects("ben", f"Denied: {CONTROLS}")
    assert story.fates("ann") == [("dropped", "denied"), ("dropped", "denied")]


def test_a_date_that_falls_away_with_a_change_waits_with_it(story: Timeline) -> None:
    story.subscribes("ann", corroborate="high", kinds=("deadline",), facts=("china_rare_earth_controls",))
    story.at("10-30 04:00").publishes(RULES).expects_nothing("ann")
    story.at("10-30 04:20").publishes(RULES_TOO, outlet="Gazette")
    story.expects("ann", f"{CONTROLS}: the start on 1 Dec 2025 falls away")


def test_a_report_that_is_overtaken_before_its_wait_ends_gives_way_to_the_newer(story: Timeline) -> None:
    story.subscribes("ann", corroborate="always")
    story.at("10-30 04:00").publishes(CUT)
    story.at("10-30 04:30").publishes("The US has cut the fentanyl tariff on China to 5%", outlet="Ministry")
    story.expects("ann", f"{FENTANYL}: 10 % → 5 %")
    assert story.fates("ann")[0] == ("dropped", "overtaken")


# Follow-ups.


def test_a_second_source_is_a_follow_up_for_those_who_want_them(story: Timeline) -> None:
    story.subscribes("ann", updates=True).subscribes("ben")
    story.at("10-30 04:00").publishes(CUT).expects("ann", FENTANYL).expects("ben", FENTANYL)
    first = story.last("ann")
    story.at("10-30 05:00").publishes(CUT_AGAIN, outlet="Ministry")
    story.expects_nothing("ben").expects("ann", f"{FENTANYL}: another source")
    assert story.last("ann").headers["References"] == first.headers["References"]


def test_who_was_told_something_wrong_is_told_the_correction_whatever_he_asks_for_by_then(story: Timeline) -> None:
    story.subscribes("ann").subscribes("ben", topics=("summit",))
    story.at("10-30 04:00").publishes(RULES).expects("ann", CONTROLS).expects_nothing("ben")
    story.changes("ann", topics=("summit",), kinds=("deadline",))
    story.at("10-30 09:00").publishes(DENIED, outlet="Herald").expects("ann", f"Denied: {CONTROLS}")
    story.expects_nothing("ben")
    assert story.last("ann").headers["References"] == story.arrived["ann"][0].headers["References"]


def test_a_step_back_within_days_is_a_correction_and_later_a_reversal(story: Timeline) -> None:
    back = "The US has raised the fentanyl tariff on China back to 20%"
    story.subscribes("ann").at("10-30 04:00").publishes(CUT).expects("ann", FENTANYL)
    story.at("10-31 04:00").publishes(back).expects("ann", f"Correction: {FENTANYL}: 10 % → 20 %")
    story.at("11-12 04:00").publishes("The US has lowered the fentanyl tariff on China to 10%")
    story.expects("ann", f"Reversed: {FENTANYL}: 20 % → 10 %")
    story.at("12-02 04:00").publishes(back).expects("ann", f"Reversed: {FENTANYL}: 10 % → 20 %")


# Groups, digests, quiet hours.


def test_what_happens_in_one_hour_is_one_message_with_a_row_for_each(story: Timeline) -> None:
    story.subscribes("ann", group_wait=3_600)
    story.at("10-30 04:00").publishes(TO_FALL).at("10-30 04:10").publishes(RULES)
    story.at("10-30 04:30").publishes("Trump and Xi have met in Busan, South Korea").expects_nothing("ann")
    story.at("10-30 05:00").expects("ann", CONTROLS)  # what weighs most leads
    message = story.last("ann")
    assert message.headline.endswith("and 2 more")
    for fact in (CONTROLS, FENTANYL, "Trump-Xi meeting in South Korea"):
        assert f"* {fact}" in message.words


def test_the_next_group_waits_for_its_interval(story: Timeline) -> None:
    story.subscribes("ann", group_wait=120, group_interval=1_800)
    story.at("10-30 04:00").publishes(CUT).at("10-30 04:02").expects("ann", FENTANYL)
    story.at("10-30 04:05").publishes(RULES).at("10-30 04:31").expects_nothing("ann")
    story.at("10-30 04:32").expects("ann", CONTROLS)


def test_what_weighs_much_can_pass_at_once(story: Timeline) -> None:
    story.subscribes("ann", group_wait=3_600, high_at_once=True)
    story.at("10-30 04:00").publishes(TO_FALL).expects_nothing("ann").publishes(RULES).expects("ann", CONTROLS)
    story.at("10-30 05:00").expects("ann", FENTANYL)


def test_a_webhook_that_asks_for_groups_gets_them_as_a_list(story: Timeline) -> None:
    story.subscribes("hook", "webhook", group_wait=600)
    story.at("10-30 04:00").publishes(CUT).publishes(RULES).at("10-30 04:10")
    assert FENTANYL in story.last("hook").headline
    assert CONTROLS in story.last("hook").headline
    assert len(story.arrived["hook"]) == 1


def test_a_daily_digest_comes_at_the_local_hour_and_an_empty_one_does_not(story: Timeline) -> None:
    story.subscribes("ann", digest="daily", digest_hour=7, time_zone="America/New_York")
    story.at("10-30 04:00").publishes(CUT).at("10-30 10:00").publishes(RULES)
    story.at("10-30 10:59").expects_nothing("ann").at("10-30 11:00").expects(
        "ann", "US-China trade truce, daily digest"
    )
    assert "30 Oct 2025: 2 changes" in story.last("ann").headline
    story.at("11-01 20:00").expects_nothing("ann").publishes("Trump and Xi have met in Busan, South Korea")
    story.at("11-02 11:59").expects_nothing("ann").at("11-02 12:00").expects("ann", "US-China")  # clocks went back


def test_a_digest_at_an_hour_that_the_clocks_leap_over_still_comes(story: Timeline) -> None:
    story.subscribes("ann", digest="daily", digest_hour=2, time_zone="Australia/Lord_Howe")
    story.at("10-30 04:00").publishes(CUT).at("10-30 16:00").expects("ann", "US-China trade truce, daily digest")


def test_a_weekly_digest_comes_on_its_day(story: Timeline) -> None:
    story.subscribes("ann", digest="weekly", digest_day=0, digest_hour=6, time_zone="Europe/Berlin")
    story.at("10-30 04:00").publishes(CUT).at("11-03 04:59").expects_nothing("ann")
    story.at("11-03 05:00").expects("ann", "US-China trade truce, weekly digest of 3 Nov 2025")


def test_quiet_hours_hold_the_message_and_it_says_so(story: Timeline) -> None:
    story.subscribes("ann", quiet_from=time(22), quiet_to=time(7), time_zone="Europe/Berlin").subscribes("ben")
    story.at("10-29 22:00").publishes(CUT).expects_nothing("ann").expects("ben", FENTANYL)
    story.at("10-30 05:59").expects_nothing("ann").at("10-30 06:00").expects("ann", FENTANYL)
    assert "It waited for the end of your quiet hours (22:00 to 07:00)." in story.last("ann").words
    story.at("10-30 12:00").publishes(RULES).expects("ann", CONTROLS)


# Silences, pauses, acknowledgements.


def test_a_silence_holds_for_what_it_covers_and_no_longer_than_it_says(story: Timeline) -> None:
    story.subscribes("ann").subscribes("ben")
    until = moment("10-31 00:00")
    story.store.add_silence(Silence("sil_1", STORY, until, "we know", "ann", topic="rare_earths"), story.now)
    story.at("10-30 04:00").publishes(RULES).expects_nothing("ann").expects("ben", CONTROLS)
    story.publishes(CUT).expects("ann", FENTANYL)
    assert ("dropped", "silenced") in story.fates("ann")
    story.at("10-31 04:00").publishes("China has lifted the October rare earth export controls for good")
    story.expects("ann", CONTROLS)


def test_an_operators_silence_is_for_everybody(story: Timeline) -> None:
    story.subscribes("ann").subscribes("ben")
    story.store.add_silence(Silence("sil_1", STORY, moment("11-30 00:00"), "a bad feed", source="Herald"), story.now)
    story.at("10-30 04:00").publishes(RULES, outlet="Herald").expects_nothing("ann", "ben")


def test_nobody_is_told_while_he_pauses(story: Timeline) -> None:
    story.subscribes("ann").changes("ann", paused=True)
    story.at("10-30 04:00").publishes(CUT).expects_nothing("ann")
    assert story.fates("ann") == [("dropped", "paused")]
    story.changes("ann", paused=False).at("10-30 05:00").publishes(RULES).expects("ann", CONTROLS)


def test_a_date_that_was_acknowledged_is_not_announced_any_more(story: Timeline) -> None:
    story.subscribes("ann", kinds=("deadline",), facts=("us_tariff_additional",))
    story.at("10-29 04:00").expects("ann", "Additional US tariff on all Chinese goods: would start in 3 days")
    noted = Acknowledged("ann", "us_tariff_additional", "effective", date(2025, 11, 1))
    assert story.store.acknowledge(noted, story.now)
    assert not story.store.acknowledge(noted, story.now)
    story.at("11-03 00:00").expects_nothing("ann")
    assert set(story.fates("ann")[1:]) == {("dropped", "acknowledged")}


# Deadlines.


def test_each_subscriber_chooses_the_days_on_which_he_is_reminded(story: Timeline) -> None:
    about = {"kinds": ("deadline",), "facts": ("china_rare_earth_controls",)}
    story.subscribes("ann", deadline_days=(20, 2), **about).subscribes("ben", **about)
    story.at("11-12 00:00").expects("ann", f"{CONTROLS}: starts in 20 days").expects_nothing("ben")
    story.at("11-24 12:00").expects_nothing("ann").expects("ben", f"{CONTROLS}: starts in 7 days")
    story.at("11-30 12:00").expects("ann", f"{CONTROLS}: starts in 2 days")
    story.expects("ben", f"{CONTROLS}: starts in 3 days", f"{CONTROLS}: starts tomorrow")


def test_after_an_outage_each_gets_the_last_of_his_own_reminders(story: Timeline) -> None:
    about = {"kinds": ("deadline",), "facts": ("china_rare_earth_controls",)}
    story.subscribes("ann", deadline_days=(8, 7), **about).subscribes("ben", deadline_days=(9, 6), **about)
    story.at("11-21 12:00").sleeps_until("11-26 08:00")
    story.expects("ann", f"{CONTROLS}: starts in 7 days").expects("ben", f"{CONTROLS}: starts in 6 days")


def test_an_outage_over_several_dates_ends_with_one_message_that_says_what_came_and_went(story: Timeline) -> None:
    story.subscribes("ann", kinds=("deadline",)).sleeps_until("11-05 09:00")
    assert len(story.arrived["ann"]) == 1
    words = " ".join(story.last("ann").words.split())
    assert "Additional US tariff on all Chinese goods: the start, 1 Nov 2025, went by" in words
    assert "Trump-Xi meeting in South Korea: the date, 30 Oct 2025, went by" in words
    assert "tomorrow" not in words
    assert "Deltawire did not look at the calendar from 28 Oct 2025 to 5 Nov 2025" in words


def test_a_day_is_announced_when_it_has_begun_where_the_reader_is(story: Timeline) -> None:
    story.subscribes("ann", kinds=("deadline",), facts=("us_tariff_additional",), time_zone="America/New_York")
    story.subscribes("ben", kinds=("deadline",), facts=("us_tariff_additional",), time_zone="Asia/Tokyo")
    story.at("10-29 03:59").expects_nothing("ann").expects("ben", "Additional US tariff")
    story.at("10-29 04:00").expects("ann", "Additional US tariff on all Chinese goods: would start in 3 days")


def test_a_reminder_that_waited_for_days_says_how_many_are_left_now(story: Timeline) -> None:
    asks = {"kinds": ("deadline",), "facts": ("china_rare_earth_controls",), "digest": "weekly", "digest_hour": 6}
    story.subscribes("ann", digest_day=3, deadline_days=(7, 5), **asks)  # Thursdays, as 27 November
    story.subscribes("ben", digest_day=0, deadline_days=(7, 5), **asks)  # Mondays, as 1 December
    story.subscribes("cat", digest_day=1, deadline_days=(7,), **asks)  # Tuesdays, as 2 December
    story.at("11-24 06:00").expects("ben", "US-China trade truce, weekly digest of 24 Nov 2025: 1 date")
    story.at("11-27 05:59").expects_nothing("ann", "ben").expects(
        "cat", "US-China trade truce, weekly digest of 25 Nov"
    )
    assert "starts in 6 days, on 1 Dec 2025" in " ".join(story.last("cat").words.split())
    story.at("11-27 06:00").expects("ann", "US-China trade truce, weekly digest of 27 Nov 2025: 1 date")
    assert "starts in 4 days, on 1 Dec 2025" in " ".join(story.last("ann").words.split())
    assert "1 Dec 2025: 4 days left." in story.last("ann").words
    story.at("12-01 06:00").expects("ben", "US-China trade truce, weekly digest of 1 Dec 2025: 1 date")
    assert "starts today, 1 Dec 2025" in " ".join(story.last("ben").words.split())
    story.at("12-02 06:00").expects("cat", "US-China trade truce, weekly digest of 2 Dec 2025: 1 date")
    assert "1 Dec 2025, went by and nothing was reported" in " ".join(story.last("cat").words.split())


def test_a_reminder_that_waits_for_the_morning_is_dropped_when_its_date_moves(story: Timeline) -> None:
    asks = {"kinds": ("deadline",), "facts": ("china_rare_earth_controls",)}
    story.subscribes("ann", quiet_from=time(22), quiet_to=time(7), **asks)
    story.at("11-24 01:00").publishes("China delays the start of its rare earth export controls to 15 January 2026")
    story.at("11-24 07:00").expects("ann", f"{CONTROLS}: start moved, 1 Dec 2025 → 15 Jan 2026")
    assert story.fates("ann")[0] == ("dropped", "superseded")


def test_a_message_in_the_outbox_is_made_anew_without_the_reminder_whose_date_moved(story: Timeline) -> None:
    story.subscribes("ann", kinds=("deadline",), digest="daily", digest_hour=1)
    story.at("10-29 00:59").expects_nothing("ann")
    story.holds_the_post().at("10-29 01:00").publishes("Trump and Xi call off their meeting in South Korea")
    story.lets_the_post_go().at("10-29 01:01")
    [message] = story.arrived["ann"][-1:]
    assert "takes place tomorrow" not in message.words
    assert "Additional US tariff on all Chinese goods: would start in 3 days" in message.words


# Many subscribers.


def test_many_subscribers_are_told_in_several_commits_each_once(
    story: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "AT_ONCE", 3)
    everybody = [f"reader{number}" for number in range(8)]
    for who in everybody:
        story.subscribes(who)
    story.at("10-30 04:00").publishes(CUT)
    for who in everybody:
        story.expects(who, FENTANYL)
    assert story.store.fan_outs([STORY], 1) == ()


def test_a_fan_out_that_broke_off_goes_on_where_it_was_and_two_workers_tell_nobody_twice(
    story: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "AT_ONCE", 2)
    everybody = [f"reader{number}" for number in range(6)]
    for who in everybody:
        story.subscribes(who)
    story.at("10-30 04:00").holds_the_post()
    ticks = story.ticks
    monkeypatch.setattr(story, "ticks", lambda: story)  # nobody goes on with it yet
    story.publishes(CUT)
    [waiting] = story.store.fan_outs([STORY], 1)
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: pipeline.fan_out(waiting, story.now, story.desk), range(4)))
    assert sorted(made) == [0, 0, 0, 2]
    monkeypatch.setattr(story, "ticks", ticks)
    story.lets_the_post_go()
    for who in everybody:
        story.expects(who, FENTANYL)


def test_two_workers_that_release_the_same_make_one_message(story: Timeline) -> None:
    story.subscribes("ann", group_wait=600).at("10-30 04:00").publishes(CUT).at("10-30 04:09")
    later = moment("10-30 04:10")
    with ThreadPoolExecutor(4) as threads:
        made = list(threads.map(lambda _: pipeline.release(["ann"], later, story.desk), range(4)))
    assert sorted(made) == [0, 0, 0, 1]


def test_who_ends_his_subscription_while_something_waits_is_not_told(story: Timeline) -> None:
    story.subscribes("ann", group_wait=600).at("10-30 04:00").publishes(CUT)
    story.store.disable_subscription("ann", "unsubscribed")
    story.at("10-30 05:00").expects_nothing("ann")
    assert story.fates("ann") == [("dropped", "ended")]


# What crosses what.

RISE = "Trump threatened to raise the fentanyl tariff on Chinese goods to 30 percent"


def fails(story: Timeline, leased: Leased) -> None:
    error = TransportError("no answer", permanent=False)
    story.store.record([Result(leased, story.now, error=error, retry_at=story.now + timedelta(seconds=5))])


@pytest.mark.parametrize("last", [True, False])
def test_what_was_told_before_is_left_out_of_a_message_that_tells_something_new(story: Timeline, last: bool) -> None:
    other = "and the reciprocal tariff on Chinese goods to 40 percent"
    story.subscribes("ann").at("10-30 04:00").publishes(f"{RISE}.")
    both = f"{RISE} {other}." if last else f"Trump threatened to raise {other.removeprefix('and ')}. {RISE}."
    story.at("10-30 05:00").publishes("Threats from Washington", both, outlet="Herald")
    story.expects("ann", f"{FENTANYL}: in prospect", "US reciprocal tariff on Chinese goods: in prospect")
    assert FENTANYL not in story.last("ann").words


def test_a_message_that_is_out_while_a_date_moves_is_made_anew_if_it_does_not_get_through(story: Timeline) -> None:
    story.subscribes("ann", kinds=("deadline",), digest="daily", digest_hour=1)
    story.at("10-29 00:59").holds_the_post().at("10-29 01:00")
    [leased] = story.store.lease("worker", story.now, 60, 10, 10)
    story.publishes("Trump and Xi call off their meeting in South Korea")
    fails(story, leased)
    story.lets_the_post_go().at("10-29 01:01")
    message = story.last("ann")
    assert "Additional US tariff on all Chinese goods: would start in 3 days" in message.words
    assert "takes place tomorrow" not in message.words


def test_a_report_of_what_held_before_bears_nothing_out(story: Timeline) -> None:
    story.subscribes("ann", corroborate="always").at("10-30 04:00").publishes(CUT)
    story.at("10-30 04:10").publishes("The fentanyl tariff on Chinese goods stands at 20 percent", outlet="Herald")
    story.expects_nothing("ann").at("10-30 05:00").expects("ann", FENTANYL)
    assert "Borne out" not in story.last("ann").words


def test_a_message_that_is_out_when_its_reader_unsubscribes_is_not_tried_again(story: Timeline) -> None:
    story.subscribes("ann").at("10-30 04:00").holds_the_post().publishes(CUT)
    [leased] = story.store.lease("worker", story.now, 60, 10, 10)
    story.store.disable_subscription("ann", "unsubscribed")
    fails(story, leased)
    story.lets_the_post_go().at("10-30 09:00").expects_nothing("ann")
    assert story.store.due_deliveries(story.now) == 0


def test_who_unsubscribes_between_plan_and_commit_is_not_told(story: Timeline, monkeypatch: pytest.MonkeyPatch) -> None:
    story.subscribes("ann").at("10-30 04:00")
    commit = story.store.commit

    def late(*given: Any, **more: Any) -> Committed:
        story.store.disable_subscription("ann", "unsubscribed")
        return commit(*given, **more)

    monkeypatch.setattr(story.store, "commit", late)
    story.publishes(CUT).expects_nothing("ann")
    assert story.store.due_deliveries(story.now) == 0


def test_what_waits_to_be_sent_to_one_who_pauses_goes_out_when_he_resumes(story: Timeline) -> None:
    story.subscribes("ann").at("10-30 04:00").holds_the_post().publishes(CUT)
    story.changes("ann", paused=True).lets_the_post_go().at("10-30 09:00").expects_nothing("ann")
    assert story.store.due_deliveries(story.now) == 0
    story.changes("ann", paused=False).ticks().expects("ann", FENTANYL)


def test_a_denial_reaches_what_waits_for_those_who_ask_for_no_corrections(story: Timeline) -> None:
    story.subscribes("ann", kinds=("deadline",), corroborate="always", facts=("china_rare_earth_controls",))
    story.at("10-30 04:00").publishes(RULES).at("10-30 04:30").publishes(DENIED, outlet="Herald")
    story.at("10-30 09:00").expects_nothing("ann")


def test_a_correction_reaches_those_who_come_late_in_a_long_list(
    story: Timeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "AT_ONCE", 1)
    story.subscribes("ann").subscribes("zed").at("10-30 04:00").publishes(RULES)
    story.expects("ann", CONTROLS).expects("zed", CONTROLS).changes("zed", topics=("summit",))
    story.at("10-30 05:00").publishes(DENIED, outlet="Herald")
    story.expects("ann", "Denied").expects("zed", "Denied")


def test_what_waits_is_dropped_when_its_reader_asks_for_something_else(story: Timeline) -> None:
    story.subscribes("ann", group_wait=600).at("10-30 04:00").publishes(CUT)
    story.changes("ann", topics=("summit",)).at("10-30 05:00").expects_nothing("ann")
    assert story.fates("ann") == [("dropped", "topic")]
