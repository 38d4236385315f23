"""The 2023 Qwen-VL, a network of our own, with its quantized layers in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.quantization import Int4Config
from admin_system.core.checkpoints.tensors import Progress, read_names
from admin_system.core.engines.local.int4_layers import StoredLayers, make_builder
from admin_system.core.engines.local.network import Network, Part, count_bytes
from admin_system.core.engines.local.picture_features import PictureFeatures
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.qwen_vl_preparation import PicturePrompt
from admin_system.core.errors import LoadError
from admin_system.core.networks.packed import Stretch
from admin_system.core.networks.qwen_vl.cache import KVCache, kv_shape
from admin_system.core.networks.qwen_vl.loading import load_qwen_vl
from admin_system.core.networks.qwen_vl.model import PlacedFeatures, QwenVL


class QwenVLNetwork(Network):
    def __init__(self, model: QwenVL, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(warnings)
        self._model = model
        self._cache: KVCache | None = None
        self._prompts: dict[int, PicturePrompt] = {}
        self._features: dict[tuple[int, int], Tensor] = {}
        """By row and the picture's number, from when it is seen until its row ends."""

    def weight_bytes(self) -> int:
        return count_bytes(self._model)

    def row_bytes(self, length: int) -> int:
        shape = kv_shape(self._model.config)
        return length * shape.token_bytes(self._model.transformer.wte.weight.dtype)

    def reserve(self, rows: int, length: int) -> None:
        self._cache = None  # before the new one, which takes its place
        self._cache = self._model.make_cache(rows, length)

    def begin(self, row: int, prompt: PicturePrompt, keep: int = 0) -> int:
        self._prompts[row] = prompt
        return self._opened.begin(row, prompt.tokens, keep=keep)

    def copy(self, source: int, target: int, count: int) -> None:
        self._opened.copy(source, target, count)

    def see(self, row: int, start: int, end: int) -> None:
        prompt = self._prompts[row]
        for number, span in enumerate(prompt.spans):
            if span.meets(start, end) and (row, number) not in self._features:
                self._features[row, number] = self.features.get(
                    span.digest, partial(self._encode, prompt.pixels[number])
                ).values

    def end(self, row: int) -> None:
        self._prompts.pop(row, None)
        for key in [key for key in self._features if key[0] == row]:
            del self._features[key]

    def run(self, parts: Sequence[Part]) -> Tensor:
        ids = torch.tensor([token for part in parts for token in part.ids])
        ends = torch.tensor([len(part.ids) for part in parts]).cumsum(0) - 1
        return self._model(
            ids,
            self._opened,
            [Stretch(part.row, part.start, len(part.ids)) for part in parts],
            pictures=list(self._placed(parts)),
            wanted=ends[torch.tensor([part.wanted for part in parts])],
        )

    def _encode(self, pixels: Tensor) -> PictureFeatures:
        return PictureFeatures(self._model.encode_pictures(pixels[None])[0])

    def _placed(self, parts: Sequence[Part]) -> Iterator[PlacedFeatures]:
        first = 0
        for part in parts:
            for number, span in enumerate(self._prompts[part.row].spans):
                if span.meets(part.start, part.end):
                    inside = span.clip(part.start, part.end)
                    place = first + span.first + inside.start - part.start
                    yield PlacedFeatures(place, self._features[part.row, number][inside])
            first += len(part.ids)

    @property
    def _opened(self) -> KVCache:
        if self._cache is None:
            raise RuntimeError("a pass before any row was reserved")
        return self._cache


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
