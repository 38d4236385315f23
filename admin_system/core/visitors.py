"""Whose address a connection comes from, and what a stranger is called by it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from admin_system.env import get_env

STRANGER = "anonymous"
HOME_BITS = 64
"""Of an IPv6 address those that one household or machine has to itself (RFC 6177)."""


def find_visitor(peer: str, claimed: str) -> IPv4Address | IPv6Address | None:
    """None for a local socket. `peer` is the address of the connection, `claimed` the header
    X-Forwarded-For.

    What a header claims is believed of trusted proxies only: each adds the address that it was
    called from at the end, so the last that is none of theirs is the visitor's.
    """
    nearest = read_address(peer)
    further = claimed.split(",")
    while nearest is not None and is_trusted_proxy(nearest) and further:
        next_one = read_address(further.pop().strip())
        if next_one is None:
            break
        nearest = next_one
    return nearest


def name_stranger(address: IPv4Address | IPv6Address | None) -> str:
    """As an owner: anonymous:203.0.113.9, anonymous:2001:db8:0:7::; those who come from one
    address, or from one network of a household, cannot be told apart."""
    if address is None:
        return STRANGER
    if isinstance(address, IPv6Address):
        address = ip_network((int(address), HOME_BITS), strict=False).network_address
    return f"{STRANGER}:{address}"


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_trusted_proxy(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in get_env().trusted_proxies)
