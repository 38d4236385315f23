"""Vectors for passages that lack them, a few at a time; each few are kept when they are done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from django.db.models import QuerySet

from admin_system.knowledge_base.embedding import get_embedder
from admin_system.knowledge_base.models import EmbeddingProfile, Passage
from admin_system.knowledge_base.services.embedding_pictures import UNREADABLE, embed_pictures
from admin_system.knowledge_base.services.publishing import note_changes, store_vectors
from admin_system.knowledge_base.writing import writing
from admin_system.vector_search.embedder import Embedder

WINDOW = 1_024
"""Passages that are sorted by length among each other, so that little of a batch is padding."""
FEW = 64
"""Passages between two looks at whether to stop, and the most that a killed process repeats."""
FEW_CHARACTERS = 24_000
"""Of all of them: a second or two of work for a small model on a processor."""

Report = Callable[[float], None]
"""Told the share 0..1 that is done, after each few; raises what ends the work."""


def embed_passages(passages: QuerySet[Passage], profile: EmbeddingProfile, report: Report) -> None:
    """Those of `passages` that have no vector of this model. Blocks; holds no transaction.

    Raises EmbedderLoadError, EmbedderFault, and what `report` raises.
    """
    lacking = passages.exclude(vectors__profile=profile).order_by("pk")
    window, done = list(lacking[:WINDOW]), 0
    if not window:
        return
    total = len(window) if len(window) < WINDOW else lacking.count()
    embedder = get_embedder(profile)
    while window:
        for few in by_length(window):
            blobs = embed_each(embedder, few)
            keep_vectors(profile, few, blobs)
            done += len(few)
            report(min(1.0, done / total))
        is_last = len(window) < WINDOW
        window = [] if is_last else list(lacking.filter(pk__gt=window[-1].pk)[:WINDOW])


def by_length(passages: list[Passage]) -> Iterator[list[Passage]]:
    few: list[Passage] = []
    characters = 0
    for passage in sorted(passages, key=lambda passage: -len(passage.indexed_text)):
        few.append(passage)
        characters += len(passage.indexed_text)
        if len(few) == FEW or characters > FEW_CHARACTERS:
            yield few
            few, characters = [], 0
    if few:
        yield few


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


def keep_vectors(profile: EmbeddingProfile, passages: list[Passage], blobs: list[bytes]) -> None:
    """Not of passages that went, or were given another text, while they were embedded. An index
    that has seen a live one without its vector looks again."""
    with writing():
        found = Passage.objects.filter(pk__in=[passage.pk for passage in passages])
        now = {passage.pk: passage.indexed_text for passage in found}
        live = [passage.pk for passage in found if passage.live]
        fitting = [
            (passage.pk, blob)
            for passage, blob in zip(passages, blobs, strict=True)
            if now.get(passage.pk) == passage.indexed_text
        ]
        store_vectors(profile.pk, [pk for pk, _ in fitting], [blob for _, blob in fitting])
        note_changes(live)
