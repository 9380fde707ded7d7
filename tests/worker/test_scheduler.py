"""Of several schedulers one leads; a tick only asks, and one that fails costs nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from tests.servers import wait_until
from worker.scheduler import LEASE, Leader, run
from worker.store import Store

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def candidate(store: Store) -> Callable[[str], tuple[Leader, list[datetime]]]:
    def make(owner: str) -> tuple[Leader, list[datetime]]:
        asked: list[datetime] = []
        return Leader(store, 2, asked.append, owner), asked

    return make


def test_one_leads_and_the_other_stands_by(candidate: Callable[[str], tuple[Leader, list[datetime]]]) -> None:
    (first, asked_first), (second, asked_second) = candidate("a"), candidate("b")

    for seconds in (0, 2, 4):
        assert first.tick(NOW + timedelta(seconds=seconds))
        assert not second.tick(NOW + timedelta(seconds=seconds + 1))

    assert len(asked_first) == 3
    assert asked_second == []


def test_a_leader_that_is_gone_is_replaced_after_its_lease_under_a_higher_epoch(
    candidate: Callable[[str], tuple[Leader, list[datetime]]],
) -> None:
    (first, _), (second, asked) = candidate("a"), candidate("b")
    first.tick(NOW)
    end = NOW + timedelta(seconds=first.lease_seconds)

    assert not second.tick(end - timedelta(seconds=1))
    assert second.tick(end)

    assert asked == [end]
    assert (first.epoch, second.epoch) == (1, 2)
    assert not first.tick(end + timedelta(seconds=1)), "it wakes up, and sees that it was replaced"


def test_a_leader_that_stops_hands_over_at_once(candidate: Callable[[str], tuple[Leader, list[datetime]]]) -> None:
    (first, _), (second, _) = candidate("a"), candidate("b")
    first.tick(NOW)
    first.step_down(NOW)

    assert second.tick(NOW)


def test_a_tick_that_fails_leaves_no_sign_of_life(store: Store) -> None:
    def broken(_now: datetime) -> None:
        raise OSError("no way to the database")

    with pytest.raises(OSError, match="no way"):
        Leader(store, 2, broken, "a").tick(NOW)

    assert store.heartbeats() == ()


def test_the_sign_of_life_says_who_leads(
    candidate: Callable[[str], tuple[Leader, list[datetime]]], store: Store
) -> None:
    candidate("host-a:1")[0].tick(NOW)
    candidate("host-b:1")[0].tick(NOW)

    beats = {beat.instance: beat.detail["leads"] for beat in store.heartbeats() if beat.role == "scheduler"}
    assert beats == {"host-a": True, "host-b": False}


def test_ticks_go_on_after_one_that_failed_and_the_lead_is_given_back_at_the_end(store: Store) -> None:
    ticks, stop = 0, threading.Event()

    def fails_at_first(_now: datetime) -> None:
        nonlocal ticks
        ticks += 1
        if ticks == 1:
            raise OSError("not yet")

    leader = Leader(store, 0.1, fails_at_first, "a")
    thread = threading.Thread(target=run, args=(leader, stop.wait))
    thread.start()
    try:
        wait_until(lambda: ticks >= 3, "three ticks")
    finally:
        stop.set()
        thread.join()

    assert store.acquire(LEASE, "b", datetime.now(UTC), 10) == 2
