"""What a mailbox provider does with our mails: it parses them, and its own button posts what RFC 8058 asks for.

The mails are the pipeline's, from an article to a mail server; the provider has no cookies, and follows no redirect.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import aiohttp
import pytest

from tests.e2e.newsroom import STORY, pack_from_the_baseline
from tests.servers import Mailbox
from tests.worker.site import Answer, Site, site_of
from tests.worker.timeline import Timeline
from worker import pipeline
from worker.desk import Desk
from worker.settings import Settings

BASE = "https://deltawire.example"
CUT = "The US has cut the fentanyl tariff on China to 10%"
RULES = "China suspends October rare earth export controls for a year"
KINDS: dict[str, dict[str, Any]] = {
    "single": {},
    "grouped": {"group_wait": 600},
    "digest": {"digest": "daily", "digest_hour": 7},
}
ONCE = ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "List-Id", "Auto-Submitted")
LONGEST_LINE = 998
"""Characters, by RFC 5322."""


@dataclass
class Post:
    """A story with two readers, and what arrived at the mail server of one of them."""

    story: Timeline
    site: Site
    mailbox: Mailbox

    def brings(self, kind: str) -> EmailMessage:
        """The first mail of a kind to ann; ben, who asks for nothing but digests, has one waiting."""
        self.story.holds_the_post().subscribes("ann", **KINDS[kind])
        self.story.subscribes("ben", digest="weekly")
        self.story.at("10-30 04:00").publishes(CUT)
        if kind != "single":
            self.story.publishes(RULES).at("10-31 08:00")
        asyncio.run(pipeline.deliver(self.story.now, self.story.desk))
        [mail] = self.mailbox.got(1)
        return mail

    def subscribed(self) -> list[str]:
        return [one.address for one in self.story.store.subscriptions(STORY)]


@pytest.fixture
def post(settings_for: Callable[..., Settings], store_url: str, tmp_path: Path) -> Iterator[Post]:
    with Mailbox() as mailbox:
        folder = pack_from_the_baseline(tmp_path / "pack", {})
        where = {"packs": [folder], "database_url": store_url, "base_url": BASE}
        settings = settings_for(**where, smtp_host="127.0.0.1", smtp_port=mailbox.port)
        desk = Desk.open(settings)
        with site_of(desk.store, settings) as site:
            yield Post(Timeline(desk, "10-28 00:00"), site, mailbox)
        desk.close()


def address_to_post_to(mail: EmailMessage) -> str:
    """The path of the one https address, as a provider takes it out of the headers."""
    [header], [says] = mail.get_all("List-Unsubscribe", []), mail.get_all("List-Unsubscribe-Post", [])
    assert says == "List-Unsubscribe=One-Click"
    [address] = re.findall(r"<(https:[^>]*)>", header)
    assert address.startswith(f"{BASE}/")
    return urlsplit(address).path


def urlencoded() -> tuple[str, bytes]:
    return "application/x-www-form-urlencoded", urlencode({"List-Unsubscribe": "One-Click"}).encode()


def multipart() -> tuple[str, bytes]:
    with aiohttp.MultipartWriter("form-data", boundary="of-the-provider") as form:
        part = form.append("One-Click")
        part.set_content_disposition("form-data", name="List-Unsubscribe")

    class Kept:
        body = b""

        async def write(self, data: bytes) -> None:
            self.body += data

    kept = Kept()
    asyncio.run(form.write(kept))  # type: ignore[arg-type]
    return form.content_type, kept.body


def click(site: Site, path: str, form: tuple[str, bytes]) -> Answer:
    """What the provider's button does: no cookie, no referrer, no token but the one in the address."""
    return site.ask("POST", path, form[1].decode(), {"Content-Type": form[0]})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("form", [urlencoded, multipart])
def test_the_button_of_a_mailbox_provider_ends_the_subscription_of_that_reader_alone(
    post: Post, kind: str, form: Callable[[], tuple[str, bytes]]
) -> None:
    path = address_to_post_to(post.brings(kind))
    answer = click(post.site, path, form())
    assert answer.status == 200
    assert not {"location", "refresh", "set-cookie"} & set(answer.headers)
    assert post.subscribed() == ["ben@reader.example"]
    for method in ("GET", "HEAD"):
        assert post.site.ask(method, path).status == 200
    assert post.subscribed() == ["ben@reader.example"]
    assert click(post.site, path, form()).status == 200


@pytest.mark.parametrize("kind", KINDS)
def test_a_scanner_that_follows_every_link_of_a_mail_changes_nothing(post: Post, kind: str) -> None:
    mail = post.brings(kind)
    html = mail.get_body(("html",))
    assert html is not None
    ours = {address_to_post_to(mail)}
    ours |= {urlsplit(link).path for link in re.findall(rf'href="({BASE}/[^"]*)"', html.get_content())}
    assert len(ours) > 1
    before = [post.story.store.subscription(name) for name in ("ann", "ben")]
    for path in sorted(ours):
        for method in ("GET", "HEAD"):
            assert post.site.ask(method, path).status < 500
    assert [post.story.store.subscription(name) for name in ("ann", "ben")] == before
    assert post.subscribed() == ["ann@reader.example", "ben@reader.example"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_is_parsed_without_a_defect(post: Post, kind: str) -> None:
    mail = post.brings(kind)
    for part in mail.walk():
        assert part.defects == []
        for name, value in part.items():
            assert value.defects == (), (name, value)
    assert [len(mail.get_all(name, [])) for name in ONCE] == [1] * len(ONCE)
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert max(map(len, mail.as_bytes().splitlines())) <= LONGEST_LINE
    for part in mail.iter_parts():
        assert "10" in part.get_content()
        assert part.get_content_charset() == "utf-8"
