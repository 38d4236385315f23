"""Our attention among transformers' own, which keeps the conversations of a pass apart."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from torch import Tensor

from admin_system.core.engines.local.gated_delta import DeltaLanes, DeltaPass
from admin_system.core.networks.kv_store import KVStore
from admin_system.core.networks.packed import Attend

ATTENTION = "rows"
"""Its name among transformers' own."""


@dataclass(frozen=True, slots=True)
class PackedPass:
    """What our layers are handed down through transformers' own."""

    attend: Attend
    store: KVStore
    places: dict[int, int]
    """Layer of the network -> layer of the store; recurrent layers have none."""
    delta: DeltaPass | DeltaLanes | None = None


def install_attention(model: Any) -> None:
    """In the text part; the vision tower keeps its own."""
    from transformers import AttentionInterface

    AttentionInterface.register(ATTENTION, attend_in_rows)
    model.set_attn_implementation({"text_config": ATTENTION})


def attend_in_rows(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    packed: PackedPass,
    scaling: float | None = None,
    **_: Any,
) -> tuple[Tensor, None]:
    """As transformers calls an attention: (1, heads, N, width) each, to (1, N, heads, width)."""
    stored = packed.store.layer(packed.places[module.layer_idx])
    queries, keys, values = (states[0].transpose(0, 1) for states in (query, key, value))
    return packed.attend(stored, queries, keys, values, scaling)[None], None
