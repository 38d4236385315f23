"""The 2023 Qwen-VL as a network of our own, with the tensor names of the published checkpoint."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from admin_system.core.networks.lanes import Lanes
from admin_system.core.networks.linear import LinearFactory, plain_linear
from admin_system.core.networks.packed import Stretch
from admin_system.core.networks.qwen_vl.cache import KVCache
from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig
from admin_system.core.networks.qwen_vl.decoder import Block, RMSNorm
from admin_system.core.networks.qwen_vl.step import Step
from admin_system.core.networks.qwen_vl.vision import VisionTower

VISUAL = "transformer.visual"
"""Where the vision tower's tensors begin."""


@dataclass(frozen=True, slots=True)
class PlacedFeatures:
    """Features of a picture in a pass, or the part of them that falls into it."""

    place: int
    """In the pass, where the first of them goes."""
    features: Tensor
    """(at most n_queries, hidden_size)."""


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

    def make_cache(self, rows: int, capacity: int, spare: int = 0) -> KVCache:
        """In the precision and on the device of the text part; lanes need a `spare` place."""
        table = self.transformer.wte.weight
        return KVCache(
            self.config,
            rows=rows,
            capacity=capacity,
            dtype=table.dtype,
            device=table.device,
            spare=spare,
        )

    def encode_pictures(self, pixels: Tensor) -> Tensor:
        """(B, 3, side, side), normalised, to (B, n_queries, hidden_size)."""
        with torch.inference_mode():
            return self.transformer.visual(pixels)

    def forward(
        self,
        ids: Tensor,
        cache: KVCache,
        stretches: Sequence[Stretch],
        *,
        pictures: Sequence[PlacedFeatures] = (),
        wanted: Tensor | None = None,
    ) -> Tensor:
        """Reads (N,) ids, one stretch behind the other, each behind what its row holds.

        Rows are begun before. Returns the logits of the `wanted` places, or of all,
        (places, vocab_size).
        """
        with torch.inference_mode():
            step = cache.plan(stretches)
            x = self._decode(self._embed(ids, pictures), cache, step)
            kept = x if wanted is None else x[wanted.to(x.device)]
            logits = self.lm_head(self.transformer.ln_f(kept))
            cache.advance(stretches)  # last: a pass that fails may be run again
            return logits

    def run_lanes(self, lanes: Lanes, cache: KVCache) -> Tensor:
        """(B, vocab_size); nothing but work on the device, so that it can be captured."""
        with torch.inference_mode():
            x = self._decode(self.transformer.wte(lanes.ids), cache, cache.plan_lanes(lanes))
            return self.lm_head(self.transformer.ln_f(x))

    def _decode(self, x: Tensor, cache: KVCache, step: Step) -> Tensor:
        """(N, C) to (N, C)."""
        for layer, block in enumerate(self.transformer.h):
            x = block(x, layer, cache, step)
        return x

    def _embed(self, ids: Tensor, pictures: Sequence[PlacedFeatures]) -> Tensor:
        """The ids under a picture do not matter: its features take their place."""
        x = self.transformer.wte(ids.to(self.transformer.wte.weight.device))
        for picture in pictures:
            end = picture.place + len(picture.features)
            x[picture.place : end] = picture.features.to(x)
        return x
