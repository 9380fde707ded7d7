from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from worker.retries import next_attempt, next_evaluation, next_poll

NOW = datetime(2025, 11, 1, 12, tzinfo=UTC)


def wait(moment: datetime | None) -> float | None:
    return (moment - NOW).total_seconds() if moment else None


def test_deliveries_climb_the_ladder_and_are_given_up_after_the_eighth_attempt() -> None:
    waits = [wait(next_attempt(made, NOW, most=8)) for made in range(1, 9)]
    assert waits == [5, 300, 1800, 7200, 18000, 36000, 36000, None]


def test_an_operator_who_wants_fewer_attempts_gets_fewer() -> None:
    assert next_attempt(3, NOW, most=3) is None
    assert wait(next_attempt(2, NOW, most=3)) == 300


@pytest.mark.parametrize(("spread", "seconds"), [(0, 270), (1, 330)])
def test_attempts_that_failed_together_come_back_apart(spread: float, seconds: float) -> None:
    assert wait(next_attempt(2, NOW, most=8, spread=spread)) == pytest.approx(seconds)


@pytest.mark.parametrize(("asked", "seconds"), [(120, 120), (1, 5), (1e9, 86400)])
def test_a_receiver_that_asks_for_a_pause_gets_it_up_to_a_day(asked: float, seconds: float) -> None:
    assert wait(next_attempt(1, NOW, most=8, retry_after=asked)) == seconds


def test_a_feed_that_fails_is_tried_soon_and_then_ever_less_often() -> None:
    waits = [wait(next_poll(failures, 900, NOW)) for failures in (0, 1, 2, 3, 6, 10, 1000)]
    assert waits == [900, 30, 60, 120, 960, 15360, 21600]


def test_a_feed_that_will_not_mend_itself_is_not_hammered() -> None:
    assert [wait(next_poll(failures, 900, NOW, permanent=True)) for failures in (1, 2, 3)] == [900, 1800, 3600]


def test_a_feed_polled_once_a_day_is_not_polled_more_often_for_failing() -> None:
    assert wait(next_poll(20, 86400, NOW, permanent=True)) == 86400


@pytest.mark.parametrize(("asked", "seconds"), [(3600, 3600), (5, 30), (1e9, 86400)])
def test_a_feeds_retry_after_is_obeyed_up_to_a_day(asked: float, seconds: float) -> None:
    assert wait(next_poll(1, 900, NOW, retry_after=asked)) == seconds


def test_an_article_that_raises_is_tried_again_ever_later() -> None:
    assert [next_evaluation(made, NOW) - NOW for made in (1, 2, 3)] == [timedelta(seconds=s) for s in (10, 20, 40)]
