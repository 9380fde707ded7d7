"""Health means progress: the database answers, and every role was heard lately."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from tests.worker.samples import NOW, later
from tests.worker.site import Clock, Site, site_of
from worker.settings import Settings
from worker.store import Store
from worker.web import health, probe

QUEUES = ("poll", "evaluate", "deliver")


def beat(store: Store, at: datetime = NOW, *, without: str = "") -> None:
    if without != "scheduler":
        store.beat("scheduler", "host", at, {"leads": True})
    for queue in QUEUES:
        if queue != without:
            store.beat("worker", queue, at)


def test_all_is_well_while_the_scheduler_and_every_queue_were_heard_lately(
    site: Site, lite: Store, clock: Clock
) -> None:
    beat(lite)
    clock.at = later(seconds=89)
    answer = site.get("/healthz")
    assert (answer.status, answer.json["ok"], answer.json["problems"]) == (200, True, [])
    assert answer.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("silent", ["scheduler", *QUEUES])
def test_one_that_stands_still_is_named_with_since_when(site: Site, lite: Store, clock: Clock, silent: str) -> None:
    beat(lite)
    clock.at = later(minutes=5)
    beat(lite, clock.at, without=silent)
    answer = site.get("/healthz")
    name = silent if silent == "scheduler" else f"worker ({silent})"
    assert answer.status == 503
    assert answer.json["problems"] == [
        f"the {name} is stale since 2025-11-05T12:01:30+00:00: it was last heard at 2025-11-05T12:00:00+00:00"
    ]
    [stale] = [role for role in answer.json["roles"] if not role["fresh"]]
    assert (stale["role"], stale["stale_since"]) == (name, "2025-11-05T12:01:30Z")


@pytest.mark.parametrize("missing", ["scheduler", *QUEUES])
def test_one_that_was_never_heard_is_named(site: Site, lite: Store, missing: str) -> None:
    beat(lite, without=missing)
    answer = site.get("/healthz")
    assert answer.status == 503
    assert [problem.endswith("was never heard") for problem in answer.json["problems"]] == [True]


def test_a_scheduler_that_is_gone_does_not_count_while_another_one_works(site: Site, lite: Store, clock: Clock) -> None:
    lite.beat("scheduler", "old-host", NOW)
    clock.at = later(hours=1)
    beat(lite, clock.at)
    assert site.get("/healthz").status == 200


def test_a_role_that_nobody_planned_is_watched_from_its_first_beat_on(site: Site, lite: Store, clock: Clock) -> None:
    lite.beat("digest", "host", NOW)
    clock.at = later(minutes=5)
    beat(lite, clock.at)
    answer = site.get("/healthz")
    assert answer.status == 503
    assert answer.json["problems"][0].startswith("the digest is stale since ")


def test_slow_ticks_are_waited_for(settings_for: Callable[..., Settings]) -> None:
    assert health.patience(settings_for(tick_seconds=2)) == timedelta(seconds=90)
    assert health.patience(settings_for(tick_seconds=60)) == timedelta(seconds=240)


def test_a_database_that_is_down_is_told_and_the_web_process_lives_on(settings_for: Callable[..., Settings]) -> None:
    with site_of(Store.open("postgresql+psycopg://nobody:hunter2@127.0.0.1:1/x"), settings_for()) as site:
        answer = site.get("/healthz")
        assert answer.status == 503
        assert answer.json["database"].startswith("the database cannot be reached: ")
        assert b"hunter2" not in answer.body
        assert site.get("/livez").json == {"ok": True}


def test_a_container_asks_for_its_own_role_alone(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DELTAWIRE_DATABASE_URL", database_url)
    store = Store.open(database_url)
    store.upgrade()
    beat(store, without="deliver")
    assert probe.main(["scheduler"], Clock()) == 0
    assert probe.main(["worker"], Clock()) == 1
    assert capsys.readouterr().err == "the worker (deliver) was never heard\n"
    assert probe.main(["scheduler"], Clock(later(minutes=5))) == 1
    assert capsys.readouterr().err.startswith("the scheduler is stale since 2025-11-05T12:01:30")
    assert probe.main([], Clock()) == 2
    store.close()
