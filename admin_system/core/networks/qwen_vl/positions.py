"""Where tokens stand and how far the model can tell: dynamic NTK, rotation, logn."""

from __future__ import annotations

from math import ceil, log, log2

import torch
from torch import Tensor

from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig


def ntk_alpha(config: QwenVLConfig, prompt_tokens: int) -> float:
    """How much the rotary base grows for a prompt of this length; 1 up to `seq_length`.

    The original decides it once, from the whole prompt, and keeps it while it answers.
    """
    if not config.use_dynamic_ntk:
        return 1.0
    return max(2.0 ** ceil(log2(prompt_tokens / config.seq_length) + 1) - 1, 1.0)


def rotary_frequencies(config: QwenVLConfig, alpha: float) -> Tensor:
    """Radians per position, float32 on the CPU, (kv_channels / 2,)."""
    width = config.kv_channels
    base = config.rotary_emb_base * alpha ** (width / (width - 2))
    return 1.0 / base ** (torch.arange(0, width, 2).float() / width)


def is_scaled(config: QwenVLConfig, positions: Tensor) -> bool:
    """Whether any `logn_scale` is another one than 1."""
    return config.use_logn_attn and int(positions.max()) >= config.seq_length


def logn_scale(config: QwenVLConfig, positions: Tensor) -> Tensor:
    """What queries are multiplied by, in float32: above 1 beyond `seq_length`."""
    scale = torch.log((positions + 1).double()) / log(config.seq_length)
    return scale.clamp_min(1.0).float()


def rotate(x: Tensor, cosine: Tensor, sine: Tensor) -> Tensor:
    """Turns dimension d with dimension d + D/2, in float32; x is (N, heads, D)."""
    first, second = x.float().chunk(2, dim=-1)
    turned = torch.cat((first * cosine - second * sine, second * cosine + first * sine), dim=-1)
    return turned.to(x.dtype)
