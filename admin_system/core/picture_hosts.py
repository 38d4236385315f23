"""Which addresses elsewhere a picture may be fetched from."""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

LONGEST = 2048
"""Characters of an address."""
PLAIN = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII without the backslash, which some readers take for a slash."""
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
PORTS = {"http": 80, "https": 443}
TUNNELS = tuple(
    IPv6Network(network)
    for network in (
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
        "fec0::/10",
    )
)
"""Forms of IPv6 that hold an IPv4 address, which a router may unpack (RFC 4291, 6052, 8215, 4380,
3056), and the abandoned site-local ones."""
ASSIGNED = (IPv4Network("192.0.0.0/24"), IPv4Network("192.88.99.0/24"))
"""Kept for protocols, and the old relays of 6to4 (RFC 6890, 7526)."""

Address = IPv4Address | IPv6Address


class HostRefused(ValueError):
    """No picture is fetched from there; the reason is for the log."""


@dataclass(frozen=True, slots=True)
class Place:
    """What of an address decides where to connect and what to ask for."""

    scheme: str
    host: str
    port: int
    target: str
    """Path and query, as the request line has them."""


def find_place(address: str, hosts: frozenset[str]) -> Place:
    """`hosts` holds `name` (ports 80 and 443) or `name:port`. Raises HostRefused."""
    if len(address) > LONGEST or not PLAIN.fullmatch(address):
        raise HostRefused("not a plain address")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise HostRefused("not an address") from None
    usual = PORTS.get(parts.scheme)
    if usual is None or "@" in parts.netloc or not HOST.fullmatch(host):
        raise HostRefused("a scheme, credentials or a host that is not taken")
    port = usual if port is None else port
    allowed = f"{host}:{port}" in hosts or (host in hosts and port == usual)
    if not allowed:
        raise HostRefused("not on the list")
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(parts.scheme, host, port, target)


def resolve(host: str, port: int) -> list[Address]:
    """By the system's resolver. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ip_address(str(one[4][0]).partition("%")[0]) for one in found]


def require_public(addresses: list[Address]) -> Address:
    """The one to connect to; a single bad one spoils them all. Raises HostRefused."""
    if not addresses or not all(is_public(address) for address in addresses):
        raise HostRefused("not a public address")
    return addresses[0]


def is_public(address: Address) -> bool:
    """Neither of this machine, nor of a network of somebody's own, nor of a group."""
    if address.is_multicast or address.is_reserved or not address.is_global:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in ASSIGNED)
    return not any(address in network for network in TUNNELS)
