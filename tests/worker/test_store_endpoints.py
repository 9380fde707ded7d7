"""Endpoints that fail, owners who are told, secrets that rotate and are sealed, dead letters that are sent again."""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from tests.servers import Mailbox
from tests.worker.answers import record_failure, record_sent
from tests.worker.samples import NOW, later, ledger, subscription
from tests.worker.test_store_outbox import PACK, lease, rows, tell
from worker import pipeline
from worker.desk import Desk
from worker.errors import Ending, TransportError, WrongUse
from worker.settings import Settings
from worker.store import Ended, Leased, Store, tables
from worker.store.outbox import RESENT

SECRET, NEW = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
BUSY = TransportError("the endpoint answered 503", permanent=False, status=503)


@pytest.fixture
def opened(store: Store) -> Store:
    store.open_story(PACK, ledger(), NOW)
    store.add_subscription(subscription(), NOW)
    return store


def fails(store: Store, leased: Leased, **after: float) -> str:
    return record_failure(store, leased, later(**after), BUSY, later(**after) + timedelta(hours=1))


def kept(store: Store) -> list[str | None]:
    with store.read() as connection:
        return list(connection.execute(select(tables.subscriptions.c.secret)).scalars())


def test_an_endpoint_that_failed_for_five_days_is_disabled_and_what_waits_can_be_sent_again(opened: Store) -> None:
    tell(opened, 2)
    first, second = lease(opened)
    assert fails(opened, first) == "pending"
    opened.give_back([second], NOW)
    [again] = lease(opened, later(days=5), limit=1)
    fails(opened, again, days=5)
    reason = "nothing got through for 5 days; the last time, the endpoint answered 503"
    assert opened.ended_subscriptions() == (Ended("sub_1", PACK.id, subscription().address, "", reason),)
    assert {(row.state, row.reason) for row in rows(opened)} == {("dead", reason)}

    opened.enable_subscription("sub_1")
    assert len(opened.subscriptions()) == 1
    assert opened.resend_since(NOW, later(days=6), subscription="sub_1") == 2
    taken = lease(opened, later(days=6))
    assert {one.id for one in taken} == {first.id, second.id}
    fails(opened, taken[0], days=6)
    assert len(opened.subscriptions()) == 1, "the five days begin anew"


@pytest.mark.parametrize("meanwhile", ["a success", "less than five days"])
def test_an_endpoint_that_something_got_through_to_is_not_disabled(opened: Store, meanwhile: str) -> None:
    tell(opened, 2)
    first, second = lease(opened)
    fails(opened, first)
    if meanwhile == "a success":
        record_sent(opened, second, later(days=3), 200, "")
    [again] = lease(opened, later(days=4, hours=23), limit=1)
    fails(opened, again, **({"days": 6} if meanwhile == "a success" else {"days": 4, "hours": 23}))
    assert (len(opened.subscriptions()), opened.ended_subscriptions()) == (1, ())


def test_a_mail_server_that_is_down_for_days_ends_no_subscription(opened: Store) -> None:
    opened.disable_subscription("sub_1", "removed by the operator")
    opened.add_subscription(subscription(2, channel="email", address="ann@reader.example", secret=None), NOW)
    tell(opened)
    for days in (0, 6):
        [leased] = lease(opened, later(days=days))
        fails(opened, leased, days=days)
    assert [one.id for one in opened.subscriptions()] == ["sub_2"]


def test_what_a_person_ended_is_not_taken_up_again_by_mistake(opened: Store) -> None:
    opened.disable_subscription("sub_1", "unsubscribed by the link in a mail")
    with pytest.raises(WrongUse):
        opened.enable_subscription("sub_1")
    with pytest.raises(WrongUse):
        opened.enable_subscription("sub_9")


def test_a_secret_that_rotates_signs_with_both_for_a_time(opened: Store) -> None:
    tell(opened)
    until = opened.rotate_secret("sub_1", NEW, NOW, timedelta(hours=24))
    assert until == later(hours=24)
    [leased] = lease(opened)
    assert leased.secret == f"{NEW} {SECRET}"
    opened.give_back([leased], NOW)
    assert lease(opened, later(hours=24))[0].secret == NEW
    with pytest.raises(WrongUse):
        opened.rotate_secret("sub_9", NEW, NOW, timedelta())


def test_one_that_is_sent_again_keeps_its_id_and_body_says_so_and_has_all_its_attempts(opened: Store) -> None:
    tell(opened)
    [first] = lease(opened)
    record_failure(opened, first, NOW, TransportError("no", permanent=True), None)
    with pytest.raises(WrongUse, match="there is no delivery"):
        opened.resend("dlv_9", NOW)
    opened.resend(first.id, later(days=1))
    with pytest.raises(WrongUse, match="still pending"):
        opened.resend(first.id, later(days=1))
    [again] = lease(opened, later(days=1))
    assert (again.id, again.body, again.attempt, again.attempts_before) == (first.id, first.body, 2, 1)
    assert again.headers == {**first.headers, RESENT: "2025-11-06T12:00:00Z"}
    opened.reap(later(days=2), 1)
    assert [row.state for row in rows(opened)] == ["dead"], "one attempt was all that it had"
    found = opened.delivery(first.id)
    assert found
    assert [one.outcome for one in found[1]] == ["refused", "lost"]


