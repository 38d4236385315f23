"""Networks of transformers' classes, Qwen2-VL and later, with many conversations in one pass.

The text part reads one row of tokens without padding. Its attention, and the recurrent layers of
Qwen3.5, are given ours, which keep every conversation apart; all other layers see tokens only.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from admin_system.core.engines.local.captured_step import FIXED_BYTES
from admin_system.core.engines.local.decode_steps import DecodeSteps, find_tokens, refuse_steps
from admin_system.core.engines.local.gated_delta import DeltaStates, mix_in_rows
from admin_system.core.engines.local.network import Network, Part, count_bytes
from admin_system.core.engines.local.picture_features import encode_picture, pixel_bytes
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.step_check import CHECKED_ROWS, check_steps
from admin_system.core.engines.local.transformers_attention import PackedPass, install_attention
from admin_system.core.engines.local.transformers_preparation import PatchPrompt
from admin_system.core.engines.local.transformers_rows import (
    Row,
    find_positions,
    place_pictures,
    positions_of,
)
from admin_system.core.engines.local.visual_device import keep_apart
from admin_system.core.networks.attention_kernel import find_kernel
from admin_system.core.networks.kv_store import KVShape, KVStore
from admin_system.core.networks.lanes import Lanes, LaneToken, attend_lanes, lane_bytes
from admin_system.core.networks.packed import Pass, Stretch, attend
from admin_system.core.types import DecodeStats, StepWish


class TransformersNetwork(Network):
    def __init__(
        self,
        model: Any,
        placement: Placement,
        warnings: tuple[str, ...] = (),
        steps: StepWish = "off",
    ) -> None:
        super().__init__(warnings)
        self._model = model
        self._placement = placement
        self._dtype = placement.dtype
        self.pixel_bytes = pixel_bytes(model.config.vision_config, placement.dtype.itemsize)
        self._config = model.config.get_text_config()
        self._rows: dict[int, Row] = {}
        kinds = layer_kinds(self._config)
        full = [number for number, kind in enumerate(kinds) if kind == "full_attention"]
        self._places = {number: place for place, number in enumerate(full)}
        self._delta_layers = [
            layer.linear_attn
            for layer, kind in zip(model.model.language_model.layers, kinds, strict=True)
            if kind == "linear_attention"
        ]
        self._refused = refuse_steps(steps, placement.device)
        self._spare = 0 if self._refused else 1
        self._attention: str | None = None
        self._steps: DecodeSteps | None = None
        self._store: KVStore | None = None
        self._states: DeltaStates | None = None
        if placement.visual_device != placement.device:
            keep_apart(model.model.visual, placement.visual_device, placement.device)
        install_attention(model)
        for layer in self._delta_layers:
            mix_in_rows(layer)

    def weight_bytes(self) -> int:
        return count_bytes(self._model)

    def decode_stats(self) -> DecodeStats:
        steps = self._steps
        if steps is None:
            return DecodeStats(reason=self._refused, attention=self._attention)
        return DecodeStats(steps.captured, steps.reason, steps.ready, self._attention)

    def row_bytes(self, length: int) -> int:
        token_bytes = kv_shape(self._config, len(self._places)).token_bytes(self._dtype)
        return (length + self._spare) * token_bytes + DeltaStates.row_bytes(self._delta_layers)

    def step_bytes(self, rows: int, length: int) -> int:
        if self._refused is not None or self._placement.device == "cpu":
            return 0
        states = DeltaStates.row_bytes(self._delta_layers)
        config = self._config
        inner = getattr(config, "intermediate_size", None) or 4 * config.hidden_size
        lane = lane_bytes(self._dtype, config.vocab_size, config.hidden_size, inner, length)
        return rows * (lane + states) + FIXED_BYTES

    def make_room(self) -> None:
        super().make_room()
        if self._steps is not None:
            self._steps.clear()

    def reserve(self, rows: int, length: int) -> None:
        self._store = self._states = self._steps = None  # before the new, which take their place
        device, dtype = self._placement.device, self._dtype
        shape = kv_shape(self._config, len(self._places))
        self._store = KVStore(
            shape, rows=rows, capacity=length, dtype=dtype, device=device, spare=self._spare
        )
        self._states = self._make_states(rows)
        self._attention = find_kernel(self._store, self._config.num_attention_heads)
        if self._refused is None:
            self._steps = DecodeSteps(self._run_lanes, rows, length, device)
            twins = self._make_states(min(rows, CHECKED_ROWS))
            ordinary = partial(self._run_tokens, twins)
            with torch.no_grad():
                check_steps(self._steps, ordinary, self._store, self._config.vocab_size)
            if self._states is not None:
                self._states.clear()

    def begin(self, row: int, prompt: PatchPrompt, keep: int = 0) -> int:
        positions = find_positions(self._model, prompt)
        beyond = int(positions.max()) + 1 - prompt.tokens
        self._rows[row] = Row(prompt, positions, beyond)
        if self._states is not None:
            keep = self._states.keep(row, keep)
        self._opened.clear(row, keep)
        return keep

    def copy(self, source: int, target: int, count: int) -> None:
        self._opened.copy(source, target, count)
        if self._states is not None:
            self._states.copy(source, target)

    def see(self, row: int, start: int, end: int) -> None:
        state = self._rows[row]
        for number, span in enumerate(state.prompt.spans):
            if span.meets(start, end) and number not in state.features:
                state.features[number] = self.features.get(
                    span.digest,
                    partial(
                        encode_picture, self._model.model, state.prompt, number, self._placement
                    ),
                )

    def end(self, row: int) -> None:
        self._rows.pop(row, None)

    def run(self, parts: Sequence[Part]) -> Tensor:
        for part in parts:
            self._opened.expect(part.row, part.end)
        tokens = find_tokens(parts, self._behind) if self._steps is not None else None
        if self._steps is not None and tokens is not None:
            logits = self._steps.run(tokens)
            if logits is not None:
                if self._states is not None:
                    self._states.count(parts)
                return logits
        ids = torch.tensor([token for part in parts for token in part.ids])
        embedded = self._embed(ids)
        extra = place_pictures(parts, self._rows, embedded)
        ends = torch.tensor([len(part.ids) for part in parts]).cumsum(0) - 1
        return self._run_packed(
            [Stretch(part.row, part.start, len(part.ids)) for part in parts],
            embedded,
            positions_of(parts, self._rows),
            self._states,
            wanted=ends[torch.tensor([part.wanted for part in parts])],
            extra=extra,
        )

    def _behind(self, row: int) -> tuple[int, int]:
        state = self._rows[row]
        return state.prompt.tokens, state.beyond

    def _run_tokens(self, states: DeltaStates | None, tokens: Sequence[LaneToken]) -> Tensor:
        """Without lanes, (tokens, V); `states` are read and written."""
        stretches = [Stretch(token.row, token.start, 1) for token in tokens]
        embedded = self._embed(torch.tensor([token.id for token in tokens]))
        positions = torch.tensor([token.positions for token in tokens]).T
        wanted = torch.arange(len(tokens))
        return self._run_packed(stretches, embedded, positions, states, wanted=wanted, extra={})

    def _run_lanes(self, lanes: Lanes) -> Tensor:
        """(B, V); nothing but work on the device, so that it can be captured."""
        plan = lanes.plan(self._dtype)
        delta = self._states.plan_lanes(plan) if self._states is not None else None
        packed = PackedPass(partial(attend_lanes, plan), self._opened, self._places, delta)
        embedded = self._model.get_input_embeddings()(lanes.ids)
        logits: Tensor = self._model.lm_head(self._run_text(embedded, lanes.positions, packed, {}))
        if delta is not None:
            delta.commit()
        return logits

    def _run_packed(
        self,
        stretches: Sequence[Stretch],
        embedded: Tensor,
        positions: Tensor,
        states: DeltaStates | None,
        *,
        wanted: Tensor,
        extra: dict[str, Any],
    ) -> Tensor:
        """(N, C) to the logits of the `wanted` places, (places, V), with `positions` (3, N)."""
        store, device = self._opened, self._placement.device
        plan = Pass.plan(stretches, store.dtype, device)
        delta = states.plan(stretches) if states is not None else None
        packed = PackedPass(partial(attend, plan), store, self._places, delta)
        hidden = self._run_text(embedded, positions.to(device), packed, extra)
        logits: Tensor = self._model.lm_head(hidden[wanted.to(hidden.device)])
        if delta is not None:
            delta.commit()  # last: a pass that fails may be run again
        return logits

    def _run_text(
        self, embedded: Tensor, positions: Tensor, packed: PackedPass, extra: dict[str, Any]
    ) -> Tensor:
        """(N, C) to (N, C)."""
        answer = self._model.model.language_model(
            inputs_embeds=embedded[None],
            position_ids=positions[:, None],
            use_cache=False,
            packed=packed,
            **extra,
        )
        hidden: Tensor = answer.last_hidden_state[0]
        return hidden

    def _embed(self, ids: Tensor) -> Tensor:
        embedded: Tensor = self._model.get_input_embeddings()(ids.to(self._placement.device))
        return embedded

    def _make_states(self, rows: int) -> DeltaStates | None:
        if not self._delta_layers:
            return None
        return DeltaStates(self._delta_layers, rows, self._placement.device)

    @property
    def _opened(self) -> KVStore:
        if self._store is None:
            raise RuntimeError("a pass before any row was reserved")
        return self._store


def layer_kinds(config: Any) -> list[str]:
    """Of every layer of the text part."""
    return list(
        getattr(config, "layer_types", None) or ["full_attention"] * config.num_hidden_layers
    )


def kv_shape(config: Any, layers: int) -> KVShape:
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return KVShape(layers, config.num_key_value_heads, width)
