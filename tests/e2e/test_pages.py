"""The pages in a real browser, as a reader with a phone or a wide screen meets them, by day and by night."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from rules import Kind, PartialDate, State, Status
from tests.worker.samples import NOW, STORY, TEN, TWENTY, entry, finding, later, subscription
from tests.worker.site import Clock, Site, open_story, site_of, tell
from worker.alerts import manage_token, unsubscribe_token
from worker.settings import Settings
from worker.store import Store

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2

# In continuous integration a browser that is missing is a failure, and not left out.
pytestmark = pytest.mark.skipif(CHROMIUM is None and "CI" not in os.environ, reason="no chromium: apt install chromium")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="no playwright: make test sets it up")
    with playwright.sync_playwright() as drivers:
        browser = drivers.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@dataclass
class Reader:
    """A person with a browser, and what the browser complained about."""

    browser: Any
    site: Site
    complaints: list[str]

    def opens(self, path: str, width: int = 1100, scheme: str = "light") -> Any:
        context = self.browser.new_context(viewport={"width": width, "height": 844}, color_scheme=scheme)
        page = context.new_page()
        page.on("console", lambda said: self.complaints.append(said.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("requestfailed", lambda request: self.complaints.append(f"not loaded: {request.url}"))
        page.on(
            "request",
            lambda request: (
                request.url.startswith(self.site.address) or self.complaints.append(f"from elsewhere: {request.url}")
            ),
        )
        page.goto(self.site.address + path)
        return page


@pytest.fixture
def settings(settings_for: Callable[..., Settings]) -> Settings:
    return settings_for()


@pytest.fixture
def lite(settings: Settings, sqlite_with_tables: Callable[[Path], None]) -> Iterator[Store]:
    """A story with all that a page can hold, and with words too long for a phone."""
    sqlite_with_tables(settings.data_dir / "deltawire.db")
    store = Store.open(settings)
    truce = State(Status.IN_FORCE, until=PartialDate(2025, 11, 30))
    open_story(
        store, entry(TWENTY, at=later(days=-2)), entry(TEN, at=later(days=-1)), entry(truce, fact="tariff_truce")
    )
    store.add_feed(STORY, "a", f"https://{LONG[:60].lower()}.example/", NOW, title=LONG, source="A", every_s=600)
    store.feed_failed(store.feeds()[0], f"the server answered 404 for {LONG}", later(minutes=5))
    told = replace(finding(Kind.SIGNAL, before=TEN, after=TWENTY), quote=f"<b>{LONG}</b> said so.", speaker=LONG)
    tell(store, told)
    store.add_subscription(subscription(channel="email", address="ann@example.org", secret=None), NOW)
    settings.mailbox.mkdir(parents=True)
    (settings.mailbox / "dlv_1.eml").write_text(f"Subject: {LONG}\nTo: ann@example.org\n\n{LONG}\n")
    yield store
    store.close()


@pytest.fixture
def reader(lite: Store, settings: Settings, chromium: Any) -> Iterator[Reader]:
    with site_of(lite, settings, Clock()) as site:
        reader = Reader(chromium, site, [])
        yield reader
        for context in chromium.contexts:
            context.close()
        assert reader.complaints == []


def token(settings: Settings) -> str:
    return unsubscribe_token(settings.signing_key(), "sub_1")


def manage(settings: Settings) -> str:
    """The path of Ann's own page."""
    ann = subscription(channel="email", address="ann@example.org", secret=None)
    return f"/manage/sub_1/{manage_token(settings.signing_key(), ann)}"


PATHS = (
    *(f"/stories/{STORY}", f"/stories/{STORY}/alerts", f"/stories/{STORY}/subscribe"),
    *("/mailbox", "/mailbox/dlv_1.eml", "/api", "UNSUBSCRIBE", "MANAGE"),
)


