"""The text part of the 2023 Qwen-VL: its blocks and the order in which they work."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from admin_system.core.networks.linear import LinearFactory
from admin_system.core.networks.qwen_vl.cache import KVCache
from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig
from admin_system.core.networks.qwen_vl.positions import rotate
from admin_system.core.networks.qwen_vl.step import Step


class RMSNorm(nn.Module):
    def __init__(self, config: QwenVLConfig) -> None:
        super().__init__()
        self.epsilon = config.layer_norm_epsilon
        self.weight = nn.Parameter(torch.empty(config.hidden_size))

    def forward(self, x: Tensor) -> Tensor:
        wide = x.float()
        wide = wide * torch.rsqrt(wide.square().mean(-1, keepdim=True) + self.epsilon)
        return wide.to(x.dtype) * self.weight  # back to the input's precision first


class Attention(nn.Module):
    def __init__(self, config: QwenVLConfig, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        self.heads, width = config.num_attention_heads, config.hidden_size
        self.c_attn = linear(f"{prefix}.c_attn", width, 3 * width, True)
        self.c_proj = linear(f"{prefix}.c_proj", width, width, False)

    def forward(self, x: Tensor, layer: int, cache: KVCache, step: Step) -> Tensor:
        """(N, C) to (N, C)."""
        mixed = self.c_attn(x).unflatten(-1, (3, self.heads, -1))  # (N, 3, heads, D)
        queries, keys, values = mixed.unbind(1)  # each (N, heads, D)
        queries = rotate(queries, step.cosine, step.sine)
        keys = rotate(keys, step.cosine, step.sine)
        if step.logn is not None:
            queries = queries * step.logn.to(queries.dtype)
        seen = step.attend(cache.layer(layer), queries, keys, values)
        return self.c_proj(seen.flatten(1))


class Mlp(nn.Module):
    def __init__(self, config: QwenVLConfig, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        width, branch = config.hidden_size, config.branch_width
        self.w1 = linear(f"{prefix}.w1", width, branch, False)
        self.w2 = linear(f"{prefix}.w2", width, branch, False)
        self.c_proj = linear(f"{prefix}.c_proj", branch, width, False)

    def forward(self, x: Tensor) -> Tensor:
        return self.c_proj(self.w1(x) * functional.silu(self.w2(x)))  # w2 is the gate


class Block(nn.Module):
    def __init__(self, config: QwenVLConfig, linear: LinearFactory, prefix: str) -> None:
        super().__init__()
        self.ln_1 = RMSNorm(config)
        self.attn = Attention(config, linear, f"{prefix}.attn")
        self.ln_2 = RMSNorm(config)
        self.mlp = Mlp(config, linear, f"{prefix}.mlp")

    def forward(self, x: Tensor, layer: int, cache: KVCache, step: Step) -> Tensor:
        x = x + self.attn(self.ln_1(x), layer, cache, step)
        return x + self.mlp(self.ln_2(x))
