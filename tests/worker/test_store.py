"""The database itself, subscriptions, heartbeats and leases: on SQLite and on PostgreSQL."""

from __future__ import annotations

import stat
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select

from tests.worker.samples import NOW, STORY, later, ledger, pack, subscription
from worker.errors import DeltawireError, WrongUse
from worker.settings import Settings
from worker.store import Store, database, tables


def test_the_migrations_make_exactly_the_tables_that_the_queries_expect(store: Store) -> None:
    with store.read() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_the_version_that_is_checked_is_that_of_the_last_migration() -> None:
    assert ScriptDirectory(str(Path(database.__file__).parent / "migrations")).get_current_head() == database.VERSION


def test_migrating_again_changes_nothing(store: Store) -> None:
    store.open_story(pack(), ledger(), NOW)
    store.upgrade()
    store.check_version()
    assert store.stories() == (STORY,)


def test_two_processes_may_migrate_at_once(database_url: str) -> None:
    barrier = threading.Barrier(4)

    def migrate(_: int) -> None:
        own = Store.open(database_url)
        barrier.wait()
        own.upgrade()
        own.check_version()
        own.close()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(migrate, range(4)))


def test_tables_that_are_missing_are_told_with_what_to_do(database_url: str) -> None:
    with pytest.raises(DeltawireError, match="deltawire db upgrade"):
        Store.open(database_url).check_version()


def test_a_database_that_is_not_there_is_told_in_a_sentence() -> None:
    with pytest.raises(DeltawireError, match=r"^the database cannot be reached: .*Connection refused"):
        Store.open("postgresql://nobody:hunter2@127.0.0.1:1/x").check_version()


