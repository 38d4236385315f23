"""Recognises programs on this machine, and pages that only pretend to be such."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

FORWARDING = ("x-forwarded", "x-original-", "x-envoy-", "x-proxyuser-", "x-arr-", "cf-", "fastly-")
"""Beginnings of header names."""
FORWARDED = frozenset(
    {
        "forwarded",
        "forwarded-for",
        "client-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-real-ip",
        "x-real-port",
        "x-remote-addr",
        "x-remote-ip",
        "true-client-ip",
        "x-scheme",
        "x-url-scheme",
        "front-end-https",
        "cdn-loop",
        "x-amzn-trace-id",
        "x-azure-clientip",
        "x-nginx-proxy",
        "x-varnish",
        "via",
    }
)
"""Any of these, empty too, says that the caller is somebody else than the proxy that connects."""
DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


def is_local_caller(peer: str | None, headers: Mapping[str, str], http_version: str) -> bool:
    """A connection from this machine to a loopback name, made by no proxy.

    The name is checked because a page elsewhere can point its own name at this machine (DNS
    rebinding). An nginx (seen: 1.22) that is told no more than `proxy_pass` names no visitor, and
    this machine as the host, but speaks HTTP/1.0, as hardly a program does. `headers` is asked
    with lower-case names.
    """
    return (
        is_loopback(peer or "")
        and http_version != "1.0"
        and not any(is_forwarding(name) for name in headers)
        and is_loopback(host_of(headers.get("host", "")))
    )


def is_forwarding(name: str) -> bool:
    """Whether a header of this name, in any case, is what proxies add."""
    return name.lower() in FORWARDED or name.lower().startswith(FORWARDING)


def is_foreign_page(headers: Mapping[str, str], trusted: tuple[str, ...] = ()) -> bool:
    """Whether a browser says that another site's page asks; programs say nothing of the kind."""
    origin = headers.get("origin")
    if origin is not None:
        return origin not in trusted and not _same_place(origin, headers.get("host", ""))
    return headers.get("sec-fetch-site", "none").lower() not in ("none", "same-origin")


def is_loopback(name: str) -> bool:
    """An address of 127.0.0.0/8 or ::1, or the name localhost."""
    if name.lower() == "localhost":
        return True
    try:
        address: IPv4Address | IPv6Address = ip_address(name)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_loopback


def host_of(header: str) -> str:
    """The name or address in a Host header, without port and brackets; empty when malformed."""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def _same_place(origin: str, host: str) -> bool:
    """RFC 6454: same host and port; the Host header leaves the scheme's own port out."""
    try:
        asked, here = urlsplit(origin), urlsplit(f"{urlsplit(origin).scheme}://{host}")
        default = DEFAULT_PORTS.get(asked.scheme)
        return (
            bool(asked.hostname)
            and asked.hostname == here.hostname
            and (asked.port or default) == (here.port or default)
        )
    except ValueError:
        return False
