"""What a broker loses costs a tick, and never an alert. Real processes on a real Valkey server."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from celery import Celery

from tests.e2e.newsroom import STORY, pack_from_the_baseline, subscribers
from tests.e2e.roles import SCHEDULER, WORKER, call, python, running
from tests.servers import Answer, FeedServer, Receiver, Request, wait_until
from tests.worker.samples import finding
from worker import alerts, clock
from worker.desk import Desk
from worker.settings import Settings

CUT = "The US agrees to cut the fentanyl tariff on China to 10%."
FEED = "us-china-trade/courier"
WAKE_DELIVER = """
from worker import log, settings, tasks
tasks.connect(settings.load_settings())
log.set_up("error")
print(tasks.wake(tasks.deliver))
"""

STOPPABLE = """
from worker import settings, tasks
tasks.FINISH_WITHIN = {seconds}
tasks.connect(settings.load_settings())
tasks.run_worker(concurrency=2)
"""


@pytest.fixture
def settings(settings_for: Callable[..., Settings], broker: str, tmp_path: Path, feed_server: FeedServer) -> Settings:
    folder = pack_from_the_baseline(tmp_path / "pack", {"Courier": feed_server.url})
    made = settings_for(redis_url=broker, packs=[folder], tick_seconds=0.5)
    made.data_dir.mkdir()
    return made


@pytest.fixture
def server(broker: str) -> redis.Redis:
    return redis.Redis(unix_socket_path=broker.removeprefix("redis+socket://").partition("?")[0])


@pytest.fixture
def desk(settings: Settings, receiver: Receiver) -> Iterator[Desk]:
    opened = Desk.open(settings)
    opened.store.upgrade()
    opened.open_stories(clock.now())
    subscribers(opened, receiver, clock.now(), mail=False)
    yield opened
    opened.close()


def send(settings: Settings, task: str, *arguments: object) -> None:
    """Put a message that asks for a task into its queue, from this process and by an app of its own."""
    assert settings.redis_url
    with Celery(broker=settings.redis_url.get_secret_value()) as app:
        app.send_task(task, arguments, queue={"poll_feeds": "poll"}.get(task, task))


def commit_alerts(desk: Desk, facts: slice) -> int:
    """Commit alerts for everybody, as an evaluation does whose worker dies before it wakes anybody."""
    now, story, everybody = clock.now(), desk.store.story(STORY), desk.store.subscriptions()
    found = [finding(fact=fact) for fact in list(desk.packs[STORY].facts)[facts]]
    plan = alerts.plan(desk.packs[STORY], found, [], everybody, now, ledger=story.ledger, mail=desk.compose_mail)
    return desk.store.commit(story, story.ledger, plan, now).deliveries


def test_a_commit_wakes_the_delivery_without_waiting_for_a_tick(
    settings: Settings, desk: Desk, feed_server: FeedServer, receiver: Receiver
) -> None:
    with running(settings, *WORKER):  # and no scheduler, so that no tick ever comes
        send(settings, "poll_feeds", [FEED])
        wait_until(lambda: desk.store.feeds()[0].first_polled_at, "the first poll")
        feed_server.publishes("Tariff cut agreed", CUT)
        with desk.store.write() as connection:
            connection.exec_driver_sql("UPDATE feeds SET next_poll_at = '2000-01-01 00:00:00.000000'")
        send(settings, "poll_feeds", [FEED])
        [message] = receiver.got(1)
    assert message["data"]["quote"] == CUT


def test_deliveries_that_wait_when_the_broker_is_wiped_all_go_out_after_the_next_tick(
    settings: Settings, desk: Desk, server: redis.Redis, receiver: Receiver
) -> None:
    waiting = commit_alerts(desk, slice(0, 8))
    assert call(settings, WAKE_DELIVER) == "True\n"
    assert server.llen("deliver") == 1
    server.flushall()
    assert server.dbsize() == 0
    with running(settings, *WORKER), running(settings, *SCHEDULER):
        receiver.got(waiting)
    assert len(set(receiver.ids)) == waiting


def test_a_broker_wiped_under_running_roles_holds_nothing_up(
    settings: Settings, desk: Desk, server: redis.Redis, receiver: Receiver
) -> None:
    with running(settings, *WORKER), running(settings, *SCHEDULER):
        first = commit_alerts(desk, slice(0, 3))
        receiver.got(first)
        server.flushall()
        second = commit_alerts(desk, slice(3, 6))
        receiver.got(first + second)
    assert len(set(receiver.ids)) == first + second


def test_a_broker_that_is_down_fails_no_commit_and_is_told_within_seconds(
    settings: Settings, desk: Desk, short_folder: Path
) -> None:
    down = Settings(
        **{
            **settings.model_dump(include=settings.model_fields_set),
            "redis_url": f"redis+socket://{short_folder}/x?virtual_host=0",
        }
    )
    assert call(down, WAKE_DELIVER).split() == ["False"]


@pytest.mark.parametrize(("seconds", "ends"), [(60, True), (0.2, False)], ids=["it ends", "it hangs"])
def test_a_worker_told_to_stop_finishes_what_ends_and_cuts_off_what_hangs(
    settings: Settings, desk: Desk, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, *, seconds: float, ends: bool
) -> None:
    asked, may_answer = threading.Event(), threading.Event()

    def answer(_: Request) -> Answer:
        asked.set()
        may_answer.wait(30)
        return Answer(200, {})

    monkeypatch.setattr(receiver, "answer", answer)
    commit_alerts(desk, slice(0, 1))
    with python(settings, STOPPABLE.format(seconds=seconds)) as worker:
        send(settings, "deliver")
        assert asked.wait(20)
        worker.terminate()
        if ends:
            may_answer.set()
        worker.wait(20)
    may_answer.set()
    with desk.store.read() as connection:
        [state] = connection.exec_driver_sql("SELECT state FROM deliveries").scalars()
    assert state == ("sent" if ends else "leased")
