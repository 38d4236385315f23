"""The 2023 Qwen-VL, a network of our own, with its quantized layers in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import torch
from torch import Tensor

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.quantization import Int4Config
from admin_system.core.checkpoints.tensors import Progress, read_names
from admin_system.core.engines.local.captured_step import FIXED_BYTES
from admin_system.core.engines.local.decode_steps import DecodeSteps, find_tokens, refuse_steps
from admin_system.core.engines.local.int4_layers import StoredLayers, make_builder
from admin_system.core.engines.local.network import Network, Part, count_bytes
from admin_system.core.engines.local.picture_features import PictureFeatures
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.qwen_vl_preparation import PicturePrompt
from admin_system.core.engines.local.step_check import check_steps
from admin_system.core.errors import LoadError
from admin_system.core.networks.attention_kernel import find_kernel
from admin_system.core.networks.lanes import Lanes, LaneToken, lane_bytes
from admin_system.core.networks.packed import Stretch
from admin_system.core.networks.qwen_vl.cache import KVCache, kv_shape
from admin_system.core.networks.qwen_vl.loading import load_qwen_vl
from admin_system.core.networks.qwen_vl.model import PlacedFeatures, QwenVL
from admin_system.core.types import DecodeStats, StepWish


class QwenVLNetwork(Network):
    def __init__(
        self, model: QwenVL, warnings: tuple[str, ...] = (), steps: StepWish = "off"
    ) -> None:
        super().__init__(warnings)
        self._model = model
        table = model.transformer.wte.weight
        self._dtype, self._device = table.dtype, table.device
        self._refused = refuse_steps(steps, self._device.type)
        self._spare = 0 if self._refused else 1
        self._steps: DecodeSteps | None = None
        self._attention: str | None = None
        self._cache: KVCache | None = None
        self._prompts: dict[int, PicturePrompt] = {}
        self._features: dict[tuple[int, int], Tensor] = {}
        """By row and the picture's number, from when it is seen until its row ends."""

    def weight_bytes(self) -> int:
        return count_bytes(self._model)

    def row_bytes(self, length: int) -> int:
        return (length + self._spare) * kv_shape(self._model.config).token_bytes(self._dtype)

    def decode_stats(self) -> DecodeStats:
        steps = self._steps
        if steps is None:
            return DecodeStats(reason=self._refused, attention=self._attention)
        return DecodeStats(steps.captured, steps.reason, steps.ready, self._attention)

    def step_bytes(self, rows: int, length: int) -> int:
        if self._refused is not None or self._device.type == "cpu":
            return 0
        config = self._model.config
        widths = config.vocab_size, config.hidden_size, config.intermediate_size
        return rows * lane_bytes(self._dtype, *widths, length) + FIXED_BYTES

    def make_room(self) -> None:
        super().make_room()
        if self._steps is not None:
            self._steps.clear()

    def reserve(self, rows: int, length: int) -> None:
        self._cache = self._steps = None  # before the new ones, which take their place
        self._cache = cache = self._model.make_cache(rows, length, self._spare)
        self._attention = find_kernel(cache, self._model.config.num_attention_heads)
        if self._refused is None:
            self._steps = DecodeSteps(self._run_lanes, rows, length, str(self._device))
            for row in range(rows):  # each turned by an alpha of its own
                cache.begin(row, max(length >> row, 1))
            with torch.no_grad():
                check_steps(self._steps, self._run_tokens, cache, self._model.config.vocab_size)
            cache.forget()

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
        tokens = find_tokens(parts, self._behind) if self._steps is not None else None
        if self._steps is not None and tokens is not None:
            stretches = [Stretch(part.row, part.start, 1) for part in parts]
            self._opened.check(stretches)
            logits = self._steps.run(tokens)
            if logits is not None:
                self._opened.advance(stretches)
                return logits
        ids = torch.tensor([token for part in parts for token in part.ids])
        ends = torch.tensor([len(part.ids) for part in parts]).cumsum(0) - 1
        return self._model(
            ids,
            self._opened,
            [Stretch(part.row, part.start, len(part.ids)) for part in parts],
            pictures=list(self._placed(parts)),
            wanted=ends[torch.tensor([part.wanted for part in parts])],
        )

    def _behind(self, row: int) -> tuple[int, int]:
        return self._prompts[row].tokens, 0

    def _run_lanes(self, lanes: Lanes) -> Tensor:
        return self._model.run_lanes(lanes, self._opened)

    def _run_tokens(self, tokens: Sequence[LaneToken]) -> Tensor:
        """Without lanes, (tokens, V), behind whatever the rows hold."""
        for token in tokens:
            self._opened.lengths[token.row] = token.start
        ids = torch.tensor([token.id for token in tokens])
        return self._model(ids, self._opened, [Stretch(one.row, one.start, 1) for one in tokens])

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


def open_network(
    checkpoint: Checkpoint, placement: Placement, progress: Progress, steps: StepWish = "off"
) -> QwenVLNetwork:
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
        return QwenVLNetwork(load(), steps=steps)
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
    return QwenVLNetwork(model, builder.warnings, steps)
