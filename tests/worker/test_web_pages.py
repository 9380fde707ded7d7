"""The pages, from a real server over a real store, taken apart as HTML."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from rules import Kind, PartialDate, Phase, State, Status
from tests.worker.samples import FENTANYL, NOW, STORY, TEN, TWENTY, deadline, entry, finding, later, subscription
from tests.worker.site import PACK, Clock, Site, open_story, site_of, tell, tell_many
from worker.settings import Settings
from worker.store import Store
from worker.web.app import app_from_env, create_app

SCRIPT = "<script>alert('x')</script>"


def fail_feed(store: Store, error: str) -> None:
    [feed] = store.feeds()
    store.feed_failed(feed, error, later(minutes=5))


def test_the_front_page_goes_to_the_only_story(site: Site, lite: Store) -> None:
    open_story(lite)
    answer = site.get("/")
    assert (answer.status, answer.headers["location"]) == (302, f"/stories/{STORY}")


def test_the_front_page_lists_several_stories_with_their_next_deadlines(lite: Store, settings: Settings) -> None:
    open_story(lite, entry(TEN))
    other = replace(PACK, id="other", title="Another story")
    lite.open_story(other, replace(lite.story(STORY).ledger, story="other"), NOW)
    with Site(create_app(settings, lite, {STORY: PACK, "other": other}, Clock())) as site:
        page = site.get("/").page
    assert [said for tag, said in page.headings if tag == "h2"] == ["Another story", "US-China trade truce"]
    assert page.links.count(f"/stories/{STORY}") == 1
    assert "Next: 10 November 2025, US fentanyl tariff on Chinese goods (5 days)." in page.text


def test_before_a_story_is_open_the_front_page_says_who_opens_it(site: Site) -> None:
    answer = site.get("/")
    assert answer.status == 200
    assert "No story is open yet." in answer.page.text
    assert "/healthz" in answer.page.links


def test_a_story_shows_each_fact_now_before_since_when_and_who_says_so(site: Site, lite: Store) -> None:
    open_story(lite, entry(TWENTY), entry(TEN, at=later(days=1)))
    text = site.get(f"/stories/{STORY}").page.text
    said = "in force 20 % Source The Courier It says so."
    assert "Now: agreed 10 % from 10 Nov 2025 Since 6 November 2025 Before " + said in text
    assert text.count("Now: not stated") == len(PACK.facts) - 1


def test_a_meeting_is_on_a_day_and_does_not_start_from_it(site: Site, lite: Store) -> None:
    open_story(lite, entry(State(Status.HELD, None, PartialDate(2025, 10, 30)), fact="trump_xi_meeting"))
    assert "Now: held on 30 Oct 2025" in site.get(f"/stories/{STORY}").page.text


def test_deadlines_stand_first_with_the_days_left(site: Site, lite: Store, clock: Clock) -> None:
    truce = entry(State(Status.IN_FORCE, until=PartialDate(2025, 11, 20)), fact="tariff_truce")
    open_story(lite, truce, entry(TEN))
    text = site.get(f"/stories/{STORY}").page.text
    assert "5 days Monday, 10 November 2025 US fentanyl tariff on Chinese goods starts 15 days Thursday" in text
    clock.at = later(days=6)
    text = site.get(f"/stories/{STORY}").page.text
    assert "Just gone by 10 November 2025 US fentanyl tariff on Chinese goods : started" in text


def test_an_empty_start_says_what_will_happen(site: Site, lite: Store) -> None:
    open_story(lite, entry(TEN))
    lite.add_feed(STORY, "a", "https://a.example/", NOW, title="A", source="A", every_s=600)
    text = site.get(f"/stories/{STORY}").page.text
    assert "No alerts yet. 1 feed is read, the most frequent one every 10 min." in text
    assert "The next reminder is due on 7 November 2025: US fentanyl tariff on Chinese goods, 3 days before." in text


def test_an_alert_shows_its_sentence_source_reason_and_the_record_before_and_after(site: Site, lite: Store) -> None:
    open_story(lite)
    tell(lite, finding())
    page = site.get(f"/stories/{STORY}").page
    headline = "US fentanyl tariff on Chinese goods: 20 % → 10 %, from 10 Nov 2025"
    assert ("h3", headline) in page.headings
    assert (
        f"{headline} Change 5 Nov 2025, 12:00 UTC high severity The fentanyl tariff falls to 10 percent. "
        "White House, in The Courier Before in force 20 % After agreed 10 % from 10 Nov 2025 "
        "Why the value differs from the record"
    ) in page.text
    assert "https://courier.example/1" in page.links


def test_a_reminder_says_what_is_on_record_and_a_signal_what_is_in_prospect(site: Site, lite: Store) -> None:
    open_story(lite, entry(TEN))
    tell(lite, finding(Kind.SIGNAL, before=TEN, after=TWENTY), events=(deadline(Phase.UPCOMING, days_left=3),))
    text = site.get(f"/stories/{STORY}").page.text
    assert "Deadline 5 Nov 2025, 12:00 UTC" in text
    assert "On record agreed 10 % from 10 Nov 2025" in text
    assert "Signal 5 Nov 2025, 12:00 UTC" in text
    assert "In prospect in force 20 %" in text


def test_all_alerts_are_read_page_by_page_newest_first(site: Site, lite: Store) -> None:
    open_story(lite)
    tell_many(lite, 53, timedelta(minutes=1))
    story = site.get(f"/stories/{STORY}").page
    assert sum(tag == "article" and "alert " in (a.get("class") or "") for tag, a in story.tags) == 10
    assert f"/stories/{STORY}/alerts" in story.links
    first = site.get(f"/stories/{STORY}/alerts").page
    [older] = [link for link in first.links if link.startswith("?before=")]
    second = site.get(f"/stories/{STORY}/alerts{older}").page
    ids = [page.all("article", "id") for page in (first, second)]
    assert [len(on_page) for on_page in ids] == [50, 3]
    assert len({*ids[0], *ids[1]}) == 53
    assert not [link for link in second.links if link.startswith("?before=")]


def test_a_cursor_that_is_none_is_refused_in_words(site: Site, lite: Store) -> None:
    open_story(lite)
    answer = site.get(f"/stories/{STORY}/alerts?before=yesterday")
    assert (answer.status, "no cursor" in answer.page.text) == (400, True)


def test_feeds_are_listed_with_their_state_the_failing_ones_first(site: Site, lite: Store) -> None:
    open_story(lite)
    for name in ("a", "b", "c"):
        lite.add_feed(
            STORY, name, f"https://{name}.example/x?key=secret", NOW, title=name.upper(), source="", every_s=60
        )
    by_id = {feed.id: feed for feed in lite.feeds()}
    lite.feed_failed(by_id[f"{STORY}/b"], "the server answered 404", later(minutes=1))
    lite.feed_polled(by_id[f"{STORY}/c"], PACK, [], (None, None), now=NOW, next_poll_at=later(minutes=1))
    page = site.get(f"/stories/{STORY}").page
    assert "3 feeds: 1 working, 1 failing, 1 not polled yet." in page.text
    assert (
        "B b.example failing the server answered 404 never 1 min A a.example not polled yet never 1 min "
        "C c.example working 5 Nov 2025, 12:00 UTC 1 min"
    ) in page.text
    assert "secret" not in page.source


def test_nothing_that_comes_from_outside_becomes_markup_or_a_link_that_runs(site: Site, lite: Store) -> None:
    evil = replace(entry(TEN, article="9"), source=SCRIPT, quote=SCRIPT, url="javascript:alert(1)")
    open_story(lite, entry(TWENTY), evil)
    lite.add_feed(STORY, "a", "https://a.example/", NOW, title=SCRIPT, source=SCRIPT, every_s=60)
    fail_feed(lite, SCRIPT)
    told = finding(Kind.SIGNAL, article="9", before=TEN, after=TWENTY)
    tell(lite, replace(told, quote=SCRIPT, why=SCRIPT, speaker=SCRIPT))
    for path in (f"/stories/{STORY}", f"/stories/{STORY}/alerts"):
        page = site.get(path).page
        assert SCRIPT in page.text
        assert not [tag for tag, _ in page.tags if tag == "script"]
        assert not [link for link in page.links if "javascript" in link]
        assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]


def test_every_link_on_a_story_page_leads_to_a_page_an_anchor_or_the_web(site: Site, lite: Store) -> None:
    open_story(lite, entry(TWENTY), entry(TEN, at=later(days=1)))
    tell(lite, finding(Kind.SIGNAL, before=TEN, after=TWENTY))
    page = site.get(f"/stories/{STORY}").page
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in ids
        elif link.startswith("/"):
            assert site.get(link).status in (200, 302, 503)
        else:
            assert link.startswith("https://courier.example/")


def test_the_page_is_built_so_that_it_can_be_heard_as_well_as_seen(site: Site, lite: Store) -> None:
    open_story(lite, entry(TWENTY), entry(TEN))
    tell(lite, finding(Kind.SIGNAL, before=TEN, after=TWENTY))
    lite.add_feed(STORY, "a", "https://a.example/", NOW, title="A", source="A", every_s=60)
    page = site.get(f"/stories/{STORY}").page
    names = [tag for tag, _ in page.tags]
    assert page.all("html", "lang") == ["en"]
    assert [names.count(tag) for tag in ("main", "nav", "h1", "title")] == [1, 1, 1, 1]
    levels = [int(tag[1]) for tag, _ in page.headings]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert set(page.all("th", "scope")) == {"col", "row"}
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert all(label in ids for label in page.all("section", "aria-labelledby"))


def test_where_mails_go_is_said(site: Site, lite: Store, settings_for: Callable[..., Settings]) -> None:
    open_story(lite)
    page = site.get(f"/stories/{STORY}").page
    assert "Mails are not sent from here." in page.text
    assert str(site_folder := settings_for().mailbox) in page.text, site_folder
    assert "/mailbox" in page.links
    with site_of(lite, settings_for(smtp_host="127.0.0.1")) as sending:
        page = sending.get(f"/stories/{STORY}").page
    assert "Mails go out by the mail server" in page.text
    assert "/mailbox" not in page.links


def test_no_subscriber_is_named_on_a_story_page_or_in_the_api(site: Site, lite: Store) -> None:
    open_story(lite)
    lite.add_subscription(subscription(channel="email", address="ann@readers.example", secret=None), NOW)
    tell(lite, finding())
    for path in (f"/stories/{STORY}", f"/api/stories/{STORY}", f"/api/stories/{STORY}/alerts"):
        assert b"readers.example" not in site.get(path).body


@pytest.mark.parametrize("path", ["/", "/healthz", "/api", "/nowhere", "/static/deltawire.css", "/api/stories/x"])
def test_every_answer_carries_the_headers_that_keep_scripts_and_frames_out(site: Site, path: str) -> None:
    headers = site.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none';")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "set-cookie" not in headers


def test_no_page_loads_anything_from_elsewhere_or_holds_style_or_script_of_its_own(site: Site, lite: Store) -> None:
    open_story(lite)
    for path in (f"/stories/{STORY}", "/mailbox", "/api", "/nowhere"):
        page = site.get(path).page
        assert all(link.startswith("/") for link in page.all("link", "href"))
        assert not {"script", "style", "img", "iframe"} & {tag for tag, _ in page.tags}
        assert not [attributes for _, attributes in page.tags if "style" in attributes]


def test_the_style_sheet_names_nothing_remote(site: Site) -> None:
    style = site.get("/static/deltawire.css")
    assert style.status == 200
    assert not re.findall(r"url\(|@import|https?:", style.body.decode())


def luminance(colour: str) -> float:
    """WCAG's relative luminance of `#rrggbb`."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return sum(part * weight for part, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground_as_wcag_asks(site: Site, scheme: str) -> None:
    light, dark = site.get("/static/deltawire.css").body.decode().split(":root {")[1:3]
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", light if scheme == "light" else dark))
    for text in ("ink", "quiet", "accent", "link", "change", "signal", "deadline", "good"):
        for ground in ("paper", "card", "near"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
    assert contrast(colours["paper"], colours["accent"]) >= 4.5  # the button


@pytest.mark.parametrize("path", ["/static/../pages.py", "/static/%2e%2e/pages.py", "/static/..%2fpages.py"])
def test_nothing_but_the_style_and_the_icon_can_be_had_from_the_static_folder(site: Site, path: str) -> None:
    assert site.get(path).status == 404


@pytest.mark.parametrize(("path", "status"), [("/stories/nope", 404), ("/nowhere", 404), ("/stories/nope/alerts", 404)])
def test_what_is_not_there_is_told_on_a_page(site: Site, path: str, status: int) -> None:
    answer = site.get(path)
    assert (answer.status, [tag for tag, _ in answer.page.headings]) == (status, ["h1"])


def test_head_is_answered_as_get_without_the_body(site: Site, lite: Store) -> None:
    open_story(lite)
    answer = site.ask("HEAD", f"/stories/{STORY}")
    assert (answer.status, answer.body) == (200, b"")
    assert site.ask("HEAD", "/livez").status == 200


def test_a_page_that_fails_tells_no_secrets_and_keeps_its_headers(settings: Settings) -> None:
    unreachable = Store.open("postgresql+psycopg://nobody:hunter2@127.0.0.1:1/x")
    with site_of(unreachable, settings) as site:
        page, api = site.get("/"), site.get("/api/stories")
    assert (page.status, api.status) == (500, 500)
    assert "This page could not be made." in page.page.text
    for answer in (page, api):
        assert b"hunter2" not in answer.body
        assert b"Traceback" not in answer.body
        assert "content-security-policy" in answer.headers


def test_the_api_is_described_for_people_and_as_openapi(site: Site) -> None:
    page, described = site.get("/api").page, site.get("/api/openapi.json").json
    assert "GET /api/stories/{story_id}/alerts" in page.text
    assert set(described["paths"]) == {
        "/api/stories",
        "/api/stories/{story_id}",
        "/api/stories/{story_id}/alerts",
        "/healthz",
        "/livez",
        "/api/alerts/{alert_id}/why",
    }


def test_the_application_can_be_made_from_the_environment_alone(
    lite: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_story(lite)
    monkeypatch.setenv("DELTAWIRE_DATA_DIR", str(settings.data_dir))
    with Site(app_from_env()) as site:
        assert site.get(f"/stories/{STORY}").status == 200


def test_the_fact_that_an_alert_is_about_can_be_linked_to(site: Site, lite: Store) -> None:
    open_story(lite)
    assert f"fact-{FENTANYL}" in site.get(f"/stories/{STORY}").page.all("article", "id")
