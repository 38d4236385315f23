"""Vectors of a caller's own texts, from the model that searches use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from admin_system.knowledge_base.embedding import current_profile, get_embedder
from admin_system.knowledge_base.models import EmbeddingProfile
from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.errors import EmbedderFault


@dataclass(frozen=True, slots=True)
class EmbeddedTexts:
    vectors: Vectors
    """(n, dim), of unit length, in the order of the texts."""
    tokens: int
    """That the model read; 0 where it does not tell."""


def find_embedding_model() -> str:
    """Its name. Raises EmbedderFault where an operator has taken all away."""
    return require_profile().name


def embed_for_caller(texts: Sequence[str]) -> EmbeddedTexts:
    """As documents, not as questions. What is longer than the model reads is cut off. Blocks.

    Raises EmbedderLoadError, EmbedderFault.
    """
    embedder = get_embedder(require_profile())
    tokens = sum(embedder.spell(text)[0] for text in texts)
    return EmbeddedTexts(embedder.embed(texts), tokens)


def require_profile() -> EmbeddingProfile:
    """Raises EmbedderFault."""
    profile = current_profile()
    if profile is None:
        raise EmbedderFault("embedder_not_loaded")
    return profile
