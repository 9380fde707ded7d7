"""Which addresses may be reached, by how they are written: the table in `tests/data/addresses.yaml`."""

from __future__ import annotations

import socket
from contextlib import suppress
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from yarl import URL

from worker.addresses import DENIED, GLOBAL_V6, LONGEST_URL, allowed, check_url
from worker.errors import WrongUse

TABLE = yaml.safe_load((Path(__file__).parent.parent / "data" / "addresses.yaml").read_text("utf-8"))
REFUSED = [url for group in TABLE["refused"].values() for url in group]


@pytest.mark.parametrize("url", REFUSED)
def test_an_address_that_leads_inside_or_hides_where_it_leads_is_refused(url: str) -> None:
    with pytest.raises(WrongUse):
        check_url(url)


@pytest.mark.parametrize("url", TABLE["accepted"])
def test_a_public_address_is_accepted(url: str) -> None:
    check_url(url)


def test_the_table_has_about_two_hundred_addresses_to_refuse() -> None:
    assert len(set(REFUSED)) == len(REFUSED) >= 200


def test_every_denied_network_is_denied_to_its_edges_and_not_beyond() -> None:
    for network in DENIED:
        assert not allowed(network[0])
        assert not allowed(network[-1])
    for beyond in ("9.255.255.255", "11.0.0.0", "126.255.255.255", "128.0.0.0", "192.0.1.0", "198.20.0.0"):
        assert allowed(ip_address(beyond))


def test_of_ipv6_only_the_public_unicast_block_is_open() -> None:
    assert allowed(ip_address("2606:4700::1111"))
    assert not allowed(GLOBAL_V6[0] - 1)
    assert not allowed(GLOBAL_V6[-1] + 1)


def test_an_operator_may_allow_a_network_by_name_and_nothing_else_opens() -> None:
    networks = (ip_network("192.168.1.0/24"),)
    check_url("http://192.168.1.7:8080/hook", networks)
    for other in ("http://192.168.2.7/", "http://127.0.0.1/", "http://localhost/", "http://3232235783/"):
        with pytest.raises(WrongUse):
            check_url(other, networks)


def test_localhost_is_allowed_with_the_loopback_network() -> None:
    check_url("http://localhost:9000/", (ip_network("127.0.0.0/8"),))
    check_url("http://localhost:9000/", (ip_network("::1/128"),))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com/", "http:// and https://"),
        ("http://192.168.1.7/", "DELTAWIRE_ALLOW_NETWORKS"),
        ("http://2130706433/", "write an IP as 192.0.2.1"),
        ("http://127。0。0。1/", "write it as 127.0.0.1"),
        ("http://example.com./", "trailing dots"),
        ("http://", "names no host"),
        ("http://example.com/" + "a" * LONGEST_URL, "characters"),
    ],
)
def test_the_message_says_what_would_be_right(url: str, words: str) -> None:
    with pytest.raises(WrongUse, match=words):
        check_url(url)


def test_a_message_never_shows_a_password() -> None:
    for url in ("http://user:hunter2@127.0.0.1/", "http://user:hunter2@127.1/", "http://user:hunter2@127.0.0.1./"):
        with pytest.raises(WrongUse) as refused:
            check_url(url)
        assert "hunter2" not in str(refused.value)


NUMBERS = st.integers(0, 2**32 - 1).flatmap(
    lambda n: st.sampled_from(
        [str(n), hex(n), f"0{n:o}", f"{n >> 24}.{n & 0xFFFFFF}", f"0x{n >> 24:x}.{(n >> 16) & 255}.{n & 0xFFFF}"]
    )
)


@settings(deadline=None)
@given(st.builds("http://{}/".format, NUMBERS | st.from_regex(r"[0-9a-fxX.%@:]{1,24}", fullmatch=True)))
def test_no_spelling_that_the_system_reads_as_a_denied_ip_is_accepted(url: str) -> None:
    try:
        check_url(url)
        read = ip_address(socket.inet_aton(URL(url).raw_host or ""))
    except (WrongUse, OSError):
        return
    assert allowed(read)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_entered_is_accepted_or_refused_and_breaks_nothing(text: str) -> None:
    with suppress(WrongUse):
        check_url(text)
    with suppress(WrongUse):
        check_url(f"http://{text}")
