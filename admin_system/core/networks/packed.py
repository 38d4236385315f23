"""Tokens of many conversations in one row of tokens: where each is stored and what it may see.

No padding: linear layers work on all tokens of a pass at once, attention on each conversation's own
keys and values (as in Orca, https://www.usenix.org/conference/osdi22/presentation/yu).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional


class Attend(Protocol):
    """As `attend` with its plan, and `lanes.attend_lanes` with its."""

    def __call__(
        self,
        stored: tuple[Tensor, Tensor],
        queries: Tensor,
        keys: Tensor,
        values: Tensor,
        scale: float | None = None,
    ) -> Tensor: ...


@dataclass(frozen=True, slots=True)
class Stretch:
    """New tokens of one conversation, behind the `start` that its row holds already."""

    row: int
    """Of the stored keys and values."""
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Run:
    """One token each of adjacent rows: one product for all of them, on a view of the store."""

    first: int
    """Place in the pass of the first token."""
    row: int
    """The first of the rows."""
    count: int
    reach: int
    """Tokens of the longest of these rows, the new one included."""
    mask: Tensor | None
    """(count, 1, 1, reach), added to the scores; None where all rows are equally long."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Several tokens of one row."""

    first: int
    """Place in the pass of the first token."""
    row: int
    start: int
    count: int
    mask: Tensor | None
    """(1, 1, count, start + count), added to the scores; None where the row begins here."""


@dataclass(frozen=True, slots=True)
class Pass:
    """Computed once and used by all layers; N tokens."""

    stretches: tuple[Stretch, ...]
    rows: Tensor
    """(N,) int64: where the tokens are stored."""
    places: Tensor
    """(N,) int64: their places in their rows."""
    runs: tuple[Run, ...]
    chunks: tuple[Chunk, ...]

    @classmethod
    def plan(
        cls, stretches: Sequence[Stretch], dtype: torch.dtype, device: torch.device | str
    ) -> Pass:
        """Single tokens of adjacent rows, where they follow each other, are joined."""
        runs: list[Run] = []
        chunks: list[Chunk] = []
        rows: list[int] = []
        places: list[int] = []
        alone: list[Stretch] = []
        for stretch in stretches:
            if alone and not (stretch.count == 1 and stretch.row == alone[-1].row + 1):
                runs.append(_join(alone, len(rows) - len(alone), dtype, device))
                alone = []
            if stretch.count == 1:
                alone.append(stretch)
            else:
                mask = _mask_chunk(stretch, dtype, device)
                chunk = Chunk(len(rows), stretch.row, stretch.start, stretch.count, mask)
                chunks.append(chunk)
            rows += [stretch.row] * stretch.count
            places += range(stretch.start, stretch.start + stretch.count)
        if alone:
            runs.append(_join(alone, len(rows) - len(alone), dtype, device))
        return cls(
            tuple(stretches),
            torch.tensor(rows, device=device),
            torch.tensor(places, device=device),
            tuple(runs),
            tuple(chunks),
        )


def attend(
    plan: Pass,
    stored: tuple[Tensor, Tensor],
    queries: Tensor,
    keys: Tensor,
    values: Tensor,
    scale: float | None = None,
) -> Tensor:
    """Stores the new keys and values and returns what the queries see, (N, H, D).

    `stored` are the keys and values of one layer, (rows, G, length, D) each; queries are (N, H, D),
    keys and values (N, G, D) with H a multiple of G, already rotated. `scale` None is 1 / sqrt(D).
    """
    all_keys, all_values = stored
    all_keys[plan.rows, :, plan.places] = keys
    all_values[plan.rows, :, plan.places] = values
    count, heads, width = queries.shape
    groups = keys.shape[1]
    seen = queries.new_empty(count, heads, values.shape[2])
    for run in plan.runs:
        part = slice(run.first, run.first + run.count)
        rows = slice(run.row, run.row + run.count)
        # queries that share keys stand beside each other as if they were tokens: nothing is copied
        answer = functional.scaled_dot_product_attention(
            queries[part].reshape(run.count, groups, heads // groups, width),
            all_keys[rows, :, : run.reach],
            all_values[rows, :, : run.reach],
            attn_mask=run.mask,
            scale=scale,
        )
        seen[part] = answer.reshape(run.count, heads, -1)
    for chunk in plan.chunks:
        part = slice(chunk.first, chunk.first + chunk.count)
        end = chunk.start + chunk.count
        begins = chunk.mask is None
        row_keys = keys[part].transpose(0, 1) if begins else all_keys[chunk.row, :, :end]
        row_values = values[part].transpose(0, 1) if begins else all_values[chunk.row, :, :end]
        answer = functional.scaled_dot_product_attention(
            queries[part].transpose(0, 1)[None],
            row_keys[None],
            row_values[None],
            attn_mask=chunk.mask,
            is_causal=begins,
            scale=scale,
            enable_gqa=groups != heads,
        )
        seen[part] = answer[0].transpose(0, 1)
    return seen


def _join(
    alone: Sequence[Stretch], first: int, dtype: torch.dtype, device: torch.device | str
) -> Run:
    ends = [stretch.start + 1 for stretch in alone]
    reach = max(ends)
    mask = None
    if min(ends) < reach:
        beyond = torch.arange(reach) >= torch.tensor(ends)[:, None]  # (B, reach)
        mask = torch.zeros(beyond.shape, dtype=dtype).masked_fill_(beyond, -torch.inf)
        mask = mask[:, None, None].to(device)
    return Run(first, alone[0].row, len(alone), reach, mask)


def _mask_chunk(stretch: Stretch, dtype: torch.dtype, device: torch.device | str) -> Tensor | None:
    if stretch.start == 0:
        return None
    end = stretch.start + stretch.count
    later = torch.arange(end) > torch.arange(stretch.start, end)[:, None]  # (count, end)
    mask = torch.zeros(later.shape, dtype=dtype).masked_fill_(later, -torch.inf)
    return mask[None, None].to(device)
