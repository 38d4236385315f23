"""How much somebody may take: keys say it themselves, for all others the settings do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from admin_system.env import get_env

Kind = Literal["local", "key", "user", "anonymous"]
"""Of callers."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a caller may take; None means as much as it likes."""

    requests_per_minute: int | None = None
    concurrent_requests: int | None = None
    daily_tokens: int | None = None
    """Of questions and answers together."""
    stored_bytes: int | None = None
    """Of documents and pictures; None is as the settings say (`core.stored_bytes`)."""


NO_LIMITS = Limits()


def limits_of(kind: Literal["local", "user", "anonymous"]) -> Limits:
    """Of each program of this machine together, of each user, of each stranger."""
    env = get_env()
    rate, at_once = {
        "local": (env.local_requests_per_minute, env.local_concurrent_requests),
        "user": (env.user_requests_per_minute, env.user_concurrent_requests),
        "anonymous": (env.anonymous_requests_per_minute, env.anonymous_concurrent_requests),
    }[kind]
    return Limits(rate or None, at_once or None)
