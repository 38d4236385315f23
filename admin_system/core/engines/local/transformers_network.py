"""Networks of transformers' classes: Qwen2-VL and all that came after it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_preparation import PatchPrompt


@dataclass(slots=True)
class Reading:
    """How far one request has been read."""

    cache: Any
    """transformers' DynamicCache."""
    next_position: int
    """Of the next token, on all three axes: a picture takes fewer positions than tokens."""


class TransformersNetwork(Network):
    def __init__(self, model: Any, placement: Placement, warnings: tuple[str, ...] = ()) -> None:
        self._model = model
        self._placement = placement
        self.warnings = warnings
        if placement.visual_device != placement.device:
            keep_apart(model.model.visual, placement.visual_device, placement.device)

    def read(self, prompt: PatchPrompt) -> tuple[Reading, Any]:
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

    def _positions(self, prompt: PatchPrompt) -> tuple[Any, int]:
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


def keep_apart(visual: Any, visual_device: str, device: str) -> None:
    """What goes into the vision tower moves to its device, what comes out back to the text's."""

    def enter(_: Any, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Any, Any]:
        return move(given, visual_device), move(named, visual_device)

    def leave(_: Any, __: Any, output: Any) -> Any:
        return move(output, device)

    visual.register_forward_pre_hook(enter, with_kwargs=True)
    visual.register_forward_hook(leave)


def move(value: Any, device: str) -> Any:
    """Tensors inside lists, tuples and transformers' outputs too."""
    import torch

    if isinstance(value, torch.Tensor):
        return value.to(device)
    if isinstance(value, Mapping):
        moved = {key: move(part, device) for key, part in value.items()}
        return moved if type(value) is dict else type(value)(**moved)
    if isinstance(value, list | tuple):
        return type(value)(move(part, device) for part in value)
    return value
