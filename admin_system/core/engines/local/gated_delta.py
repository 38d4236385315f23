"""The recurrent layers of Qwen3.5 (gated delta rule) for many conversations in one pass.

Each row has its own state, which every token changes for good: a padded token would spoil it, and
a pass that fails must not have touched it. The layer's weights and rules are transformers' own
(`Qwen3_5GatedDeltaNet`); paper: https://arxiv.org/abs/2412.06464.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

import torch
from torch import Tensor
from torch.nn import functional
from transformers.activations import ACT2FN

from admin_system.core.engines.local.network import Part
from admin_system.core.networks.lanes import LanePass
from admin_system.core.networks.packed import Stretch


class DeltaStates:
    """One state a row in every recurrent layer."""

    def __init__(self, layers: Sequence[Any], rows: int, device: str) -> None:
        self.convolutions = {
            layer.layer_idx: torch.zeros(
                rows,
                layer.conv_dim,
                layer.conv_kernel_size,
                dtype=layer.conv1d.weight.dtype,
                device=device,
            )
            for layer in layers
        }
        """(rows, channels, kernel): the last inputs of the convolution."""
        self.memories = {
            layer.layer_idx: torch.zeros(
                rows, layer.num_v_heads, layer.head_k_dim, layer.head_v_dim, device=device
            )
            for layer in layers
        }
        """(rows, heads, key width, value width) in float32."""
        self.lengths = [0] * rows
        """Tokens that each row's states have read."""

    def clear(self) -> None:
        """As before anything was read."""
        for states in (self.convolutions, self.memories):
            for state in states.values():
                state.zero_()
        self.lengths = [0] * len(self.lengths)

    @staticmethod
    def row_bytes(layers: Sequence[Any]) -> int:
        return sum(
            layer.conv_dim * layer.conv_kernel_size * layer.conv1d.weight.itemsize
            + layer.num_v_heads * layer.head_k_dim * layer.head_v_dim * 4
            for layer in layers
        )

    def keep(self, row: int, tokens: int) -> int:
        """How many of so many tokens are reused: a state knows all it has read, or is of no use."""
        return tokens if tokens == self.lengths[row] else 0

    def plan(self, stretches: Sequence[Stretch]) -> DeltaPass:
        return DeltaPass(self, tuple(stretches), tuple(group_stretches(stretches)))

    def plan_lanes(self, plan: LanePass) -> DeltaLanes:
        return DeltaLanes(self, plan.active, (Group(0, plan.bucket.rows, plan.bucket.lanes),))

    def count(self, parts: Iterable[Part]) -> None:
        """Where lanes have read them."""
        for part in parts:
            self.lengths[part.row] = part.end

    def copy(self, source: int, target: int) -> None:
        for states in (self.convolutions, self.memories):
            for state in states.values():
                state[target] = state[source]
        self.lengths[target] = self.lengths[source]


Rows = TypeVar("Rows", list[int], slice)
Pending = tuple[Tensor, list[int] | slice, Tensor]
"""States of a layer, rows, and what they become."""


@dataclass(frozen=True, slots=True)
class Group(Generic[Rows]):
    """Stretches of the same length that follow each other."""

    first: int
    """Place in the pass of the first token."""
    rows: Rows
    count: int
    """Of the rows."""
    length: int = 1
    fresh: bool = False
    """The rows begin here."""


@dataclass(slots=True)
class DeltaPass:
    states: DeltaStates
    stretches: tuple[Stretch, ...]
    groups: tuple[Group[list[int]], ...]
    pending: list[Pending] = field(default_factory=list)

    def commit(self) -> None:
        """The new states in the place of the old, when all layers are through."""
        for state, rows, new in self.pending:
            state[rows] = new.to(state)
        for stretch in self.stretches:
            self.states.lengths[stretch.row] = stretch.start + stretch.count


@dataclass(slots=True)
class DeltaLanes:
    """As DeltaPass, for one token a lane; the lengths are counted by who fills the lanes."""

    states: DeltaStates
    active: Tensor
    """(B,) bool: the states of the other lanes stay."""
    groups: tuple[Group[slice]]
    pending: list[Pending] = field(default_factory=list)

    def commit(self) -> None:
        """The new states in the place of the old, when all layers are through."""
        for state, rows, new in self.pending:
            old = state[rows]
            active = self.active.reshape(-1, *[1] * (old.ndim - 1))
            old.copy_(torch.where(active, new.to(old), old))


