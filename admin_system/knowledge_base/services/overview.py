"""How the library is, in numbers: for /api/status, pages and supervisors."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field

from django.db import DatabaseError

from admin_system.knowledge_base.embedding import current_profile, held_embedder
from admin_system.knowledge_base.index_contents import last_change
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.live_index import held_index
from admin_system.knowledge_base.models import EmbeddingProfile, Passage
from admin_system.knowledge_base.services.lookup import count_states, visible_documents
from admin_system.knowledge_base.services.permissions import Allowed, visible_topics


@dataclass(frozen=True, slots=True)
class IndexOverview:
    """Of the vector index; what this process has not opened is not known to it."""

    model: str | None = None
    """Name of the embedding model that searches use; None where there is none."""
    reads: tuple[str, ...] | None = None
    """Scripts that it reads; None until it is loaded."""
    vectors: int | None = None
    """None until the index is opened."""
    behind: int | None = None
    """Changes that it has still to replay, which the next search does."""


@dataclass(frozen=True, slots=True)
class Overview:
    topics: int
    documents: dict[str, int] = field(default_factory=dict)
    """By their state; states that no document is in are left out."""
    passages: int = 0
    """Published ones."""
    index: IndexOverview = IndexOverview()


def find_overview(allowed: Allowed) -> Overview:
    """Of the topics that somebody may read; loads nothing."""
    passages = Passage.objects.filter(live=True)
    if allowed is not None:
        passages = passages.filter(document__topic__in=allowed)
    return Overview(
        topics=visible_topics(allowed).count(),
        documents=count_states(visible_documents(allowed)),
        passages=passages.count(),
        index=find_index_overview(current_profile()),
    )


def find_index_overview(profile: EmbeddingProfile | None) -> IndexOverview:
    if profile is None:
        return IndexOverview()
    embedder, index = held_embedder(profile), held_index(profile)
    return IndexOverview(
        model=profile.name,
        reads=tuple(sorted(embedder.profile.scripts)) if embedder else None,
        vectors=len(index) if index else None,
        behind=max(0, last_change() - index.watermark) if index else None,
    )


def is_index_reachable() -> bool:
    """Whether searches find their index; the vector index is a cache that they can do without."""
    try:
        keyword_index().search("index", 1)
        current_profile()
    except (DatabaseError, sqlite3.Error):
        return False
    return True
