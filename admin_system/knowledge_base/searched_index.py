"""What a vector index is to whoever searches and keeps it, wherever its vectors lie."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Literal, Protocol

from admin_system.knowledge_base.models import EmbeddingProfile
from admin_system.vector_search.searcher import VectorLeg
from admin_system.vector_search.structures import StructureKind
from admin_system.vector_search.subset import Ids

PATIENCE = 2.0
"""Seconds that a search waits for an index that is being opened or built; then it does without."""

IndexKind = StructureKind | Literal["exact", "hnsw"]
"""The last two: of an index in the database."""


class SearchedIndex(VectorLeg, Protocol):
    @property
    def kind(self) -> IndexKind: ...

    @property
    def dim(self) -> int: ...

    @property
    def watermark(self) -> int:
        """The last change that it has seen."""

    def __len__(self) -> int: ...

    def ids(self) -> Ids:
        """All that it holds, sorted."""


class LiveIndex(ABC):
    """Of one embedding model, in this process."""

    def __init__(self, profile: EmbeddingProfile) -> None:
        self.profile_id = profile.pk

    @abstractmethod
    def get(self, patience: float | None = PATIENCE) -> SearchedIndex:
        """As the database is now. None waits for as long as it takes.

        Raises IndexOpening, while another thread goes on with it.
        """

    @abstractmethod
    def opened(self) -> SearchedIndex | None:
        """As it was last searched; None before it was."""

    @abstractmethod
    def rebuild(self) -> SearchedIndex:
        """Anew from the database; searches go on with the former one meanwhile."""

    @abstractmethod
    def save(self) -> None:
        """Before the process ends."""

    @abstractmethod
    def tend(self) -> None:
        """Every now and then: may take long, searches go on."""
