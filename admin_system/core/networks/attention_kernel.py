"""Which of its attention kernels torch takes for a decode step; it chooses by shape and device."""

from __future__ import annotations

import torch
from torch.nn.attention import SDPBackend

from admin_system.core.networks.kv_store import KVStore

NAMES = {
    SDPBackend.MATH: "math",
    SDPBackend.FLASH_ATTENTION: "flash",
    SDPBackend.EFFICIENT_ATTENTION: "efficient",
    SDPBackend.CUDNN_ATTENTION: "cudnn",
}
LOOK = 256
"""Tokens of the row that is looked at."""


def find_kernel(store: KVStore, heads: int) -> str | None:
    """flash, efficient, cudnn, or math where it is ordinary products; None where torch does not
    tell. `heads` are those of the queries."""
    keys = store.keys[0][:1, :, : min(store.capacity, LOOK)]  # (1, G, L, D)
    groups, length, width = keys.shape[1:]
    queries = keys.new_zeros(1, groups, heads // groups, width)
    mask = keys.new_zeros(1, 1, 1, length)
    choose = getattr(torch, "_fused_sdp_choice", None)
    if choose is None:
        return None
    return NAMES.get(SDPBackend(choose(queries, keys, keys, mask)))
