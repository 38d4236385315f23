"""One pass through the decoder: which tokens stand where, and what they may see."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig
from admin_system.core.networks.qwen_vl.positions import logn_scale


@dataclass(frozen=True, slots=True)
class Step:
    """Computed once and used by all layers. B rows of T columns, the real tokens at the right.

    Positions count a row's real tokens, so that a padded row equals the same row alone. (The
    original counts columns, and answers differently under padding.)
    """

    rows: tuple[int, ...]
    """Rows of the cache."""
    counts: tuple[int, ...]
    """Real tokens per row."""
    cosine: Tensor
    sine: Tensor
    """(B, 1, T, D / 2) in float32."""
    logn: Tensor | None
    """(B, 1, T, 1) in float32."""
    mask: Tensor | None
    """(B, 1, T, S), True where a token may look; None where `causal` or everything is seen."""
    causal: bool
    reach: int
    """S: tokens of the longest row, the new ones included."""
    row_index: Tensor | None
    """`rows` as (B,); None where they lie one behind the other in the cache."""
    source_rows: Tensor
    sources: Tensor
    """Row and column of every real token of the batch, (N,)."""
    target_rows: Tensor
    targets: Tensor
    """Row and place of the same tokens in the cache, (N,)."""

    @classmethod
    def place(
        cls,
        config: QwenVLConfig,
        *,
        rows: Sequence[int],
        starts: Sequence[int],
        counts: Sequence[int],
        width: int,
        frequencies: Tensor,
        device: torch.device,
    ) -> Step:
        """`starts` are the rows' lengths before the step; `frequencies` is (B, D / 2)."""
        taken, new = torch.tensor(starts)[:, None], torch.tensor(counts)[:, None]
        columns = torch.arange(width)[None]
        real = columns >= width - new  # (B, T)
        # padding stands at position 0: it may look at one key, so that its softmax stays finite
        positions = (columns - (width - new) + taken).clamp_min(0)
        angles = positions[..., None].float() * frequencies[:, None, :]
        reach = max(start + count for start, count in zip(starts, counts, strict=True))
        level = min(starts) == max(starts) and min(counts) == width
        causal = level and max(starts) == 0 and width > 1
        mask = None
        if not causal and not (level and width == 1):
            mask = (torch.arange(reach) <= positions[..., None])[:, None].to(device)
        logn = logn_scale(config, positions)
        source_rows, sources = real.nonzero(as_tuple=True)
        adjacent = list(rows) == list(range(rows[0], rows[0] + len(rows)))
        return cls(
            rows=tuple(rows),
            counts=tuple(counts),
            cosine=angles.cos()[:, None].to(device),
            sine=angles.sin()[:, None].to(device),
            logn=None if logn is None else logn[:, None, :, None].to(device),
            mask=mask,
            causal=causal,
            reach=reach,
            row_index=None if adjacent else torch.tensor(rows).to(device),
            source_rows=source_rows.to(device),
            sources=sources.to(device),
            target_rows=torch.tensor(rows)[source_rows].to(device),
            targets=positions[real].to(device),
        )
