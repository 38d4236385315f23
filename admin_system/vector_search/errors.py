"""What can go wrong in the search machine, as codes and values; sentences are in `messages/`.

SearchError
├── EmbedderLoadError    an embedding model could not be loaded
├── EmbedderFault        a loaded one did not answer, or not with usable vectors
│   └── PictureNotEmbedded   it sees no pictures, or not this one
│   └── IndexOpening     its index is still being opened or built
├── BadVectors           vectors that no index can take: shape, numbers, ids
├── IndexMissing         nothing has been saved yet
├── IndexDamaged         the file is cut off or a byte of it has changed
├── IndexMismatch        the file belongs to another embedding model
└── RerankerLoadError    a reranking model could not be loaded
"""

from __future__ import annotations


class SearchError(Exception):
    """A code of `messages/` with the values of its sentence."""

    def __init__(self, code: str, /, **values: object) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values


class EmbedderLoadError(SearchError):
    """The reason stands in the code; search goes on with the keyword leg."""


class EmbedderFault(SearchError):
    """`retry` says whether the same call may succeed later."""

    def __init__(self, code: str, /, *, retry: bool = False, **values: object) -> None:
        super().__init__(code, **values)
        self.retry = retry


class PictureNotEmbedded(EmbedderFault):
    """The model sees no pictures, or cannot make anything of this one: the asker's affair."""


class IndexOpening(EmbedderFault):
    """Search goes on with the keyword leg until it is there."""

    def __init__(self) -> None:
        super().__init__("index_opening", retry=True)


class BadVectors(SearchError):
    """A fault of the caller; the index is as it was."""


class IndexMissing(SearchError):
    """The index is built from the database."""


class IndexDamaged(SearchError):
    """The index is built anew from the database, which holds the truth."""


class IndexMismatch(SearchError):
    """Vectors of two embedding models cannot be compared."""


class RerankerLoadError(SearchError):
    """Search goes on without reranking."""
