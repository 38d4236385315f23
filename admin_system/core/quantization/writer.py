"""Writes the text part of a plain checkpoint in the published GPTQ layout, four bits a weight."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from admin_system.core.checkpoints.tensors import iterate_tensors, read_names
from admin_system.core.errors import BadRequest, LoadError
from admin_system.core.quantization.layout import PER_WORD, pack_gptq
from admin_system.core.quantization.published import (
    copy_other_files,
    read_plain_config,
    write_gptq_config,
)
from admin_system.core.quantization.rounding import quantize_weight
from admin_system.core.quantization.shards import ShardWriter

Report = Callable[[int, int], None]
"""Called with the bytes read and the bytes of all weight files."""

SHARD_BYTES = 2_000_000_000
LINEARS_OF_2023 = frozenset(("c_attn", "c_proj", "w1", "w2"))
LATER_LINEARS = frozenset(
    ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
)
TEXT_LINEARS = LINEARS_OF_2023 | LATER_LINEARS
TEXT_BLOCK = re.compile(r"(?:^|\.)(?:layers|h)\.\d+\.(?:.+\.)?(\w+)\.weight$")
VISION = re.compile(r"(?:^|\.)(?:visual|vision\w*)\.")
CHECKED_ROWS = 512
"""Outputs whose error is summed in one go."""
LARGEST_HALF = 65504.0
"""The largest float16."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How weights are rounded."""

    group_size: int = 128
    """Inputs that share a scale; -1 is all of them."""
    symmetric: bool = True
    clip: bool = True
    """Search the scale of least squared error; False is AutoGPTQ's plain rounding."""

    def __post_init__(self) -> None:
        if self.group_size != -1 and self.group_size < 1:
            raise ValueError(f"group_size is {self.group_size}; it is -1 or above 0")

    def fits(self, shape: Sequence[int]) -> bool:
        """Whether the layout can hold a weight (O, I): whole groups, whole words."""
        if len(shape) != 2:
            return False
        outputs, inputs = shape
        size = inputs if self.group_size == -1 else self.group_size
        return not (inputs % size or inputs % PER_WORD or outputs % PER_WORD)


@dataclass(frozen=True, slots=True)
class WrittenCheckpoint:
    layers: int
    """Quantized linear layers."""
    left: tuple[str, ...]
    """Linear layers of the text part whose sizes do not fit the groups; they stay in float16."""
    bytes: int
    """Of all tensors written."""
    error: float
    """Relative, by the Frobenius norm over all quantized weights."""


def quantize_checkpoint(
    source: Path,
    target: Path,
    recipe: Recipe,
    *,
    shard_bytes: int = SHARD_BYTES,
    report: Report | None = None,
) -> WrittenCheckpoint:
    """Reads tensor by tensor, from safetensors or `.bin`; in memory are at most one shard to be
    written and the working copies of one tensor.

    The vision tower, embeddings, norms and lm_head become float16; all other files of the folder
    are copied. `target` appears only when it is whole. Raises LoadError for a source that cannot
    be read or has nothing to quantize, BadRequest for a target that is taken.
    """
    config = read_plain_config(source)
    if target.exists():
        raise BadRequest("quantize_target_exists", path=str(target))
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(parents=True)
    try:
        # AutoGPTQ gave every layer of the 2023 folders a bias, of zeros where there was none.
        without_bias = read_names(source) if config.get("model_type") == "qwen" else None
        writer = _WeightWriter(ShardWriter(draft, shard_bytes), recipe, without_bias)
        for name, tensor in iterate_tensors(source, report):
            writer.add(name, tensor)
        written = writer.finish()
        if not written.layers:
            raise LoadError(
                "quantize_nothing_found", path=str(source), group_size=recipe.group_size
            )
        copy_other_files(source, draft)
        write_gptq_config(draft, config, group_size=recipe.group_size, symmetric=recipe.symmetric)
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return written


def is_text_linear(name: str) -> bool:
    """Whether a tensor is the weight of a linear layer in a block of the text part."""
    found = TEXT_BLOCK.search(name)
    return found is not None and found[1] in TEXT_LINEARS and not VISION.search(name)


class _WeightWriter:
    def __init__(self, shards: ShardWriter, recipe: Recipe, names: frozenset[str] | None) -> None:
        """With `names`, layers that have no bias among them get one of zeros."""
        self._shards = shards
        self._recipe = recipe
        self._names = names
        self._layers = 0
        self._left: list[str] = []
        self._squares = 0.0
        self._error_squares = 0.0

    def add(self, name: str, tensor: Tensor) -> None:
        if is_text_linear(name) and self._recipe.fits(tensor.shape):
            self._quantize(name.removesuffix(".weight"), tensor)
            return
        if is_text_linear(name):
            self._left.append(name)
        self._shards.add({name: _to_half(tensor)})

    def finish(self) -> WrittenCheckpoint:
        self._shards.finish()
        error = (self._error_squares / max(self._squares, 1e-30)) ** 0.5
        return WrittenCheckpoint(self._layers, tuple(self._left), self._shards.total_bytes, error)

    def _quantize(self, layer: str, tensor: Tensor) -> None:
        recipe = self._recipe
        weight = quantize_weight(
            tensor, recipe.group_size, symmetric=recipe.symmetric, clip=recipe.clip
        )
        parts = pack_gptq(weight)
        if self._names is not None and f"{layer}.bias" not in self._names:
            parts["bias"] = torch.zeros(weight.outputs, dtype=torch.float16)
        self._shards.add({f"{layer}.{part}": value for part, value in parts.items()})
        self._layers += 1
        again = weight.dequantize()
        for plain, found in zip(tensor.split(CHECKED_ROWS), again.split(CHECKED_ROWS), strict=True):
            self._squares += float(plain.float().square().sum())
            self._error_squares += float((found - plain.float()).square().sum())


def _to_half(tensor: Tensor) -> Tensor:
    """float16, always a copy; what float16 cannot hold, and whole numbers, keep their type."""
    fits = tensor.is_floating_point() and float(tensor.abs().amax()) <= LARGEST_HALF
    return tensor.to(torch.float16 if fits else tensor.dtype, copy=True).contiguous()
