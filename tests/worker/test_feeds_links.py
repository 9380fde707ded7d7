"""One key for all the addresses of one article."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from worker.feedparse.entries import web_address
from worker.feeds import canonical_link

KEY = "https://news.example/2025/truce"


@pytest.mark.parametrize(
    "copy",
    [
        "https://news.example/2025/truce",
        "http://news.example/2025/truce",
        "https://www.news.example/2025/truce",
        "https://WWW.News.Example/2025/truce",
        "HTTPS://news.example:443/2025/truce/",
        "http://news.example:80/2025/truce",
        "https://news.example./2025/truce",
        " https://news.example/2025/truce#0 ",
        "https://news.example/2025/truce?#comments",
        "https://news.example/2025/truce?utm_source=rss&utm_medium=feed&utm_campaign=x",
        "https://news.example/2025/truce?fbclid=IwAR0&gclid=Cj0&msclkid=1&yclid=2&gbraid=3",
        "https://news.example/2025/truce?CMP=Share_iOSApp_Other",
        "https://news.example/2025/truce?cmpid=rss&ocid=x&ito=1490&mod=rss_world&partner=rss&emc=rss",
        "https://news.example/2025/truce?at_medium=RSS&at_campaign=KARANGA",
        "https://news.example/2025/truce?ref=rss&ref_src=twsrc&referrer=home&via=feed",
        "https://news.example/2025/truce?mc_cid=1&mc_eid=2&_hsenc=3&igshid=4&igsh=5",
    ],
)
def test_copies_of_one_address_have_one_key(copy: str) -> None:
    assert canonical_link(copy) == KEY


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/a?id=1", "https://news.example/a?id=2"),
        ("https://news.example/a?page=1", "https://news.example/a"),
        ("https://news.example/A", "https://news.example/a"),
        ("https://news.example:8080/a", "https://news.example/a"),
        ("https://m.news.example/a", "https://news.example/a"),
        ("https://news.example/a/b", "https://news.example/a"),
        ("https://news.example/a?reference=1", "https://news.example/a"),
        ("https://news.example/a?attitude=1", "https://news.example/a"),
    ],
)
def test_addresses_of_different_articles_keep_different_keys(one: str, other: str) -> None:
    assert canonical_link(one) != canonical_link(other)


def test_the_order_of_parameters_does_not_matter() -> None:
    assert canonical_link("https://x.example/?b=2&a=1") == canonical_link("https://x.example?a=1&b=2&utm_id=3")


@pytest.mark.parametrize("other", ["", "mailto:a@example.org", "urn:uuid:1", "http://[::1", "https://x:99999/", "/a/b"])
def test_what_is_no_web_address_comes_back_as_it_is(other: str) -> None:
    assert canonical_link(f" {other} ") == other


@settings(deadline=None)
@given(st.builds("https://x.example/{}?{}#{}".format, st.text(), st.text(), st.text()).map(web_address))
def test_the_key_of_a_key_is_itself(url: str | None) -> None:
    key = canonical_link(url or "")
    assert canonical_link(key) == key
