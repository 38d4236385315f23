"""Undoing a packing by learning it: how a product permutes the nibbles inside its tiles.

Every packing of torch's cuts the weight into tiles of some outputs by some inputs and permutes the
values inside each in the same way. That permutation is learned by packing the digits of the
values' own numbers, so nothing here depends on an instruction set or a kernel's thread layout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
from torch import Tensor

Pack = Callable[[Tensor], Tensor]
"""(O, I) uint8 of 0..15 -> the packed tensor, tile after tile, those of one output row first."""


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Values of a tile are numbered input by input: value (o, i) is number `i * outputs + o`."""

    outputs: int
    inputs: int
    order: Tensor | None
    """(outputs * inputs,), int64: where each number's nibble is, counting the low nibbles of all
    the tile's bytes first, then the high ones; None where they are in their natural order."""

    def unpack(self, packed: Tensor, inputs: int) -> Tensor:
        """Flat uint8 bytes of whole rows of tiles -> (I, O) uint8, the weight transposed."""
        size = self.outputs * self.inputs
        tiles = packed.view(-1, inputs // self.inputs, size // 2)  # (O/o, I/i, bytes)
        nibbles = torch.cat([tiles & 15, tiles >> 4], -1)
        if self.order is not None:
            nibbles = nibbles.index_select(-1, self.order)
        values = nibbles.unflatten(-1, (self.inputs, self.outputs))  # (O/o, I/i, i, o)
        return values.permute(1, 2, 0, 3).reshape(inputs, -1)


def find_tile(pack: Pack, device: torch.device, sizes: Iterable[tuple[int, int]]) -> Tile | None:
    """The first of some sizes (outputs, inputs) that explains a packing; None if none does."""
    for outputs, inputs in sizes:
        tile = _learn_tile(pack, device, outputs, inputs)
        if tile is not None and _undoes(tile, pack, device):
            return tile
    return None


def _learn_tile(pack: Pack, device: torch.device, outputs: int, inputs: int) -> Tile | None:
    size = outputs * inputs
    numbers = torch.arange(size, device=device).view(inputs, outputs).T  # (o, i)
    found = torch.zeros(size, dtype=torch.int64, device=device)
    for digit in range(0, size.bit_length(), 4):
        values = ((numbers >> digit) & 15).to(torch.uint8)
        # Two equal tiles side by side: a packing may refuse an odd count of inputs.
        flat = pack(torch.cat([values, values], 1).contiguous()).view(torch.uint8).flatten()
        tile = flat[: size // 2]
        found += torch.cat([tile & 15, tile >> 4]).long() << digit
    order = torch.argsort(found)
    natural = torch.arange(size, device=device)
    if not torch.equal(found[order], natural):
        return None
    return Tile(outputs, inputs, None if torch.equal(order, natural) else order)


def _undoes(tile: Tile, pack: Pack, device: torch.device) -> bool:
    generator = torch.Generator().manual_seed(0)
    shape = (tile.outputs * 2, tile.inputs * 4)
    values = torch.randint(0, 16, shape, generator=generator, dtype=torch.uint8).to(device)
    packed = pack(values).view(torch.uint8).flatten()
    return bool(torch.equal(tile.unpack(packed, shape[1]).T, values))
