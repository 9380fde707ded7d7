"""What `deltawire up` does with children that end, a broker that forgot how to read, and news that it tells."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import redis

from tests.worker import samples
from tests.worker.answers import record_failure, record_sent
from worker import broker
from worker.alerts import plan
from worker.broker import Broker
from worker.children import Children
from worker.commentary import Commentary, FeedWatch
from worker.errors import TransportError
from worker.signals import Signals
from worker.store import NewArticle, Store, StoredFeed
from worker.supervisor import LONGEST_BACK_OFF, SETTLED, Child, _started

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FEED = StoredFeed(
    id="s/north", story="s", url="https://north.example/rss", title="North", source="North", source_kind="wire",
    every_s=60, etag=None, last_modified=None, next_poll_at=NOW, failures=0, last_status=None, last_error=None,
    last_success_at=None, first_polled_at=None, added_by="pack",
)  # fmt: skip
NORTH, SOUTH = FEED, replace(FEED, id="s/south", title="South")


def failing(feed: StoredFeed, times: int = 1) -> StoredFeed:
    return replace(feed, failures=times, last_status="failed", last_error="no connection")


def well(feed: StoredFeed) -> StoredFeed:
    return replace(feed, failures=0, last_status="ok", last_success_at=NOW)


@pytest.fixture
def children() -> Iterator[Children]:
    with Children() as family:
        yield family


def test_a_child_that_ends_at_once_is_started_again_after_ever_longer_waits() -> None:
    def ends_at_once() -> subprocess.Popen[bytes]:
        process = subprocess.Popen([sys.executable, "-S", "-c", "raise SystemExit(3)"])
        process.wait()
        return process

    child, said, now = Child("worker", ends_at_once), list[str](), 0.0
    for _ in range(7):
        child.revive(now, said.append)  # starts it
        child.revive(now, said.append)  # sees that it ended
        assert child.again > now
        child.revive(child.again - 0.01, said.append)
        assert child.process is None, "not before its time"
        now = child.again

    waits = [float(line.split()[-2]) for line in said]
    assert waits == [1, 2, 4, 8, 16, LONGEST_BACK_OFF, LONGEST_BACK_OFF]
    assert said[0] == "the worker ended with exit code 3; it is started again in 1 s"


def test_a_child_that_had_settled_is_started_again_soon() -> None:
    child = Child("web", lambda: subprocess.Popen([sys.executable, "-S", "-c", ""]), failures=6)
    child.revive(0, print)
    assert child.process
    child.process.wait()
    child.revive(SETTLED, print)

    assert child.again == SETTLED + 1


@pytest.mark.parametrize("name", ["a folder", "quotes ' and \" and #?%20 é", "x" * 120])
def test_the_embedded_broker_works_wherever_its_folder_is(children: Children, tmp_path: Path, name: str) -> None:
    server = broker.embedded(tmp_path / name)
    process = server.start(children)

    assert server.wait_ready(process)
    assert len(bytes(server.socket)) <= broker.LONGEST_SOCKET
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
        assert client.config_get("appendonly") == {"appendonly": "yes"}
    process.terminate()
    process.wait(5)
    server.tidy()
    assert not server.socket.exists()


def test_a_broker_that_cannot_read_what_it_kept_starts_without_it_and_says_so(
    children: Children, short_folder: Path
) -> None:
    server, said, signals = broker.embedded(short_folder), list[str](), Signals(-1)
    kept_well = server.start(children)
    assert server.wait_ready(kept_well)
    kept_well.kill()
    kept_well.wait()
    [kept] = (server.folder / "appendonlydir").glob("*.incr.aof")
    kept.write_bytes(b"this is no log\n" * 100)

    child = _started(server, children, signals, said.append)

    assert child.process
    assert child.process.poll() is None
    assert [str(server.folder / "unreadable") in line for line in said] == [True]


def test_a_broker_that_cannot_start_at_all_is_said_with_its_own_words_named(
    children: Children, short_folder: Path
) -> None:
    whole = broker.embedded(short_folder)
    broken = Broker(Path("/bin/false"), whole.folder, whole.socket)

    with pytest.raises(broker.BrokerError, match=r"valkey\.log"):
        _started(broken, children, Signals(-1), print)


def test_feeds_that_cannot_be_read_are_told_once_when_all_were_tried() -> None:
    watch = FeedWatch()

    assert list(watch.lines([failing(NORTH), SOUTH], NOW)) == []
    first = list(watch.lines([failing(NORTH), well(SOUTH)], NOW))
    again = list(watch.lines([failing(NORTH, 5), well(SOUTH)], NOW + timedelta(hours=1)))

    assert first == ["feeds      North cannot be read (no connection); tried again later"]
    assert again == []


def test_when_no_feed_can_be_read_the_demo_is_pointed_to() -> None:
    said = list(FeedWatch().lines([failing(NORTH), failing(SOUTH)], NOW))

    assert "none of the 2 feeds" in said[0]
    assert "make demo" in said[1]


def test_a_feed_that_comes_back_is_told_and_so_is_its_next_failure() -> None:
    watch = FeedWatch()
    states = [failing(NORTH), well(NORTH), failing(NORTH)]

    said = [line for state in states for line in watch.lines([state, well(SOUTH)], NOW)]

    assert ["again" in line for line in said[1:2]] == [True]
    assert [line.startswith("feeds      North") for line in said] == [True, True, True]


def test_a_first_round_that_takes_long_is_told_as_far_as_it_went() -> None:
    watch = FeedWatch()
    feeds = [failing(NORTH), SOUTH]

    said = list(itertools.chain(*(watch.lines(feeds, NOW + timedelta(seconds=s)) for s in (0, 10, 21, 22))))

    assert said == ["feeds      North cannot be read (no connection); tried again later"]


def test_each_thing_that_happens_is_told_in_one_line_once(store: Store) -> None:
    pack = replace(samples.pack(), feeds=())
    store.open_story(pack, samples.ledger(samples.entry(samples.TWENTY)), NOW)
    store.add_subscription(samples.subscription(address="https://hooks.example/secret-path"), NOW)
    store.add_feed(pack.id, "north", "https://north.example/rss", NOW, title="North", source="North", every_s=60)
    commentary = Commentary(store, [pack.id], NOW)
    assert list(commentary.lines(NOW)) == []

    [feed] = store.feeds()
    items = [NewArticle(str(n), f"https://north.example/{n}", None, NOW, None, f"Item {n}", "") for n in (1, 2)]
    store.feed_polled(feed, pack, items[:1], (None, None), now=NOW, next_poll_at=NOW)
    [feed] = store.feeds()
    store.feed_polled(feed, pack, items, (None, None), now=NOW, next_poll_at=NOW)
    story = store.story(pack.id)
    made = plan(
        pack,
        [samples.finding()],
        [],
        store.subscriptions(),
        NOW,
        ledger=story.ledger,
        mail=lambda *_: b"",
    )
    store.commit(story, story.ledger, made, NOW)
    [leased] = store.lease("w", NOW, 60, 10, 10)
    record_failure(store, leased, NOW, TransportError("answered 503", permanent=False), NOW)
    [leased] = store.lease("w", NOW, 60, 10, 10)
    record_sent(store, leased, NOW, 200, "")

    said = [line.removeprefix("12:00:00  ") for line in commentary.lines(NOW)]
    headline = made.alerts[0].headline
    assert said == [
        "articles   North: 1 new, 1 recorded, not compared",
        f"change     {headline}",
        f"failed     webhook to https://hooks.example/…: {headline} (answered 503; attempt 1, given up)",
        f"delivered  webhook to https://hooks.example/…: {headline}",
    ]
    assert list(commentary.lines(NOW + timedelta(seconds=1))) == []
