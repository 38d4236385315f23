"""Which embedder runs a specification; each is imported when it is first asked for."""

from __future__ import annotations

from importlib import import_module

from admin_system.vector_search.embedder import Embedder, EmbedderSpec

EMBEDDERS = {
    "bundled": ("admin_system.vector_search.embedders.sentence", "BundledEmbedder"),
    "folder": ("admin_system.vector_search.embedders.sentence", "SentenceEmbedder"),
    "url": ("admin_system.vector_search.embedders.remote", "RemoteEmbedder"),
    "hash": ("admin_system.vector_search.embedders.hashing", "HashEmbedder"),
}


def create_embedder(spec: EmbedderSpec) -> Embedder:
    """Not loaded yet."""
    module, name = EMBEDDERS[spec.kind]
    embedder: Embedder = getattr(import_module(module), name)(spec)
    return embedder
