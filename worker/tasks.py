"""Celery: how work is woken up and spread. A message only says where to look; what must happen is a row.

So a message may be lost, late or doubled: `wake_up`, every tick, finds what is due in the database and asks again.
"""

# ruff: noqa: PLC0415 - the scheduler asks for tasks and runs none: it need not wait for what they need
from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from celery import Celery
from celery.exceptions import SoftTimeLimitExceeded
from celery.signals import setup_logging, worker_shutting_down
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from worker import clock, log
from worker.desk import Desk
from worker.errors import SettingsError
from worker.settings import Settings

QUEUES = ("poll", "evaluate", "deliver")
POLL_BATCH = 32
"""Feeds that one task polls, all at once."""
EVALUATE_BATCH = 25
RELEASE_BATCH = 50
"""Subscribers whose wait has ended, that one task tells."""
DUE_AT_A_TICK = 500
"""Feeds, articles and subscribers that one tick asks for; the next tick asks for the rest."""
CHECK_DEADLINES = timedelta(seconds=30)
BEAT = timedelta(seconds=10)
"""How often each queue is asked for a sign of life."""
STALE_SECONDS = 30
"""A request to look that waited longer is dropped: the next tick has asked again."""
TIME_LIMIT = 120
FINISH_WITHIN = 5.0
"""Seconds that a worker told to stop gives its tasks. Then they are cut off, and what they held is leased anew."""

_CUT_OFF = "cut off"
_log = log.get("tasks")
app = Celery("deltawire")
app.conf.update(
    task_queues={name: {"exchange": name, "routing_key": name} for name in QUEUES},
    task_default_queue="evaluate",
    task_create_missing_queues=False,
    task_serializer="json",
    accept_content=["json"],
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_soft_time_limit=TIME_LIMIT - 30,
    task_time_limit=TIME_LIMIT,
    task_publish_retry=False,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=2_000,
    worker_max_memory_per_child=400_000,  # KiB
    worker_hijack_root_logger=False,
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    broker_connection_max_retries=None,
    broker_connection_retry_on_startup=True,
    broker_connection_timeout=3,
    broker_transport_options={
        "visibility_timeout": TIME_LIMIT + 60,
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        "max_retries": 1,  # of a publisher, which must not hold up its work; a worker waits for its broker for ever
        "interval_start": 0,
        "socket_timeout": 10,
        "socket_connect_timeout": 3,
        "socket_keepalive": True,
    },
)

_settings: Settings | None = None
_desks: dict[int, Desk] = {}
_queue_of: dict[str, str] = {}


def connect(settings: Settings) -> None:
    """Point this process, and the workers it forks, at broker and database. Raises SettingsError without a broker.

    Connects nothing yet. `redis_url` must be set: `deltawire up` sets it to that of its embedded broker.
    """
    global _settings  # noqa: PLW0603 - Celery knows its tasks by module
    if settings.redis_url is None:
        raise SettingsError("DELTAWIRE_REDIS_URL is not set: name the broker, for example redis://localhost:6379/0")
    _settings = settings
    app.conf.broker_url = settings.redis_url.get_secret_value()


def desk() -> Desk:
    """This process's desk, opened at its first use, since connections do not survive a fork."""
    if os.getpid() not in _desks:
        if _settings is None:
            raise SettingsError("tasks.connect(settings) comes first")
        _desks[os.getpid()] = Desk.open(_settings)
    return _desks[os.getpid()]


def run_worker(queues: Collection[str] = QUEUES, *, concurrency: int = 4, name: str = "worker") -> None:
    """Work on these queues in `concurrency` child processes until SIGTERM or SIGINT. Call `connect` first."""
    import worker.pipeline  # noqa: F401 - once, and not in each of the processes

    app.worker_main(
        [
            "worker",
            "--queues=" + ",".join(queues),
            f"--concurrency={concurrency}",
            f"--hostname={name}@%h",
            "--pool=prefork",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel=WARNING",
        ]
    )