def group_stretches(stretches: Sequence[Stretch]) -> list[Group[list[int]]]:
    """Single tokens together, longer stretches alone."""
    groups: list[Group[list[int]]] = []
    first = 0
    for stretch in stretches:
        fresh = stretch.start == 0
        last = groups[-1] if groups else None
        if last is not None and stretch.count == last.length == 1 and last.fresh == fresh:
            rows = [*last.rows, stretch.row]
            groups[-1] = Group(last.first, rows, len(rows), 1, fresh)
        else:
            groups.append(Group(first, [stretch.row], 1, stretch.count, fresh))
        first += stretch.count
    return groups


def mix_in_rows(layer: Any) -> None:
    """Gives one of transformers' layers our forward."""
    layer.forward = partial(mix, layer)


def mix(layer: Any, hidden_states: Tensor, *, packed: Any, **_: Any) -> Tensor:
    """(1, N, C) to (1, N, C)."""
    plan: DeltaPass | DeltaLanes = packed.delta
    x = hidden_states[0]
    inputs = layer.in_proj_qkv(x)  # (N, channels)
    gates = layer.in_proj_z(x).reshape(-1, layer.head_v_dim)
    beta = layer.in_proj_b(x).sigmoid()
    decay = -layer.A_log.float().exp() * functional.softplus(
        layer.in_proj_a(x).float() + layer.dt_bias
    )
    pieces = []
    for group in plan.groups:
        part = slice(group.first, group.first + group.count * group.length)
        shape = (group.count, group.length)
        mixed = convolve(layer, inputs[part].unflatten(0, shape), plan, group)
        told = remember(
            layer,
            mixed,
            decay[part].unflatten(0, shape),
            beta[part].unflatten(0, shape),
            plan,
            group,
        )
        pieces.append(told.flatten(0, 1))
    told = torch.cat(pieces).reshape(-1, layer.head_v_dim)
    return layer.out_proj(layer.norm(told, gates).reshape(1, len(x), -1))


def convolve(layer: Any, inputs: Tensor, plan: DeltaPass | DeltaLanes, group: Group[Any]) -> Tensor:
    """(B, T, channels) to the same: each channel over its last few tokens."""
    state = plan.states.convolutions[layer.layer_idx]
    before = state[group.rows]
    if group.fresh:
        before = torch.zeros_like(before)
    seen = torch.cat([before, inputs.transpose(1, 2).to(before)], dim=-1)
    plan.pending.append((state, group.rows, seen[..., -before.shape[-1] :]))
    weight = layer.conv1d.weight
    mixed = functional.conv1d(
        seen.to(weight.dtype), weight, layer.conv1d.bias, groups=seen.shape[1]
    )
    mixed = ACT2FN[layer.activation](mixed[..., -group.length :])
    return mixed.to(inputs.dtype).transpose(1, 2)


def remember(
    layer: Any,
    mixed: Tensor,
    decay: Tensor,
    beta: Tensor,
    plan: DeltaPass | DeltaLanes,
    group: Group[Any],
) -> Tensor:
    """(B, T, channels) to (B, T, heads, value width), by the rules of transformers' module."""
    rules = sys.modules[type(layer).__module__]
    query, key, value = torch.split(mixed, [layer.key_dim, layer.key_dim, layer.value_dim], dim=-1)
    state = plan.states.memories[layer.layer_idx]
    rule = (
        rules.torch_recurrent_gated_delta_rule
        if group.length == 1
        else rules.torch_chunk_gated_delta_rule
    )
    told, new = rule(
        query.unflatten(-1, (-1, layer.head_k_dim)),
        key.unflatten(-1, (-1, layer.head_k_dim)),
        value.unflatten(-1, (-1, layer.head_v_dim)),
        g=decay,
        beta=beta,
        initial_state=None if group.fresh else state[group.rows],
        output_final_state=True,
        use_qk_l2norm_in_kernel=True,
    )
    plan.pending.append((state, group.rows, new))
    return told
