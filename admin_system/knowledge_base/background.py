"""What the library does in a server beside answering: a worker, and the index opened early."""

from __future__ import annotations

import logging
import threading
from functools import lru_cache

from django.conf import settings
from django.db import DatabaseError, connections

from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.live_index import get_live_index, save_live_indexes
from admin_system.knowledge_base.models import Passage
from admin_system.knowledge_base.worker import Worker
from admin_system.vector_search.errors import SearchError

logger = logging.getLogger(__name__)

STOP_SECONDS = 4.0
"""How long the end of the server waits for a job's next look."""


@lru_cache(maxsize=1)
def get_worker() -> Worker:
    """The one of this server."""
    return Worker()


def start() -> None:
    """At the start of a server; returns at once."""
    if settings.RUN_JOBS:
        get_worker().start()
        threading.Thread(target=warm_up, name="knowledge-warm-up", daemon=True).start()


def stop() -> None:
    """At its end: the job that runs is given back, the indexes are saved. Blocks for seconds."""
    if settings.RUN_JOBS:
        get_worker().stop(STOP_SECONDS)
        save_live_indexes()


def warm_up() -> None:
    """Loads the embedding model and the index, so that the first question need not wait."""
    try:
        profile = current_profile()
        if profile is not None and Passage.objects.exists():
            get_live_index(profile).get()
    except (SearchError, DatabaseError):
        logger.exception("the index could not be opened yet")
    finally:
        connections.close_all()
