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


WIDTHS, INNER_WIDTHS = 8, 3
"""Of a layer, and inside its feed-forward part, that each patch takes while it is looked at: more
than is needed (measured for Qwen2.5-VL's sizes: a third of it)."""


def pixel_bytes(vision: Any, itemsize: int) -> float:
    """`vision` is a family's vision_config; an upper estimate, since attention takes no square of
    the patches in any of the ways that torch chooses for it."""
    width: int = getattr(vision, "embed_dim", None) or vision.hidden_size
    inner: float = getattr(vision, "intermediate_size", None) or width * vision.mlp_ratio
    area: int = vision.patch_size**2
    values = 3 * vision.temporal_patch_size * area
    patch = itemsize * (WIDTHS * width + INNER_WIDTHS * inner + values) + 4 * values
    return float(patch / area)


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
