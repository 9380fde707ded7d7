"""`kill -9` of a worker at the worst moments: nothing is lost, and what comes twice has the same id.

The workers are real processes that run the real pipeline. On SQLite and on PostgreSQL.
"""

from __future__ import annotations

import asyncio
import functools
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.e2e.newsroom import STORY, Newsroom, pack_from_the_baseline, subscribers
from tests.e2e.roles import kill, python
from tests.servers import SECRET, FeedServer, Receiver, wait_until
from tests.worker.samples import finding
from worker import alerts, clock, delivery, pipeline
from worker.desk import Desk
from worker.settings import Settings
from worker.store import Reaped, tables

LEASE = timedelta(seconds=60)
DELIVER = """
import asyncio, datetime
from worker import desk, pipeline, settings
now = datetime.datetime.fromisoformat("{now}")
asyncio.run(pipeline.deliver(now, desk.Desk.open(settings.load_settings())))
"""

EVALUATE = """
from worker import clock, desk, pipeline, settings
pipeline.evaluate({article}, clock.now(), desk.Desk.open(settings.load_settings()))
"""


@pytest.fixture
def settings(settings_for: Callable[..., Settings], database_url: str, tmp_path: Path) -> Settings:
    folder = pack_from_the_baseline(tmp_path / "pack", {})
    return settings_for(database_url=database_url, packs=[folder], lease_seconds=LEASE.total_seconds())


@pytest.fixture
def desk(settings: Settings) -> Iterator[Desk]:
    settings.data_dir.mkdir()
    opened = Desk.open(settings)
    opened.store.upgrade()
    opened.open_stories(clock.now())
    yield opened
    opened.close()


def commit_alerts(desk: Desk, address: str, number: int = 1) -> list[str]:
    """Commit alerts for one webhook, as an evaluation does; returns the ids of the deliveries, all waiting."""
    now = clock.now()
    hook = alerts.Subscription("sub_hook", STORY, "webhook", address, SECRET)
    desk.store.add_subscription(hook, now)
    story, found = desk.store.story(STORY), [finding(fact=fact) for fact in desk.packs[STORY].facts][:number]
    plan = alerts.plan(desk.packs[STORY], found, [], [hook], now, ledger=story.ledger, mail=desk.compose_mail)
    assert desk.store.commit(story, story.ledger, plan, now).deliveries == number
    return [delivery.id for delivery in plan.deliveries]


def states(desk: Desk) -> list[str]:
    with desk.store.read() as connection:
        return list(connection.execute(select(tables.deliveries.c.state)).scalars())


def outcomes(desk: Desk) -> list[str]:
    a = tables.attempts.c
    with desk.store.read() as connection:
        return list(connection.execute(select(a.outcome).order_by(a.number)).scalars())


def deliver(desk: Desk, now: datetime) -> int:
    return asyncio.run(pipeline.deliver(now, desk))


