"""The trace of an alert by the JSON API, for operators alone."""

from __future__ import annotations

from tests.worker.samples import NOW, STORY, finding, subscription
from tests.worker.site import Site, open_story, tell
from worker.store import Store, views


def alert_of(store: Store) -> str:
    """The id of an alert that one subscriber is told of, and another asked not to be."""
    open_story(store)
    store.add_subscription(subscription(1), NOW)
    store.add_subscription(subscription(2, topics=("summit",)), NOW)
    tell(store, finding())
    [alert] = views.alerts_after(store, STORY, None, 10)
    return alert.id


def test_the_trace_names_each_subscription_and_no_address(site: Site, lite: Store) -> None:
    alert = alert_of(lite)
    answer = site.get(f"/api/alerts/{alert}/why")
    assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.json["alert"]["id"] == alert
    told, left_out = answer.json["subscriptions"]
    assert (told["subscription"], told["fate"], told["why"]) == ("sub_1", "told", "its message waits to be sent")
    assert (left_out["fate"], left_out["why"]) == ("left out", "not told: the subscription leaves out this topic")
    assert b"hooks1.example" not in answer.body


def test_the_trace_of_one_subscription_can_be_asked_for(site: Site, lite: Store) -> None:
    answer = site.get(f"/api/alerts/{alert_of(lite)}/why?subscription=sub_2")
    assert [one["subscription"] for one in answer.json["subscriptions"]] == ["sub_2"]


def test_the_trace_is_not_for_others_and_of_no_alert_there_is_none(site: Site, lite: Store) -> None:
    alert = alert_of(lite)
    assert site.get(f"/api/alerts/{alert}/why", **{"X-Forwarded-For": "192.0.2.1"}).status == 403
    assert site.get("/api/alerts/nothing/why").status == 404
