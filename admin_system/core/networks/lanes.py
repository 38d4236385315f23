"""The next tokens of adjacent rows of a store, in a step whose shapes tell nothing of them.

A step over lanes does the same work on the same memory whoever is running and however much they
hold, so that a CUDA graph of it can be replayed. Each lane belongs to a row. Idle lanes write to a
spare place behind their row's capacity, where nobody looks, and see their row's first place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

SHORTEST = 256
"""Tokens of the shortest buckets."""


@dataclass(frozen=True, slots=True)
class LaneToken:
    """What a row is to read."""

    row: int
    start: int
    """Tokens that the row holds before."""
    id: int
    positions: tuple[int, int, int]
    """Time, line and column."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where a step looks; all that fits is run at this size."""

    first: int
    """The first of its rows."""
    lanes: int
    """Its rows."""
    length: int
    """Tokens of each row that are looked at."""

    @property
    def rows(self) -> slice:
        return slice(self.first, self.first + self.lanes)


def lane_bytes(dtype: torch.dtype, words: int, hidden: int, inner: int, length: int) -> int:
    """What a lane takes while a step of `length` tokens runs, at most: logits twice, the mask, and
    the widest layer, part of it in float32. `words`, `hidden` and `inner` are widths."""
    itemsize: int = dtype.itemsize
    return 2 * (words + length) * itemsize + 4 * (8 * hidden + 4 * inner)


def choose_bucket(
    tokens: Sequence[LaneToken], rows: int, capacity: int, shortest: int = SHORTEST
) -> Bucket:
    """A power of two of rows that begins at a multiple of itself, `shortest` times a power of two
    of tokens; no more than the store has."""
    first, last = (choose(token.row for token in tokens) for choose in (min, max))
    exponent = (first ^ last).bit_length()
    first = first >> exponent << exponent
    reach = max(token.start for token in tokens) + 1
    length = shortest << (-(-reach // shortest) - 1).bit_length()
    return Bucket(first, min(1 << exponent, rows - first), min(length, capacity))


@dataclass(frozen=True, slots=True)
class LanePass:
    """Computed once and used by all layers."""

    bucket: Bucket
    rows: Tensor
    """(B,) int64: those of the bucket."""
    places: Tensor
    """(B,) int64: where in its row each token is stored."""
    mask: Tensor
    """(B, 1, 1, L), added to the scores; one place at least is open in each lane."""
    active: Tensor
    """(B,) bool: whether a lane has a token."""


class Lanes:
    """What a step over a bucket reads, at addresses that stay."""

    def __init__(self, bucket: Bucket, spare: int, device: torch.device | str) -> None:
        """`spare` is the place that idle lanes write to."""
        self.bucket = bucket
        self._spare = spare
        self._rows = torch.arange(bucket.rows.start, bucket.rows.stop, device=device)
        self._inputs = torch.zeros(6, bucket.lanes, dtype=torch.int64, device=device)
        self._ids, self._places, self._ends = self._inputs[:3]
        self.positions = self._inputs[3:]
        """(3, B)"""

    @property
    def ids(self) -> Tensor:
        """(B,)"""
        return self._ids

    @property
    def places(self) -> Tensor:
        """(B,): how many tokens each row holds before."""
        return self._places

    def fill(self, tokens: Sequence[LaneToken]) -> None:
        """In one copy; lanes without a token are idle."""
        columns = [(0, self._spare, 1, 0, 0, 0)] * self.bucket.lanes
        for one in tokens:
            lane = one.row - self.bucket.first
            columns[lane] = (one.id, one.start, one.start + 1, *one.positions)
        self._inputs.copy_(torch.tensor(columns).T)

    def plan(self, dtype: torch.dtype) -> LanePass:
        """Part of the step: of the same shapes whatever the lanes are filled with."""
        places = torch.arange(self.bucket.length, device=self._inputs.device)
        beyond = places >= self._ends[:, None]  # (B, L)
        mask = torch.zeros(beyond.shape, dtype=dtype, device=beyond.device)
        mask = mask.masked_fill_(beyond, -torch.inf)
        active = self._places < self._spare
        return LanePass(self.bucket, self._rows, self._places, mask[:, None, None], active)


def attend_lanes(
    plan: LanePass,
    stored: tuple[Tensor, Tensor],
    queries: Tensor,
    keys: Tensor,
    values: Tensor,
    scale: float | None = None,
) -> Tensor:
    """As `packed.attend`, for one token a lane."""
    all_keys, all_values = stored
    all_keys[plan.rows, :, plan.places] = keys
    all_values[plan.rows, :, plan.places] = values
    lanes, heads, width = queries.shape
    groups = keys.shape[1]
    rows, length = plan.bucket.rows, plan.bucket.length
    # queries that share keys stand beside each other as if they were tokens: nothing is copied
    answer = functional.scaled_dot_product_attention(
        queries.reshape(lanes, groups, heads // groups, width),
        all_keys[rows, :, :length],
        all_values[rows, :, :length],
        attn_mask=plan.mask,
        scale=scale,
    )
    return answer.reshape(lanes, heads, -1)
