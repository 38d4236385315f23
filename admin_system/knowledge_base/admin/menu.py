"""Numbers beside the menu's entries."""

from __future__ import annotations

from django.http import HttpRequest

from admin_system.knowledge_base.services.lookup import visible_documents
from admin_system.knowledge_base.services.permissions import visible_topics

THIN_SPACE = "\u202f"


def count_topics(request: HttpRequest) -> str:
    """Whoever sees the menu sees all topics."""
    del request
    return grouped(visible_topics(None).count())


def count_documents(request: HttpRequest) -> str:
    del request
    return grouped(visible_documents(None).count())


def grouped(number: int) -> str:
    return f"{number:,}".replace(",", THIN_SPACE)
