"""Requests, letters and what is kept of a subscriber, on both databases."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select

from rules import Severity
from tests.worker.answers import record_sent
from tests.worker.samples import NOW, STORY, finding, later, subscription
from tests.worker.site import PACK, open_story, tell
from worker.alerts import Policy, Subscription, asked
from worker.alerts.signing import LINK_HOLDS, Request, Unanswered, confirm_token, hash_of
from worker.errors import LeaseLost, WrongUse
from worker.store import Letter, Store, new_subscription_id
from worker.store import tables as t

KEY = b"k" * 32
ANN, NEW = "ann@example.org", "ann@new.example"


@pytest.fixture
def store(store: Store) -> Store:
    open_story(store)
    return store


def wanted(address: str = ANN, **given: list[str]) -> Subscription:
    plain = Subscription(new_subscription_id(), STORY, "email", address, policy=Policy.usual("email"), confirmed=False)
    return asked(plain, given, PACK)


def asks(store: Store, one: Subscription, *, moves: bool = False) -> object:
    assert store.take_request(Request(one, moves, "here"), NOW)
    return store.answer_request(NOW, KEY)


def sent(store: Store) -> dict[str, Letter]:
    """The letters that are due, by their kind; all of them are sent."""
    letters = {letter.kind: letter for letter in iter(lambda: store.lease_letter(NOW, 60, 8), None)}
    for letter in letters.values():
        store.letter_sent(letter)
    return dict(letters)


def clicks(store: Store, kind: str = "confirm") -> object:
    """The link of the letter that is due."""
    letter = sent(store)[kind]
    return store.confirm(letter.id, hash_of(confirm_token(KEY, letter.id)), NOW, KEY)


def test_what_was_asked_for_is_entered_and_confirmed_as_it_was(store: Store) -> None:
    one = wanted(topics=["tariffs"], min_severity=["high"], quiet_from=["22:00"], quiet_to=["07:00"])
    assert asks(store, one) == "confirm"
    assert store.subscriptions() == (one,)
    assert clicks(store) is not None
    assert store.subscriptions() == (replace(one, confirmed=True),)
    assert one.min_severity is Severity.HIGH


def test_what_waits_is_in_no_index_and_what_is_confirmed_is(store: Store) -> None:
    asks(store, wanted(kinds=["change"]))
    subjects = {("change", "us_tariff_fentanyl", "tariffs")}
    assert store.audience(STORY, subjects).subscriptions == ()
    clicks(store)
    assert [it.address for it in store.audience(STORY, subjects).subscriptions] == [ANN]


def test_a_request_that_is_answered_keeps_no_address(store: Store) -> None:
    asks(store, wanted())
    with store.read() as connection:
        [row] = connection.execute(select(t.requests))
    assert (row.address, row.wishes, row.state) == ("", {}, "answered")


def test_two_workers_answer_each_request_once(store: Store) -> None:
    for number in range(10):
        store.take_request(Request(wanted(f"a{number}@example.org"), False, "here"), NOW)
    start = threading.Barrier(4)

    def work(_: int) -> int:
        start.wait()
        return sum(1 for _ in iter(lambda: store.answer_request(NOW, KEY), None))

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(work, range(4))) == 10
    with store.read() as connection:
        assert len(connection.execute(select(t.letters.c.id)).all()) == 10


def test_two_clicks_at_once_confirm_once(store: Store) -> None:
    asks(store, wanted())
    letter = store.lease_letter(NOW, 60, 8)
    assert letter is not None
    token, start = hash_of(confirm_token(KEY, letter.id)), threading.Barrier(4)

    def click(_: int) -> bool:
        start.wait()
        return store.confirm(letter.id, token, NOW, KEY) is not None

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(click, range(4))) == 1


def test_two_workers_send_a_letter_once_and_a_late_one_is_refused(store: Store) -> None:
    asks(store, wanted())
    first = store.lease_letter(NOW, 60, 8)
    assert store.lease_letter(NOW, 60, 8) is None
    second = store.lease_letter(later(seconds=60), 60, 8)
    assert first is not None
    assert second is not None
    assert (first.id, second.attempt) == (second.id, 2)
    with pytest.raises(LeaseLost):
        store.letter_sent(first)
    store.letter_sent(second)
    assert store.lease_letter(later(days=1), 60, 8) is None


def test_the_operator_can_have_an_address_asked_unless_it_is_subscribed(store: Store) -> None:
    one = store.ask_to_confirm(wanted(), NOW, KEY)
    assert store.ask_to_confirm(wanted(), NOW, KEY).id == one.id
    clicks(store)
    with pytest.raises(WrongUse, match="already"):
        store.ask_to_confirm(wanted(), NOW, KEY)


def test_an_address_moves_and_what_waited_there_gives_way(store: Store) -> None:
    asks(store, wanted())
    clicks(store)
    [ann] = store.subscriptions()
    asks(store, wanted(NEW))
    assert asks(store, replace(ann, address=NEW), moves=True) == "move"
    assert clicks(store, "move") is not None
    assert [(it.id, it.address) for it in store.subscriptions()] == [(ann.id, NEW)]
    assert sent(store)["moved"].address == ANN


def test_what_has_ended_does_not_move(store: Store) -> None:
    asks(store, wanted())
    clicks(store)
    [ann] = store.subscriptions()
    store.disable_subscription(ann.id, "enough")
    assert asks(store, replace(ann, address=NEW), moves=True) is Unanswered.ENDED


def test_forgetting_leaves_no_row_of_one_and_every_row_of_others(store: Store) -> None:
    for number, address in enumerate((ANN, "bob@example.org"), 1):
        store.add_subscription(subscription(number, channel="email", address=address, secret=None), NOW)
    tell(store, finding())
    for leased in store.lease("w", later(seconds=1), 60, 10, 10):
        record_sent(store, leased, later(seconds=2), 250, "OK")
    assert len(store.forget_subscription("sub_1")) == 1
    with store.read() as connection:
        rows = [str(row) for table in t.metadata.sorted_tables for row in connection.execute(select(table))]
        assert [row for row in rows if "sub_1" in row or ANN in row] == []
        for table in (t.deliveries, t.attempts, t.notices, t.subscriptions):
            assert len(connection.execute(select(table)).all()) == 1, table.name
    assert store.forget_subscription("sub_1") == []
    assert store.everything_on("sub_1") == {}


def test_what_is_not_confirmed_in_time_goes_and_what_is_stays(store: Store) -> None:
    asks(store, wanted())
    clicks(store)
    asks(store, wanted(NEW))
    assert store.tidy(NOW + LINK_HOLDS) == 1
    assert [it.address for it in store.subscriptions()] == [ANN]
    assert not store.correspondence_due(NOW + LINK_HOLDS)


def test_a_pause_by_the_manage_page_of_what_waits_confirms_nothing(store: Store) -> None:
    asks(store, wanted())
    [one] = store.subscriptions()
    store.change_subscription(replace(one, paused=True))
    store.change_subscription(replace(one, paused=False))
    assert [it.confirmed for it in store.subscriptions()] == [False]
