"""Makes a request ready for a network of transformers: token ids, patches and grids."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.engines.local.patch_cache import PatchCache, Patches
from admin_system.core.engines.local.prompt import (
    PictureSpan,
    Preparation,
    Prompt,
    digest_of,
)
from admin_system.core.engines.local.template import Template
from admin_system.core.errors import BadRequest, ContextTooLong
from admin_system.core.families.base import Family
from admin_system.core.types import ChatRequest, Picture, PicturePart, PixelBudget

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PatchPrompt(Prompt):
    """T tokens, P patches of all pictures, N pictures."""

    kinds: Any = None
    """(1, T) int64: 0 text, 1 picture (transformers' mm_token_type_ids)."""
    pixels: Any = None
    """(P, values of a patch) float32; None without pictures."""
    grids: Any = None
    """(N, 3) int64: time, rows and columns of patches."""


class PatchPreparation(Preparation):
    budget: PixelBudget

    def __init__(
        self,
        checkpoint: Checkpoint,
        tokenizer: Any,
        family: Family,
        budget: PixelBudget,
        context_length: int,
    ) -> None:
        self._template = Template(tokenizer, family.tool_format)
        self._pictures = open_picture_processor(checkpoint)
        self._patches = PatchCache()
        self._family = family
        self.budget = budget
        self.context_length = context_length
        self._image_id = read_image_id(checkpoint.config)
        self._factor = self._pictures.patch_size * self._pictures.merge_size
        self.token_area = self._factor**2

    def prepare(self, request: ChatRequest) -> PatchPrompt:
        import torch

        parts = request.picture_parts
        shown = [self._shown_size(part) for part in parts]
        counts = [width // self._factor * (height // self._factor) for width, height in shown]
        said = self._template.encode(request.messages, request.tools, self.context_length)
        ids, spans = self._expand(said, counts)
        if len(ids) + 1 > self.context_length:
            raise ContextTooLong(len(ids), self.context_length)
        tensor = torch.tensor([ids], dtype=torch.long)
        kinds = (tensor == self._image_id).long()
        if not parts:
            return PatchPrompt(tensor, kinds=kinds)
        cut = [self._read_patches(part, size) for part, size in zip(parts, shown, strict=True)]
        return PatchPrompt(
            tensor,
            tuple(
                replace(span, digest=patches.digest)
                for span, patches in zip(spans, cut, strict=True)
            ),
            kinds=kinds,
            pixels=torch.cat([patches.pixels for patches in cut]),
            grids=torch.cat([patches.grid for patches in cut]),
        )

    def _shown_size(self, part: PicturePart) -> tuple[int, int]:
        picture, budget = part.picture, self.budget
        return self._family.shown_size(picture.width, picture.height, part.detail, budget)

    def _expand(
        self, ids: list[int], counts: list[int]
    ) -> tuple[list[int], tuple[PictureSpan, ...]]:
        """Each picture's placeholder, repeated for every token that the picture takes."""
        shown = ids.count(self._image_id)
        if shown != len(counts):  # some templates show pictures in the turns of users only
            raise BadRequest("pictures_not_shown", param="messages", shown=shown, sent=len(counts))
        expanded: list[int] = []
        spans: list[PictureSpan] = []
        for token in ids:
            if token == self._image_id:
                spans.append(PictureSpan(len(expanded), counts[len(spans)]))
                expanded += [token] * spans[-1].count
            else:
                expanded.append(token)
        return expanded, tuple(spans)

    def _read_patches(self, part: PicturePart, shown: tuple[int, int]) -> Patches:
        return self._patches.get(
            (part.picture.sha256, *shown), lambda: self._cut(part.picture, shown)
        )

    def _cut(self, picture: Picture, shown: tuple[int, int]) -> Patches:
        area = shown[0] * shown[1]
        features = self._pictures.preprocess(
            [picture.image.resize(shown, self._pictures.resample)],
            do_resize=False,
            size={"shortest_edge": area, "longest_edge": area},
            return_tensors="pt",
        )
        pixels, grid = features["pixel_values"], features["image_grid_thw"]
        return Patches(pixels, grid, digest_of(pixels, grid))


def open_tokenizer(checkpoint: Checkpoint) -> Any:
    """Never runs code of the folder, never asks the network."""
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(
        checkpoint.path, trust_remote_code=False, local_files_only=True
    )


def open_picture_processor(checkpoint: Checkpoint) -> Any:
    """The variant on Pillow: the other one needs torchvision."""
    from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil

    named = {key: value for key, value in checkpoint.preprocessor.items() if value is not None}
    for name in ("image_processor_type", "processor_class"):
        named.pop(name, None)
    return Qwen2VLImageProcessorPil(**named)


def read_image_id(config: Mapping[str, object]) -> int:
    """The token that stands for a part of a picture."""
    value = config["image_token_id"]
    if not isinstance(value, int):
        raise TypeError(f"image_token_id is {value!r}; it is a token's number")
    return value
