"""The 2023 Qwen-VL, a network of our own, with its quantized layers in place."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.quantization import Int4Config
from admin_system.core.checkpoints.tensors import Progress, read_names
from admin_system.core.engines.local.int4_layers import StoredLayers, make_builder
from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.qwen_vl_preparation import PicturePrompt
from admin_system.core.errors import LoadError
from admin_system.core.networks.qwen_vl.cache import KVCache
from admin_system.core.networks.qwen_vl.loading import load_qwen_vl
from admin_system.core.networks.qwen_vl.model import PlacedFeatures, QwenVL

GROWTH = 256
"""Tokens by which a reading's cache grows."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One request's keys and values, in row 0."""

    cache: KVCache


class QwenVLNetwork(Network):
    def __init__(self, model: QwenVL, warnings: tuple[str, ...] = ()) -> None:
        self._model = model
        self.warnings = warnings

    def read(self, prompt: PicturePrompt) -> tuple[Reading, Tensor]:
        cache = self._model.make_cache(1, prompt.tokens + GROWTH)
        cache.begin(0, prompt.tokens)
        pictures = [
            PlacedFeatures(0, picture.column, self._model.encode_pictures(picture.pixels[None])[0])
            for picture in prompt.pictures
        ]
        logits = self._model(prompt.ids, cache, pictures=pictures)
        return Reading(cache), logits[0, -1]

    def step(self, reading: Reading, token: int) -> Tensor:
        cache = reading.cache
        if cache.lengths[0] == cache.capacity:
            cache.grow(cache.capacity + GROWTH)
        return self._model(torch.tensor([[token]]), cache)[0, -1]


def open_network(checkpoint: Checkpoint, placement: Placement, progress: Progress) -> QwenVLNetwork:
    """Raises LoadError."""
    load = partial(
        load_qwen_vl,
        checkpoint.path,
        dtype=placement.dtype,
        device=placement.device,
        visual_device=placement.visual_device,
        progress=progress,
    )
    if checkpoint.quantized is None:
        return QwenVLNetwork(load())
    quantized = checkpoint.quantized
    if not isinstance(quantized, Int4Config) or quantized.method == "compressed-tensors":
        raise LoadError(
            "checkpoint_quantized",
            quantization=checkpoint.quantization,
            path=str(checkpoint.path),
        )
    builder = make_builder(quantized, placement)
    layers = StoredLayers(builder, read_names(checkpoint.path))
    model = load(linear=layers.make, complete=layers.complete)
    return QwenVLNetwork(model, builder.warnings)
