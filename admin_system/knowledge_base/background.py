"""What the library does in a server beside answering: workers, and the index opened early."""

from __future__ import annotations

from functools import lru_cache

from django.conf import settings

from admin_system.knowledge_base.crew import Crew

WORKERS = 2
"""One reads while the other embeds."""


@lru_cache(maxsize=1)
def get_crew() -> Crew:
    """The one of this server."""
    return Crew(WORKERS)


def start() -> None:
    """At the start of a server; returns at once."""
    if settings.RUN_JOBS:
        get_crew().start()


def stop() -> None:
    """At its end. Blocks for seconds."""
    if settings.RUN_JOBS:
        get_crew().stop()
