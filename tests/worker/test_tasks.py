"""What a tick asks for, and how tasks behave at their edges. Messages go to a real Valkey server and are read there."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import redis
from sqlalchemy import update

from tests.e2e.newsroom import STORY, Newsroom, pack_from_the_baseline, subscribers
from tests.servers import SECRET, FeedServer, Receiver
from worker import clock, pipeline, tasks
from worker.alerts import Policy, Subscription
from worker.errors import SettingsError
from worker.settings import Settings
from worker.store import tables

CUT = "The US agrees to cut the fentanyl tariff on China to 10%."


@dataclass
class Queues:
    """What lies in the queues of a broker."""

    server: redis.Redis

    def take(self) -> list[tuple[str, str, list[Any]]]:
        """Take out all messages: queue, task and arguments of each, in the order of asking."""
        return [
            (queue, message["headers"]["task"], json.loads(base64.b64decode(message["body"]))[0])
            for queue in tasks.QUEUES
            for message in self._messages(queue)
        ]

    def _messages(self, queue: str) -> Iterator[dict[str, Any]]:
        while raw := self.server.rpop(queue):
            message = json.loads(raw)
            assert message["headers"]["expires"], "a request that is late is dropped"
            yield message


@pytest.fixture
def queues(broker: str) -> Queues:
    return Queues(redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://").partition("?")[0]))


@pytest.fixture
def room(
    settings_for: Callable[..., Settings],
    broker: str,
    tmp_path: Path,
    feed_server: FeedServer,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Newsroom]:
    """One outlet that was polled once, at the broker of this test."""
    folder = pack_from_the_baseline(tmp_path / "pack", {"Courier": feed_server.url})
    settings = settings_for(packs=[folder], redis_url=broker)
    made = Newsroom(settings, {"Courier": feed_server}, f"{clock.now():%Y-%m-%d %H:%M}")
    subscribers(made.desk, receiver, made.now, mail=False)
    monkeypatch.setattr(tasks, "_desks", {os.getpid(): made.desk})
    monkeypatch.setattr(tasks, "_settings", None)
    tasks.connect(settings)
    tasks.app._after_fork()  # what Celery does to forget its connections
    yield made.works()
    tasks.app._after_fork()
    made.desk.close()


def is_read(room: Newsroom) -> None:
    """What the outlet has published since is polled and evaluated, whenever the next poll would be due."""
    with room.desk.store.write() as connection:
        connection.execute(update(tables.feeds).values(next_poll_at=room.now))
    for article in room.polls():
        pipeline.evaluate(article, room.now, room.desk)


def signs_of_life(room: Newsroom, now: datetime) -> None:
    for queue in tasks.QUEUES:
        room.desk.store.beat("worker", queue, now)


def test_a_tick_asks_for_everything_that_is_due_and_for_a_sign_of_life(room: Newsroom, queues: Queues) -> None:
    later = room.now + timedelta(minutes=2)
    tasks.wake_up(later)
    assert queues.take() == [
        ("poll", "poll_feeds", [[f"{STORY}/courier"]]),
        ("poll", "sign_of_life", ["poll"]),
        ("evaluate", "deadlines", []),
        ("evaluate", "sign_of_life", ["evaluate"]),
        ("deliver", "sign_of_life", ["deliver"]),
    ]


def test_a_tick_with_nothing_due_asks_for_nothing(room: Newsroom, queues: Queues) -> None:
    signs_of_life(room, room.now)
    tasks.wake_up(room.now)
    assert queues.take() == []


def test_a_tick_asks_for_articles_deliveries_and_lost_leases_until_they_are_done(
    room: Newsroom, queues: Queues
) -> None:
    signs_of_life(room, room.now)
    room.publishes("Courier", CUT)
    store = room.desk.store
    with store.write() as connection:
        connection.execute(update(tables.feeds).values(next_poll_at=room.now))
    tasks.poll_feeds([f"{STORY}/courier"])
    assert queues.take() == [("evaluate", "evaluate", [[1]])]  # asked for by the poll itself, with no tick
    signs_of_life(room, room.now)
    tasks.wake_up(room.now)
    assert queues.take() == [("evaluate", "evaluate", [[1]])]

    tasks.evaluate([1])
    assert queues.take() == [("deliver", "deliver", [])]  # asked for by the commit itself
    now = clock.now()
    signs_of_life(room, now)
    tasks.wake_up(now)
    assert ("deliver", "deliver", []) in queues.take()

    assert len(store.lease("dead worker", now, 60, 10, 10)) == 1
    tasks.wake_up(now + timedelta(seconds=59))
    assert not [task for _, task, _ in queues.take() if task in ("reap", "deliver")]
    tasks.wake_up(now + timedelta(seconds=60))
    assert ("deliver", "reap", []) in queues.take()


def test_a_tick_asks_for_what_has_waited_long_enough_and_for_those_not_told_yet(
    room: Newsroom, queues: Queues, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "AT_ONCE", 1)
    patient = Subscription(
        "sub_patient", STORY, "webhook", receiver.url + "late", SECRET, policy=Policy(group_wait=600)
    )
    room.desk.store.add_subscription(patient, room.now)
    is_read(room.publishes("Courier", CUT))
    signs_of_life(room, room.now)
    tasks.wake_up(room.now)
    assert ("evaluate", "fan_out", []) in queues.take()
    monkeypatch.setattr(clock, "now", lambda: room.now)
    tasks.fan_out()
    assert queues.take() == [], "whoever waits for a group is not told yet"
    later = room.now + timedelta(seconds=599)
    tasks.wake_up(later)
    assert "release" not in [task for _, task, _ in queues.take()]
    later = room.now + timedelta(seconds=600)
    tasks.wake_up(later)
    assert ("evaluate", "release", [["sub_patient"]]) in queues.take()
    monkeypatch.setattr(clock, "now", lambda: later)
    tasks.release(["sub_patient"])
    assert queues.take() == [("deliver", "deliver", [])]
    tasks.wake_up(later)
    assert "release" not in [task for _, task, _ in queues.take()]


def test_one_subscriber_who_cannot_be_told_does_not_keep_the_others_from_it(
    room: Newsroom, queues: Queues, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("sub_a", "sub_b"):
        waits = Policy(group_wait=1)
        address = f"{receiver.url}{name}"
        room.desk.store.add_subscription(Subscription(name, STORY, "webhook", address, SECRET, policy=waits), room.now)
    is_read(room.publishes("Courier", CUT))
    monkeypatch.setattr(clock, "now", lambda: room.now + timedelta(minutes=1))
    with room.desk.store.write() as connection:
        broken = tables.notices.c.subscription_id == "sub_a"
        connection.execute(update(tables.notices).where(broken).values(trail=[{"at": "soon"}]))
    queues.take()
    tasks.release(["sub_a", "sub_b"])
    assert queues.take() == [("evaluate", "release", [["sub_a"]]), ("evaluate", "release", [["sub_b"]])]
    tasks.release(["sub_a"])
    assert queues.take() == []
    tasks.release(["sub_b"])
    assert queues.take() == [("deliver", "deliver", [])]


def test_a_tick_asks_for_letters_and_they_are_sent(room: Newsroom, queues: Queues) -> None:
    reader = Subscription("sub_reader", STORY, "email", "ann@reader.example")
    room.desk.store.ask_to_confirm(reader, room.now, room.desk.settings.signing_key())
    signs_of_life(room, room.now)
    tasks.wake_up(room.now)
    assert ("deliver", "correspond", []) in queues.take()
    tasks.correspond()
    [letter] = room.desk.settings.mailbox.glob("*.eml")
    assert b"Please confirm" in letter.read_bytes()
    tasks.wake_up(room.now)
    assert "correspond" not in [task for _, task, _ in queues.take()]


def test_a_tick_asks_to_tell_the_owner_of_an_endpoint_that_was_disabled(
    room: Newsroom, queues: Queues, receiver: Receiver
) -> None:
    store = room.desk.store
    store.set_contact("sub_hook", "ops@reader.example")
    receiver.status = 410
    is_read(room.publishes("Courier", CUT))
    room.sends()
    signs_of_life(room, room.now)
    tasks.wake_up(clock.now())
    assert ("deliver", "look_after", []) in queues.take()
    tasks.look_after()
    [mail] = room.desk.settings.mailbox.glob("*.eml")
    assert b"nothing more is sent to" in mail.read_bytes()
    tasks.wake_up(clock.now())
    assert "look_after" not in [task for _, task, _ in queues.take()]


def test_one_article_that_raises_does_not_keep_the_others_of_its_batch_from_being_told(
    room: Newsroom, queues: Queues
) -> None:
    room.publishes("Courier", "Odd").publishes("Courier", CUT)
    with room.desk.store.write() as connection:
        connection.execute(update(tables.feeds).values(next_poll_at=room.now))
    tasks.poll_feeds([f"{STORY}/courier", f"{STORY}/nowhere"])
    store, odd = room.desk.store, tables.articles.c.title == "Odd"
    with store.write() as connection:
        connection.execute(update(tables.articles).where(odd).values(source_kind="rumour"))
    tasks.evaluate([1, 2, 99])
    articles = {store.article(number).title: store.article(number) for number in (1, 2)}
    assert (articles["Odd"].state, articles["Odd"].error) == ("new", "ValueError: 'rumour' is not a valid SourceKind")
    assert articles[CUT].state == "evaluated"
    assert {beat.instance for beat in store.heartbeats()} == {"poll", "evaluate"}


def test_without_a_broker_to_go_to_the_variable_is_named(settings_for: Callable[..., Settings]) -> None:
    with pytest.raises(SettingsError, match="DELTAWIRE_REDIS_URL is not set"):
        tasks.connect(settings_for())


def test_a_task_is_stopped_before_the_broker_hands_it_out_again() -> None:
    visible_again = tasks.app.conf.broker_transport_options["visibility_timeout"]
    assert tasks.app.conf.task_soft_time_limit < tasks.app.conf.task_time_limit < visible_again
