"""The vector indexes that this process searches, one for each embedding model in use."""

from __future__ import annotations

import threading
from datetime import UTC, datetime

from admin_system.knowledge_base.database_index import DatabaseLiveIndex, in_database
from admin_system.knowledge_base.embedding import get_embedder
from admin_system.knowledge_base.file_index import FileIndex, index_store
from admin_system.knowledge_base.models import EmbeddingProfile
from admin_system.knowledge_base.searched_index import LiveIndex, SearchedIndex
from admin_system.knowledge_base.vector_graph import drop_graph, graph_bytes

_lock = threading.Lock()
_held: dict[tuple[int, str], LiveIndex] = {}


def get_live_index(profile: EmbeddingProfile) -> LiveIndex:
    """Of this process; nothing is opened by asking for it.

    Raises EmbedderLoadError, EmbedderChanged.
    """
    embedder_profile = get_embedder(profile).profile
    place = (profile.pk, embedder_profile.key)
    with _lock:
        if place not in _held:
            _held[place] = (
                DatabaseLiveIndex(profile, embedder_profile.dim)
                if in_database()
                else FileIndex(profile, embedder_profile)
            )
        return _held[place]


def held_indexes() -> list[LiveIndex]:
    with _lock:
        return list(_held.values())


def keep_only(profile_ids: set[int]) -> None:
    """The memory of all others comes back when the last search that uses them has ended."""
    with _lock:
        for place in [place for place in _held if place[0] not in profile_ids]:
            del _held[place]


def held_index(profile: EmbeddingProfile) -> SearchedIndex | None:
    """Where it is open; nothing is opened by asking for it."""
    with _lock:
        held = [live for (number, _), live in _held.items() if number == profile.pk]
    return held[-1].opened() if held else None


def forget_live_indexes() -> None:
    """Closes all of them, saved or not; the next search opens them again."""
    keep_only(set())


def save_live_indexes() -> None:
    for live in held_indexes():
        live.save()


def tend_live_indexes() -> None:
    for live in held_indexes():
        live.tend()


def stored_bytes(profile: EmbeddingProfile) -> int | None:
    """Of its file, or of its index in the database; None before there is one."""
    return graph_bytes(profile.pk) if in_database() else index_store(profile).size()


def saved_at(profile: EmbeddingProfile) -> datetime | None:
    """Of its file; what lies in the database is always saved."""
    file = index_store(profile).path
    if in_database() or not file.exists():
        return None
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


def remove_index(profile: EmbeddingProfile) -> None:
    """Of an embedding model whose vectors are gone."""
    index_store(profile).remove()
    drop_graph(profile.pk)
