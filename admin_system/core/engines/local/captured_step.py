"""A step over lanes as a CUDA graph: captured once, launched as a whole from then on."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from admin_system.core.networks.lanes import Lanes

WARM_UPS = 2
"""Steps on another stream before the capture, in which libraries make their workspaces."""

Forward = Callable[[Lanes], Tensor]
"""Reads what the lanes are filled with and returns logits, (B, V)."""


class CapturedStep:
    """https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs"""

    def __init__(self, forward: Forward, lanes: Lanes, pool: tuple[int, int]) -> None:
        """Runs what the lanes are filled with, several times. `pool` is the memory that all
        graphs of a network share: no two of them run at once. Raises what torch raises where the
        work cannot be captured."""
        device = lanes.ids.device
        current, beside = torch.cuda.current_stream(device), torch.cuda.Stream(device)
        # the outer one also brings the stream back where a capture fails half-way
        with torch.cuda.device(device), torch.cuda.stream(current):
            beside.wait_stream(current)
            with torch.cuda.stream(beside):
                for _ in range(WARM_UPS):
                    forward(lanes)
            current.wait_stream(beside)
            self._graph = torch.cuda.CUDAGraph()
            # other threads (embedding models) may use the card meanwhile
            with torch.cuda.graph(self._graph, pool=pool, capture_error_mode="thread_local"):
                self._logits = forward(lanes)

    def __call__(self) -> Tensor:
        """(B, V), written over by the next call."""
        self._graph.replay()
        return self._logits
