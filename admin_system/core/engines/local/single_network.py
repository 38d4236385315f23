"""Networks whose layers cannot read a packed pass (Qwen4-Exp, sliding windows): one row at a time.

They share the engine's loop, so that answers still take turns token by token.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from admin_system.core.engines.local.network import Network, Part, count_bytes
from admin_system.core.engines.local.picture_features import pixel_bytes
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_network import kv_shape
from admin_system.core.engines.local.transformers_preparation import PatchPrompt
from admin_system.core.engines.local.transformers_rows import find_positions
from admin_system.core.engines.local.visual_device import keep_apart


@dataclass(slots=True)
class Reading:
    """How far one prompt has been read."""

    prompt: PatchPrompt
    cache: Any = None
    """transformers' DynamicCache; None before the prompt is read."""
    next_position: int = 0
    """On all three axes."""
    read: int = 0
    """Tokens."""
    logits: Any = None
    """Behind the last of them."""
    whole: bool = True
    """Whether all layers have read them: a pass that failed may have left some ahead."""


class SingleNetwork(Network):
    in_chunks = False

    def __init__(self, model: Any, placement: Placement, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(warnings)
        self._model = model
        self._placement = placement
        self._rows: dict[int, Reading] = {}
        self.pixel_bytes = pixel_bytes(model.config.vision_config, placement.dtype.itemsize)
        if placement.visual_device != placement.device:
            keep_apart(model.model.visual, placement.visual_device, placement.device)

    def weight_bytes(self) -> int:
        return count_bytes(self._model)

    def row_bytes(self, length: int) -> int:
        """As if all layers kept every token."""
        config = self._model.config.get_text_config()
        shape = kv_shape(config, config.num_hidden_layers)
        return length * shape.token_bytes(self._placement.dtype)

    def reserve(self, rows: int, length: int) -> None:
        self._rows.clear()

    def begin(self, row: int, prompt: PatchPrompt, keep: int = 0) -> int:
        self._rows[row] = Reading(prompt)
        return 0

    def copy(self, source: int, target: int, count: int) -> None:
        """Nothing is shared: `begin` reads every prompt from its beginning."""

    def see(self, row: int, start: int, end: int) -> None:
        """Pictures are seen together with the prompt."""

    def end(self, row: int) -> None:
        self._rows.pop(row, None)

    def run(self, parts: Sequence[Part]) -> Tensor:
        """A row that has read its part in a pass that failed later is not read again; one that
        failed in the midst of an answer cannot be."""
        for part in parts:
            reading = self._rows[part.row]
            if reading.read != part.end:
                if part.start and not reading.whole:
                    raise RuntimeError("a pass that failed has left a part of a token behind")
                reading.whole = False
                reading.logits = self._read(part, reading)
                reading.read = part.end
                reading.whole = True
        return torch.stack([self._rows[part.row].logits for part in parts if part.wanted])

    def _read(self, part: Part, reading: Reading) -> Tensor:
        if part.start == 0:
            return self._read_prompt(reading)
        device = self._placement.device
        output = self._model(
            input_ids=torch.tensor([list(part.ids)], device=device),
            position_ids=torch.full((3, 1, 1), reading.next_position, device=device),
            past_key_values=reading.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        reading.next_position += 1
        logits: Tensor = output.logits[0, -1]
        return logits

    def _read_prompt(self, reading: Reading) -> Tensor:
        from transformers import DynamicCache

        prompt, device = reading.prompt, self._placement.device
        cache = DynamicCache(config=self._model.config.get_text_config())
        positions = find_positions(self._model, prompt)
        pictures: dict[str, Any] = {}
        if prompt.pixels is not None:
            pictures = {
                "pixel_values": prompt.pixels.to(device, self._placement.dtype),
                "image_grid_thw": prompt.grids.to(device),
            }
        output = self._model(
            input_ids=prompt.ids.to(device),
            position_ids=positions[:, None].to(device),
            past_key_values=cache,
            mm_token_type_ids=prompt.kinds.to(device),
            use_cache=True,
            logits_to_keep=1,
            **pictures,
        )
        reading.cache, reading.next_position = cache, int(positions.max()) + 1
        logits: Tensor = output.logits[0, -1]
        return logits
