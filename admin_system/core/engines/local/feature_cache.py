"""What pictures became in the vision tower, kept by their content."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

MOST_BYTES = 256 * 1024 * 1024


class Sized(Protocol):
    @property
    def bytes(self) -> int: ...


F = TypeVar("F", bound=Sized)


class FeatureCache(Generic[F]):
    """The least recently used go first. Belongs to the engine's thread, but for its counts."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._kept: OrderedDict[bytes, F] = OrderedDict()
        self._most_bytes = most_bytes
        self.bytes = 0
        self.hits = 0
        self.misses = 0

    def get(self, digest: bytes, make: Callable[[], F]) -> F:
        """Of the picture with this digest; made where it is not kept."""
        found = self._kept.get(digest)
        if found is not None:
            self.hits += 1
            self._kept.move_to_end(digest)
            return found
        self.misses += 1
        made = make()
        if made.bytes <= self._most_bytes:
            self._kept[digest] = made
            self.bytes += made.bytes
            while self.bytes > self._most_bytes:
                self.bytes -= self._kept.popitem(last=False)[1].bytes
        return made

    def clear(self) -> None:
        self._kept.clear()
        self.bytes = 0
