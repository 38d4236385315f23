"""Who is let in, by which door, and with what rights."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.utils import timezone

from admin_system.core.access import (
    EVERYTHING,
    READING,
    AccessDenied,
    Caller,
    find_key,
    identify,
    make_api_key,
)
from admin_system.core.models import ApiKey
from admin_system.core.owners import name_owners
from admin_system.core.tests.proxy_headers import PROXY_HEADERS
from admin_system.env import get_env

pytestmark = pytest.mark.django_db
HERE = {"host": "localhost:8000"}
ELSEWHERE = {"host": "service.example:8000"}


def ask(
    headers: dict[str, str] | None = None,
    *,
    bearer: str | None = None,
    peer: str | None = "127.0.0.1",
    http_version: str = "1.1",
    user: User | AnonymousUser | None = None,
) -> Caller:
    return identify(
        bearer=bearer,
        peer=peer,
        headers=HERE if headers is None else headers,
        http_version=http_version,
        user=user,
    )


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000"])
@pytest.mark.parametrize("peer", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_a_program_on_this_machine_needs_no_key(host: str, peer: str) -> None:
    assert ask({"host": host}, peer=peer) == Caller("local", EVERYTHING, "local")


def test_a_page_of_this_server_is_let_through_the_door() -> None:
    headers = HERE | {"origin": "http://localhost:8000", "sec-fetch-site": "same-origin"}
    assert ask(headers).kind == "local"


@pytest.mark.parametrize(
    "headers",
    [
        HERE | {"x-forwarded-for": "192.0.2.7"},
        HERE | {"x-forwarded-for": ""},
        HERE | {"forwarded": "for=192.0.2.7"},
        HERE | {"x-real-ip": "192.0.2.7"},
        {"host": "evil.example"},  # a name of theirs that points here
        {},
    ],
    ids=["x-forwarded-for", "empty", "forwarded", "x-real-ip", "rebinding", "no host"],
)
def test_the_door_is_shut_for_who_only_looks_local(headers: dict[str, str]) -> None:
    with pytest.raises(AccessDenied) as denied:
        ask(headers)
    assert (denied.value.code, denied.value.status) == ("key_missing", 401)


@pytest.mark.parametrize("name", PROXY_HEADERS)
def test_every_header_that_proxies_add_shuts_the_door(name: str) -> None:
    with pytest.raises(AccessDenied, match="key_missing"):
        ask(HERE | {name: "https"})
    with pytest.raises(AccessDenied, match="key_missing"):  # as Django writes names
        ask(HERE | {name.title(): ""})


@pytest.mark.parametrize("name", ["x-request-id", "traceparent", "x-stainless-os", "cache-control"])
def test_headers_of_programs_leave_it_open(name: str) -> None:
    assert ask(HERE | {name: "1"}).kind == "local"


def test_the_http_of_a_proxy_that_was_told_nothing_shuts_the_door() -> None:
    with pytest.raises(AccessDenied, match="key_missing"):
        ask(http_version="1.0")
    assert ask(HERE | {"connection": "close"}).kind == "local"  # Python's urllib
    assert ask(http_version="2").kind == "local"


@pytest.mark.parametrize(
    "headers",
    [
        HERE | {"origin": "https://evil.example"},
        HERE | {"origin": "http://localhost:9000"},
        HERE | {"origin": "null"},
        HERE | {"sec-fetch-site": "cross-site"},
    ],
    ids=["another site", "another port", "null", "fetch metadata"],
)
def test_a_foreign_page_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(AccessDenied) as denied:
        ask(headers)
    assert (denied.value.code, denied.value.status) == ("origin_refused", 403)


def test_somebody_elsewhere_needs_a_key() -> None:
    with pytest.raises(AccessDenied, match="key_missing"):
        ask(ELSEWHERE, peer="192.0.2.7")
    with pytest.raises(AccessDenied, match="key_unknown"):
        ask(ELSEWHERE, peer="192.0.2.7", bearer="sk-nothing")
    row, secret = make_api_key("robot", scopes=["chat"])
    caller = ask(ELSEWHERE, peer="192.0.2.7", bearer=secret)
    assert caller == Caller(f"key:{row.pk}", frozenset({"chat"}), "key")
    caller.require("chat")
    with pytest.raises(AccessDenied) as denied:
        caller.require("admin")
    assert (denied.value.code, denied.value.status) == ("scope_missing", 403)


def test_a_placeholder_key_opens_nothing_but_the_door_that_is_open() -> None:
    assert ask(bearer="none").kind == "local"
    with pytest.raises(AccessDenied, match="key_unknown"):
        ask(bearer="qvl_" + "x" * 43)


def test_revoked_and_expired_keys_are_told_apart() -> None:
    row, secret = make_api_key("robot", expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(AccessDenied, match="key_expired"):
        ask(bearer=secret)
    ApiKey.objects.filter(pk=row.pk).update(revoked_at=timezone.now())
    with pytest.raises(AccessDenied, match="key_revoked"):
        ask(bearer=secret)


def test_only_the_digest_of_a_key_is_kept() -> None:
    row, secret = make_api_key("robot")
    row.refresh_from_db()
    assert len(secret) == 47
    assert secret.startswith(row.prefix)
    assert row.digest == hashlib.sha256(secret.encode()).hexdigest()
    assert secret not in str(vars(row))
    assert find_key(secret) == row
    assert find_key(secret[:-1]) is None


def test_a_key_says_when_it_was_last_used() -> None:
    row, secret = make_api_key("robot")
    ask(bearer=secret)
    row.refresh_from_db()
    assert row.last_used_at is not None


def test_an_unknown_scope_makes_no_key() -> None:
    with pytest.raises(ValueError, match="no such scope: fly"):
        make_api_key("robot", scopes=["fly"])
    assert not ApiKey.objects.exists()


def test_a_key_bound_to_topics_is_never_one_for_all() -> None:
    _, secret = make_api_key("shelf", topics=[7, 3, 7])
    assert ask(bearer=secret).topics == frozenset({3, 7})
    _, secret = make_api_key("all")
    assert ask(bearer=secret).topics is None
    assert ask().topics is None


def test_a_session_serves_its_own_pages_only() -> None:
    staff = User.objects.create_user("staff", is_staff=True)
    admin = User.objects.create_superuser("root")
    page = ELSEWHERE | {"origin": "http://service.example:8000"}
    assert ask(page, peer="192.0.2.7", user=admin).scopes == EVERYTHING
    caller = ask(page, peer="192.0.2.7", user=staff)
    assert (caller.owner, caller.kind) == (f"user:{staff.pk}", "user")
    assert "admin" not in caller.scopes
    with pytest.raises(AccessDenied, match="origin_refused"):
        ask(ELSEWHERE | {"origin": "https://evil.example"}, peer="192.0.2.7", user=admin)
    with pytest.raises(AccessDenied, match="key_missing"):
        ask(ELSEWHERE, peer="192.0.2.7", user=AnonymousUser())


def test_policies_shut_and_open_the_doors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(get_env(), "access", "keys")
    with pytest.raises(AccessDenied, match="key_missing"):
        ask()
    monkeypatch.setattr(get_env(), "access", "open")
    caller = ask(ELSEWHERE, peer="192.0.2.7")
    assert caller.kind == "anonymous"
    assert "admin" not in caller.scopes
    assert ask().kind == "local"


@pytest.mark.parametrize(
    ("peer", "claimed", "owner"),
    [
        ("192.0.2.7", None, "anonymous:192.0.2.7"),
        ("::ffff:192.0.2.7", None, "anonymous:192.0.2.7"),
        ("2001:db8:0:7:1:2:3:4", None, "anonymous:2001:db8:0:7::"),
        ("2001:db8:0:7:ffff::1", None, "anonymous:2001:db8:0:7::"),
        ("192.0.2.7", "198.51.100.1", "anonymous:192.0.2.7"),
        ("10.1.2.3", "198.51.100.1, 203.0.113.9", "anonymous:203.0.113.9"),
        (None, None, "anonymous"),
    ],
)
def test_strangers_are_told_apart_by_where_they_come_from(
    monkeypatch: pytest.MonkeyPatch, peer: str | None, claimed: str | None, owner: str
) -> None:
    """Only a trusted proxy is believed, so nobody takes another's place by a header."""
    monkeypatch.setattr(get_env(), "access", "open")
    monkeypatch.setattr(get_env(), "trusted_proxies", [ip_network("10.1.0.0/16")])
    headers = ELSEWHERE | ({} if claimed is None else {"x-forwarded-for": claimed})
    caller = ask(headers, peer=peer)
    assert (caller.owner, caller.scopes) == (owner, READING)
    assert len(caller.owner) < 100
    assert name_owners([caller.owner]) == {owner: owner.partition(":")[2] or None}
