"""The step between the vision tower and the text part: any grid of patches to 256 features."""

from __future__ import annotations

from math import isqrt

import torch
from torch import Tensor, nn
from torch.nn import functional

from admin_system.core.networks.linear import LinearFactory
from admin_system.core.networks.qwen_vl.configuration import VisualConfig

EPSILON = 1e-6


def enlarge_positions(table: Tensor, patches: int) -> Tensor:
    """A square table of positions (n, C), stretched bicubically to (patches, C) in float32."""
    source, target = isqrt(table.shape[0]), isqrt(patches)
    if source == target:
        return table
    grid = table.float().reshape(1, source, source, -1).permute(0, 3, 1, 2)  # (1, C, s, s)
    grid = functional.interpolate(grid, (target, target), mode="bicubic", align_corners=False)
    return grid.permute(0, 2, 3, 1).flatten(0, 2).to(table.dtype)


class PoolingAttention(nn.Module):
    """Cross-attention with the tensor names of torch's MultiheadAttention."""

    def __init__(self, width: int, heads: int, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * width, width))
        """Query, key and value one after the other."""
        self.in_proj_bias = nn.Parameter(torch.empty(3 * width))
        self.out_proj = linear(f"{prefix}.out_proj", width, width, True)

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor) -> Tensor:
        """(B, Q, C), (B, P, C), (B, P, C) to (B, Q, C)."""
        weights, biases = self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3)
        heads = [
            functional.linear(x, weight, bias).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for x, weight, bias in zip((queries, keys, values), weights, biases, strict=True)
        ]
        mixed = functional.scaled_dot_product_attention(*heads)  # (B, heads, Q, C / heads)
        return self.out_proj(mixed.transpose(1, 2).flatten(2))


class Resampler(nn.Module):
    """Learned queries look at the patches; keys know where a patch lies, values do not."""

    def __init__(self, config: VisualConfig, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        width = config.output_dim
        self.query = nn.Parameter(torch.empty(config.n_queries, width))
        self.pos_embed = nn.Parameter(torch.empty(config.n_queries, width))
        self.kv_proj = (
            nn.Identity()
            if config.width == width
            else linear(f"{prefix}.kv_proj", config.width, width, False)
        )
        self.attn = PoolingAttention(width, config.pooling_heads, linear, f"{prefix}.attn")
        self.ln_q = nn.LayerNorm(width, eps=EPSILON)
        self.ln_kv = nn.LayerNorm(width, eps=EPSILON)

    def forward(self, patches: Tensor) -> Tensor:
        """(B, P, width) to (B, n_queries, output_dim)."""
        values = self.ln_kv(self.kv_proj(patches))
        keys = values + enlarge_positions(self.pos_embed, patches.shape[1])
        queries = self.ln_q(self.query) + self.pos_embed
        return self.attn(queries.expand(len(patches), -1, -1), keys, values)
