"""The one client: what it lets through, what it refuses, and when it gives up."""

from __future__ import annotations

import asyncio
import gzip
import itertools
import threading
import time
import tracemalloc
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.worker.wire import (
    LOOPBACK,
    TLS,
    Asked,
    always,
    drips,
    in_loop,
    info,
    names,
    resets,
    response,
    then_closes,
    wire,
)
from worker.addresses import DENIED
from worker.http import MAX_BYTES, POST_BYTES, USER_AGENT, Client, HttpError, Trouble, default_tls, retry_after

TABLE = yaml.safe_load((Path(__file__).parent.parent / "data" / "addresses.yaml").read_text("utf-8"))
REFUSED = [url for group in TABLE["refused"].values() for url in group]
NOW = datetime(2025, 10, 27, 12, 0, tzinfo=UTC)
HEAD = b"HTTP/1.1 200 Said\r\n"


async def trouble_of(client: Client, url: str, **how: Any) -> Trouble:
    with pytest.raises(HttpError) as failed:
        await client.get(url, **how)
    assert str(failed.value)
    return failed.value.trouble


@in_loop
async def test_an_answer_comes_with_its_status_its_headers_and_the_address_that_gave_it() -> None:
    async with wire(always(response(404, b"no", X_Thing="1"))) as server, Client(LOOPBACK) as client:
        answer = await client.get(server.url("/a?b=c#d"), {"X-Mine": "2"})
    assert (answer.status, answer.body, answer.headers["x-thing"]) == (404, b"no", "1")
    assert answer.url == server.url("/a?b=c")
    assert server.asked[0].path == "/a?b=c"
    assert server.asked[0].headers["user-agent"] == USER_AGENT
    assert server.asked[0].headers["x-mine"] == "2"
    assert USER_AGENT.startswith("deltawire/0.")


@in_loop
async def test_a_name_that_flips_between_two_addresses_never_reaches_the_forbidden_one() -> None:
    flips = itertools.cycle(["127.0.0.2", "127.0.0.1"])

    def lookup(_host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        return [info(next(flips), port)]

    said = response(Connection="close")
    async with (
        wire(then_closes(said), host="127.0.0.2") as meant,
        wire(always(said), port=meant.port) as forbidden,
        Client([ip_network("127.0.0.2/32")], lookup=lookup) as client,
    ):
        outcomes = [await _outcome(client, meant.url(host="flip.example")) for _ in range(1_000)]
    assert forbidden.connections == 0
    assert outcomes.count("200") == len(meant.asked) == 500
    assert outcomes.count(Trouble.REFUSED) == 500


async def _outcome(client: Client, url: str) -> str:
    try:
        return str((await client.get(url)).status)
    except HttpError as error:
        return error.trouble


@in_loop
async def test_no_spelling_in_the_table_is_ever_asked_even_if_it_would_resolve() -> None:
    asked = []

    def lookup(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        return [info("127.0.0.1", port)]

    async with Client(lookup=lookup) as client:
        assert {await trouble_of(client, url) for url in REFUSED} == {Trouble.REFUSED}
    assert asked == []


@pytest.mark.parametrize("network", [str(network) for network in DENIED])
@in_loop
async def test_a_name_that_leads_into_a_denied_network_is_refused_when_it_connects(network: str) -> None:
    edges = ip_network(network)
    async with Client(lookup=names(first_example=str(edges[0]), last_example=str(edges[-1]))) as client:
        assert await trouble_of(client, "http://first.example/") == Trouble.REFUSED
        assert await trouble_of(client, "http://last.example/") == Trouble.REFUSED


@in_loop
async def test_of_a_name_with_several_addresses_only_the_allowed_ones_are_tried() -> None:
    both = names(mixed_example=["127.0.0.1", "10.0.0.1", "::1", "127.0.0.2"])
    async with (
        wire(always(response()), host="127.0.0.2") as server,
        wire(always(response()), port=server.port) as forbidden,
        Client([ip_network("127.0.0.2/32")], lookup=both) as client,
    ):
        assert (await client.get(server.url(host="mixed.example"))).status == 200
    assert forbidden.connections == 0


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://127.0.0.1/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "http://2852039166/",
        "//10.0.0.1/",
        "http://localhost.:80/",
        "http://inside.example/",
    ],
)
@in_loop
async def test_a_redirect_is_vetted_like_an_address_that_a_person_enters(location: str) -> None:
    known = names(out_example="127.0.0.2", inside_example="10.0.0.1")
    async with (
        wire(always(response(302, Location=location)), host="127.0.0.2") as server,
        Client([ip_network("127.0.0.2/32")], lookup=known) as client,
    ):
        assert await trouble_of(client, server.url(host="out.example")) == Trouble.REFUSED
    assert len(server.asked) == 1


