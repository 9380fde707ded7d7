"""The mailbox folder on pages: for whoever sits at the machine, and elsewhere for the operator alone."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.worker.site import Site, site_of
from worker.settings import Settings
from worker.store import Store

TOKEN = "a-token-of-the-operator"
MAIL = (
    b"From: Deltawire <deltawire@localhost>\r\nTo: ann@example.org\r\nSubject: =?utf-8?q?20_=25_=E2=86=92_10_=25?=\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nThe record <b>has</b> changed.\r\n"
)


def put(settings: Settings, name: str, content: bytes = MAIL, at: int = 1_762_344_000) -> Path:
    settings.mailbox.mkdir(parents=True, exist_ok=True)
    path = settings.mailbox / name
    path.write_bytes(content)
    os.utime(path, (at, at))
    return path


@pytest.fixture
def serve(settings_for: Callable[..., Settings]) -> Iterator[Callable[..., tuple[Site, Settings]]]:
    """Serve the pages under such settings."""
    running: list[Site] = []

    def start(**given: object) -> tuple[Site, Settings]:
        settings = settings_for(**given)
        store = Store.open(settings)
        store.upgrade()
        site = site_of(store, settings)
        running.append(site.__enter__())
        return site, settings

    yield start
    for site in running:
        site.__exit__()


def basic(password: str, name: str = "operator") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


def test_mails_are_listed_newest_first_and_can_be_read(serve: Callable[..., tuple[Site, Settings]]) -> None:
    site, settings = serve()
    put(settings, "dlv_old.eml", MAIL.replace(b"ann@", b"bob@"), at=1_762_340_000)
    put(settings, "dlv_new.eml")
    page = site.get("/mailbox").page
    assert [link for link in page.links if link.startswith("/mailbox/")] == [
        "/mailbox/dlv_new.eml",
        "/mailbox/dlv_old.eml",
    ]
    assert "20 % → 10 % to ann@example.org, 5 Nov 2025, 12:00 UTC" in page.text
    answer = site.get("/mailbox/dlv_new.eml")
    assert "The record <b>has</b> changed." in answer.page.text
    assert answer.headers["cache-control"] == "no-store"
    assert site.get("/mailbox/dlv_new.eml/source").body == MAIL


def test_an_empty_mailbox_says_so(serve: Callable[..., tuple[Site, Settings]]) -> None:
    site, _ = serve()
    assert "It is empty" in site.get("/mailbox").page.text


def test_markup_in_a_mail_stays_text(serve: Callable[..., tuple[Site, Settings]]) -> None:
    site, settings = serve()
    put(settings, "a.eml", b"Subject: <script>x</script>\r\nTo: <img src=x>\r\n\r\n<script>y</script>")
    for path in ("/mailbox", "/mailbox/a.eml"):
        assert not {"script", "img"} & {tag for tag, _ in site.get(path).page.tags}


@pytest.mark.parametrize(
    "broken", [b"", b"\xff\xfe\x00", b"Subject: \xff\r\nContent-Type: text/plain; charset=nope\r\n\r\n\xff"]
)
def test_a_file_that_is_no_mail_breaks_no_page(serve: Callable[..., tuple[Site, Settings]], broken: bytes) -> None:
    site, settings = serve()
    put(settings, "a.eml", broken)
    assert [site.get(path).status for path in ("/mailbox", "/mailbox/a.eml")] == [200, 200]


@pytest.mark.parametrize("name", ["..%2fsecret.key", "%2e%2e", "deltawire.db", "sly.eml", "nope.eml", "dlv.txt"])
def test_nothing_but_the_mails_in_the_folder_can_be_had(serve: Callable[..., tuple[Site, Settings]], name: str) -> None:
    site, settings = serve()
    put(settings, "dlv.txt")
    (settings.data_dir / "secret.key").write_text("hush")
    (settings.mailbox / "sly.eml").symlink_to(settings.data_dir / "secret.key")
    for path in (f"/mailbox/{name}", f"/mailbox/{name}/source"):
        answer = site.get(path)
        assert answer.status == 404
        assert b"hush" not in answer.body


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "deltawire.example.org"},
        {"Host": "127.0.0.1.nip.example"},
        {"X-Forwarded-For": "203.0.113.7"},
        {"Forwarded": "for=203.0.113.7"},
        {"X-Real-IP": "203.0.113.7"},
    ],
)
def test_through_a_proxy_or_under_another_name_it_is_shut(
    serve: Callable[..., tuple[Site, Settings]], headers: dict[str, str]
) -> None:
    site, settings = serve()
    put(settings, "a.eml")
    for path in ("/mailbox", "/mailbox/a.eml", "/mailbox/a.eml/source"):
        answer = site.get(path, **headers)
        assert answer.status == 403
        assert "DELTAWIRE_ADMIN_TOKEN" in answer.page.text
        assert b"ann@" not in answer.body


@pytest.mark.parametrize("given", [{"host": "0.0.0.0"}, {"base_url": "https://deltawire.example.org"}])
def test_where_others_can_reach_the_server_it_opens_with_the_operators_token_only(
    serve: Callable[..., tuple[Site, Settings]], given: dict[str, str]
) -> None:
    site, settings = serve(**given, admin_token=TOKEN)
    put(settings, "a.eml")
    asked = site.get("/mailbox")
    assert (asked.status, asked.headers["www-authenticate"].partition(" ")[0]) == (401, "Basic")
    for wrong in (basic("guess"), basic(TOKEN[:-1]), basic(""), f"Bearer {TOKEN}", "Basic ???", "Basic é"):
        assert site.get("/mailbox", Authorization=wrong).status == 401
    assert "ann@example.org" in site.get("/mailbox", Authorization=basic(TOKEN)).page.text


def test_with_a_mail_server_there_is_no_mailbox(serve: Callable[..., tuple[Site, Settings]]) -> None:
    site, settings = serve(smtp_host="127.0.0.1")
    put(settings, "a.eml")
    assert [site.get(path).status for path in ("/mailbox", "/mailbox/a.eml")] == [404, 404]
