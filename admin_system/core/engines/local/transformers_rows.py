"""The prompts in the rows of transformers' networks: positions and pictures of their tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from admin_system.core.engines.local.network import Part
from admin_system.core.engines.local.picture_features import PictureFeatures
from admin_system.core.engines.local.transformers_preparation import PatchPrompt


@dataclass(slots=True)
class Row:
    """The prompt that a row is reading or has read."""

    prompt: PatchPrompt
    positions: Tensor
    """(3, T): time, line and column; a picture takes fewer positions than tokens."""
    beyond: int
    """What is added to a place behind the prompt to get its position."""
    features: dict[int, PictureFeatures] = field(default_factory=dict)
    """By the picture's number, from when it is seen until it is read."""


def find_positions(model: Any, prompt: PatchPrompt) -> Tensor:
    """(3, T); computed for each request: the model's own `rope_deltas` is one for all of them."""
    if prompt.grids is None:
        return torch.arange(prompt.tokens).expand(3, -1)
    positions, _ = model.model.get_rope_index(
        prompt.ids, mm_token_type_ids=prompt.kinds, image_grid_thw=prompt.grids
    )
    return positions[:, 0]


def positions_of(parts: Sequence[Part], rows: Mapping[int, Row]) -> Tensor:
    """(3, N)."""
    pieces = []
    for part in parts:
        state = rows[part.row]
        if part.start < state.prompt.tokens:
            pieces.append(state.positions[:, part.start : part.end])
        else:
            places = torch.arange(part.start, part.end) + state.beyond
            pieces.append(places.expand(3, -1))
    return torch.cat(pieces, dim=1)


def place_pictures(
    parts: Sequence[Part], rows: Mapping[int, Row], embedded: Tensor
) -> dict[str, Any]:
    """Features over the embeddings of their tokens; what deeper layers add, as arguments."""
    covered = torch.zeros(len(embedded), dtype=torch.bool)
    deep: list[list[Tensor]] = []
    first = 0
    for part in parts:
        state = rows[part.row]
        for number, span in enumerate(state.prompt.spans):
            if part.start >= state.prompt.tokens or not span.meets(part.start, part.end):
                continue
            features = state.features[number]
            inside = span.clip(part.start, part.end)
            place = first + span.first + inside.start - part.start
            target = slice(place, place + inside.stop - inside.start)
            embedded[target] = features.values[inside].to(embedded)
            covered[target] = True
            if features.deep:
                deep.append([layer[inside] for layer in features.deep])
        first += len(part.ids)
    if not deep:
        return {}
    return {
        "visual_pos_masks": covered[None].to(embedded.device),
        "deepstack_visual_embeds": [torch.cat(layer) for layer in zip(*deep, strict=True)],
    }
