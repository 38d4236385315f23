"""The 2023 Qwen-VL as a network of our own, with the tensor names of the published checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from admin_system.core.networks.linear import LinearFactory, plain_linear
from admin_system.core.networks.qwen_vl.cache import KVCache
from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig
from admin_system.core.networks.qwen_vl.decoder import Block, RMSNorm
from admin_system.core.networks.qwen_vl.vision import VisionTower

VISUAL = "transformer.visual"
"""Where the vision tower's tensors begin."""


@dataclass(frozen=True, slots=True)
class PlacedFeatures:
    """One picture in a batch of ids."""

    row: int
    """Of the batch, from 0."""
    column: int
    """Where its first feature goes; below 0 where earlier features went into an earlier chunk."""
    features: Tensor
    """(n_queries, hidden_size)."""


class Transformer(nn.Module):
    def __init__(self, config: QwenVLConfig, linear: LinearFactory) -> None:
        super().__init__()
        self.wte = nn.Embedding(config.vocab_size, config.hidden_size)
        self.h = nn.ModuleList(
            Block(config, linear, f"transformer.h.{layer}")
            for layer in range(config.num_hidden_layers)
        )
        self.ln_f = RMSNorm(config)
        self.visual = VisionTower(config.visual, linear, VISUAL)


class QwenVL(nn.Module):
    """For inference only. The vision tower may live on another device than the text part."""

    def __init__(self, config: QwenVLConfig, linear: LinearFactory = plain_linear) -> None:
        super().__init__()
        self.config = config
        self.transformer = Transformer(config, linear)
        self.lm_head = linear("lm_head", config.hidden_size, config.vocab_size, False)

    def make_cache(self, rows: int, capacity: int) -> KVCache:
        """In the precision and on the device of the text part."""
        table = self.transformer.wte.weight
        return KVCache(
            self.config, rows=rows, capacity=capacity, dtype=table.dtype, device=table.device
        )

    def encode_pictures(self, pixels: Tensor) -> Tensor:
        """(B, 3, side, side), normalised, to (B, n_queries, hidden_size)."""
        with torch.inference_mode():
            return self.transformer.visual(pixels)

    def forward(
        self,
        input_ids: Tensor,
        cache: KVCache,
        *,
        rows: Sequence[int] | None = None,
        counts: Sequence[int] | None = None,
        pictures: Sequence[PlacedFeatures] = (),
        last: int | None = 1,
    ) -> Tensor:
        """Reads (B, T) ids behind what the cache holds; logits of the `last` columns, or of all.

        `rows` are the cache's rows for the batch (0..B-1), each begun before; `counts` are the
        real tokens per row (T), which stand at the right of the padding. Logits of padding mean
        nothing. Returns (B, last, vocab_size).
        """
        batch, width = input_ids.shape
        rows = range(batch) if rows is None else rows
        counts = [width] * batch if counts is None else counts
        with torch.inference_mode():
            step = cache.plan(rows, counts, width)
            x = self._embed(input_ids, pictures)
            for layer, block in enumerate(self.transformer.h):
                x = block(x, layer, cache, step)
            cache.advance(step)
            kept = x if last is None else x[:, -last:]
            return self.lm_head(self.transformer.ln_f(kept))

    def _embed(self, input_ids: Tensor, pictures: Sequence[PlacedFeatures]) -> Tensor:
        """The ids under a picture do not matter: its features take their place."""
        table = self.transformer.wte.weight
        x = self.transformer.wte(input_ids.to(table.device))
        for picture in pictures:
            first = max(picture.column, 0)
            end = max(x.shape[1] - picture.column, 0)
            part = picture.features[first - picture.column : end]
            x[picture.row, first : first + len(part)] = part.to(x)
        return x