@contextmanager
def endpoint_that_takes_no_connection() -> Iterator[int]:
    """A port whose queue of connections is full, so that whoever connects waits and cannot send a byte."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)):
            yield port


def test_a_worker_killed_between_commit_and_send_loses_nothing_and_without_the_reaper_it_would(
    settings: Settings, desk: Desk
) -> None:
    with endpoint_that_takes_no_connection() as port:
        [delivery] = commit_alerts(desk, f"http://127.0.0.1:{port}/hook")
        with python(settings, DELIVER.format(now=clock.now())) as worker:
            wait_until(lambda: states(desk) == ["leased"], "the worker holds the delivery")
            kill(worker)

    with Receiver(port) as receiver:
        for later in (timedelta(), LEASE * 2, timedelta(days=7)):  # with nobody to reap, it stays lost
            assert deliver(desk, clock.now() + later) == 0
        assert (receiver.requests, states(desk)) == ([], ["leased"])

        assert pipeline.reap(clock.now() + LEASE, desk) == Reaped(freed=1)
        assert deliver(desk, clock.now() + LEASE) == 1
        receiver.got(1)
        assert receiver.ids == [delivery]
    assert (states(desk), outcomes(desk)) == (["sent"], ["lost", "sent"])


def test_a_worker_killed_between_send_and_record_sends_again_under_the_same_id(
    settings: Settings, desk: Desk, receiver: Receiver
) -> None:
    receiver.hold.clear()  # it reads the whole message, and answers nothing
    [delivery] = commit_alerts(desk, receiver.url)
    with python(settings, DELIVER.format(now=clock.now())) as worker:
        receiver.got(1)
        kill(worker)
    receiver.hold.set()
    assert (deliver(desk, clock.now()), states(desk)) == (0, ["leased"])

    assert pipeline.reap(clock.now() + LEASE, desk) == Reaped(freed=1)
    assert deliver(desk, clock.now() + LEASE) == 1
    first, second = receiver.got(2)
    assert receiver.ids == [delivery, delivery]
    assert receiver.requests[0].body == receiver.requests[1].body
    assert first == second
    assert (states(desk), outcomes(desk)) == (["sent"], ["lost", "sent"])


def test_a_worker_that_still_lives_keeps_its_delivery_from_the_reaper(
    settings: Settings, desk: Desk, receiver: Receiver
) -> None:
    receiver.hold.clear()
    commit_alerts(desk, receiver.url)
    with python(settings, DELIVER.format(now=clock.now())) as worker:
        receiver.got(1)
        assert pipeline.reap(clock.now(), desk) == Reaped()
        receiver.hold.set()
        assert worker.wait(30) == 0
    receiver.got(1)
    assert states(desk) == ["sent"]


def test_workers_killed_again_and_again_lose_nothing_and_double_no_more_than_was_out(
    settings: Settings, desk: Desk, receiver: Receiver
) -> None:
    ids, kills, now = commit_alerts(desk, receiver.url, 10), 3, clock.now()
    for _ in range(kills):
        receiver.hold.clear()
        seen = len(receiver.requests)
        with python(settings, DELIVER.format(now=now)) as worker:
            # All that it sends at once, or one that comes late would pass for a request of the next worker.
            out = functools.partial(receiver.has_more_than, seen + delivery.SENDING_TO_ONE - 1)
            receiver.wait_for(out, "the requests of this worker")
            kill(worker)
        receiver.hold.set()
        now += 2 * LEASE
        assert pipeline.reap(now, desk).freed == delivery.SENDING_TO_ONE
    deliver(desk, now)
    assert set(states(desk)) == {"sent"}
    assert set(receiver.ids) == set(ids)
    assert len(receiver.ids) - len(ids) <= kills * delivery.SENDING_TO_ONE
    assert len(receiver.messages) == len(receiver.ids)  # every one of them is signed as it should be


@pytest.mark.postgres
def test_a_worker_killed_between_reading_and_commit_leaves_its_article_to_the_next_one(
    settings_for: Callable[..., Settings],
    postgres_url: str,
    tmp_path: Path,
    feed_server: FeedServer,
    receiver: Receiver,
) -> None:
    """On PostgreSQL, where a test can hold up the commit alone, by a lock on the story."""
    folder = pack_from_the_baseline(tmp_path / "pack", {"Courier": feed_server.url})
    settings = settings_for(database_url=postgres_url, packs=[folder], lease_seconds=LEASE.total_seconds())
    settings.data_dir.mkdir()
    room = Newsroom(settings, {"Courier": feed_server}, f"{clock.now():%Y-%m-%d %H:%M}")
    subscribers(room.desk, receiver, room.now, mail=False)
    room.works()
    room.now += timedelta(minutes=2)
    room.publishes("Courier", "The US agrees to cut the fentanyl tariff on China to 10%.")
    [article] = room.polls()
    store = room.desk.store
    with store.write() as locked, python(settings, EVALUATE.format(article=article)) as worker:
        locked.execute(select(tables.stories).with_for_update())
        wait_until(lambda: store.article(article).attempts == 1, "the worker has the article")
        kill(worker)
    assert store.article(article).state == "new"
    assert pipeline.evaluate(article, clock.now(), room.desk) is None  # it is held until the lease ends

    committed = pipeline.evaluate(article, clock.now() + LEASE, room.desk)
    assert committed is not None
    assert committed.deliveries == 1
    assert store.article(article).attempts == 2
    room.desk.close()
