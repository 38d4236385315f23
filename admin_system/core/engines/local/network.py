"""The weights on their device and the two things asked of them: read a prompt, take a step.

Everything here belongs to the engine's one thread.
"""

from __future__ import annotations

import gc
import logging
from dataclasses import dataclass
from typing import Any

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.engines.base import Report
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.preparation import Prompt
from admin_system.core.types import LoadProgress

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Reading:
    """How far one request has been read; its own keys, values and positions."""

    cache: Any
    """transformers' DynamicCache."""
    next_position: int
    """Of the next token, on all three axes: a picture takes fewer positions than tokens."""


class Network:
    def __init__(self, model: Any, placement: Placement) -> None:
        self._model = model
        self._placement = placement
        self.parameters = sum(weight.numel() for weight in model.parameters())

    def read(self, prompt: Prompt) -> tuple[Reading, Any]:
        """Logits (V,) of the position behind the prompt."""
        from transformers import DynamicCache

        device = self._placement.device
        ids = prompt.ids.to(device)
        reading = Reading(DynamicCache(config=self._model.config.get_text_config()), 0)
        positions, reading.next_position = self._positions(prompt)
        pictures: dict[str, Any] = {}
        if prompt.pixels is not None:
            pictures = {
                "pixel_values": prompt.pixels.to(device, self._placement.dtype),
                "image_grid_thw": prompt.grids.to(device),
            }
        output = self._model(
            input_ids=ids,
            position_ids=positions.to(device),
            past_key_values=reading.cache,
            mm_token_type_ids=prompt.kinds.to(device),
            use_cache=True,
            logits_to_keep=1,
            **pictures,
        )
        return reading, output.logits[0, -1]

    def step(self, reading: Reading, token: int) -> Any:
        """Logits (V,) of the position behind `token`."""
        import torch

        device = self._placement.device
        positions = torch.full((3, 1, 1), reading.next_position, device=device)
        reading.next_position += 1
        output = self._model(
            input_ids=torch.tensor([[token]], device=device),
            position_ids=positions,
            past_key_values=reading.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return output.logits[0, -1]

    def _positions(self, prompt: Prompt) -> tuple[Any, int]:
        """(3, 1, T) and the position that follows.

        Computed for each request: the model's own `rope_deltas` is one state for all of them.
        """
        import torch

        if prompt.grids is None:
            positions = torch.arange(prompt.tokens).expand(3, 1, -1)
        else:
            positions, _ = self._model.model.get_rope_index(
                prompt.ids, mm_token_type_ids=prompt.kinds, image_grid_thw=prompt.grids
            )
        return positions, int(positions.max()) + 1


def open_network(
    checkpoint: Checkpoint, placement: Placement, threads: int, report: Report
) -> Network:
    """Reads the weights into main memory, then moves them onto their device."""
    import torch
    from transformers import AutoModelForImageTextToText
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    if threads:
        torch.set_num_threads(threads)
    report(LoadProgress("stage_reading_weights", 0.1, 0, checkpoint.bytes))
    model = AutoModelForImageTextToText.from_pretrained(
        checkpoint.path,
        dtype=placement.dtype,
        trust_remote_code=False,
        local_files_only=True,
        use_safetensors=True,
    )
    report(LoadProgress("stage_reading_weights", 0.9, checkpoint.bytes, checkpoint.bytes))
    model = model.to(placement.device).eval()
    report(LoadProgress("stage_preparing", 0.95, checkpoint.bytes, checkpoint.bytes))
    return Network(model, placement)


def give_memory_back(device: str) -> None:
    """Called when nothing refers to a network any more."""
    import torch

    gc.collect()
    if device.startswith("cuda"):
        torch.cuda.empty_cache()
