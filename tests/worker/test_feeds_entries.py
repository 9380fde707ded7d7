"""What is read from a feed: the table of what real feeds do, encodings, and what is no feed at all."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.errors import FetchError
from worker.feedparse.entries import LONGEST_GUID, MOST_ENTRIES, entries, web_address
from worker.feedparse.markup import line_of, text_of
from worker.feeds import FeedEntry

CASES = yaml.load((Path(__file__).parent.parent / "data" / "feeds" / "real.yaml").read_text("utf-8"), yaml.CSafeLoader)
HEADERS = {"content-type": "application/rss+xml", "content-location": "https://feed.example/rss/all.xml"}
HISTORY = Path(__file__).parents[2].parent / "shared" / "data" / "whitehouse" / "feed-history"


def rss(items: str, declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    space = "xmlns:content='http://purl.org/rss/1.0/modules/content/'"
    return f"{declaration}<rss version='2.0' {space}><channel><title>News</title>{items}</channel></rss>"


def shown(entry: FeedEntry, fields: Mapping[str, Any]) -> dict[str, Any]:
    found = {name: getattr(entry, name) for name in fields}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in found.items()}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_real_feeds_do_is_read_as_a_reader_would(case: dict[str, Any]) -> None:
    body = case["from"] if "from" in case else rss(case["items"])
    found = entries(body.encode(), HEADERS)
    assert [shown(entry, said) for entry, said in zip(found, case["entries"], strict=True)] == case["entries"]


@pytest.mark.parametrize(
    ("declared", "encoding", "header"),
    [
        ("utf-8", "utf-8", ""),
        ("utf-8", "utf-8-sig", "text/xml; charset=iso-8859-1"),
        ("iso-8859-1", "utf-8", ""),
        ("utf-8", "utf-8", "text/xml; charset=iso-8859-1"),
        ("iso-8859-1", "latin-1", ""),
        ("iso-8859-1", "cp1252", ""),
        ("utf-8", "latin-1", ""),
        ("", "latin-1", ""),
        ("", "latin-1", 'application/xml; charset="ISO-8859-1"'),
        ("utf-16", "utf-16", ""),
        ("", "utf-16-le", ""),
        ("", "utf-16-be", ""),
        ("utf-32", "utf-32", ""),
    ],
)
def test_a_feed_is_read_in_the_encoding_that_it_is_in(declared: str, encoding: str, header: str) -> None:
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    body = rss("<item><title>Zölle für Käse</title></item>", declaration).encode(encoding)
    assert entries(body, {"content-type": header})[0].title == "Zölle für Käse"


@pytest.mark.parametrize("encoding", ["gb2312", "gb18030", "big5", "shift_jis", "euc-jp", "iso-2022-jp", "utf-16"])
def test_declared_encodings_of_east_asia_are_read(encoding: str) -> None:
    body = rss("<item><title>中文</title></item>", f'<?xml version="1.0" encoding="{encoding}"?>').encode(encoding)
    assert entries(body, {})[0].title == "中文"


def test_a_slip_in_utf_8_does_not_spoil_the_rest() -> None:
    body = rss("<item><title>Zölle – ?</title></item>").encode().replace(b"?</title>", b"\xff</title>")
    assert entries(body, {})[0].title == "Zölle – \ufffd"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf \n\t", "empty"),
        (b"<!doctype html><html><head><title>Access Denied</title></head></html>", "web page .*Access Denied"),
        (b"<?xml version='1.0'?><!DOCTYPE html PUBLIC '-//W3C' 'x'><html xmlns='x'><title>Log in</title>", "Log in"),
        (b"\n<!-- x --><HTML><BODY><H1>Access Denied</H1>", "web page .*Access Denied"),
        (b"<h1>Just a moment</h1>", "web page"),
        (b'{"version": "https://jsonfeed.org/version/1.1"}', "JSON"),
        (b"<?xml version='1.0'?><opml version='2.0'/>", "no feed: it begins with <opml>"),
        (b"<urlset><url/></urlset>", "<urlset>"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "no feed"),
        (b"Too many requests", "Too many requests"),
        (b"<rss><channel></rss>", "XML is broken"),
        (b'<?xml version="1.0" encoding="klingon"?><rss>\xff</rss>', "not UTF-8.*'klingon'"),
        (b"<!--" * 50_000, "no feed"),
        (b"<!DOCTYPE rss [" * 50_000, "no feed"),
    ],
)
def test_what_is_no_feed_is_named_for_a_person(body: bytes, words: str) -> None:
    with pytest.raises(FetchError, match=words) as refused:
        entries(body, {})
    assert refused.value.permanent
    assert len(str(refused.value)) < 300


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


@pytest.mark.parametrize(
    "body",
    [
        f'<!DOCTYPE rss [<!ENTITY l0 "ha">{LAUGHS}]><rss><channel><title>&l9;</title></channel></rss>'.encode(),
        b'<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]><rss><channel><title>&x;</title></channel></rss>',
        b'<?xml version="1.0"?>\n<!doctype rss [\n<!entity % p "x">\n]>\n<rss/>',
        '<!DOCTYPE rss [<!ENTITY a "b">]><rss/>'.encode("utf-16"),
        '<!DOCTYPE rss [<!ENTITY a "b">]><rss/>'.encode("utf-32"),
        b'<!DOCTYPE rss [<!ENTITY a "]>">]><rss/>',
    ],
)
def test_a_feed_that_declares_entities_is_refused(body: bytes) -> None:
    with pytest.raises(FetchError, match="declares entities"):
        entries(body, {})


@pytest.mark.parametrize(
    "body",
    [
        b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE r [<!ENTITY a "b">]><rss/>',
        rb'<?xml version="1.0" encoding="unicode_escape"?>\x3c!DOCTYPE r [<!ENTITY a "b">]><rss/>',
    ],
)
def test_entities_cannot_hide_behind_an_encoding(body: bytes) -> None:
    with pytest.raises(FetchError):
        entries(body, {})


def test_an_article_about_entities_is_no_declaration() -> None:
    body = rss("<item><title>A</title><description><![CDATA[Write &lt;!ENTITY a 'b'&gt; first.]]></description></item>")
    assert entries(body.encode(), {})[0].text == "Write <!ENTITY a 'b'> first."


def test_a_million_empty_lines_before_the_root_cost_nothing() -> None:
    body = b"\n" * 1_000_000 + rss("<item><title>A</title></item>", "").encode()
    began = time.process_time()
    assert entries(body, {})[0].title == "A"
    assert time.process_time() - began < 5


def test_no_more_than_the_first_five_hundred_entries_are_read() -> None:
    body = rss("".join(f"<item><title>{n}</title></item>" for n in range(MOST_ENTRIES + 1)))
    found = entries(body.encode(), {})
    assert [entry.title for entry in found] == [str(n) for n in range(MOST_ENTRIES)]


def test_an_entry_without_guid_and_link_is_known_by_what_it_says() -> None:
    first, again, other = entries(
        rss("<item><title>A</title></item><item><title>A</title></item><item><title>B</title></item>").encode(), {}
    )
    assert first.guid == again.guid != other.guid
    assert first.guid.startswith("sha256:")


def test_a_guid_of_any_length_stays_one_that_a_database_can_index() -> None:
    one, two = (f"<item><title>A</title><guid isPermaLink='false'>{'x' * 5_000}{end}</guid></item>" for end in "12")
    found = entries(rss(one + two).encode(), {})
    assert all(len(entry.guid) <= LONGEST_GUID for entry in found)
    assert found[0].guid != found[1].guid


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("https://news.example/a", "https://news.example/a"),
        (" https://news.example/\n a ", "https://news.example/a"),
        ("HTTP://news.example", "HTTP://news.example"),
        ("java\nscript:alert(1)", None),
        ("vbscript:x", None),
        ("https://", None),
        ("http://[::1", None),
        ("https://news.example/" + "a" * 3_000, None),
        ("", None),
        (None, None),
    ],
)
def test_only_web_addresses_leave(said: str | None, address: str | None) -> None:
    assert web_address(said) == address


@settings(deadline=None)
@given(st.text(max_size=300) | st.from_regex(r"(<[/a-z!]{0,8}[^<]{0,20}|&[a-z#0-9]{1,6};?){0,20}", fullmatch=True))
def test_any_markup_becomes_tidy_text(markup: str) -> None:
    for text in (text_of(markup), line_of(markup)):
        assert text == text.strip()
        assert "\n\n\n" not in text
        assert "\x00" not in text
    assert "\n" not in line_of(markup)


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_a_feed_or_a_message(body: bytes) -> None:
    for given_bytes in (body, b"<rss><channel><item><title>" + body):
        try:
            entries(given_bytes, {})
        except FetchError:
            continue


@pytest.mark.shared
def test_three_weeks_of_a_real_feed_are_read_whole() -> None:
    if not HISTORY.is_dir():
        pytest.skip(f"no real feed to read: {HISTORY} is not there")
    versions = [entries(path.read_bytes(), {}) for path in sorted(HISTORY.glob("*.xml"))]
    seen = {entry.guid for version in versions for entry in version}
    print(f"{len(versions)} versions, {sum(map(len, versions))} entries, {len(seen)} articles")  # noqa: T201 - the counts
    assert len(versions) == 39
    for version in versions:
        assert len(version) == 30
        for entry in version:
            assert entry.title
            assert entry.link == entry.guid
            assert entry.published is not None
            assert entry.published.utcoffset() is not None
            assert entry.published.year == 2025
