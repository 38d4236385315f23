"""Keys and values of several conversations, each row with its own length and its own NTK alpha."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig
from admin_system.core.networks.qwen_vl.positions import ntk_alpha, rotary_frequencies
from admin_system.core.networks.qwen_vl.step import Step


class KVCache:
    """Rows of fixed capacity that hold real tokens only, padding is never stored.

    A row is begun with the length of its whole prompt, which fixes its alpha; the prompt may then
    be filled in chunks. Belongs to one thread.
    """

    def __init__(
        self,
        config: QwenVLConfig,
        *,
        rows: int,
        capacity: int,
        dtype: torch.dtype,
        device: torch.device | str = "cpu",
    ) -> None:
        shape = (rows, config.num_attention_heads, capacity, config.kv_channels)
        layers = range(config.num_hidden_layers)
        # zeros: what lies beyond a row's end is masked out, and must be finite for that
        self.keys = [torch.zeros(shape, dtype=dtype, device=device) for _ in layers]
        """Per layer (rows, heads, capacity, D), already rotated."""
        self.values = [torch.zeros(shape, dtype=dtype, device=device) for _ in layers]
        self.capacity = capacity
        """Tokens a row can hold."""
        self.lengths = [0] * rows
        self.alphas = [0.0] * rows
        """0 while a row was never begun."""
        self._config = config
        self._frequencies = torch.zeros(rows, config.kv_channels // 2)

    def begin(self, row: int, prompt_tokens: int, *, keep: int = 0) -> int:
        """Empties a row for a prompt of this length, but for its first `keep` tokens.

        Returns how many were kept: none where the new prompt has another alpha, for the stored
        keys were turned by the old one.
        """
        if not 0 < prompt_tokens <= self.capacity:
            raise ValueError(f"a prompt of {prompt_tokens} tokens in a row of {self.capacity}")
        alpha = ntk_alpha(self._config, prompt_tokens)
        kept = min(keep, self.lengths[row]) if alpha == self.alphas[row] else 0
        self.lengths[row] = kept
        self.alphas[row] = alpha
        self._frequencies[row] = rotary_frequencies(self._config, alpha)
        return kept

    def grow(self, capacity: int) -> None:
        """Makes room for `capacity` tokens a row, one tensor after the other."""
        for tensors in (self.keys, self.values):
            for layer, kept in enumerate(tensors):
                wider = kept.new_zeros((*kept.shape[:2], capacity, kept.shape[3]))
                wider[:, :, : self.capacity] = kept
                tensors[layer] = wider
        self.capacity = capacity

    def plan(self, rows: Sequence[int], counts: Sequence[int], width: int) -> Step:
        """Places `counts[b]` new tokens, the last of `width` columns, behind each row's end."""
        for row, count in zip(rows, counts, strict=True):
            if not self.alphas[row]:
                raise ValueError(f"row {row} was not begun")
            if not 0 < count <= width or self.lengths[row] + count > self.capacity:
                raise ValueError(
                    f"{count} tokens in {width} columns do not fit row {row}: "
                    f"{self.lengths[row]} of {self.capacity} are taken"
                )
        return Step.place(
            self._config,
            rows=rows,
            starts=[self.lengths[row] for row in rows],
            counts=counts,
            width=width,
            frequencies=self._frequencies[list(rows)],
            device=self.keys[0].device,
        )

    def store(self, layer: int, step: Step, keys: Tensor, values: Tensor) -> tuple[Tensor, Tensor]:
        """Adds (B, heads, T, D) and returns all that the step may see, (B, heads, S, D)."""
        seen = []
        for kept, new in ((self.keys[layer], keys), (self.values[layer], values)):
            kept[step.target_rows, :, step.targets] = new[step.source_rows, :, step.sources]
            if step.row_index is None:
                seen.append(kept[step.rows[0] : step.rows[-1] + 1, :, : step.reach])
            else:
                seen.append(kept[step.row_index, :, : step.reach])
        return seen[0], seen[1]

    def advance(self, step: Step) -> None:
        """Counts the tokens of a step in, when all layers have stored them."""
        for row, count in zip(step.rows, step.counts, strict=True):
            self.lengths[row] += count
