"""From an address to a feed's bytes, or to a message for a person. Real HTTP on loopback."""

from __future__ import annotations

import pytest

from tests.worker.wire import LOOPBACK, always, drips, in_loop, names, resets, response, wire
from worker.errors import FetchError
from worker.feeds import Fetched, NotModified, fetch
from worker.http import MAX_BYTES, Client

BODY = b"<rss/>"


async def refusal_of(client: Client, url: str, *, seconds: float = 30) -> FetchError:
    with pytest.raises(FetchError) as refused:
        await fetch(client, url, seconds=seconds)
    return refused.value


@in_loop
async def test_a_feed_comes_with_its_validators_and_the_address_that_gave_it() -> None:
    said = response(200, BODY, ETag='"v1"', Last_Modified="Mon, 27 Oct 2025 10:00:00 GMT", Content_Type="text/xml")
    async with (
        wire(always(said)) as there,
        wire(always(response(301, Location=there.url("/new.xml")))) as old,
        Client(LOOPBACK) as client,
    ):
        fetched = await fetch(client, old.url("/old.xml"))
    assert isinstance(fetched, Fetched)
    assert (fetched.body, fetched.etag, fetched.last_modified) == (BODY, '"v1"', "Mon, 27 Oct 2025 10:00:00 GMT")
    assert fetched.url == fetched.headers["content-location"] == there.url("/new.xml")
    assert fetched.headers["content-type"] == "text/xml"
    assert "if-none-match" not in there.asked[0].headers
    assert "rss+xml" in there.asked[0].headers["accept"]


@in_loop
async def test_the_validators_of_the_last_answer_are_sent_and_an_unchanged_feed_costs_nothing() -> None:
    async with wire(always(response(304))) as server, Client(LOOPBACK) as client:
        assert await fetch(client, server.url(), '"v1"', "Mon, 27 Oct 2025 10:00:00 GMT") == NotModified()
    assert server.asked[0].headers["if-none-match"] == '"v1"'
    assert server.asked[0].headers["if-modified-since"] == "Mon, 27 Oct 2025 10:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "words", "permanent"),
    [
        (204, "204 No Content instead of a feed", False),
        (304, "304 Not Modified instead", True),
        (400, "400 Bad Request", True),
        (401, "wants a login", True),
        (403, "refuses to show", True),
        (404, "knows no feed at this address", True),
        (408, "408 Request Timeout", False),
        (410, "gone for good", True),
        (429, "polled less often", False),
        (500, "in trouble", False),
        (502, "in trouble", False),
        (503, "in trouble", False),
        (504, "in trouble", False),
        (599, "in trouble", False),
    ],
)
@in_loop
async def test_each_status_is_told_in_words_and_with_whether_it_will_last(
    status: int, words: str, permanent: bool
) -> None:
    said = response(status, b"" if status in (204, 304) else b"x")
    async with wire(always(said)) as server, Client(LOOPBACK) as client:
        refused = await refusal_of(client, server.url())
    assert words in str(refused)
    assert str(status) in str(refused)
    assert (refused.permanent, refused.retry_after) == (permanent, None)


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ({"Retry_After": "120"}, 120),
        ({"Retry_After": "Mon, 27 Oct 2025 10:10:00 GMT", "Date": "Mon, 27 Oct 2025 10:00:00 GMT"}, 600),
    ],
)
@in_loop
async def test_a_server_may_name_the_time_to_come_back(said: dict[str, str], seconds: float) -> None:
    async with wire(always(response(503, **said))) as server, Client(LOOPBACK) as client:
        assert (await refusal_of(client, server.url())).retry_after == seconds


@in_loop
async def test_a_feed_that_is_too_large_is_not_read_to_its_end() -> None:
    endless = drips(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"40000\r\n" + bytes(0x40000) + b"\r\n")
    async with wire(endless) as server, Client(LOOPBACK) as client:
        refused = await refusal_of(client, server.url())
    assert f"larger than {MAX_BYTES:,} bytes" in str(refused)
    assert refused.permanent


@in_loop
async def test_troubles_on_the_way_are_told_in_words() -> None:
    async with wire(drips(b"", b"")) as silent, wire(resets) as broken, Client(LOOPBACK, lookup=names()) as client:
        late = await refusal_of(client, silent.url(), seconds=0.2)
        reset = await refusal_of(client, broken.url())
        unknown = await refusal_of(client, "http://nowhere.example/feed")
    assert "no whole answer within 0.2 seconds" in str(late)
    assert "broke off" in str(reset)
    assert "the name nowhere.example is not known" in str(unknown)
    assert not any(failed.permanent for failed in (late, reset, unknown))


@in_loop
async def test_an_address_inside_is_refused_and_the_message_says_who_can_allow_it() -> None:
    async with Client() as client:
        refused = await refusal_of(client, "http://127.0.0.1:9/feed")
    assert "DELTAWIRE_ALLOW_NETWORKS" in str(refused)
    assert refused.permanent
