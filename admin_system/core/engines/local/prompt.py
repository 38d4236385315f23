"""A request as the engine's thread wants it, and who makes it so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

from admin_system.core.types import ChatRequest


@dataclass(frozen=True, slots=True)
class Prompt:
    """Tensors on the CPU; T tokens. Each kind of network adds its pictures."""

    ids: Any
    """(1, T) int64."""

    @property
    def tokens(self) -> int:
        return int(self.ids.shape[1])


class Preparation(ABC):
    """Callable from several threads at once; knows nothing of the network's weights."""

    @abstractmethod
    def prepare(self, request: ChatRequest) -> Prompt:
        """Raises BadRequest; ContextTooLong before any picture is touched."""
