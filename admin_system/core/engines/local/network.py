"""The weights on their device and the two things asked of them: read a prompt, take a step."""

from __future__ import annotations

import ctypes
import gc
import sys
from abc import ABC, abstractmethod
from typing import Any


class Network(ABC):
    """Belongs to the engine's one thread."""

    warnings: tuple[str, ...] = ()
    """Codes of `messages.py`: what is not as it should be, though it works."""

    @abstractmethod
    def read(self, prompt: Any) -> tuple[Any, Any]:
        """A reading, to be handed to `step`, and logits (V,) of the position behind the prompt.

        `prompt` is a Prompt as this kind of network's own preparation makes it. Every reading has
        its own keys, values and positions; several may be open.
        """

    @abstractmethod
    def step(self, reading: Any, token: int) -> Any:
        """Logits (V,) of the position behind `token`."""


def give_memory_back(*devices: str) -> None:
    """Called when nothing refers to a network any more."""
    import torch

    gc.collect()
    if any(device.startswith("cuda") for device in devices):
        torch.cuda.empty_cache()
    if sys.platform == "linux":  # glibc keeps what is freed, and a new load would come on top
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim is not None:
            trim(0)
