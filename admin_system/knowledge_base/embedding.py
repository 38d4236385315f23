"""The embedding models that this process holds: loaded once each, on first use."""

from __future__ import annotations

import logging
import threading

from admin_system.knowledge_base.models import EmbeddingProfile
from admin_system.vector_search.embedder import Embedder, EmbedderSpec
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.errors import EmbedderFault

logger = logging.getLogger(__name__)

_lock = threading.Lock()
_held: dict[EmbedderSpec, Embedder] = {}
_reloaded: set[tuple[EmbedderSpec, str]] = set()


class EmbedderChanged(EmbedderFault):
    """The model's files are others than those that the kept vectors were made with."""

    def __init__(self, name: str) -> None:
        super().__init__("embedder_changed", retry=True, name=name)


def current_profile() -> EmbeddingProfile | None:
    """The one that searches use; None where an operator has taken all away."""
    return EmbeddingProfile.objects.filter(is_current=True).first()


def get_embedder(profile: EmbeddingProfile) -> Embedder:
    """Loaded. Blocks for a load, some seconds. Raises EmbedderLoadError, EmbedderChanged."""
    embedder = load_embedder(profile.spec)
    if profile.key == embedder.profile.key:
        return embedder
    if not profile.key:
        return adopt(profile, embedder)
    embedder = reload_embedder(profile)
    if profile.key != embedder.profile.key:
        raise EmbedderChanged(profile.name)
    return embedder


def load_embedder(spec: EmbedderSpec, *, anew: bool = False) -> Embedder:
    """Of this process; `anew` reads the files again. Raises EmbedderLoadError."""
    with _lock:
        embedder = None if anew else _held.get(spec)
        if embedder is None:
            embedder = create_embedder(spec)
            embedder.load()
            _held[spec] = embedder
        return embedder


def reload_embedder(profile: EmbeddingProfile) -> Embedder:
    """Once for each key that is asked for: another process may have seen new files first."""
    wanted = (profile.spec, profile.key)
    anew = wanted not in _reloaded
    _reloaded.add(wanted)
    return load_embedder(profile.spec, anew=anew)


def adopt(profile: EmbeddingProfile, embedder: Embedder) -> Embedder:
    """A profile without a key has no vectors yet: it takes that of the model as it is now."""
    rows = EmbeddingProfile.objects.filter(pk=profile.pk)
    rows.filter(key="").update(key=embedder.profile.key)
    profile.key = rows.values_list("key", flat=True).get()
    if profile.key != embedder.profile.key:
        raise EmbedderChanged(profile.name)
    return embedder


def held_embedder(profile: EmbeddingProfile) -> Embedder | None:
    """Where it is loaded; nothing is loaded by asking for it."""
    with _lock:
        return _held.get(profile.spec)


def forget_embedder(profile: EmbeddingProfile) -> None:
    """Its memory comes back when the last search that uses it has ended; the next use loads it."""
    with _lock:
        _held.pop(profile.spec, None)
