"""The mail that tells of an alert: its headers, and that its text and its HTML say the same."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import PartialDate, Phase, Severity, State, Status
from tests.worker.samples import FENTANYL, STORY, TEN, TWENTY, pack, subscription
from worker.alerts import Alert, Subscription, Telling
from worker.transports.email import LONGEST_SUBJECT, render

NOW = datetime(2025, 11, 1, 14, 6, tzinfo=UTC)
DELIVERY = "dlv_0123456789abcdef0123456789abcdef"
BASE = "https://deltawire.example.org"
UNSUBSCRIBE = f"{BASE}/unsubscribe/sub_{'0' * 32}/{'t' * 22}"
MANAGE = f"{BASE}/manage/sub_{'0' * 32}/{'m' * 22}"
READER = subscription(channel="email", address="reader@example.org", secret=None)
LINKS = {"unsubscribe_url": UNSUBSCRIBE, "manage_url": MANAGE}
CHANGE = Alert(
    id="a1",
    key="k1",
    story=STORY,
    kind="change",
    update=False,
    fact=FENTANYL,
    topic="tariffs",
    title="US fentanyl tariff on Chinese goods",
    headline="US fentanyl tariff on Chinese goods: 20 % → 10 %, from 10 Nov 2025",
    before=TWENTY,
    after=TEN,
    at=datetime(2025, 11, 1, 14, 5, tzinfo=UTC),
    severity=Severity.HIGH,
    articles=("7",),
    url="https://courier.example/2025/11/truce?id=7&part=2",
    source="The Courier",
    speaker="Jane Doe",
    quote="The fentanyl tariff falls to 10 percent on 10 November, <b>she</b> said & smiled.",
    why="the value differs from the record",
    confidence=0.9,
    relates_to="thread1",
)
DEADLINE = replace(
    CHANGE,
    kind="deadline",
    before=None,
    phase=Phase.UPCOMING,
    role="effective",
    due=date(2025, 11, 10),
    days_left=7,
    why=None,
    at=datetime(2025, 11, 3, tzinfo=UTC),
)


def made(alert: Alert = CHANGE, reader: Subscription = READER, **how: Any) -> bytes:
    said = {"delivery_id": DELIVERY, "mail_from": "alerts@deltawire.example.org", "base_url": BASE}
    return render([Telling(alert)], reader, pack(), NOW, **{**said, **LINKS, **how})


def parsed(raw: bytes) -> EmailMessage:
    mail = email.message_from_bytes(raw, policy=email.policy.default)
    for part in mail.walk():
        assert part.defects == []
        for name, value in part.items() if raw.isascii() else ():
            assert value.defects == (), (name, value)
    return mail


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body is not None
    return str(body.get_content())


class Seen(HTMLParser):
    """What a reader of the HTML sees, and what it links to and fetches."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.links: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        if self.tags and self.tags[-1][0] != "title":
            self.words += data.split()


def words_of(text: str) -> set[str]:
    return set(re.findall(r"[\w%$]+", text.lower()))


def test_the_headers_are_those_of_a_mail_that_no_person_wrote_to_a_list() -> None:
    mail = parsed(made())
    assert mail["Subject"] == CHANGE.headline
    assert mail["From"] == "Deltawire <alerts@deltawire.example.org>"
    assert mail["To"] == "reader@example.org"
    assert mail["Date"].datetime == NOW
    assert mail["Message-ID"] == f"<{DELIVERY}@deltawire.example.org>"
    assert mail["References"] == "<thread1@deltawire.example.org>"
    assert mail["List-Id"] == "US-China trade truce <us-china-trade.deltawire.example.org>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


