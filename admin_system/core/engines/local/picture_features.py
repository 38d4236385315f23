"""What the vision tower makes of a picture, once and for all of its tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_preparation import PatchPrompt


@dataclass(frozen=True, slots=True)
class PictureFeatures:
    values: Tensor
    """(tokens, C): they take the place of the tokens' embeddings."""
    deep: tuple[Tensor, ...] = ()
    """(tokens, C) each: added behind the first layers (DeepStack, Qwen3-VL)."""

    @property
    def bytes(self) -> int:
        return sum(int(tensor.nbytes) for tensor in (self.values, *self.deep))


def encode_picture(
    model: Any, prompt: PatchPrompt, number: int, placement: Placement
) -> PictureFeatures:
    """`model` is transformers' model without its head; `number` counts the prompt's pictures."""
    patches = prompt.grids.prod(-1)
    first = int(patches[:number].sum())
    pixels = prompt.pixels[first : first + int(patches[number])]
    output = model.get_image_features(
        pixels.to(placement.device, placement.dtype),
        prompt.grids[number : number + 1].to(placement.device),
        return_dict=True,
    )
    deep = getattr(output, "deepstack_features", None) or ()
    return PictureFeatures(output.pooler_output[0], tuple(layer[0] for layer in deep))
