"""The JSON API over a real store, on SQLite and on PostgreSQL, and the queries below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from rules import Kind
from tests.worker.samples import FENTANYL, NOW, STORY, TEN, TWENTY, entry, finding, later
from tests.worker.site import Clock, Site, open_story, site_of, tell, tell_many
from worker.settings import Settings
from worker.store import Store
from worker.store.views import alert_counts, alerts_after, alerts_before
from worker.web.reader import cursor, place

ALERTS = f"/api/stories/{STORY}/alerts"


@pytest.fixture
def clock() -> Clock:
    return Clock(later(hours=1))


@pytest.fixture
def site(store: Store, settings_for: Callable[..., Settings], clock: Clock) -> Iterator[Site]:
    with site_of(store, settings_for(), clock) as running:
        yield running


def told(site: Site, since: str = "", limit: int = 100) -> Any:
    return site.get(f"{ALERTS}?limit={limit}" + (f"&since={quote(since)}" if since else "")).json


def test_alerts_are_read_in_order_forwards_and_backwards_also_where_moments_are_equal(store: Store) -> None:
    open_story(store)
    tell_many(store, 3, timedelta(0))
    tell(store, finding(), now=later(minutes=1))
    forwards = alerts_after(store, STORY, None, 10)
    assert [alert.place for alert in forwards] == sorted(alert.place for alert in forwards)
    assert alerts_before(store, STORY, None, 10) == forwards[::-1]
    assert alerts_after(store, STORY, forwards[1].place, 10) == forwards[2:]
    assert alerts_before(store, STORY, forwards[2].place, 10) == forwards[1::-1]
    assert alerts_after(store, "another", None, 10) == ()
    assert alert_counts(store) == {STORY: 4}


def test_a_story_as_json_says_what_its_page_says(site: Site, store: Store) -> None:
    open_story(store, entry(TWENTY), entry(TEN, at=later(minutes=1)))
    tell(store, finding(Kind.SIGNAL, before=TEN, after=TWENTY))
    story = site.get(f"/api/stories/{STORY}").json
    [fact] = [fact for topic in story["topics"] for fact in topic["facts"] if fact["id"] == FENTANYL]
    assert fact["now"] == {"status": "agreed", "value": {"percent": 10}, "effective": "2025-11-10"}
    assert fact["before"] == {"status": "in_force", "value": {"percent": 20}}
    assert fact["since"] == "2025-11-05T12:01:00Z"
    assert fact["source"]["name"] == "The Courier"
    assert [(d["fact"], d["day"], d["days_left"], d["says"]) for d in story["deadlines"]] == [
        (FENTANYL, "2025-11-10", 5, "starts")
    ]
    assert [turn["change"] for turn in story["timeline"]] == ["20 % → 10 %, from 10 Nov 2025", "in force, 20 %"]
    assert [alert["alert"] for alert in story["alerts"]] == ["signal"]


def test_the_list_of_stories_counts_alerts_and_names_the_next_deadline(site: Site, store: Store) -> None:
    assert site.get("/api/stories").json == []
    open_story(store, entry(TEN))
    tell(store, finding(Kind.SIGNAL, before=TEN, after=TWENTY))
    [line] = site.get("/api/stories").json
    assert (line["id"], line["alerts"], line["baseline"]) == (STORY, 1, "2025-10-27")
    assert line["next_deadline"]["day"] == "2025-11-10"


def test_alerts_are_read_on_from_the_cursor_without_a_gap_and_without_a_repeat(site: Site, store: Store) -> None:
    open_story(store)
    tell_many(store, 7, timedelta(minutes=1))
    seen, since, more = [], "", True
    while more:
        answer = told(site, since, limit=3)
        seen += [alert["id"] for alert in answer["alerts"]]
        since, more = answer["next"], answer["more"]
    assert seen == [alert.id for alert in alerts_after(store, STORY, None, 10)]
    assert told(site, since)["alerts"] == []
    tell(store, finding(), now=later(minutes=59))
    assert [alert["alert"] for alert in told(site, since)["alerts"]] == ["change"]


def test_an_alert_that_was_committed_late_is_not_passed_over(site: Site, store: Store, clock: Clock) -> None:
    open_story(store)
    clock.at = later(seconds=30)
    tell(store, finding(Kind.SIGNAL, article="1"), now=later(seconds=20))
    first = told(site)
    tell(store, finding(article="2"), now=later(seconds=10))  # another worker, slower, whose moment was before
    again = told(site, first["next"])
    assert [alert["alert"] for alert in again["alerts"]] == ["change", "signal"]
    assert again["alerts"][1]["id"] == first["alerts"][0]["id"]
    clock.at = later(minutes=10)
    assert told(site, told(site, again["next"])["next"])["alerts"] == []


def test_since_may_be_a_plain_moment(site: Site, store: Store) -> None:
    open_story(store)
    tell_many(store, 3, timedelta(minutes=1))
    assert len(told(site, "2025-11-05T12:00:30Z")["alerts"]) == 2
    assert len(told(site, "2025-11-05T13:00:30+01:00")["alerts"]) == 2


def test_a_cursor_that_is_none_is_refused_with_what_would_be_right(site: Site, store: Store) -> None:
    open_story(store)
    for since in ("yesterday", "2025-11-05T12:00:00", "~", "2025-11-05T12:00:00Z~a\0b"):
        answer = site.get(f"{ALERTS}?since={quote(since)}")
        assert answer.status == 422
        assert "2026-11-24T06:00:00Z" in answer.json["detail"]


def test_a_limit_out_of_bounds_is_refused(site: Site, store: Store) -> None:
    open_story(store)
    assert [site.get(f"{ALERTS}?limit={limit}").status for limit in ("0", "501", "many")] == [422, 422, 422]


def test_a_story_that_is_not_watched_or_not_open_is_not_found(site: Site) -> None:
    for path in ("/api/stories/nope", f"/api/stories/{STORY}", ALERTS, "/api/nothing"):
        answer = site.get(path)
        assert (answer.status, list(answer.json)) == (404, ["detail"])


def test_a_cursor_is_read_as_it_was_written() -> None:
    assert place(cursor((NOW, "abc"))) == (NOW, "abc")
