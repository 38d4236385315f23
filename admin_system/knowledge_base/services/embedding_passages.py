"""Vectors for passages that lack them, batch by batch; each batch is kept when it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from admin_system.knowledge_base.embedding import get_embedder
from admin_system.knowledge_base.models import EmbeddingProfile, Passage
from admin_system.knowledge_base.services.embedding_pictures import UNREADABLE, embed_pictures
from admin_system.knowledge_base.services.publishing import store_vectors
from admin_system.vector_search.embedder import Embedder

BATCH = 256
"""Passages between two looks at whether to stop; they are sorted by length among each other."""

Report = Callable[[float], None]
"""Told the share 0..1 that is done, after each batch; raises what ends the work."""


def embed_passages(passages: QuerySet[Passage], profile: EmbeddingProfile, report: Report) -> None:
    """Those of `passages` that have no vector of this model. Blocks; holds no transaction.

    Raises EmbedderLoadError, EmbedderFault, and what `report` raises.
    """
    lacking = passages.exclude(vectors__profile=profile).order_by("pk")
    total, done = lacking.count(), 0
    if not total:
        return
    embedder = get_embedder(profile)
    last = 0
    while batch := list(lacking.filter(pk__gt=last)[:BATCH]):
        last = batch[-1].pk
        blobs = embed_each(embedder, batch)
        store_vectors(profile.pk, [passage.pk for passage in batch], blobs)
        done += len(batch)
        report(min(1.0, done / total))


def embed_each(embedder: Embedder, passages: Sequence[Passage]) -> list[bytes]:
    """By the text, or by the picture that a passage is; as `embed_texts`."""
    texts = [passage for passage in passages if not passage.picture]
    pictures = [passage for passage in passages if passage.picture]
    blobs = embed_texts(embedder, [passage.indexed_text for passage in texts])
    blobs += embed_pictures(embedder, [passage.picture for passage in pictures])
    found = dict(zip([passage.pk for passage in [*texts, *pictures]], blobs, strict=True))
    return [found[passage.pk] for passage in passages]


def embed_texts(embedder: Embedder, texts: list[str]) -> list[bytes]:
    """float32, little endian, in the order of the texts; UNREADABLE where it reads a text not."""
    readable = [place for place, text in enumerate(texts) if embedder.reads(text)]
    blobs = [UNREADABLE] * len(texts)
    if readable:
        vectors = embedder.embed([texts[place] for place in readable]).astype("<f4")
        for place, vector in zip(readable, vectors, strict=True):
            blobs[place] = vector.tobytes()
    return blobs
