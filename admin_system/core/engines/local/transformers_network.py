"""Networks of transformers' classes, Qwen2-VL and later, with many conversations in one pass.

The text part reads one row of tokens without padding. Its attention, and the recurrent layers of
Qwen3.5, are given ours, which keep every conversation apart; all other layers see tokens only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor

from admin_system.core.engines.local.gated_delta import DeltaPass, DeltaStates, mix_in_rows
from admin_system.core.engines.local.network import Network, Part
from admin_system.core.engines.local.picture_features import PictureFeatures, encode_picture
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_preparation import PatchPrompt
from admin_system.core.engines.local.visual_device import keep_apart
from admin_system.core.networks.kv_store import KVShape, KVStore
from admin_system.core.networks.packed import Pass, Stretch, attend

ATTENTION = "rows"
"""The name of our attention among transformers' own."""


@dataclass(slots=True)
class Row:
    """The prompt that a row is reading or has read."""

    prompt: PatchPrompt
    positions: Tensor
    """(3, T): time, line and column; a picture takes fewer positions than tokens."""
    beyond: int
    """What is added to a place behind the prompt to get its position."""
    features: dict[int, PictureFeatures] = field(default_factory=dict)
    """By the picture's number, from when it is seen until it is read."""


@dataclass(frozen=True, slots=True)
class PackedPass:
    """What our layers are handed down through transformers' own."""

    plan: Pass
    store: KVStore
    places: dict[int, int]
    """Layer of the network -> layer of the store; recurrent layers have none."""
    delta: DeltaPass | None


class TransformersNetwork(Network):
    def __init__(self, model: Any, placement: Placement, warnings: tuple[str, ...] = ()) -> None:
        super().__init__(warnings)
        self._model = model
        self._placement = placement
        self._dtype = placement.dtype
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
        self._store: KVStore | None = None
        self._states: DeltaStates | None = None
        if placement.visual_device != placement.device:
            keep_apart(model.model.visual, placement.visual_device, placement.device)
        install_attention(model)
        for layer in self._delta_layers:
            mix_in_rows(layer)

    def row_bytes(self, length: int) -> int:
        tokens = length * kv_shape(self._config, len(self._places)).token_bytes(self._dtype)
        return tokens + DeltaStates.row_bytes(self._delta_layers)

    def reserve(self, rows: int, length: int) -> None:
        self._store = self._states = None  # before the new ones, which take their place
        device, dtype = self._placement.device, self._dtype
        shape = kv_shape(self._config, len(self._places))
        self._store = KVStore(shape, rows=rows, capacity=length, dtype=dtype, device=device)
        if self._delta_layers:
            self._states = DeltaStates(self._delta_layers, rows, device)

    def begin(self, row: int, prompt: PatchPrompt, keep: int = 0) -> int:
        positions = find_positions(self._model, prompt)
        beyond = int(positions.max()) + 1 - prompt.tokens
        self._rows[row] = Row(prompt, positions, beyond)
        return keep if self._states is None else self._states.keep(row, keep)

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
        store, device = self._opened, self._placement.device
        stretches = [Stretch(part.row, part.start, len(part.ids)) for part in parts]
        ids = torch.tensor([token for part in parts for token in part.ids], device=device)
        embedded = self._model.get_input_embeddings()(ids)
        extra = self._place_pictures(parts, embedded)
        packed = PackedPass(
            Pass.plan(stretches, store.dtype, device),
            store,
            self._places,
            self._states.plan(stretches) if self._states is not None else None,
        )
        hidden = self._model.model.language_model(
            inputs_embeds=embedded[None],
            position_ids=self._positions(parts).to(device)[:, None],
            use_cache=False,
            packed=packed,
            **extra,
        ).last_hidden_state[0]
        if packed.delta is not None:
            packed.delta.commit()
        ends = torch.tensor([len(part.ids) for part in parts]).cumsum(0) - 1
        wanted = ends[torch.tensor([part.wanted for part in parts])]
        return self._model.lm_head(hidden[wanted.to(device)])

    @property
    def _opened(self) -> KVStore:
        if self._store is None:
            raise RuntimeError("a pass before any row was reserved")
        return self._store

    def _positions(self, parts: Sequence[Part]) -> Tensor:
        """(3, N)."""
        pieces = []
        for part in parts:
            state = self._rows[part.row]
            if part.start < state.prompt.tokens:
                pieces.append(state.positions[:, part.start : part.end])
            else:
                places = torch.arange(part.start, part.end) + state.beyond
                pieces.append(places.expand(3, -1))
        return torch.cat(pieces, dim=1)

    def _place_pictures(self, parts: Sequence[Part], embedded: Tensor) -> dict[str, Any]:
        """Features over the embeddings of their tokens; what deeper layers add, as arguments."""
        covered = torch.zeros(len(embedded), dtype=torch.bool)
        deep: list[list[Tensor]] = []
        first = 0
        for part in parts:
            state = self._rows[part.row]
            for number, span in enumerate(state.prompt.spans):
                if part.start >= state.prompt.tokens or not span.meets(part.start, part.end):
                    continue
                features = state.features[number]
                inside = span.clip(part.start, part.end)
                place = first + span.first + inside.start - part.start
                target = slice(place, place + inside.stop - inside.start)
                embedded[target] = features.values[inside].to(embedded)
                covered[target] = True
                if features.deep:
                    deep.append([layer[inside] for layer in features.deep])
            first += len(part.ids)
        if not deep:
            return {}
        return {
            "visual_pos_masks": covered[None].to(embedded.device),
            "deepstack_visual_embeds": [torch.cat(layer) for layer in zip(*deep, strict=True)],
        }


def layer_kinds(config: Any) -> list[str]:
    """Of every layer of the text part."""
    return list(
        getattr(config, "layer_types", None) or ["full_attention"] * config.num_hidden_layers
    )


def kv_shape(config: Any, layers: int) -> KVShape:
    width = getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads
    return KVShape(layers, config.num_key_value_heads, width)


def find_positions(model: Any, prompt: PatchPrompt) -> Tensor:
    """(3, T); computed for each request: the model's own `rope_deltas` is one for all of them."""
    if prompt.grids is None:
        return torch.arange(prompt.tokens).expand(3, -1)
    positions, _ = model.model.get_rope_index(
        prompt.ids, mm_token_type_ids=prompt.kinds, image_grid_thw=prompt.grids
    )
    return positions[:, 0]


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
    return attend(packed.plan, stored, queries, keys, values, scaling)[None], None
