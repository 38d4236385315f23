"""The embedding models that this process holds: loaded once each, on first use."""

from __future__ import annotations

import logging
import threading

from admin_system.knowledge_base.models import EmbeddingProfile
from admin_system.vector_search.embedder import Embedder, EmbedderSpec
from admin_system.vector_search.embedders import create_embedder

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_held: dict[EmbedderSpec, Embedder] = {}


def current_profile() -> EmbeddingProfile | None:
    """The one that searches use; None where an operator has taken all away."""
    return EmbeddingProfile.objects.filter(is_current=True).first()


def get_embedder(profile: EmbeddingProfile) -> Embedder:
    """Loaded. Blocks for a load, some seconds. Raises EmbedderLoadError."""
    spec = profile.spec
    with _lock:
        embedder = _held.get(spec)
        if embedder is None:
            embedder = create_embedder(spec)
            embedder.load()
            _held[spec] = embedder
        return embedder


def held_embedder(profile: EmbeddingProfile) -> Embedder | None:
    """Where it is loaded; nothing is loaded by asking for it."""
    with _lock:
        return _held.get(profile.spec)


def forget_embedder(profile: EmbeddingProfile) -> None:
    """Gives its memory back; the next use loads it anew."""
    with _lock:
        embedder = _held.pop(profile.spec, None)
    if embedder is not None:
        embedder.unload()
