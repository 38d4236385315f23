"""One pass through the decoder: which tokens stand where, and how they are turned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from admin_system.core.networks.lanes import Lanes, attend_lanes
from admin_system.core.networks.packed import Attend, Pass, Stretch, attend
from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig
from admin_system.core.networks.qwen_vl.positions import is_scaled, logn_scale


@dataclass(frozen=True, slots=True)
class Step:
    """Computed once and used by all layers; N tokens.

    Positions count a row's real tokens, so that a row in a batch equals the same row alone. (The
    original counts columns, and answers differently under padding.)
    """

    attend: Attend
    cosine: Tensor
    sine: Tensor
    """(N, 1, D / 2) in float32."""
    logn: Tensor | None
    """(N, 1, 1) in float32."""

    @classmethod
    def place(
        cls,
        config: QwenVLConfig,
        stretches: Sequence[Stretch],
        frequencies: Tensor,
        *,
        dtype: torch.dtype,
        device: torch.device,
    ) -> Step:
        """`frequencies` is (rows, D / 2) on the CPU."""
        positions = torch.cat([torch.arange(one.start, one.start + one.count) for one in stretches])
        turning = torch.cat([frequencies[one.row].expand(one.count, -1) for one in stretches])
        angles = positions[:, None].float() * turning
        logn = logn_scale(config, positions) if is_scaled(config, positions) else None
        return cls(
            partial(attend, Pass.plan(stretches, dtype, device)),
            angles.cos()[:, None].to(device),
            angles.sin()[:, None].to(device),
            None if logn is None else logn[:, None, None].to(device),
        )

    @classmethod
    def place_lanes(
        cls, config: QwenVLConfig, lanes: Lanes, frequencies: Tensor, *, dtype: torch.dtype
    ) -> Step:
        """The same work whatever the lanes hold; `frequencies` is (rows, D / 2) on the device."""
        angles = lanes.places[:, None].float() * frequencies[lanes.bucket.rows]
        logn = logn_scale(config, lanes.places) if config.use_logn_attn else None
        return cls(
            partial(attend_lanes, lanes.plan(dtype)),
            angles.cos()[:, None],
            angles.sin()[:, None],
            None if logn is None else logn[:, None, None],
        )
