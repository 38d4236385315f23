"""A request as the engine's thread wants it, and who makes it so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from admin_system.core.types import ChatRequest, PixelBudget


@dataclass(frozen=True, slots=True)
class PictureSpan:
    """Where the tokens of one picture stand in a prompt."""

    first: int
    count: int
    digest: bytes = b""
    """SHA-256 of the picture as the network sees it."""

    def meets(self, start: int, end: int) -> bool:
        return self.first < end and start < self.first + self.count

    def clip(self, start: int, end: int) -> slice:
        """Which of its tokens lie between two places of the prompt."""
        return slice(max(start - self.first, 0), min(end - self.first, self.count))


@dataclass(frozen=True, slots=True)
class Prompt:
    """Tensors on the CPU; T tokens. Each kind of network adds its pictures."""

    ids: Any
    """(1, T) int64."""
    spans: tuple[PictureSpan, ...] = ()
    """Of the pictures, in order."""

    @property
    def tokens(self) -> int:
        return int(self.ids.shape[1])

    def keys(self) -> list[int]:
        """What tells this prompt from others: its ids, and below 0 the pictures under them."""
        keys: list[int] = self.ids[0].tolist()
        for span in self.spans:
            number = -1 - int.from_bytes(span.digest[:8])
            keys[span.first : span.first + span.count] = [number] * span.count
        return keys


def digest_of(*arrays: Any) -> bytes:
    """Of tensors on the CPU."""
    total = sha256()
    for array in arrays:
        total.update(array.contiguous().numpy().data)
    return total.digest()


class Preparation(ABC):
    """Callable from several threads at once; knows nothing of the network's weights."""

    context_length: int
    """Tokens that a prompt and its answer may have; set anew when the memory is planned."""
    budget: PixelBudget | None = None
    """Of the pictures as shown, likewise; None where all are shown in one size."""
    token_area: int = 0
    """Pixels of a picture that become one token."""

    @abstractmethod
    def prepare(self, request: ChatRequest) -> Prompt:
        """Raises BadRequest; ContextTooLong before any picture is touched."""
