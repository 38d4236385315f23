"""The published layouts of four-bit files: GPTQ 1 and 2, AWQ's gemm, compressed-tensors.

Sources: AutoGPTQ 0.7.1 `qlinear_cuda_old.py` (`pack` and `forward`) for GPTQ; GPTQModel's
`checkpoint_format` "gptq_v2" for version 2, which stores zero points plainly where version 1
stores them less one; AutoAWQ's `packing_utils.py` for AWQ; compressed-tensors' "pack-quantized".
Eight values stand in one int32, the first in the lowest bits; AWQ writes the eight in the order
0 2 4 6 1 3 5 7.
"""

from __future__ import annotations

import torch
from torch import Tensor

from admin_system.core.checkpoints.quantization import GptqVersion
from admin_system.core.quantization.weight import Int4Weight

PER_WORD = 8
AWQ_PLACES = (0, 4, 1, 5, 2, 6, 3, 7)
"""Where in its word AWQ keeps the first, second, … of eight neighbours."""


def unpack_gptq(
    qweight: Tensor,
    qzeros: Tensor,
    scales: Tensor,
    g_idx: Tensor | None,
    *,
    version: GptqVersion,
    group_size: int = -1,
) -> Int4Weight:
    """Reads `qweight` (I/8, O), `qzeros` (G, O/8), `scales` (G, O), `g_idx` (I,).

    `group_size` (-1: one group) is needed only where an old file has no `g_idx`.
    Version 1 gives zero points 1..16. Raises ValueError where the shapes do not fit.
    """
    values = _unpack_words(qweight.T)  # (O, I)
    inputs = values.shape[1]
    if g_idx is None:
        size = inputs if group_size == -1 else group_size
        g_idx = torch.arange(inputs, device=values.device) // size
    zeros = _unpack_words(qzeros)
    return Int4Weight(values, zeros + 1 if version == 1 else zeros, scales, g_idx.long())


def pack_gptq(weight: Int4Weight, *, version: GptqVersion = 1) -> dict[str, Tensor]:
    """The tensors of `unpack_gptq` by name; O and I are multiples of 8.

    Version 1 cannot hold a zero point of 0, version 2 none of 16.
    """
    stored = weight.zeros.to(torch.int16) - (1 if version == 1 else 0)
    if bool(((stored < 0) | (stored > 15)).any()):
        raise ValueError(f"a zero point cannot be written in GPTQ version {version}")
    return {
        "qweight": _pack_words(weight.values).T.contiguous(),
        "qzeros": _pack_words(stored),
        "scales": weight.scales.contiguous(),
        "g_idx": weight.groups.to(torch.int32),
    }


def unpack_awq(qweight: Tensor, qzeros: Tensor, scales: Tensor) -> Int4Weight:
    """Reads `qweight` (I, O/8), `qzeros` (I/g, O/8), `scales` (I/g, O), all of gemm.

    Raises ValueError where the shapes do not fit.
    """
    inputs, groups = len(qweight), len(scales)
    if inputs % groups:
        raise ValueError(f"{inputs} inputs do not divide into {groups} groups")
    values = _unpack_words(qweight, AWQ_PLACES).T.contiguous()  # (O, I)
    index = torch.arange(inputs, device=values.device) // (inputs // groups)
    return Int4Weight(values, _unpack_words(qzeros, AWQ_PLACES), scales, index)


def unpack_compressed(
    qweight: Tensor, qzeros: Tensor | None, scales: Tensor, g_idx: Tensor | None
) -> Int4Weight:
    """Reads `qweight` (O, I/8), `qzeros` (O/8, G), `scales` (O, G), `g_idx` (I,).

    Values and zero points of -8..7 are stored with 8 added; without `qzeros` they are all 0.
    Raises ValueError where the shapes do not fit.
    """
    values = _unpack_words(qweight)  # (O, I)
    (outputs, inputs), groups = values.shape, scales.shape[1]
    if inputs % groups:
        raise ValueError(f"{inputs} inputs do not divide into {groups} groups")
    zeros = torch.full((groups, outputs), 8, dtype=torch.uint8, device=values.device)
    if qzeros is not None:
        zeros = _unpack_words(qzeros.T)[:, :outputs]  # (G, O); the last word may be part empty
    if g_idx is None:
        g_idx = torch.arange(inputs, device=values.device) // (inputs // groups)
    return Int4Weight(values, zeros.contiguous(), scales.T.contiguous(), g_idx.long())


def _unpack_words(words: Tensor, places: tuple[int, ...] | None = None) -> Tensor:
    """(R, C) int32 -> (R, 8 C) uint8, 0..15; `places` as AWQ_PLACES, None in natural order."""
    pairs = words.contiguous().view(torch.uint8)  # (R, 4 C), the lowest byte of a word first
    values = torch.stack([pairs & 15, pairs >> 4], -1).flatten(1)
    if places is not None:
        values = values.unflatten(1, (-1, PER_WORD))[..., list(places)].flatten(1)
    return values


def _pack_words(values: Tensor) -> Tensor:
    """(R, 8 C) of 0..15 -> (R, C) int32."""
    values = values.to(torch.uint8)
    pairs = values[:, ::2] | (values[:, 1::2] << 4)
    return pairs.contiguous().view(torch.int32)
