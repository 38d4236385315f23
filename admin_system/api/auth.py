"""Who calls: one dependency from a request, or a WebSocket's scope, to core's Caller."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from channels.db import database_sync_to_async
from django.conf import settings
from django.http import HttpRequest
from ninja.security.base import AuthBase

from admin_system.core.access import AccessDenied, Caller, identify

identify_caller = database_sync_to_async(identify)
SUBPROTOCOL = "qwen-vl"
"""Browsers cannot set headers on a WebSocket: they offer this name and the key as a pair."""


class Needs(AuthBase):
    """The dependency of an endpoint: its caller must hold the scope, or one of several."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, *scopes: str) -> None:
        super().__init__()
        self.is_async = True
        self.scopes = scopes

    async def __call__(self, request: HttpRequest) -> Caller:
        """Raises AccessDenied."""
        caller = await find_caller(request)
        if not caller.scopes.intersection(self.scopes):
            require_scope(caller, self.scopes[0])
        return caller


async def find_caller(request: HttpRequest) -> Caller:
    """Raises AccessDenied."""
    # A session is only looked up for those who bring one.
    has_session = settings.SESSION_COOKIE_NAME in request.COOKIES
    return await identify_caller(
        bearer=find_bearer(request.headers.get("authorization")),
        peer=request.META.get("REMOTE_ADDR") or None,
        headers=request.headers,
        user=await request.auser() if has_session else None,
    )


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
    return await identify_caller(bearer=bearer, peer=peer, headers=headers, user=scope.get("user"))


def get_caller(request: HttpRequest) -> Caller:
    """The caller that `Needs` has let in."""
    caller = getattr(request, "auth", None)
    if not isinstance(caller, Caller):
        raise TypeError("the endpoint has no Needs")
    return caller


def find_bearer(authorization: str | None) -> str | None:
    kind, _, secret = (authorization or "").strip().partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def require_scope(caller: Caller, scope: str) -> None:
    """Raises AccessDenied."""
    if scope not in caller.scopes:
        raise AccessDenied("scope_missing", 403, scope=scope)
