"""The vision tower of the 2023 Qwen-VL: a picture to the features of its 256 tokens."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from admin_system.core.networks.linear import LinearFactory
from admin_system.core.networks.qwen_vl.configuration import VisualConfig
from admin_system.core.networks.qwen_vl.resampler import EPSILON, Resampler, enlarge_positions

POSITIONS = 256
"""Rows of the stored table of positions, whatever the picture's size."""


class VisualAttention(nn.Module):
    """Full self-attention over the patches."""

    def __init__(self, config: VisualConfig, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        self.heads = config.heads
        self.in_proj = linear(f"{prefix}.in_proj", config.width, 3 * config.width, True)
        self.out_proj = linear(f"{prefix}.out_proj", config.width, config.width, True)

    def forward(self, x: Tensor) -> Tensor:
        # query, key and value of one head lie side by side, then those of the next head
        mixed = self.in_proj(x).unflatten(-1, (self.heads, 3, -1))  # (B, P, heads, 3, D)
        queries, keys, values = mixed.transpose(1, 2).unbind(3)  # each (B, heads, P, D)
        seen = functional.scaled_dot_product_attention(queries, keys, values)
        return self.out_proj(seen.transpose(1, 2).flatten(2))


class VisualMlp(nn.Module):
    def __init__(self, config: VisualConfig, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        self.c_fc = linear(f"{prefix}.c_fc", config.width, config.mlp_width, True)
        self.c_proj = linear(f"{prefix}.c_proj", config.mlp_width, config.width, True)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(functional.gelu(self.c_fc(x)))  # the exact GELU, not the tanh one


class VisualBlock(nn.Module):
    def __init__(self, config: VisualConfig, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(config.width, eps=EPSILON)
        self.ln_2 = nn.LayerNorm(config.width, eps=EPSILON)
        self.attn = VisualAttention(config, linear, f"{prefix}.attn")
        self.mlp = VisualMlp(config, linear, f"{prefix}.mlp")

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class VisualTransformer(nn.Module):
    def __init__(self, config: VisualConfig, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        self.resblocks = nn.ModuleList(
            VisualBlock(config, linear, f"{prefix}.resblocks.{layer}")
            for layer in range(config.layers)
        )

    def forward(self, x: Tensor) -> Tensor:
        for block in self.resblocks:
            x = block(x)
        return x


class VisionTower(nn.Module):
    def __init__(self, config: VisualConfig, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        width, size = config.width, config.patch_size
        self.conv1 = nn.Conv2d(3, width, kernel_size=size, stride=size, bias=False)
        self.positional_embedding = nn.Parameter(torch.empty(POSITIONS, width))
        self.ln_pre = nn.LayerNorm(width, eps=EPSILON)
        self.transformer = VisualTransformer(config, linear, f"{prefix}.transformer")
        self.attn_pool = Resampler(config, linear, f"{prefix}.attn_pool")
        self.ln_post = nn.LayerNorm(config.output_dim, eps=EPSILON)
        self.proj = nn.Parameter(torch.empty(config.output_dim, config.output_dim))
        """Applied from the right, as (in, out)."""

    def forward(self, pixels: Tensor) -> Tensor:
        """(B, 3, side, side), normalised, to (B, n_queries, output_dim)."""
        pixels = pixels.to(self.conv1.weight)
        patches = self.conv1(pixels).flatten(2).transpose(1, 2)  # (B, P, width), row by row
        patches = patches + enlarge_positions(self.positional_embedding, patches.shape[1])
        seen = self.transformer(self.ln_pre(patches))
        return self.ln_post(self.attn_pool(seen)) @ self.proj
