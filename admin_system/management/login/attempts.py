"""How many wrong passwords are left, and how long a locked account stays locked."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest
from django.utils import timezone

from admin_system.core.audit import address_of

TURNS = tuple(threading.Lock() for _ in range(64))
COOLOFF: timedelta = settings.AXES_COOLOFF_TIME
LOCK_MINUTES = int(COOLOFF.total_seconds() // 60)


@contextmanager
def in_turn(username: str) -> Iterator[None]:
    """Passwords of one name are tried one after another in this process: else all that come at
    once would be tried before the first of them is counted."""
    with TURNS[hash(username) % len(TURNS)]:
        yield


def attempts_left(request: HttpRequest, username: str) -> int:
    """Before this name is locked for whoever comes from this address; 0 when it is."""
    failed = recent(username).filter(ip_address=address_of(request))
    count = failed.aggregate(count=Sum("failures_since_start"))["count"] or 0
    return max(settings.AXES_FAILURE_LIMIT - count, 0)


def minutes_left(request: HttpRequest, username: str) -> int:
    """Until a locked name may be tried again, rounded up; at least 1."""
    failed = recent(username).filter(ip_address=address_of(request))
    last = failed.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    seconds = (last + COOLOFF - timezone.now()).total_seconds()
    return max(math.ceil(seconds / 60), 1)


def locked_names(usernames: list[str]) -> set[str]:
    """Those of them that are locked for somebody now."""
    failed = AccessAttempt.objects.filter(
        username__in=usernames, attempt_time__gt=timezone.now() - COOLOFF
    )
    counts = failed.values("username", "ip_address").annotate(count=Sum("failures_since_start"))
    limit = settings.AXES_FAILURE_LIMIT
    return {one["username"] for one in counts if one["count"] >= limit}


def forget_attempts(username: str) -> None:
    """The name may be tried anew from everywhere."""
    AccessAttempt.objects.filter(username=username).delete()


def recent(username: str) -> Any:
    return AccessAttempt.objects.filter(
        username=username, attempt_time__gt=timezone.now() - COOLOFF
    )