@in_loop
async def test_five_redirects_are_followed_and_a_sixth_is_not() -> None:
    async def answer(writer: asyncio.StreamWriter, asked: Asked) -> None:
        left = int(asked.path.strip("/"))
        writer.write(response(301 if left else 200, b"there" if not left else b"", Location=f"{left - 1}"))

    async with wire(answer) as server, Client(LOOPBACK) as client:
        arrived = await client.get(server.url("/5"))
        assert (arrived.body, arrived.url) == (b"there", server.url("/0"))
        assert await trouble_of(client, server.url("/6")) == Trouble.REDIRECTS


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@in_loop
async def test_a_post_is_never_redirected(status: int) -> None:
    async with wire(always(response(status, Location="/elsewhere"))) as server, Client(LOOPBACK) as client:
        answer = await client.post(server.url(), b"{}", {})
    assert (answer.status, len(server.asked)) == (status, 1)


@pytest.mark.parametrize(
    ("start", "drop"),
    [(b"", b""), (HEAD, b"X-Slow: 1\r\n"), (HEAD + b"Content-Length: 9999\r\n\r\n", b"x"), (b"H", b"")],
    ids=["silence", "slow headers", "slow body", "half a word"],
)
@in_loop
async def test_a_server_that_drips_is_left_when_the_total_is_over(start: bytes, drop: bytes) -> None:
    async with wire(drips(start, drop)) as server, Client(LOOPBACK) as client:
        began = time.monotonic()
        assert await trouble_of(client, server.url(), timeout=0.3) == Trouble.TIMEOUT
        with pytest.raises(HttpError, match=r"within 0\.3 seconds"):
            await client.post(server.url(), b"{}", {}, timeout=0.3)
        assert time.monotonic() - began < 10


@in_loop
async def test_the_total_counts_over_all_redirects() -> None:
    async def slowly(writer: asyncio.StreamWriter, _: Asked) -> None:
        await asyncio.sleep(0.15)
        writer.write(response(302, Location="/again"))

    async with wire(slowly) as server, Client(LOOPBACK) as client:
        assert await trouble_of(client, server.url(), timeout=0.4) == Trouble.TIMEOUT
    assert len(server.asked) < 5


