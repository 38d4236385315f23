"""Forgets in time: what people asked is kept for `Env.retention_days`, and no longer; and ends what
a process that is gone has left without an end."""

from __future__ import annotations

import logging
import threading
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django.utils import timezone

from admin_system.core.conversations import end_abandoned_answers, remove_expired_conversations
from admin_system.core.picture_sets import remove_expired_sets
from admin_system.core.records import remove_expired_analyses
from admin_system.env import get_env

logger = logging.getLogger(__name__)

INTERVAL = 3600.0
"""Seconds between two looks."""
LONGEST_ANSWER = timedelta(minutes=15)
"""More than any answer may take: one without an end that is older has been abandoned."""
_stopped = threading.Event()


def start() -> None:
    """At the start of a server: a thread that looks at once, then every hour."""
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


def _look_again_and_again() -> None:
    alone = not get_env().redis_url  # a process that has just begun writes none yet
    abandoned = timedelta(0) if alone else LONGEST_ANSWER
    while not _stopped.is_set():
        try:
            end_abandoned_answers(timezone.now() - abandoned)
            abandoned = LONGEST_ANSWER
            remove_expired()
        except Exception:
            logger.exception("what is too old could not be removed; tried again in an hour")
        finally:
            connections.close_all()
        _stopped.wait(INTERVAL)