def _task(name: str, queue: str) -> Callable[[Callable[..., None]], Any]:
    """Register a task that is sent to `queue` unless told otherwise."""
    register: Callable[[Callable[..., None]], Any] = app.task(name=name)
    _queue_of[name] = queue
    return register


@_task("poll_feeds", "poll")
def poll_feeds(ids: Sequence[str]) -> None:
    """Poll these feeds, as far as they are due, all at once; what is new is evaluated at once."""
    new = asyncio.run(_poll(ids))
    _beat("poll")
    for batch in _batches(new, EVALUATE_BATCH):
        wake(evaluate, batch)


@_task("evaluate", "evaluate")
def evaluate(ids: Sequence[int]) -> None:
    """Evaluate these articles, as far as they are not done; each commit that waits to be told wakes the delivery."""
    from worker import pipeline

    for article_id in ids:
        try:
            committed = pipeline.evaluate(article_id, clock.now(), desk())
        except SoftTimeLimitExceeded:  # its lease runs out, and the rest is asked for again
            raise
        except Exception as error:  # noqa: BLE001 - a task's edge: one article must not stop the rest
            _log.exception("article not evaluated", article=article_id)
            pipeline.evaluation_failed(article_id, f"{type(error).__name__}: {error}", clock.now(), desk())
            continue
        if committed and committed.deliveries:
            wake(deliver)
        if committed and committed.more:
            wake(fan_out)
    _beat("evaluate")


@_task("deliver", "deliver")
def deliver() -> None:
    """Send what is due."""
    from worker import pipeline

    asyncio.run(pipeline.deliver(clock.now(), desk()))
    _beat("deliver")


@_task("deadlines", "evaluate")
def deadlines() -> None:
    """Tell what the calendar brought, in every story."""
    from worker import pipeline

    now, here = clock.now(), desk()
    for story in here.store.stories_to_check(here.packs.keys(), now):
        try:
            committed = pipeline.check_deadlines(story, now, here)
        except Exception:  # noqa: BLE001 - a task's edge: one story must not stop the rest
            _log.exception("deadlines not checked", story=story)
            continue
        if committed.deliveries:
            wake(deliver)
        if committed.more:
            wake(fan_out)


@_task("reap", "deliver")
def reap() -> None:
    """Free what dead workers held, and send it."""
    from worker import pipeline

    if pipeline.reap(clock.now(), desk()).freed:
        wake(deliver)


@_task("release", "evaluate")
def release(ids: Sequence[str]) -> None:
    """Tell these subscribers what waited for them, as far as its wait has ended."""
    from worker import pipeline

    try:
        made = pipeline.release(ids, clock.now(), desk())
    except Exception:  # noqa: BLE001 - a task's edge: one subscriber must not stop the rest
        _log.exception("not told what waited", subscriptions=ids)
        for one in ids if len(ids) > 1 else ():
            wake(release, [one])
        return
    if made:
        wake(deliver)


@_task("fan_out", "evaluate")
def fan_out() -> None:
    """Tell the further subscribers of alerts that have many."""
    from worker import pipeline

    here = desk()
    for story in here.packs:
        while waiting := here.store.fan_outs([story], 1):
            try:
                made = pipeline.fan_out(waiting[0], clock.now(), here)
            except Exception:  # noqa: BLE001 - a task's edge: one story must not stop the rest
                _log.exception("further subscribers not told", story=story)
                break
            if made:
                wake(deliver)


@_task("correspond", "deliver")
def correspond() -> None:
    """Answer those who asked on a page, send the letters, and remove what was not confirmed in time."""
    from worker import correspondence

    asyncio.run(correspondence.correspond(clock.now(), desk()))