@in_loop
async def test_a_gzip_bomb_is_cut_off_while_it_is_read() -> None:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    first, again = (packer.compress(bytes(1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    bomb = first + 299 * again
    async with wire(always(response(200, bomb, Content_Encoding="gzip"))) as server, Client(LOOPBACK) as client:
        tracemalloc.start()
        assert await trouble_of(client, server.url()) == Trouble.TOO_LARGE
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len(bomb) < 1 << 20
    assert peak < 6 * MAX_BYTES


@in_loop
async def test_the_cap_counts_decoded_bytes_and_is_exact() -> None:
    body = gzip.compress(bytes(5_000))
    async with wire(always(response(200, body, Content_Encoding="gzip"))) as server, Client(LOOPBACK) as client:
        assert (await client.get(server.url(), max_bytes=5_000)).body == bytes(5_000)
        assert await trouble_of(client, server.url(), max_bytes=4_999) == Trouble.TOO_LARGE


@in_loop
async def test_of_an_answer_to_a_post_no_more_than_the_beginning_is_read() -> None:
    endless = drips(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"4000\r\n" + b"y" * 0x4000 + b"\r\n")
    async with wire(endless) as server, Client(LOOPBACK) as client:
        answer = await client.post(server.url(), b"{}", {})
    assert (answer.status, answer.body) == (200, b"y" * POST_BYTES)


@pytest.mark.parametrize(
    "answer",
    [
        resets,
        then_closes(b""),
        then_closes(HEAD + b"Content-Length: 100\r\n\r\nshort"),
        then_closes(b"220 mail.example ESMTP\r\n"),
        then_closes(HEAD + b"Content-Length: x\r\n\r\n"),
        always(response(200, b"no gzip", Content_Encoding="gzip")),
        always(response(200, b"no brotli", Content_Encoding="br")),
        always(response(302, Location="http://[::1")),
    ],
    ids=["reset", "hung up", "too short", "no HTTP", "no length", "no gzip", "no brotli", "no location"],
)
@in_loop
async def test_an_answer_that_is_none_is_told_apart(answer: Any) -> None:
    async with wire(answer) as server, Client(LOOPBACK) as client:
        assert await trouble_of(client, server.url()) == Trouble.BROKEN


@in_loop
async def test_a_name_that_is_not_known_and_a_port_that_is_closed_are_told_apart() -> None:
    async with wire(always(response())) as server:
        pass
    async with Client(LOOPBACK, lookup=names()) as client:
        assert await trouble_of(client, "http://nowhere.example/") == Trouble.NAME
        assert await trouble_of(client, f"http://{'a' * 64}.example/") == Trouble.NAME
        assert await trouble_of(client, server.url()) == Trouble.UNREACHABLE


@in_loop
async def test_a_certificate_that_nobody_vouches_for_is_refused() -> None:
    async with wire(always(response()), tls=True) as server, Client(LOOPBACK) as client:
        assert await trouble_of(client, server.url()) == Trouble.TLS
    assert server.asked == []


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A process that trusts the certificate of the tests."""
    monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "localhost.crt"))
    default_tls.cache_clear()
    yield
    default_tls.cache_clear()


@pytest.mark.usefixtures("trusted")
@in_loop
async def test_a_trusted_certificate_counts_for_its_own_names_only() -> None:
    known = names(secure_example="127.0.0.1", other_example="127.0.0.1")
    async with wire(always(response()), tls=True) as server, Client(LOOPBACK, lookup=known) as client:
        assert (await client.get(server.url(host="secure.example"))).status == 200
        assert await trouble_of(client, server.url(host="other.example")) == Trouble.TLS


@pytest.mark.usefixtures("trusted")
@in_loop
async def test_a_redirect_from_https_is_vetted_and_followed() -> None:
    async with (
        wire(always(response(200, b"plain"))) as plain,
        wire(always(response(302, Location=plain.url())), tls=True) as secure,
        Client(LOOPBACK) as client,
    ):
        assert (await client.get(secure.url())).body == b"plain"


@in_loop
async def test_cookies_are_not_kept_and_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with wire(always(response(Set_Cookie="a=b"))) as server, Client(LOOPBACK) as client:
        await client.get(server.url())
        await client.get(server.url())
    assert "cookie" not in server.asked[1].headers


@in_loop
async def test_a_header_that_would_start_another_line_is_not_sent() -> None:
    async with wire(always(response())) as server, Client(LOOPBACK) as client:
        with pytest.raises(HttpError):
            await client.post(server.url(), b"{}", {"X-A": "1\r\nX-B: 2"})
    assert server.asked == []


@in_loop
async def test_a_name_server_that_hangs_holds_up_only_those_who_wait_for_it() -> None:
    release = threading.Event()

    def lookup(host: str, port: int, **_: Any) -> list[tuple[Any, ...]]:
        if host == "hangs.example":
            release.wait(30)
        return [info("127.0.0.1", port)]

    async with wire(always(response())) as server, Client(LOOPBACK, lookup=lookup) as client:
        stuck = [asyncio.create_task(_outcome(client, server.url(host="hangs.example"))) for _ in range(8)]
        await asyncio.sleep(0)
        assert await _outcome(client, server.url(host="well.example")) == "200"
        assert await asyncio.to_thread(lambda: "free") == "free"
        assert not any(task.done() for task in stuck)
        release.set()
        assert await asyncio.gather(*stuck) == ["200"] * 8


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "120"}, 120),
        ({"retry-after": " 0 "}, 0),
        ({"retry-after": "Mon, 27 Oct 2025 12:00:30 GMT"}, 30),
        ({"retry-after": "Mon, 27 Oct 2025 11:00:00 GMT"}, 0),
        ({"retry-after": "Mon, 27 Oct 2025 09:10:00 GMT", "date": "Mon, 27 Oct 2025 09:00:00 GMT"}, 600),
        ({"retry-after": "Mon, 27 Oct 2025 14:00:30 +0200"}, 30),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "١٢"}, None),
        ({"retry-after": "9" * 400}, 999_999_999),
        ({"retry-after": "Mon, 99 Oct 2025 12:00:30 GMT"}, None),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers, NOW) == seconds