@pytest.mark.parametrize("path", PATHS)
def test_no_page_scrolls_sideways(reader: Reader, settings: Settings, path: str) -> None:
    links = {"UNSUBSCRIBE": f"/unsubscribe/sub_1/{token(settings)}", "MANAGE": manage(settings)}
    page = reader.opens(links.get(path, path))
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in (1100, 600, 390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        wide = page.evaluate(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
            ".filter(e => !e.closest('pre')).map(e => e.outerHTML.slice(0, 200))"
        )
        assert (width, wide) == (width, [])
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_page_is_dark_where_the_reader_wants_it_dark(reader: Reader) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    assert reader.opens(f"/stories/{STORY}").evaluate(ground) == "rgb(251, 250, 247)"
    assert reader.opens(f"/stories/{STORY}", scheme="dark").evaluate(ground) == "rgb(22, 23, 26)"


def test_a_reader_finds_the_next_deadline_and_goes_from_there_to_its_fact(reader: Reader) -> None:
    page = reader.opens("/", 390)
    assert page.url.endswith(f"/stories/{STORY}")
    first = page.locator("#deadlines li").first
    assert first.locator(".left").inner_text() == "5 days"
    first.get_by_role("link").click()
    assert page.url.endswith("#fact-us_tariff_fentanyl")
    fact = page.locator(":target")
    assert fact.get_by_role("heading").inner_text() == "US fentanyl tariff on Chinese goods"
    assert fact.bounding_box()["y"] < 844


def test_a_reader_without_a_mouse_skips_to_the_content_first(reader: Reader) -> None:
    page = reader.opens(f"/stories/{STORY}")
    page.keyboard.press("Tab")
    focused = page.locator(":focus")
    assert focused.inner_text() == "Skip to the content"
    assert focused.is_visible()
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")


def test_landmarks_and_the_table_of_feeds_are_there_for_a_screen_reader(reader: Reader) -> None:
    for width in (390, 1100):
        page = reader.opens(f"/stories/{STORY}", width)
        for role in ("banner", "navigation", "main", "contentinfo"):
            assert page.get_by_role(role).count() == 1
        table = page.get_by_role("table")
        assert [cell.inner_text() for cell in table.get_by_role("columnheader").all()][:2] == ["Feed", "State"]
        assert table.get_by_role("rowheader").count() == 1


def test_markup_from_a_feed_is_text_in_the_browser_too(reader: Reader) -> None:
    page = reader.opens(f"/stories/{STORY}")
    quote = page.locator("#alerts blockquote").first
    assert quote.inner_text() == f"<b>{LONG}</b> said so."
    assert quote.locator("b").count() == 0


def test_a_subscriber_ends_the_subscription_with_one_click_on_the_page(
    reader: Reader, settings: Settings, lite: Store
) -> None:
    page = reader.opens(f"/unsubscribe/sub_1/{token(settings)}", 390)
    assert lite.subscriptions(STORY)
    page.get_by_role("button", name="Unsubscribe").click()
    assert page.get_by_role("heading").inner_text() == "Unsubscribed"
    assert lite.subscriptions(STORY) == ()


def test_a_reader_with_a_phone_signs_up_and_is_told_what_is_missing_first(reader: Reader, lite: Store) -> None:
    page = reader.opens(f"/stories/{STORY}", 390)
    page.get_by_role("link", name="Subscribe by mail").click()
    page.get_by_label("Your mail address").fill("bob@example.org")
    page.get_by_label("Tariffs", exact=True).check()
    page.get_by_label("Days before a date").fill("soon")
    page.get_by_role("button", name="Subscribe").last.click()
    assert "'soon' is no whole number" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Tariffs", exact=True).is_checked()
    reader.complaints.clear()  # the browser notes the 422

    page.get_by_label("Days before a date").fill("7, 1")
    page.get_by_role("button", name="Subscribe").last.click()
    assert page.get_by_role("heading").inner_text() == "Look into your mail"
    assert lite.answer_request(NOW, b"k" * 32) == "confirm"
    assert [one.deadline_days for one in lite.subscriptions(STORY) if one.address == "bob@example.org"] == [(7, 1)]


def test_a_subscriber_changes_and_pauses_what_he_gets(reader: Reader, settings: Settings, lite: Store) -> None:
    page = reader.opens(manage(settings), 390)
    page.get_by_role("combobox", name="Mails").select_option("daily")
    page.get_by_role("button", name="Save").click()
    assert page.get_by_role("status").inner_text() == "What you get is changed."
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Resume").is_visible()
    [ann] = lite.subscriptions(STORY)
    assert (ann.policy.digest, ann.paused) == ("daily", True)


def test_mails_are_read_where_no_mail_server_is_set(reader: Reader) -> None:
    page = reader.opens(f"/stories/{STORY}")
    page.get_by_role("link", name="read them here").click()
    page.locator(".mails a").first.click()
    assert page.locator("pre.mail").inner_text().strip() == LONG


def test_an_old_timeline_is_folded_away_and_opens_without_a_script(lite: Store, reader: Reader, tmp_path: Path) -> None:
    for number in range(12):
        told = finding(before=TEN, after=replace(TEN, value={"percent": 30.0 + number}), article=f"a{number}")
        tell(lite, replace(told, published=NOW + number * timedelta(days=20)))
    page = reader.opens(f"/stories/{STORY}", 390)
    folded = page.locator("#timeline details")
    assert not folded.locator("li").first.is_visible()
    folded.locator("summary").click()
    assert folded.locator("li").first.is_visible()