@_task("look_after", "deliver")
def look_after() -> None:
    """Tell owners of endpoints that were disabled, and forget what was kept for long enough."""
    from worker import pipeline

    asyncio.run(pipeline.tell_owners(clock.now(), desk()))
    pipeline.prune(clock.now(), desk())


@_task("sign_of_life", "evaluate")
def sign_of_life(queue: str) -> None:
    """Note that this queue is worked on."""
    _beat(queue)


def wake_up(now: datetime) -> None:
    """What a tick does: find what is due in the database, and ask for it. Changes nothing but the queues.

    Raises what the database raises; a broker that is down is only logged, since the next tick asks again.
    """
    here = desk()
    stories, store = here.packs.keys(), here.store
    for feeds in _batches(store.due_feeds(stories, now, DUE_AT_A_TICK), POLL_BATCH):
        wake(poll_feeds, feeds)
    for articles in _batches(store.due_articles(stories, now, DUE_AT_A_TICK), EVALUATE_BATCH):
        wake(evaluate, articles)
    if store.stories_to_check(stories, now - CHECK_DEADLINES):
        wake(deadlines)
    for subscriptions in _batches(store.due_releases(stories, now, DUE_AT_A_TICK), RELEASE_BATCH):
        wake(release, subscriptions)
    forgotten = now - timedelta(days=here.settings.keep_attempts_days)
    others = (
        (fan_out, store.fan_outs(stories, 1)),
        (reap, store.expired_leases(now, here.settings.lease_seconds)),
        (deliver, store.due_deliveries(now)),
        (look_after, store.owners_to_tell(now) or store.old_attempts(forgotten)),
        (correspond, store.correspondence_due(now)),
    )
    for task, due in others:
        if due:
            wake(task)
    seen = {beat.instance: beat.at for beat in store.heartbeats() if beat.role == "worker"}
    for queue in QUEUES:
        if queue not in seen or seen[queue] <= now - BEAT:
            wake(sign_of_life, queue, queue=queue)


def wake(task: Any, *args: Any, queue: str | None = None) -> bool:
    """Ask for one of the tasks above, at once. False if the broker did not take it: that costs a tick, and no more."""
    try:
        task.apply_async(args, queue=queue or _queue_of[task.name], expires=STALE_SECONDS, retry=False)
    except (OperationalError, RedisError, OSError) as error:
        _log.warning("broker not reached", task=task.name, error=str(error))
        return False
    return True


async def _poll(ids: Sequence[str]) -> list[int]:
    from worker import pipeline

    here = desk()

    async def poll(feed_id: str) -> tuple[int, ...]:
        try:
            return (await pipeline.poll_feed(feed_id, clock.now(), here, client)).new
        except Exception:  # noqa: BLE001 - a task's edge: one feed must not stop the rest
            _log.exception("feed not polled", feed=feed_id)
            return ()

    async with here.client() as client:
        return [article for new in await asyncio.gather(*map(poll, ids)) for article in new]


def _beat(queue: str) -> None:
    desk().store.beat("worker", queue, clock.now(), {"pid": os.getpid()})


def _batches(what: Sequence[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(what), size):
        yield list(what[start : start + size])


@worker_shutting_down.connect  # type: ignore[untyped-decorator]
def _cut_off_in_time(how: str, **_: Any) -> None:
    """A warm shutdown waits for the last task, however long; Celery's soft one sleeps all its seconds in any case."""
    if how == "Warm" and all(thread.name != _CUT_OFF for thread in threading.enumerate()):  # two signals, one timer
        timer = threading.Timer(FINISH_WITHIN, os.kill, (os.getpid(), signal.SIGQUIT))
        timer.name, timer.daemon = _CUT_OFF, True
        timer.start()


@setup_logging.connect  # type: ignore[untyped-decorator]
def _logging(**_: Any) -> None:
    if _settings:
        log.set_up(_settings.log_level, _settings.log_format)
    for chatty in ("celery.worker.strategy", "celery.app.trace", "celery.worker.request"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
