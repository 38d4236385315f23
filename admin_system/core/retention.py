"""Forgets in time: what people asked is kept for `Env.retention_days`, and no longer; and ends what
a process that is gone has left without an end."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import connections
from django.utils import timezone

from admin_system.core.conversations import end_abandoned_answers, remove_expired_conversations
from admin_system.core.picture_sets import remove_expired_sets
from admin_system.core.records import remove_expired_analyses
from admin_system.env import get_env

logger = logging.getLogger(__name__)

INTERVAL = 900.0
"""Seconds between two looks."""
JUMP = 60.0
"""Seconds; a clock whose lead has changed by more between two looks has been set."""
LONGEST_ANSWER = timedelta(minutes=15)
"""More than any answer may take: one without an end that is older has been abandoned."""
_stopped = threading.Event()


def start() -> None:
    """At the start of a server: a thread that ends what was left, and looks from then on."""
    if not settings.RUN_JOBS:
        return
    _stopped.clear()
    threading.Thread(target=_look_again_and_again, name="retention", daemon=True).start()


def stop() -> None:
    _stopped.set()


def remove_expired() -> None:
    days = get_env().retention_days
    remove_expired_conversations(days)
    remove_expired_sets(days)
    remove_expired_analyses(days)


def clock_lead() -> float:
    """Seconds by which the clock on the wall leads one that nobody sets; only a jump changes it."""
    sleeps_too = getattr(time, "CLOCK_BOOTTIME", None)  # Linux; elsewhere `monotonic` counts sleep
    steady = time.monotonic() if sleeps_too is None else time.clock_gettime(sleeps_too)
    return time.time() - steady


def look(lead: float) -> None:
    """`lead` of the clock at the last look. A clock that was set since then may be set back: by it
    nothing is too old before the next look."""
    jump = clock_lead() - lead
    if abs(jump) > JUMP:
        logger.warning("the clock was set by %.0f s; nothing is removed by it for now", jump)
        return
    end_abandoned_answers(timezone.now() - LONGEST_ANSWER)
    remove_expired()


def _look_again_and_again() -> None:
    alone = not get_env().redis_url  # a process that has just begun writes none yet
    abandoned = timedelta(0) if alone else LONGEST_ANSWER
    _try(lambda: end_abandoned_answers(timezone.now() - abandoned))
    lead = clock_lead()
    while not _stopped.wait(INTERVAL):
        _try(partial(look, lead))
        lead = clock_lead()


def _try(work: Callable[[], object]) -> None:
    try:
        work()
    except Exception:
        logger.exception("what is too old, or has no end, stays until the next look")
    finally:
        connections.close_all()
