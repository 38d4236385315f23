"""Who calls: one dependency from a request, or a WebSocket's scope, to core's Caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from channels.db import database_sync_to_async
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from ninja.security.base import AuthBase

from admin_system.api.stay import Visit, visiting
from admin_system.core.access import (
    READING,
    AccessDenied,
    Caller,
    identify,
    identify_again,
)
from admin_system.core.limits import NO_LIMITS
from admin_system.core.models.api_key import Scope
from admin_system.core.upstreams import ASKER_HEADER

SUBPROTOCOL = "qwen-vl"
"""Browsers cannot set headers on a WebSocket: they offer this name and the key as a pair."""


ADMINISTRATIVE = "administrative"
"""Attribute of a request to an address that is not for those who only use the service."""
LONGEST_ASKER = 100
"""Characters of a caller's name that another process of ours tells."""


class Asking(TypedDict):
    """What `identify` is asked with."""

    bearer: str | None
    peer: str | None
    headers: Mapping[str, str]
    http_version: str
    user: AbstractBaseUser | AnonymousUser | None


identify_caller = database_sync_to_async(identify)


@database_sync_to_async
def let_in(visit: Visit, scopes: tuple[str, ...], asking: Asking) -> Caller:
    """One of the scopes is enough. Raises AccessDenied, QuotaExceeded."""
    caller = identify(**asking)
    if not caller.scopes.intersection(scopes):
        require_scope(caller, scopes[0])
    if caller.limits != NO_LIMITS:
        visit.admit(caller)
    return caller


@database_sync_to_async
def let_in_again(visit: Visit, scope: str, caller: Caller, session: str | None) -> Caller:
    """Somebody on an open connection, for one more request. Raises AccessDenied, QuotaExceeded."""
    known = identify_again(caller, session)
    require_scope(known, scope)
    if known.limits != NO_LIMITS:
        visit.admit(known)
    return known


class Needs(AuthBase):
    """The dependency of an endpoint: its caller must hold the scope, or one of several."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        self.is_async = True
        self.scopes = scopes

    async def __call__(self, request: HttpRequest) -> Caller:
        """Raises AccessDenied, QuotaExceeded."""
        if READING.isdisjoint(self.scopes):
            mark_administrative(request)
        with visiting() as visit:
            return await let_in(visit, self.scopes, await find_asking(request))


class NeedsStaff(Needs):
    """The caller must look after the service: as logged-in staff, or by the scope admin."""

    def __init__(self) -> None:
        super().__init__("admin")

    async def __call__(self, request: HttpRequest) -> Caller:
        """Raises AccessDenied."""
        caller = await find_caller(request)
        if not (caller.kind == "user" and (await request.auser()).is_staff):
            require_scope(caller, "admin")
        return caller


def mark_administrative(request: HttpRequest) -> None:
    """What it changes is audited (`middleware.py`)."""
    setattr(request, ADMINISTRATIVE, True)


async def find_caller(request: HttpRequest) -> Caller:
    """Without counting the request. Raises AccessDenied."""
    return await identify_caller(**await find_asking(request))


async def find_asking(request: HttpRequest) -> Asking:
    # A session is only looked up for those who bring one.
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return {
        "bearer": find_bearer(request.headers.get("authorization")),
        "peer": request.META.get("REMOTE_ADDR") or None,
        "headers": request.headers,
        "http_version": http_version_of(request),
        "user": await request.auser() if has_session else None,
    }


async def find_socket_caller(scope: Mapping[str, Any]) -> Caller:
    """Raises AccessDenied."""
    headers = {
        name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]
    }
    bearer = find_bearer(headers.get("authorization"))
    offered = scope.get("subprotocols") or []
    if bearer is None and len(offered) >= 2 and offered[0] == SUBPROTOCOL:
        bearer = offered[1]
    peer = scope["client"][0] if scope.get("client") else None
    return await identify_caller(
        bearer=bearer,
        peer=peer,
        headers=headers,
        http_version=scope.get("http_version", "1.1"),
        user=scope.get("user"),
    )


def http_version_of(request: HttpRequest) -> str:
    """Under ASGI the scope tells it, under WSGI the environment."""
    if isinstance(request, ASGIRequest):
        return str(request.scope.get("http_version", "1.1"))
    return str(request.META.get("SERVER_PROTOCOL", "")).removeprefix("HTTP/")


def get_caller(request: HttpRequest) -> Caller:
    """The caller that `Needs` has let in."""
    caller = getattr(request, "auth", None)
    if not isinstance(caller, Caller):
        raise TypeError("the endpoint has no Needs")
    return caller


def find_asker(headers: Mapping[str, str], caller: Caller) -> str:
    """Whom a process of ours asks for; empty where somebody asks for themselves. Only who has the
    scope admin is believed, since whoever has many names has many turns."""
    asker = headers.get(ASKER_HEADER, "")[:LONGEST_ASKER]
    return asker if Scope.ADMIN.value in caller.scopes and asker.isascii() else ""


def find_bearer(authorization: str | None) -> str | None:
    kind, _, secret = (authorization or "").strip().partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def require_scope(caller: Caller, scope: str) -> None:
    """Raises AccessDenied."""
    if scope not in caller.scopes:
        raise AccessDenied("scope_missing", 403, scope=scope)
