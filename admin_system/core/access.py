"""Who asks, and what they may: API keys, sessions of users, programs on this machine."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from asgiref.sync import sync_to_async
from django.contrib.auth import get_user
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from admin_system.core.errors import CoreError
from admin_system.core.limits import NO_LIMITS, Kind, Limits, limits_of
from admin_system.core.loopback import is_foreign_page, is_local_caller
from admin_system.core.models import ApiKey
from admin_system.core.models.api_key import Scope, default_scopes
from admin_system.core.topic_bindings import find_topics
from admin_system.core.visitors import find_visitor, name_stranger
from admin_system.env import get_env

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.contrib.auth.models import AnonymousUser

logger = logging.getLogger(__name__)

KEY_PREFIX = "qvl_"
PREFIX_LENGTH = 12
"""Characters of a key that are kept readable, so that people can tell keys apart."""
EVERYTHING = frozenset(Scope.values)
READING = frozenset({Scope.CHAT.value, Scope.ANALYZE.value, Scope.SEARCH.value})
"""What somebody may who only uses the service."""
BY_PERMISSION = {
    Scope.DOCUMENTS.value: "knowledge_base.change_document",
    Scope.ADMIN.value: "core.change_modelconfig",
}
"""Scope -> the permission by which a session has it; the others every user has."""


class AccessDenied(CoreError):
    """`status` is the HTTP status: 401 who are you, 403 not you."""

    def __init__(self, code: str, status: Literal[401, 403], /, **values: object) -> None:
        super().__init__(code, param=None, **values)
        self.status = status


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks."""

    owner: str
    """Stable name under which records are kept: local, key:ID, user:ID or anonymous:ADDRESS."""
    scopes: frozenset[str]
    kind: Kind
    topics: frozenset[int] | None = None
    """Numbers of the library's topics that it may read and change; None means all."""
    limits: Limits = NO_LIMITS

    def require(self, scope: str) -> None:
        """Raises AccessDenied."""
        if scope not in self.scopes:
            raise AccessDenied("scope_missing", 403, scope=scope)


def make_api_key(
    name: str,
    *,
    scopes: Collection[str] | None = None,
    topics: Collection[int] = (),
    expires_at: datetime | None = None,
    limits: Limits = NO_LIMITS,
    owner_note: str = "",
) -> tuple[ApiKey, str]:
    """The row and the key itself, which nobody can read again; without `topics` it is for all.

    Raises ValueError.
    """
    wanted = default_scopes() if scopes is None else sorted(set(scopes))
    if unknown := set(wanted) - EVERYTHING:
        raise ValueError(
            f"no such scope: {', '.join(sorted(unknown))}; there are {', '.join(Scope.values)}"
        )
    secret = f"{KEY_PREFIX}{secrets.token_urlsafe(32)}"
    row = ApiKey.objects.create(
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=digest_of(secret),
        scopes=wanted,
        topics=sorted(set(topics)),
        expires_at=expires_at,
        requests_per_minute=limits.requests_per_minute,
        concurrent_requests=limits.concurrent_requests,
        daily_tokens=limits.daily_tokens,
        stored_bytes=limits.stored_bytes,
        owner_note=owner_note,
    )
    return row, secret


def find_key(secret: str) -> ApiKey | None:
    """The row of a key, also of one that is revoked or expired."""
    digest = digest_of(secret)
    found = None
    for row in ApiKey.objects.filter(prefix=secret[:PREFIX_LENGTH]):
        if hmac.compare_digest(row.digest, digest):
            found = row
    return found


def identify(
    *,
    bearer: str | None,
    peer: str | None,
    headers: Mapping[str, str],
    http_version: str,
    user: AbstractBaseUser | AnonymousUser | None,
) -> Caller:
    """A key, then a session, then the open doors that `Env.access` allows.

    `peer` is the address of the connection; `headers` is asked with lower-case names.
    Programs of this machine may send any placeholder as their key, as OpenAI's clients insist
    on one; what looks like one of our keys has to be valid. Raises AccessDenied.
    """
    env = get_env()
    foreign = is_foreign_page(headers, tuple(env.trusted_origins))
    local = is_local_caller(peer, headers, http_version)
    through_door = env.access != "keys" and not foreign and local
    welcome = through_door or env.access == "open"
    if bearer and (bearer.startswith(KEY_PREFIX) or not welcome):
        return _identify_key(bearer)
    if user is not None and user.is_authenticated and not foreign:
        return _caller_of_user(user)
    if through_door:
        return Caller("local", EVERYTHING, "local", limits=limits_of("local"))
    if welcome:
        visitor = find_visitor(peer or "", headers.get("x-forwarded-for", ""))
        return Caller(name_stranger(visitor), READING, "anonymous", None, limits_of("anonymous"))
    if foreign and (local or (user and user.is_authenticated)):
        raise AccessDenied("origin_refused", 403, origin=headers.get("origin", "?"))
    raise AccessDenied("key_missing", 401)


aidentify = sync_to_async(identify)


@cache
def warn_of_the_open_door() -> None:
    """Once in each process that serves, whichever server starts it."""
    if get_env().access == "open":
        logger.warning("ACCESS is open: whoever reaches this service is served without a key")


def identify_again(caller: Caller, session: str | None) -> Caller:
    """Of somebody who has been let in a while ago: what they may now. `session` is the key of the
    session by which a user came in. Raises AccessDenied."""
    kind, _, number = caller.owner.partition(":")
    if kind == "key":
        return _caller_of_key(ApiKey.objects.filter(pk=number).first())
    if kind == "user":
        user = find_user(session)
        if not isinstance(user, User) or str(user.pk) != number:
            raise AccessDenied("session_ended", 401)
        return _caller_of_user(user)
    return caller


def find_user(session: str | None) -> AbstractBaseUser | AnonymousUser:
    """Nobody where it has ended: signed out, locked, or another password was set."""
    request = HttpRequest()
    request.session = SessionStore(session)
    return get_user(request)


def scopes_of(user: User) -> frozenset[str]:
    """What the user's permissions come to."""
    found = {scope for scope, permission in BY_PERMISSION.items() if user.has_perm(permission)}
    return READING | found


def _identify_key(secret: str) -> Caller:
    return _caller_of_key(find_key(secret))


def _caller_of_key(row: ApiKey | None) -> Caller:
    if row is None:
        raise AccessDenied("key_unknown", 401)
    if row.revoked_at is not None:
        raise AccessDenied("key_revoked", 401)
    if not row.is_valid:
        raise AccessDenied("key_expired", 401)
    now = timezone.now()
    # Written once a minute, not with every request.
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - timedelta(minutes=1))
    if row.last_used_at is None or row.last_used_at < now - timedelta(minutes=1):
        ApiKey.objects.filter(stale, pk=row.pk).update(last_used_at=now)
    limits = Limits(row.requests_per_minute, row.concurrent_requests, row.daily_tokens)
    scopes, topics = EVERYTHING.intersection(row.scopes), frozenset(row.topics) or None
    return Caller(f"key:{row.pk}", scopes, "key", topics, limits)


def _caller_of_user(user: AbstractBaseUser) -> Caller:
    if not isinstance(user, User):
        raise TypeError(f"{type(user).__name__} is no user of this site")
    scopes, topics = scopes_of(user), find_topics(user)
    return Caller(f"user:{user.pk}", scopes, "user", topics, limits_of("user"))


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
