"""Texts into batches of like length, so that little of a batch is padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

BATCH_CHARACTERS = 16384
"""Of a batch as padded; a batch holds the model's lock, so a question waits for one at most."""
MOST_TEXTS = 64


def batches_by_length(
    texts: Sequence[str], longest: int, most: int = BATCH_CHARACTERS, padding: int | None = None
) -> Iterator[list[int]]:
    """Places in `texts`, each once, the longest texts first (memory runs out at once or never).

    `longest`: characters after which a text costs no more, since it is cut off; `most`: characters
    of a batch as padded; `padding`: how many of these may stand for nothing, None for any.
    """
    sizes = [min(len(text), longest) + 1 for text in texts]
    batch: list[int] = []
    padded = 0
    for place in sorted(range(len(texts)), key=lambda place: -sizes[place]):
        if batch:
            widest = sizes[batch[0]]
            padded += widest - sizes[place]
            wasted = padding is not None and padded > padding
            if wasted or len(batch) == MOST_TEXTS or widest * (len(batch) + 1) > most:
                yield batch
                batch, padded = [], 0
        batch.append(place)
    if batch:
        yield batch
