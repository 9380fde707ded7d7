"""The outbox: leases, attempts, retries, and what is done about workers that do not come back. On both databases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select

from rules import PartialDate, Phase
from tests.worker.answers import record_failure, record_sent
from tests.worker.samples import NOW, STORY, deadline, finding, later, ledger, pack, subscription
from worker.alerts import Telling, plan
from worker.errors import Ending, LeaseLost, TransportError
from worker.store import Leased, Reaped, Result, Store, tables
from worker.store.outbox import SUSPECT

PACK = replace(pack(), feeds=())
FACTS = tuple(PACK.facts)


def mail(told: Sequence[Telling], *_: object) -> bytes:
    return told[0].alert.headline.encode()


@pytest.fixture
def opened(store: Store) -> Store:
    store.open_story(PACK, ledger(), NOW)
    return store


def tell(store: Store, number: int = 1, now: datetime = NOW) -> None:
    """Make `number` alerts for everybody."""
    findings = [finding(fact=fact) for fact in FACTS[:number]]
    story, everybody = store.story(STORY), store.subscriptions()
    made = plan(PACK, findings, [], everybody, now, ledger=story.ledger, mail=mail)
    assert store.commit(story, story.ledger, made, now).deliveries == number * len(everybody)


def lease(store: Store, now: datetime = NOW, limit: int = 100, per_endpoint: int = 100) -> tuple[Leased, ...]:
    return store.lease("me", now, 60, limit, per_endpoint)


def rows(store: Store) -> Sequence[Any]:
    with store.read() as connection:
        return connection.execute(select(tables.deliveries).order_by(tables.deliveries.c.id)).all()


def history(store: Store) -> list[tuple[int, str, int | None, str | None]]:
    a = tables.attempts.c
    with store.read() as connection:
        found = connection.execute(select(a.number, a.outcome, a.status, a.error).order_by(a.number)).all()
    return [tuple(row) for row in found]


def test_a_lease_hands_out_what_was_made_and_counts_the_attempt_before_anything_is_sent(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened)
    assert opened.due_deliveries(NOW) == 1
    [leased] = lease(opened)
    assert (leased.address, leased.channel, leased.attempt) == ("https://hooks1.example/in", "webhook", 1)
    assert leased.secret == subscription().secret
    assert leased.body.startswith(b'{"type":"alert.change"')
    assert leased.headers == {"Content-Type": "application/json"}
    [row] = rows(opened)
    assert (row.state, row.attempts, row.owner, row.leased_until) == ("leased", 1, "me", later(seconds=60))
    assert history(opened) == [(1, "started", None, None)]
    assert (lease(opened), opened.due_deliveries(NOW)) == ((), 0)


def test_what_was_sent_is_not_sent_again(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened)
    [leased] = lease(opened)
    record_sent(opened, leased, later(seconds=1), 200, "thanks")
    [row] = rows(opened)
    assert (row.state, row.sent_at, row.leased_until, row.owner) == ("sent", later(seconds=1), None, None)
    assert history(opened) == [(1, "sent", 200, None)]
    assert lease(opened, later(days=9)) == ()


def test_a_failed_attempt_is_tried_again_when_it_is_due_with_the_same_id_and_body(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened)
    [first] = lease(opened)
    error = TransportError("the receiver said 503", permanent=False, status=503)
    assert record_failure(opened, first, NOW, error, later(seconds=5)) == "pending"
    assert lease(opened, later(seconds=4)) == ()
    [second] = lease(opened, later(seconds=5))
    assert (second.id, second.body, second.attempt) == (first.id, first.body, 2)
    assert second.fence == first.fence + 1
    assert history(opened) == [(1, "failed", 503, "the receiver said 503"), (2, "started", None, None)]


@pytest.mark.parametrize(("permanent", "outcome"), [(True, "refused"), (False, "given up")])
def test_what_is_given_up_is_dead_and_says_why(opened: Store, permanent: bool, outcome: str) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened)
    [leased] = lease(opened)
    assert record_failure(opened, leased, NOW, TransportError("no such user", permanent=permanent), None) == "dead"
    assert [(row.state, row.reason) for row in rows(opened)] == [("dead", "no such user")]
    assert history(opened) == [(1, outcome, None, "no such user")]
    assert len(opened.subscriptions()) == 1


def test_a_receiver_that_is_gone_ends_its_subscription_and_what_waited_for_it(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened, 2)
    [leased] = lease(opened, limit=1)
    gone = TransportError("the receiver is gone", permanent=True, status=410, ends=Ending.GONE)
    record_failure(opened, leased, NOW, gone, None)
    assert opened.subscriptions() == ()
    assert {row.state: row.reason for row in rows(opened)} == dict.fromkeys(
        ("dead", "cancelled"), "the receiver is gone"
    )


def test_a_worker_that_comes_back_too_late_is_refused(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened)
    [late] = lease(opened)
    opened.reap(later(seconds=60), 8)
    with pytest.raises(LeaseLost):
        record_sent(opened, late, later(seconds=61), 200, "")
    [current] = lease(opened, later(seconds=61))
    with pytest.raises(LeaseLost):
        record_failure(opened, late, later(seconds=62), TransportError("x", permanent=True), None)
    record_sent(opened, current, later(seconds=63), 200, "")
    assert [outcome for _, outcome, *_ in history(opened)] == ["lost", "sent"]


def test_a_lease_is_freed_when_it_ends_and_not_before(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened)
    [first] = lease(opened)
    assert (opened.reap(later(seconds=59), 8), opened.expired_leases(later(seconds=59))) == (Reaped(), 0)
    assert opened.expired_leases(later(seconds=60)) == 1
    assert opened.reap(later(seconds=60), 8) == Reaped(freed=1)
    [second] = lease(opened, later(seconds=60))
    assert (second.id, second.attempt) == (first.id, 2)
    assert history(opened)[0] == (1, "lost", None, "the worker did not come back")


def test_a_delivery_that_takes_its_worker_down_every_time_is_given_up(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened)
    reaped = []
    for attempt in range(3):
        suspect = attempt >= 2
        assert len(opened.lease("me", later(minutes=attempt), 60, 9, 9, suspects=suspect)) == 1
        reaped.append(opened.reap(later(minutes=attempt + 1), 3))
    assert reaped == [Reaped(freed=1), Reaped(freed=1), Reaped(dead=1)]
    assert [(r.state, r.reason) for r in rows(opened)] == [("dead", "the worker did not come back from 3 attempts")]


@pytest.mark.parametrize("ending", ["fails", "is lost"])
def test_a_reminder_that_is_out_while_its_date_moves_is_not_tried_again(opened: Store, ending: str) -> None:
    opened.add_subscription(subscription(), NOW)
    story, everybody = opened.story(STORY), opened.subscriptions()
    due = plan(PACK, [], [deadline(Phase.DUE)], everybody, NOW, ledger=story.ledger, mail=mail)
    opened.commit(story, story.ledger, due, NOW)
    [leased] = lease(opened)
    event = deadline(Phase.MOVED, moved_to=PartialDate(2025, 11, 17))
    moved = plan(PACK, [], [event], (), NOW, ledger=story.ledger, mail=mail)
    assert opened.commit(story, story.ledger, moved, NOW).cancelled == 0
    if ending == "fails":
        error = TransportError("503", permanent=False, status=503)
        assert record_failure(opened, leased, NOW, error, later(seconds=5)) == "cancelled"
    else:
        assert opened.reap(later(minutes=1), 8) == Reaped(cancelled=1)
    assert [(r.state, r.reason) for r in rows(opened)] == [("cancelled", "the date was moved before this was sent")]


def test_a_reminder_that_is_out_while_its_date_moves_and_arrives_was_sent(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    story, everybody = opened.story(STORY), opened.subscriptions()
    for event in (deadline(Phase.DUE), deadline(Phase.CANCELLED)):
        made = plan(PACK, [], [event], everybody, NOW, ledger=story.ledger, mail=mail)
        opened.commit(story, story.ledger, made, NOW)
        if event.phase is Phase.DUE:
            [leased] = lease(opened)
    record_sent(opened, leased, NOW, 200, "")
    assert {(row.state, row.reason) for row in rows(opened)} == {("sent", None), ("pending", None)}


def test_no_endpoint_has_more_out_at_once_than_its_share(opened: Store) -> None:
    for number in (1, 2):
        opened.add_subscription(subscription(number), NOW)
    opened.add_subscription(subscription(3, address="https://hooks1.example/other"), NOW)
    tell(opened, 6)
    first = lease(opened, per_endpoint=4)
    assert Counter(leased.endpoint for leased in first) == {"hooks1.example": 4, "hooks2.example": 4}
    assert lease(opened, per_endpoint=4) == ()
    done = next(leased for leased in first if leased.endpoint == "hooks1.example")
    record_sent(opened, done, NOW, 200, "")
    assert [leased.endpoint for leased in lease(opened, per_endpoint=4)] == ["hooks1.example"]


def test_every_endpoint_gets_its_first_turn_before_another_gets_its_second(opened: Store) -> None:
    opened.add_subscription(subscription(1), NOW)
    tell(opened, 5)
    for number in (2, 3):
        opened.add_subscription(subscription(number), NOW)
    story = opened.story(STORY)
    late = plan(PACK, [finding(fact=FACTS[5])], [], opened.subscriptions(), NOW, ledger=story.ledger, mail=mail)
    opened.commit(story, story.ledger, late, later(seconds=1))
    first = lease(opened, later(seconds=1), limit=3)
    assert {leased.endpoint for leased in first} == {"hooks1.example", "hooks2.example", "hooks3.example"}


def test_an_endpoint_whose_workers_died_is_not_barred_for_ever(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened, 4)
    assert len(lease(opened, per_endpoint=2)) == 2
    assert lease(opened, later(seconds=59), per_endpoint=2) == ()
    assert len(lease(opened, later(seconds=60), per_endpoint=2)) == 2


def test_workers_that_look_at_once_never_get_the_same_delivery(opened: Store) -> None:
    for number in range(8):
        opened.add_subscription(subscription(number), NOW)
    tell(opened, 5)

    def drain(owner: int) -> list[str]:
        got: list[str] = []
        while some := opened.lease(str(owner), NOW, 60, 3, 100):
            got += [leased.id for leased in some]
        return got

    with ThreadPoolExecutor(4) as threads:
        taken = [delivery for got in threads.map(drain, range(4)) for delivery in got]
    # On PostgreSQL a worker passes over rows that another is just taking, and may stop early: the rest waits.
    taken += drain(9)
    assert len(taken) == len(set(taken)) == 40


def test_a_subscriber_who_left_is_sent_nothing_that_still_waits(opened: Store) -> None:
    opened.add_subscription(subscription(1), NOW)
    opened.add_subscription(subscription(2), NOW)
    tell(opened)
    opened.disable_subscription("sub_1", "unsubscribed")
    assert [leased.subscription_id for leased in lease(opened)] == ["sub_2"]


def test_one_that_took_its_worker_down_twice_is_leased_alone_and_holds_up_no_other(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened)
    for attempt in range(SUSPECT):
        [suspect] = lease(opened, later(minutes=attempt))
        opened.reap(later(minutes=attempt + 1), 8)
    story, everybody = opened.story(STORY), opened.subscriptions()
    more = [finding(fact=fact) for fact in FACTS[1:3]]
    opened.commit(story, story.ledger, plan(PACK, more, [], everybody, NOW, ledger=story.ledger, mail=mail), NOW)
    together = {leased.id for leased in lease(opened, later(minutes=3))}
    assert suspect.id not in together
    assert len(together) == 2
    [alone] = opened.lease("me", later(minutes=3), 60, 9, 9, suspects=True)
    assert (alone.id, alone.attempt) == (suspect.id, SUSPECT + 1)
    record_failure(opened, alone, later(minutes=3), TransportError("503", permanent=False), later(minutes=4))
    assert alone.id in {leased.id for leased in lease(opened, later(minutes=4))}, "it did not take its worker down"


def test_what_is_given_back_was_never_attempted(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened, 2)
    kept, back = lease(opened)
    opened.give_back([back], NOW)
    assert {row.id: (row.state, row.attempts, row.owner) for row in rows(opened)} == {
        kept.id: ("leased", 1, "me"),
        back.id: ("pending", 0, None),
    }
    assert len(history(opened)) == 1
    [again] = lease(opened)
    assert (again.id, again.attempt, again.fence) == (back.id, 1, back.fence + 1)
    opened.give_back([back], NOW)  # too late: it is somebody else's
    assert [row.state for row in rows(opened)] == ["leased", "leased"]


def test_what_came_of_many_is_recorded_at_once_and_what_was_lost_is_told_apart(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened, 3)
    sent, failed, lost = lease(opened)
    error = TransportError("503", permanent=False, status=503, kind="status 5xx", answer="busy")
    results = [
        Result(sent, later(seconds=1), 0.5, 200, "thanks"),
        Result(failed, later(seconds=1), 0.25, 503, "busy", error, later(seconds=9)),
        Result(replace(lost, fence=lost.fence + 1), later(seconds=1)),
    ]
    assert opened.record(results) == ["sent", "pending", None]
    assert {row.id: row.state for row in rows(opened)} == {sent.id: "sent", failed.id: "pending", lost.id: "leased"}
    kept = opened.delivery(failed.id)
    assert kept
    [attempt] = kept[1]
    assert (attempt.seconds, attempt.status, attempt.error_class, attempt.answer) == (0.25, 503, "status 5xx", "busy")


def test_an_endpoint_that_is_quick_is_leased_ahead(opened: Store) -> None:
    for number in (1, 2):
        opened.add_subscription(subscription(number), NOW)
    tell(opened, 6)
    taken = opened.lease("me", NOW, 60, 100, 2, quick=["hooks1.example"], ahead=5)
    assert Counter(leased.endpoint for leased in taken) == {"hooks1.example": 5, "hooks2.example": 2}


def test_a_lease_that_a_wrong_clock_took_far_into_the_future_runs_out_nonetheless(opened: Store) -> None:
    opened.add_subscription(subscription(), NOW)
    tell(opened)
    assert len(lease(opened, later(days=1))) == 1
    assert (opened.expired_leases(NOW), opened.expired_leases(NOW, 60)) == (0, 1)
    assert opened.reap(NOW, 8, 60) == Reaped(freed=1)
    assert len(lease(opened)) == 1
    assert opened.reap(NOW, 8, 60) == Reaped(), "a lease of today is left alone"
