"""A feed is read in a process of its own: what it costs, what it may not do, and where it works."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime

import psutil
import pytest

from tests.servers import wait_until
from worker.errors import FetchError
from worker.feeds import parse, reading
from worker.feeds.reading import Limits
from worker.http import MAX_BYTES

FEED = (
    b"<rss version='2.0'><channel><item><title>Z\xc3\xb6lle</title><link>/a</link><guid>g</guid>"
    b"<pubDate>Mon, 27 Oct 2025 10:00:00 GMT</pubDate><description>One.&lt;p>Two.</description></item></channel></rss>"
)
POISON = b"<rss><channel><item><title>x</title><description><![CDATA[" + b"<a " * 300_000 + b"]]></description></item>"
"""It keeps an HTML parser busy for a very long time."""
WIDE = b"<rss><channel><title>\xf0\x9f\x98\x80" + b"x" * 9_000_000
"""One character beyond the basic plane makes four bytes of each of the others."""


@pytest.fixture(autouse=True)
def _no_child_from_before() -> None:
    while reading._idle:
        reading._idle.pop().end()


def test_entries_come_back_as_they_were_read() -> None:
    (entry,) = parse(FEED, {"content-type": "text/xml", "content-location": "https://feed.example/x", "etag": "y"})
    assert (entry.guid, entry.link, entry.title, entry.text) == ("g", "https://feed.example/a", "Zölle", "One.\n\nTwo.")
    assert (entry.published, entry.updated) == (datetime(2025, 10, 27, 10, tzinfo=UTC), None)


def test_a_feed_that_is_none_raises_the_message_of_the_child() -> None:
    with pytest.raises(FetchError, match=r"web page .*Access Denied") as refused:
        parse(b"<html><title>Access Denied</title></html>", {})
    assert refused.value.permanent


def test_a_feed_of_any_bytes_breaks_nothing() -> None:
    with pytest.raises(FetchError, match="larger than"):
        parse(bytes(MAX_BYTES + 1), {})
    with pytest.raises(FetchError):
        parse(os.urandom(1_000), {"content-type": "\ud800; charset=\n"})


def test_a_feed_that_takes_for_ever_is_killed_and_costs_no_other_feed() -> None:
    with ThreadPoolExecutor(2) as pool:
        poison = pool.submit(parse, POISON, {}, limits=Limits(seconds=1))
        assert len(parse(FEED, {})) == 1
        with pytest.raises(FetchError, match="takes more than 1 s to read") as killed:
            poison.result(60)
    assert killed.value.permanent
    wait_until(lambda: not [fork for child in _children() for fork in child.children()], "what read it is gone")


def test_each_feed_is_read_by_a_process_of_its_own_and_all_by_one_child() -> None:
    for body in (FEED, POISON, FEED):
        with suppress(FetchError):
            parse(body, {}, limits=Limits(cpu_seconds=1))
    assert len(reading._idle) == len(_children()) == 1


def test_a_child_that_is_gone_costs_no_feed() -> None:
    parse(FEED, {})
    for child in _children():
        child.kill()
    assert parse(FEED, {})[0].title == "Zölle"


def test_a_child_that_does_not_end_a_feed_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "GRACE_SECONDS", 0.1)
    parse(FEED, {})
    before = _children()
    for child in before:
        child.suspend()
    with pytest.raises(FetchError, match=r"takes more than 0\.1 s to read"):
        parse(FEED, {}, limits=Limits(seconds=0.1))
    assert not [child for child in before if child.is_running()]
    assert parse(FEED, {})[0].title == "Zölle"


def test_a_child_ends_with_its_parent_however_that_ends() -> None:
    code = (
        f"from worker.feeds import parse, reading; parse({FEED!r}, {{}}); print(reading._idle[0]._process.pid); input()"
    )
    command = [sys.executable, "-u", "-c", code]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        assert child.is_running()
        parent.kill()
    wait_until(lambda: not child.is_running() or child.status() == psutil.STATUS_ZOMBIE, "the child is gone")


def _children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "worker.feedparse.child" in child.cmdline()]


@pytest.mark.parametrize(
    ("body", "limits", "words"),
    [
        (POISON, Limits(cpu_seconds=1), "more than 1 s of work"),
        (WIDE, Limits(memory=100 << 20), "more than 100 MB of memory"),
    ],
    ids=["processor", "memory"],
)
def test_the_child_is_held_to_its_limits(body: bytes, limits: Limits, words: str) -> None:
    with pytest.raises(FetchError, match=words) as held:
        parse(body, {}, limits=limits)
    assert held.value.permanent


def test_it_works_where_a_process_may_have_no_children_of_multiprocessing() -> None:
    """As in a worker of Celery's prefork pool, whose processes are daemonic."""
    context = multiprocessing.get_context("spawn")
    queue = context.SimpleQueue()
    process = context.Process(target=_in_a_daemon, args=(queue,), daemon=True)
    process.start()
    assert queue.get() == "Zölle"
    process.join(30)


def _in_a_daemon(queue: multiprocessing.SimpleQueue[str]) -> None:
    queue.put(parse(FEED, {})[0].title)


def test_several_are_read_at_once_from_an_event_loop() -> None:
    async def read() -> list[int]:
        return [len(found) for found in await asyncio.gather(*(asyncio.to_thread(parse, FEED, {}) for _ in range(4)))]

    assert asyncio.run(read()) == [1] * 4


def test_the_child_never_sees_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a feed might one day make a parser tell, it cannot tell of these."""
    monkeypatch.setenv("DELTAWIRE_SMTP_PASSWORD", "hunter2")
    parse(FEED, {})
    [child] = _children()
    assert child.environ()["PATH"] == os.environ["PATH"]
    assert "hunter2" not in child.environ().values()