def test_one_click_unsubscribing_has_one_address_whole_in_one_line() -> None:
    raw, mail = made(), parsed(made())
    assert f"List-Unsubscribe: <{UNSUBSCRIBE}>\r\n".encode() in raw
    assert mail.get_all("List-Unsubscribe") == [f"<{UNSUBSCRIBE}>"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_the_message_is_the_same_every_time_it_is_made() -> None:
    assert made() == made()


def test_lines_end_in_crlf_and_are_short_enough_for_every_server() -> None:
    raw = made(replace(CHANGE, quote="x" * 5_000 + " y" * 1_000))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert raw.isascii()


def test_the_text_reads_like_this() -> None:
    assert (
        text_of(parsed(made()))
        == f"""\
US fentanyl tariff on Chinese goods: 20 % → 10 %, from 10 Nov 2025

Change | US-China trade truce | 1 Nov 2025, 14:05 UTC

WHAT CHANGED
  Status: in force → agreed
  Rate:   20 % → 10 %
  Start:  not stated → 10 Nov 2025

DATES AHEAD, BY THE RECORD
  Starts in 9 days, on 10 Nov 2025.

THE SENTENCE IT RESTS ON
  “The fentanyl tariff falls to 10 percent on 10 November, <b>she</b>
  said & smiled.”
  – Jane Doe, reported by The Courier
  https://courier.example/2025/11/truce?id=7&part=2

WHY YOU ARE TOLD
  The value differs from the record. Confidence 0.90.

--{" "}
You get this mail because this address is subscribed to alerts on
“US-China trade truce”.
The record and its dates: {BASE}/stories/us-china-trade
Change what you get: {MANAGE}
Unsubscribe: {UNSUBSCRIBE}
"""
    )


CASES = {
    "a change": CHANGE,
    "another source": replace(CHANGE, update=True, before=TEN),
    "a signal": replace(CHANGE, kind="signal", after=State(None, {"percent": 5})),
    "a signal of nothing in particular": replace(CHANGE, kind="signal", after=State()),
    "a reminder": DEADLINE,
    "a day that is there": replace(DEADLINE, phase=Phase.DUE, days_left=0),
    "a day gone by": replace(DEADLINE, phase=Phase.PASSED, days_left=None),
    "a date moved": replace(DEADLINE, phase=Phase.MOVED, days_left=None, moved_to=PartialDate(2025, 12)),
    "a date fallen away": replace(DEADLINE, phase=Phase.CANCELLED, days_left=None, after=State(Status.WITHDRAWN)),
    "nobody named": replace(CHANGE, speaker=None, source=None, url=None),
    "a date of the starting record": replace(DEADLINE, articles=(), quote="Put off by a year.", speaker=None),
    "no sentence": replace(CHANGE, quote=None, url=None),
}


@pytest.mark.parametrize("alert", CASES.values(), ids=CASES.keys())
def test_text_and_html_say_the_same_words_and_have_the_same_links(alert: Alert) -> None:
    mail = parsed(made(alert))
    text, seen = text_of(mail), Seen(html_of(mail))
    links = set(re.findall(r"https?://\S+", text))
    said = words_of(re.sub(r"https?://\S+", "", text))
    shown = words_of(re.sub(r"https?://\S+", "", " ".join(seen.words)))
    columns = {"before", "now", "in", "prospect", "on", "record", "as"}
    assert said ^ shown <= columns
    assert set(seen.links) == links


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("another source", ["Another source |", "ON RECORD", "Rate:   10 %"]),
        ("a signal", ["Signal |", "WHAT MAY CHANGE (on record → in prospect)", "Rate: 20 % → 5 %"]),
        ("a signal of nothing in particular", ["The report names no new status, amount or date."]),
        (
            "a reminder",
            ["Deadline | US-China trade truce | 3 Nov 2025\n", "10 Nov 2025: 7 days left.", "WHERE THE DATE"],
        ),
        ("a day that is there", ["10 Nov 2025: this is the day."]),
        ("a day gone by", ["10 Nov 2025 went by, and no report"]),
        ("a date moved", ["No longer 10 Nov 2025. The new date is Dec 2025.", "THE SENTENCE IT RESTS ON"]),
        ("a date fallen away", ["10 Nov 2025 no longer holds, and there is no new date."]),
        ("nobody named", ["– The report"]),
        ("a date of the starting record", ["COMES FROM\n  Put off by a year.\n  – The Courier"]),
    ],
)
def test_each_kind_of_alert_says_what_it_is_about(name: str, words: list[str]) -> None:
    text = text_of(parsed(made(CASES[name])))
    for said in words:
        assert said in text


