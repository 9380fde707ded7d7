"""Which addresses may be reached from here. Pure: nothing is resolved and nothing is opened.

Two gates: `vetted_url` reads an address as it is written, and `allowed` judges the IP that a connection is about to go
to, so that a name which resolves to something else a moment later gains nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from yarl import URL

from worker.errors import WrongUse

Network = IPv4Network | IPv6Network

LONGEST_URL = 2_048

DENIED: tuple[Network, ...] = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent, reachable from every virtual machine
        "169.254.0.0/16",  # link-local, with the metadata services of the clouds
        "172.16.0.0/12",
        "192.0.0.0/24",  # protocol assignments, with Oracle's metadata service
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4
        "3fff::/20",  # documentation
    )
)
GLOBAL_V6 = IPv6Network("2000::/3")
"""All else of IPv6 is denied: loopback, mapped and NAT64 addresses, unique-local, link-local, multicast, and what is
not assigned yet."""

_AUTHORITY = re.compile(r"https?://([^/?#]*)", re.IGNORECASE)
_PORT = re.compile(r":\d*\Z")
_NUMBER = re.compile(r"(?:\d+|0x[0-9a-f]*)\Z", re.IGNORECASE)
_UNCLEAN = re.compile(r"[\x00-\x20\x7f-\xa0\\\u1680\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff\ud800-\udfff]")
_LOOPBACK = (IPv4Address("127.0.0.1"), IPv6Address("::1"))


def allowed(address: IPv4Address | IPv6Address, allow_networks: Iterable[Network] = ()) -> bool:
    """Whether a connection may go to this IP: a public one, or one in a network that the operator named."""
    if any(address in network for network in allow_networks):
        return True
    if isinstance(address, IPv6Address) and address not in GLOBAL_V6:
        return False
    return not any(address in network for network in DENIED)


def check_url(url: str, allow_networks: Iterable[Network] = ()) -> None:
    """Raise WrongUse, in words for the person who entered it, if no request would ever be sent to this address."""
    vetted_url(url, tuple(allow_networks))


def vetted_url(url: str, allow_networks: tuple[Network, ...] = ()) -> URL:
    """The address as it is requested, without its fragment. Raises WrongUse.

    http and https only; hosts are names, or IPs in their one usual spelling that `allowed` lets through. What a name
    resolves to is judged when a connection is opened.
    """
    parsed = _parsed(url)
    host, written = parsed.raw_host or "", _written_host(url)
    if not host:
        raise WrongUse("the address names no host; write it like https://example.org/path")
    if parsed.port in (None, 0):
        raise WrongUse(f"the address of {host} has a port that cannot be")
    if "%" in written or host.endswith(".") or ".." in host or ("[" in written and ":" not in host):
        raise WrongUse(
            f"the host is written as {written[:80]!r}; write it plainly, without %, brackets and trailing dots"
        )
    address = _literal(host)
    if address is None:
        if _NUMBER.match(host.rpartition(".")[2]):
            raise WrongUse(f"{written[:80]!r} is a number written in an odd way; write an IP as 192.0.2.1")
        local = host == "localhost" or host.endswith(".localhost")
        if local and not any(allowed(loopback, allow_networks) for loopback in _LOOPBACK):
            raise WrongUse(_refusal(host))
    elif isinstance(address, IPv4Address) and written != host:
        raise WrongUse(f"{written[:80]!r} is an IP written in an odd way; write it as {host}")
    elif not allowed(address, allow_networks):
        raise WrongUse(_refusal(host))
    return parsed.with_fragment(None)


def _parsed(url: str) -> URL:
    if len(url) > LONGEST_URL:
        raise WrongUse(f"the address has {len(url):,} characters; {LONGEST_URL:,} is the most")
    if _UNCLEAN.search(url):
        raise WrongUse("the address has spaces, backslashes or invisible characters in it")
    try:
        parsed = URL(url)
    except ValueError as error:
        raise WrongUse(f"this is not an address: {error}") from None
    if parsed.scheme not in ("http", "https"):
        raise WrongUse(f"only http:// and https:// addresses can be used, and this one starts with {url[:12]!r}")
    return parsed


def _written_host(url: str) -> str:
    """The host as it was typed, before anything normalised it."""
    found = _AUTHORITY.match(url)
    return _PORT.sub("", found.group(1).rpartition("@")[2]) if found else ""


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        if ":" in host:
            raise WrongUse(f"{host[:80]!r} is no IP") from None
        return None


def _refusal(host: str) -> str:
    return (
        f"{host} is not a public address; the operator can allow its network with DELTAWIRE_ALLOW_NETWORKS"
        " (for example 192.168.1.0/24)"
    )
