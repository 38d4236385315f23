"""Keys and values of several conversations, each row with its own length and its own NTK alpha."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from admin_system.core.networks.kv_store import KVShape, KVStore
from admin_system.core.networks.lanes import Lanes
from admin_system.core.networks.packed import Stretch
from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig
from admin_system.core.networks.qwen_vl.positions import ntk_alpha, rotary_frequencies
from admin_system.core.networks.qwen_vl.step import Step


def kv_shape(config: QwenVLConfig) -> KVShape:
    return KVShape(config.num_hidden_layers, config.num_attention_heads, config.kv_channels)


class KVCache(KVStore):
    """A row is begun with the length of its whole prompt, which fixes its alpha; the prompt may
    then be filled in chunks.
    """

    def __init__(
        self,
        config: QwenVLConfig,
        *,
        rows: int,
        capacity: int,
        dtype: torch.dtype,
        device: torch.device | str = "cpu",
        spare: int = 0,
    ) -> None:
        super().__init__(
            kv_shape(config),
            rows=rows,
            capacity=capacity,
            dtype=dtype,
            device=device,
            spare=spare,
        )
        self.lengths = [0] * rows
        self.alphas = [0.0] * rows
        """0 while a row was never begun."""
        self._config = config
        self._frequencies = torch.zeros(rows, config.kv_channels // 2)
        self._placed_frequencies = torch.zeros(rows, config.kv_channels // 2, device=device)
        """The same where lanes read them."""

    def forget(self) -> None:
        """As before any row was begun."""
        self.lengths = [0] * self.rows
        self.alphas = [0.0] * self.rows

    def begin(self, row: int, prompt_tokens: int, *, keep: int = 0) -> int:
        """Empties a row for a prompt of this length, but for its first `keep` tokens.

        Returns how many were kept: none where the new prompt has another alpha, for the stored
        keys were turned by the old one.
        """
        if not 0 < prompt_tokens <= self.capacity:
            raise ValueError(f"a prompt of {prompt_tokens} tokens in a row of {self.capacity}")
        alpha = ntk_alpha(self._config, prompt_tokens)
        kept = min(keep, self.lengths[row]) if alpha == self.alphas[row] else 0
        self.clear(row, kept)
        self.lengths[row] = kept
        self.alphas[row] = alpha
        self._turn(row, rotary_frequencies(self._config, alpha))
        return kept

    def copy(self, source: int, target: int, count: int) -> None:
        super().copy(source, target, count)
        self.lengths[target] = min(count, self.lengths[source])
        self.alphas[target] = self.alphas[source]
        self._turn(target, self._frequencies[source])

    def _turn(self, row: int, frequencies: Tensor) -> None:
        self._frequencies[row] = frequencies
        self._placed_frequencies[row] = frequencies

    def plan(self, stretches: Sequence[Stretch]) -> Step:
        """Raises ValueError where a stretch does not begin at its row's end, or does not fit."""
        self.check(stretches)
        return Step.place(
            self._config, stretches, self._frequencies, dtype=self.dtype, device=self.device
        )

    def plan_lanes(self, lanes: Lanes) -> Step:
        """Their stretches are checked before, and counted in afterwards."""
        return Step.place_lanes(self._config, lanes, self._placed_frequencies, dtype=self.dtype)

    def check(self, stretches: Sequence[Stretch]) -> None:
        """Raises ValueError."""
        for stretch in stretches:
            if not self.alphas[stretch.row]:
                raise ValueError(f"row {stretch.row} was not begun")
            end = stretch.start + stretch.count
            if stretch.start != self.lengths[stretch.row] or end > self.capacity:
                raise ValueError(
                    f"tokens {stretch.start} to {end} do not fit row {stretch.row}: "
                    f"{self.lengths[stretch.row]} of {self.capacity} are taken"
                )
            self.expect(stretch.row, end)

    def advance(self, stretches: Sequence[Stretch]) -> None:
        """Counts new tokens in, when all layers have stored them."""
        for stretch in stretches:
            self.lengths[stretch.row] = stretch.start + stretch.count