def test_the_html_is_whole_in_itself_and_readable_on_a_phone() -> None:
    markup = html_of(parsed(made()))
    seen = Seen(markup)
    tags = {tag for tag, _ in seen.tags}
    assert not tags & {"img", "script", "link", "iframe", "style", "form", "object", "svg"}
    assert "url(" not in markup
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in seen.tags
    assert all(not name.startswith("on") for _, attributes in seen.tags for name in attributes)


def test_what_others_wrote_is_shown_as_they_wrote_it_and_runs_nowhere() -> None:
    evil = "<script>alert(1)</script>\"'>{{ 7 * 7 }}"
    alert = replace(CHANGE, quote=evil, speaker=evil, source=evil, why=evil, headline=evil, url="javascript:alert(1)")
    mail = parsed(made(alert))
    seen = Seen(html_of(mail))
    assert not {tag for tag, _ in seen.tags} & {"script"}
    assert all(link.startswith(BASE) for link in seen.links)
    assert "{{ 7 * 7 }}" in text_of(mail)
    assert "javascript" not in text_of(mail)


@pytest.mark.parametrize(
    "character", ["\r\n", "\n", "\x0b", "\x0c", "\x00", "\u2028", "\u2029", "\x85", "\ud800", "\x1b"]
)
def test_no_character_of_a_headline_starts_another_header_or_breaks_the_mail(character: str) -> None:
    mail = parsed(made(replace(CHANGE, headline=f"A{character}Bcc: all@example.org")))
    assert mail["Subject"] == "A Bcc: all@example.org"
    assert mail["Bcc"] is None


def test_a_long_headline_is_cut_in_the_subject_and_whole_in_the_mail() -> None:
    headline = "→ ".join(["word"] * 100)
    mail = parsed(made(replace(CHANGE, headline=headline)))
    assert len(mail["Subject"]) == LONGEST_SUBJECT
    assert mail["Subject"].endswith("…")
    assert " ".join(text_of(mail).split()).startswith(headline)


def test_a_mail_address_beyond_ascii_is_written_as_servers_know_it() -> None:
    mail = parsed(made(reader=replace(READER, address="reader@bücher.example")))
    assert mail["To"] == "reader@xn--bcher-kva.example"
    raw = made(reader=replace(READER, address="jürgen@bücher.example"))
    assert "To: jürgen@xn--bcher-kva.example\r\n".encode() in raw


@pytest.mark.parametrize("address", ["", "reader", "a@b\r\nBcc: c@d", "<a@b>", "a@b, c@d", "a b@c", "a@@b", "@", "a@"])
def test_an_address_that_is_none_makes_a_mail_to_nobody(address: str) -> None:
    mail = parsed(made(reader=replace(READER, address=address)))
    assert mail["To"] == "undisclosed-recipients:;"
    assert mail["Bcc"] is None


@settings(deadline=None)
@given(st.text(max_size=120), st.text(max_size=40), st.text(max_size=40))
def test_whatever_an_article_says_makes_a_mail_that_can_be_read(quote: str, name: str, url: str) -> None:
    alert = replace(CHANGE, headline=quote, quote=quote, speaker=name, source=name, why=name, url=url, title=name)
    mail = parsed(made(alert, replace(READER, address=name)))
    assert mail["Message-ID"] == f"<{DELIVERY}@deltawire.example.org>"
    assert UNSUBSCRIBE in text_of(mail)
    assert UNSUBSCRIBE in html_of(mail)
