"""Which addresses of other machines may be asked, and what of an address is one who asks us.

A private address may be: a city's own directory lies in its own network. This very machine may not,
unless it was named as such, nor what is bound to one wire (link-local, where clouds keep the secrets
of a machine), nor a group, nor the clouds' other places of that kind.
"""

import re
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")
METADATA = ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
KEPT = frozenset(ip_address(one) for one in METADATA)
NAT64 = IPv6Network("64:ff9b::/96")
# Numbers that resolvers read as an address though nobody writes one so: 127.1, 0x7f000001, 017700000001.
ODD = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+))*\.?", re.IGNORECASE)


def plain(told: str) -> str:
    """An address in its one spelling: an IPv4 one is itself also where IPv6 carries it, and the name
    of a wire is no part of it. Raises ValueError for what is none."""
    found = ip_address(told)
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Address(int(found)))


def network(told: str) -> str:
    """Whom limits count: an IPv4 address by itself, of an IPv6 address its /64. Whoever is connected
    by IPv6 has that whole, and would else be somebody else with every try. What is no address counts
    as it is told."""
    try:
        found = ip_address(plain(told))
    except ValueError:
        return told
    if isinstance(found, IPv4Address):
        return str(found)
    if found in NAT64:
        return str(IPv4Address(int(found) & 0xFFFFFFFF))
    return f"{IPv6Address(int(found) >> 64 << 64)}/64"


def forbidden(told: str, *, own: bool) -> bool:
    """Whether an address, as a resolver gives it, must not be asked; `own`: this machine may be."""
    found = ip_address(told)
    for one in (found, *_inside(found)):
        if one.is_loopback:
            return not own
        if one.is_unspecified or one.is_link_local or one.is_multicast or one in KEPT:
            return True
    return False


def _inside(found: IPv4Address | IPv6Address) -> list[IPv4Address]:
    """The older addresses that a newer one may carry."""
    if isinstance(found, IPv4Address):
        return []
    told = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    last = int(found) & 0xFFFFFFFF
    if found in NAT64 or (int(found) >> 32 == 0 and last > 1):
        told.append(IPv4Address(last))
    return [one for one in told if one is not None]


def written_oddly(host: str) -> bool:
    """A host that is a forbidden address, or numbers that only pretend to be a name."""
    try:
        return forbidden(host, own=host in LOOPBACK)
    except ValueError:
        return bool(ODD.fullmatch(host))


def check_issuer(told: str) -> str:
    """The directory's address as it may be set; raises ValueError with what is wrong."""
    if not told:
        return told
    parts = urlsplit(told)
    host = parts.hostname or ""
    plain = parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
    more = parts.username is not None or parts.query or parts.fragment
    if not plain or not host or more or written_oddly(host) or re.search(r"[\s\\]", told):
        raise ValueError(
            "须为 https 地址，不带账号和参数，且不是本机或链路本地地址"
            " / must be an https address without user or query, and not link-local"
        )
    return told
