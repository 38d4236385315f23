"""Steps over lanes as CUDA graphs: each captured once, launched as a whole from then on."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from admin_system.core.networks.lanes import Lanes

WARM_UPS = 2
"""Steps before the capture, on its stream, in which libraries make their workspaces."""
FIXED_BYTES = 160 << 20
"""That graphs take beside their tensors: what the driver keeps of the launches of forty of them,
and the workspace of cuBLAS for the stream of captures. An estimate: nothing was measured."""

Forward = Callable[[Lanes], Tensor]
"""Reads what the lanes are filled with and returns logits, (B, V)."""
Replay = Callable[[], Tensor]
"""(B, V) for what the lanes are filled with by then; written over by the next step of any size."""


class Capturer:
    """Of one network: https://docs.pytorch.org/docs/stable/notes/cuda.html#cuda-graphs

    All its graphs share their memory, since no two of them run at once, and write their logits to
    one place; for that they are captured on one stream.
    """

    def __init__(self, rows: int, device: torch.device) -> None:
        """`rows` is the most that a step has."""
        self._rows = rows
        self._device = device
        self._stream = torch.cuda.Stream(device)
        self._pool = torch.cuda.graph_pool_handle()
        self._logits: Tensor | None = None

    def __call__(self, forward: Forward, lanes: Lanes) -> Replay:
        """Runs what the lanes are filled with, several times; the replays run on the stream that is
        current then. Raises what torch raises where the work cannot be captured."""
        current = torch.cuda.current_stream(self._device)
        # the outer one also brings the stream back where a capture fails half-way
        with torch.cuda.device(self._device), torch.cuda.stream(current):
            self._stream.wait_stream(current)
            with torch.cuda.stream(self._stream):
                for _ in range(WARM_UPS):
                    logits = forward(lanes)
            current.wait_stream(self._stream)
            if self._logits is None:
                self._logits = logits.new_empty(self._rows, logits.shape[1])
            place = self._logits[: len(logits)]
            del logits  # of the other stream's memory
            graph = torch.cuda.CUDAGraph()
            # other threads (embedding models) may use the card meanwhile
            with torch.cuda.graph(
                graph, pool=self._pool, stream=self._stream, capture_error_mode="thread_local"
            ):
                place.copy_(forward(lanes))

        def replay() -> Tensor:
            graph.replay()
            return place

        return replay
