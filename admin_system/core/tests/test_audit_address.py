"""Whose address the audit and the lock after wrong passwords see."""

from __future__ import annotations

from ipaddress import ip_network

import pytest
from django.test import RequestFactory

from admin_system.core.audit import address_of
from admin_system.env import get_env

TRUSTED = [ip_network("127.0.0.1"), ip_network("10.1.0.0/16")]


@pytest.mark.parametrize(
    ("peer", "claimed", "seen"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("::ffff:127.0.0.1", "2001:db8::7", "2001:db8::7"),
        ("127.0.0.1", "203.0.113.9, 10.1.2.3", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "10.1.2.3", "10.1.2.3"),
        ("127.0.0.1", "somebody", "127.0.0.1"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("198.51.100.1", "203.0.113.9", "198.51.100.1"),
        ("", "203.0.113.9", None),
    ],
    ids=[
        "a proxy tells of a visitor",
        "of either kind of address",
        "two proxies in a row",
        "what the visitor wrote in front is not believed",
        "a proxy visits itself",
        "what is no address ends the chain",
        "a proxy that says nothing",
        "a stranger's claim is not believed",
        "a local socket has none",
    ],
)
def test_an_address_is_believed_of_trusted_proxies_only(
    monkeypatch: pytest.MonkeyPatch, peer: str, claimed: str | None, seen: str | None
) -> None:
    monkeypatch.setattr(get_env(), "trusted_proxies", TRUSTED)
    headers = {} if claimed is None else {"x-forwarded-for": claimed}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    assert address_of(request) == seen


def test_without_trusted_proxies_no_claim_is_believed() -> None:
    request = RequestFactory().get(
        "/", REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": "203.0.113.9"}
    )
    assert address_of(request) == "127.0.0.1"