def test_a_sqlite_file_and_what_lies_beside_it_are_for_their_owner_alone(
    settings_for: Callable[..., Settings],
) -> None:
    settings = settings_for()
    store = Store.open(settings)
    store.upgrade()
    with store.read():
        files = sorted(Path(settings.data_dir).iterdir())
        assert [file.name for file in files] == ["deltawire.db", "deltawire.db-shm", "deltawire.db-wal"]
        assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_data_folder_with_odd_characters_in_its_name_works(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/50% off, été/x.db")
    store.upgrade()
    store.check_version()
    assert (tmp_path / "50% off, été" / "x.db").stat().st_size > 0


def test_moments_come_back_in_utc_and_naive_ones_are_refused(store: Store) -> None:
    there = datetime(2025, 11, 1, 2, 30, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    store.beat("web", "a", there)
    [beat] = store.heartbeats()
    assert (beat.at, beat.at.utcoffset()) == (there, timedelta())
    with pytest.raises(Exception, match="has no time zone"):
        store.beat("web", "a", datetime(2025, 11, 1))  # noqa: DTZ001 - that is the point


def test_moments_order_alike_whatever_their_zone(store: Store) -> None:
    early = datetime(2025, 11, 1, 1, 0, tzinfo=timezone(timedelta(hours=8)))  # 17:00 UTC of the day before
    store.open_story(pack(), ledger(), early)
    assert store.stories_to_check([STORY], datetime(2025, 10, 31, 18, tzinfo=UTC)) == (STORY,)
    assert store.stories_to_check([STORY], datetime(2025, 10, 31, 16, tzinfo=UTC)) == ()


def test_text_that_postgresql_cannot_keep_is_replaced(store: Store) -> None:
    store.open_story(pack(), ledger(), NOW)
    store.add_feed(STORY, "a", "http://a.example/", NOW, title="a\x00b \ud800 😀", source="A", every_s=60)
    assert store.feeds()[0].title == "a\ufffdb \ufffd 😀"


def test_a_write_that_raises_leaves_nothing_behind(store: Store) -> None:
    def broken() -> None:
        with store.write() as connection:
            connection.execute(insert(tables.leases).values(name="x", owner="a", until=NOW, epoch=1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        broken()
    with store.read() as connection:
        assert connection.execute(select(tables.leases)).all() == []


def test_many_writers_at_once_wait_for_each_other_and_none_fails(store_url: str, store: Store) -> None:
    def count(number: int) -> None:
        own = Store.open(store_url)
        for _ in range(20):
            with own.write() as connection:
                row = connection.execute(select(tables.leases.c.epoch).with_for_update()).scalar_one()
                connection.execute(tables.leases.update().values(epoch=row + 1))
        own.close()

    store.acquire("x", "a", NOW, 60)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(count, range(4)))
    assert store.acquire("x", "a", NOW, 60) == 81


def test_subscriptions_come_back_as_they_were_made(store: Store) -> None:
    store.open_story(pack(), ledger(), NOW)
    wanted = subscription(kinds=("change",), facts=("trade_deal",), min_confidence=0.5, updates=True)
    store.add_subscription(wanted, NOW)
    assert store.subscriptions(STORY) == (wanted,)
    assert store.subscription("sub_1") == wanted
    assert store.subscription("sub_9") is None


def test_an_address_subscribes_once_and_may_come_back_after_it_left(store: Store) -> None:
    store.open_story(pack(), ledger(), NOW)
    store.add_subscription(subscription(1), NOW)
    with pytest.raises(WrongUse, match="is subscribed to us-china-trade already"):
        store.add_subscription(subscription(2, address="https://hooks1.example/in"), NOW)
    assert store.disable_subscription("sub_1", "unsubscribed")
    assert not store.disable_subscription("sub_1", "unsubscribed")
    assert store.subscriptions() == ()
    store.add_subscription(subscription(2, address="https://hooks1.example/in", updates=True), NOW)
    assert [(s.id, s.updates) for s in store.subscriptions()] == [("sub_1", True)]


def test_nobody_subscribes_to_a_story_that_is_not_there(store: Store) -> None:
    with pytest.raises(WrongUse, match="there is no story 'us-china-trade'"):
        store.add_subscription(subscription(), NOW)


def test_a_pending_subscription_is_not_confirmed(store: Store) -> None:
    store.open_story(pack(), ledger(), NOW)
    store.add_subscription(subscription(), NOW, state="pending")
    assert [s.confirmed for s in store.subscriptions()] == [False]


def test_a_heartbeat_is_the_last_of_its_instance(store: Store) -> None:
    store.beat("worker", "poll", NOW, {"pid": 1})
    store.beat("worker", "poll", later(seconds=5), {"pid": 2})
    store.beat("web", "a", NOW)
    assert [(b.role, b.instance, b.at, b.detail) for b in store.heartbeats()] == [
        ("web", "a", NOW, {}),
        ("worker", "poll", later(seconds=5), {"pid": 2}),
    ]


def test_one_scheduler_leads_until_its_lease_ends_and_the_next_has_a_higher_epoch(store: Store) -> None:
    assert store.acquire("scheduler", "a", NOW, 10) == 1
    assert store.acquire("scheduler", "b", later(seconds=9), 10) is None
    assert store.acquire("scheduler", "a", later(seconds=9), 10) == 1
    assert store.acquire("scheduler", "b", later(seconds=18), 10) is None
    assert store.acquire("scheduler", "b", later(seconds=19), 10) == 2
    assert not store.holds("scheduler", "a", 1, later(seconds=20))
    assert store.holds("scheduler", "b", 2, later(seconds=20))
    assert not store.holds("scheduler", "b", 2, later(seconds=29))


def test_a_leader_that_slept_through_its_lease_comes_back_under_a_new_epoch(store: Store) -> None:
    assert store.acquire("scheduler", "a", NOW, 10) == 1
    assert store.acquire("scheduler", "a", later(seconds=11), 10) == 2
    assert not store.holds("scheduler", "a", 1, later(seconds=12))


def test_a_lease_given_back_is_free_at_once(store: Store) -> None:
    store.acquire("scheduler", "a", NOW, 10)
    store.release("scheduler", "b", NOW)
    assert store.acquire("scheduler", "b", NOW, 10) is None
    store.release("scheduler", "a", NOW)
    assert store.acquire("scheduler", "b", NOW, 10) == 2


def test_of_many_who_want_a_lease_one_gets_it(store: Store) -> None:
    with ThreadPoolExecutor(6) as threads:
        epochs = list(threads.map(lambda n: store.acquire("scheduler", f"s{n}", NOW, 10), range(6)))
    assert sorted(epoch for epoch in epochs if epoch) == [1]
