"""The link in every mail: RFC 8058, one click, and nothing by merely looking."""

from __future__ import annotations

import pytest

from tests.worker.samples import NOW, STORY, finding, later, subscription
from tests.worker.site import Site, open_story, tell
from worker.alerts import Alert, Telling, unsubscribe_token
from worker.desk import Desk
from worker.settings import Settings
from worker.store import Store
from worker.store.views import alerts_after

URLENCODED = ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click")
MULTIPART = (
    "multipart/form-data; boundary=b",
    '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
)


@pytest.fixture
def lite(lite: Store) -> Store:
    """With two subscribers."""
    open_story(lite)
    lite.add_subscription(subscription(1, channel="email", address="ann@example.org", secret=None), NOW)
    lite.add_subscription(subscription(2, channel="email", address="bob@example.org", secret=None), NOW)
    return lite


@pytest.fixture
def link(settings: Settings) -> str:
    return f"/unsubscribe/sub_1/{unsubscribe_token(settings.signing_key(), 'sub_1')}"


def subscribed(store: Store) -> list[str]:
    return [one.address for one in store.subscriptions(STORY)]


def test_opening_the_link_shows_a_form_and_changes_nothing(site: Site, lite: Store, link: str) -> None:
    answer = site.get(link)
    assert answer.status == 200
    assert answer.page.all("form", "action") == [link]
    assert answer.page.all("form", "method") == ["post"]
    assert answer.headers["cache-control"] == "no-store"
    site.ask("HEAD", link)
    assert subscribed(lite) == ["ann@example.org", "bob@example.org"]


@pytest.mark.parametrize(("kind", "body"), [URLENCODED, MULTIPART, ("text/plain", "")])
def test_one_post_ends_the_subscription_and_only_that(site: Site, lite: Store, link: str, kind: str, body: str) -> None:
    answer = site.ask("POST", link, body, {"Content-Type": kind})
    assert (answer.status, "Unsubscribed" in answer.page.text) == (200, True)
    assert "set-cookie" not in answer.headers
    assert "location" not in answer.headers
    assert subscribed(lite) == ["bob@example.org"]


def test_what_waits_for_the_subscriber_is_cancelled(site: Site, lite: Store, link: str) -> None:
    tell(lite, finding())
    assert lite.due_deliveries(later(seconds=1)) == 2
    site.ask("POST", link, URLENCODED[1], {"Content-Type": URLENCODED[0]})
    assert lite.due_deliveries(later(seconds=1)) == 1


def test_a_second_click_is_answered_like_the_first(site: Site, lite: Store, link: str) -> None:
    first, second = (site.ask("POST", link) for _ in range(2))
    assert (first.status, first.page.text) == (second.status, second.page.text)
    assert subscribed(lite) == ["bob@example.org"]


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("spoilt", ["cut", "of another", "longer", "not ascii"])
def test_a_link_that_is_not_whole_ends_nothing(site: Site, lite: Store, link: str, method: str, spoilt: str) -> None:
    changed = {
        "cut": link[:-1],
        "of another": link.replace("sub_1", "sub_2"),
        "longer": link + "A",
        "not ascii": link[:-1] + "%C3%A9",
    }[spoilt]
    answer = site.ask(method, changed)
    assert answer.status == 404
    assert "Copy it out of the mail once more." in answer.page.text
    assert subscribed(lite) == ["ann@example.org", "bob@example.org"]


def test_the_link_in_a_real_mail_leads_to_the_form(site: Site, lite: Store, settings: Settings) -> None:
    desk = Desk.open(settings)
    tell(lite, finding())
    [told] = alerts_after(lite, STORY, None, 1)
    [ann, _] = lite.subscriptions(STORY)
    mail = desk.compose_mail([Telling(Alert.from_json(told.body))], ann, "dlv_1", NOW).decode()
    desk.close()
    [header] = [line for line in mail.replace("\r\n ", " ").splitlines() if line.startswith("List-Unsubscribe:")]
    path = "/" + header.split("<")[1].rstrip("> ").split("/", 3)[3]
    assert site.get(path).page.all("form", "method") == ["post"]
