"""Keys and values of many conversations, one row each, allocated once."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class KVShape:
    """What one token takes in every layer of full attention."""

    layers: int
    heads: int
    """Of keys and values; queries may have more."""
    width: int
    """Of one head."""

    def token_bytes(self, dtype: torch.dtype) -> int:
        return 2 * self.layers * self.heads * self.width * int(dtype.itemsize)


class KVStore:
    """Only real tokens are stored, never padding. Belongs to one thread."""

    def __init__(
        self,
        shape: KVShape,
        *,
        rows: int,
        capacity: int,
        dtype: torch.dtype,
        device: torch.device | str = "cpu",
        spare: int = 0,
    ) -> None:
        """Behind the `capacity` of each row there are `spare` places for what nobody reads."""
        sizes = (rows, shape.heads, capacity + spare, shape.width)
        # zeros: what lies beyond a row's end is masked out, and must be finite for that; `clear`
        # keeps it so, since one overflow of an earlier conversation would spoil all later ones
        self.keys = [torch.zeros(sizes, dtype=dtype, device=device) for _ in range(shape.layers)]
        """Per layer (rows, heads, capacity + spare, width), already rotated."""
        self.values = [torch.zeros(sizes, dtype=dtype, device=device) for _ in range(shape.layers)]
        self.rows = rows
        self.capacity = capacity
        """Tokens a row can hold."""
        self.dtype = dtype
        self.device = torch.device(device)
        self.bytes = rows * (capacity + spare) * shape.token_bytes(dtype)
        self._written = [0] * rows
        """Places from a row's beginning that may hold something else than zeros."""

    def layer(self, number: int) -> tuple[Tensor, Tensor]:
        return self.keys[number], self.values[number]

    def expect(self, row: int, end: int) -> None:
        """Called before places of a row up to `end` are written."""
        self._written[row] = max(self._written[row], end)

    def clear(self, row: int, keep: int = 0) -> None:
        """Makes zeros of what a row holds behind its first `keep` tokens."""
        for tensor in (*self.keys, *self.values):
            tensor[row, :, keep : self._written[row]] = 0
        self._written[row] = min(self._written[row], keep)

    def copy(self, source: int, target: int, count: int) -> None:
        """The first `count` tokens of one row to the beginning of another."""
        self.expect(target, count)
        for tensors in (self.keys, self.values):
            for tensor in tensors:
                tensor[target, :, :count] = tensor[source, :, :count]
