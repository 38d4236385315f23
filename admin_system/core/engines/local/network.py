"""The weights on their device and what is asked of them: rows of tokens, and passes over them."""

from __future__ import annotations

import ctypes
import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from admin_system.core.engines.local.feature_cache import FeatureCache
from admin_system.core.garbage import collect_and_freeze
from admin_system.core.types import DecodeStats


@dataclass(frozen=True, slots=True)
class Part:
    """The next tokens of one row in a pass."""

    row: int
    start: int
    """Tokens that the row holds before."""
    ids: Sequence[int]
    wanted: bool = True
    """Whether the logits behind the last of them are asked for."""

    @property
    def end(self) -> int:
        return self.start + len(self.ids)


class Network(ABC):
    """Belongs to the engine's one thread. Rows are numbered from 0; each holds a conversation."""

    warnings: tuple[str, ...]
    """Codes of `messages.py`: what is not as it should be, though it works."""
    pixel_bytes: float = 0.0
    """That the vision tower takes for each pixel while it looks; 0 where nobody knows."""
    in_chunks: bool = True
    """Whether a prompt may be read in several passes."""

    def __init__(self, warnings: tuple[str, ...] = ()) -> None:
        self.warnings = warnings
        self.features: FeatureCache[Any] = FeatureCache()
        """Of pictures that were seen."""

    def weight_bytes(self) -> int | None:
        """What its weights take of its devices; None where nobody has counted."""
        return None

    def decode_stats(self) -> DecodeStats:
        """From any thread, after `reserve`."""
        return DecodeStats()

    @abstractmethod
    def row_bytes(self, length: int) -> int:
        """What a row of `length` tokens takes of the text part's device."""

    def step_bytes(self, rows: int, length: int) -> int:
        """What the graphs of captured steps may take of the text part's device, where there are
        any: it is left free when rows are planned."""
        return 0

    @abstractmethod
    def reserve(self, rows: int, length: int) -> None:
        """Makes room for `rows` conversations of `length` tokens; what was stored is gone."""

    @abstractmethod
    def begin(self, row: int, prompt: Any, keep: int = 0) -> int:
        """A new conversation in a row, of whose tokens the first `keep` are the prompt's too.

        Returns how many of them need not be read again; the row holds nothing else from now on.
        `prompt` is a Prompt as this kind of network's own preparation makes it.
        """

    @abstractmethod
    def copy(self, source: int, target: int, count: int) -> None:
        """The first `count` tokens that a row holds to another row."""

    @abstractmethod
    def see(self, row: int, start: int, end: int) -> None:
        """Looks at the pictures whose tokens lie between these places of the row's prompt."""

    @abstractmethod
    def run(self, parts: Sequence[Part]) -> Any:
        """Reads the parts and returns the logits that are wanted, (wanted parts, V).

        A pass that fails leaves every row as it was; it may be run again.
        """

    def make_room(self) -> None:
        """Gives back what can be made again, where memory is short."""
        self.features.clear()

    @abstractmethod
    def end(self, row: int) -> None:
        """Forgets the prompt of a row; its tokens stay."""


def count_bytes(model: Any) -> int:
    """Of the parameters and buffers of a module; what several of its parts share counts once."""
    tensors = {id(one): one for one in (*model.parameters(), *model.buffers())}
    return sum(one.numel() * one.element_size() for one in tensors.values())


def give_memory_back(*devices: str) -> None:
    """Called when nothing refers to a network any more, or when one has just been loaded."""
    import torch

    collect_and_freeze()
    if any(device.startswith("cuda") for device in devices):
        torch.cuda.empty_cache()
    if sys.platform == "linux":  # glibc keeps what is freed, and a new load would come on top
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