def test_nothing_is_sent_again_to_a_subscription_that_ended(opened: Store) -> None:
    tell(opened)
    [leased] = lease(opened)
    record_failure(opened, leased, NOW, TransportError("gone", permanent=True, status=410, ends=Ending.GONE), None)
    with pytest.raises(WrongUse, match="ended"):
        opened.resend(leased.id, NOW)
    assert opened.resend_since(NOW, NOW) == 0


def test_only_what_is_dead_and_was_made_since_then_is_sent_again(opened: Store) -> None:
    tell(opened, 3)
    dead, sent, _waits = lease(opened)
    record_failure(opened, dead, NOW, TransportError("no", permanent=True), None)
    record_sent(opened, sent, NOW, 200, "")
    assert [one.id for one in opened.deliveries(state="dead", limit=9)] == [dead.id]
    assert (opened.resend_since(later(seconds=1), NOW), opened.resend_since(NOW, NOW)) == (0, 1)
    assert {row.id for row in rows(opened) if row.state == "pending"} == {dead.id}


def test_attempts_are_forgotten_after_their_time_but_not_those_of_what_has_no_end(opened: Store) -> None:
    tell(opened, 2)
    done, waits = lease(opened)
    record_sent(opened, done, NOW, 200, "")
    fails(opened, waits)
    assert not opened.old_attempts(NOW)
    assert opened.old_attempts(later(seconds=1))
    assert opened.prune_attempts(later(seconds=1)) == 1
    assert (opened.prune_attempts(later(seconds=1)), opened.old_attempts(later(seconds=1))) == (0, False)
    found = opened.delivery(waits.id)
    assert found
    assert len(found[1]) == 1


def test_a_secret_is_sealed_in_the_database_and_the_key_is_its_owners_alone(lite: Store, settings: Settings) -> None:
    lite.open_story(PACK, ledger(), NOW)
    lite.add_subscription(subscription(), NOW)
    [sealed] = kept(lite)
    assert sealed
    assert sealed.startswith("sealed:")
    assert SECRET.removeprefix("whsec_") not in sealed
    key = settings.data_dir / "secrets.key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    again = Store.open(settings)
    tell(again)
    assert lease(again)[0].secret == SECRET
    again.close()


def test_a_key_that_rotates_opens_what_was_sealed_before_and_reaches_processes_that_run(
    lite: Store, settings: Settings
) -> None:
    lite.open_story(PACK, ledger(), NOW)
    lite.add_subscription(subscription(), NOW)
    running, before = Store.open(settings), kept(lite)
    assert running.subscription("sub_1") == subscription()
    assert lite.new_key()
    assert lite.seal_secrets(anew=True) == 1
    assert kept(lite) != before
    assert running.subscription("sub_1") == subscription()
    running.close()


def test_secrets_of_before_there_was_a_key_are_sealed_once(lite: Store, settings: Settings) -> None:
    plain = Store.open(settings.database)
    plain.open_story(PACK, ledger(), NOW)
    plain.add_subscription(subscription(), NOW)
    assert kept(lite) == [SECRET]
    assert (lite.seal_secrets(), lite.seal_secrets()) == (1, 0)
    assert kept(lite) != [SECRET]
    assert lite.subscription("sub_1") == subscription()
    plain.close()


def test_a_secret_whose_key_is_gone_holds_up_no_other_delivery(lite: Store, settings: Settings) -> None:
    lite.open_story(PACK, ledger(), NOW)
    lite.add_subscription(subscription(), NOW)
    (settings.data_dir / "secrets.key").unlink()
    other = Store.open(settings)
    other.add_subscription(subscription(2), NOW)
    tell(other)
    assert {one.subscription_id: one.secret for one in lease(other)} == {"sub_1": None, "sub_2": SECRET}
    other.close()


def test_the_owner_of_an_endpoint_is_told_once_that_it_was_disabled_and_later_where_no_mail_goes_out(
    opened: Store, settings_for: Callable[..., Settings], mailbox: Mailbox
) -> None:
    desk = Desk(settings_for(smtp_host="127.0.0.1", smtp_port=mailbox.port), opened, {})
    opened.set_contact("sub_1", "ops@endpoint.example")
    tell(opened)
    [leased] = lease(opened)
    record_failure(opened, leased, NOW, TransportError("it is gone", permanent=True, ends=Ending.GONE), None)

    mailbox.refusal = "451 later"
    assert asyncio.run(pipeline.tell_owners(NOW, desk)) == 0
    mailbox.refusal = None
    assert asyncio.run(pipeline.tell_owners(NOW, desk)) == 0, "not at once again"
    assert asyncio.run(pipeline.tell_owners(later(minutes=10), desk)) == 1
    assert asyncio.run(pipeline.tell_owners(later(days=1), desk)) == 0
    [mail] = mailbox.got(1)
    assert (mail["To"], mail.defects) == ("ops@endpoint.example", [])
    assert "it is gone" in mail.get_content()
    assert "deltawire subscriptions enable sub_1" in mail.get_content()
