"""Writes four-bit layers as the published tools do, word by word and slowly, for comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

AWQ_ORDER = (0, 2, 4, 6, 1, 3, 5, 7)
"""AutoAWQ's `order_map`: nibble n of a word holds neighbour AWQ_ORDER[n]."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which a layer may be stored."""

    layout: str = "gptq"
    """gptq, gptq_v2 or awq."""
    group_size: int = 128
    symmetric: bool = True
    ordered: bool = False
    """The groups are scattered over the inputs (desc_act)."""

    def __str__(self) -> str:
        zero = "symmetric" if self.symmetric else "zeros"
        return f"{self.layout}-{self.group_size}-{zero}{'-act' if self.ordered else ''}"


FORMS = tuple(
    Form(layout, size, symmetric, ordered)
    for layout in ("gptq", "gptq_v2", "awq")
    for size in (32, 64, 128, -1)
    for symmetric in (True, False)
    for ordered in (False, True)
    if not (ordered and (layout == "awq" or size == -1))
)


@dataclass(frozen=True, slots=True, eq=False)
class PublishedLayer:
    parts: dict[str, Tensor]
    """As in the file."""
    dense: Tensor
    """(O, I), float64: what the parts stand for."""


def publish_layer(
    form: Form, outputs: int, inputs: int, seed: int = 0, zeros_of: tuple[int, int] = (1, 16)
) -> PublishedLayer:
    """A random layer of weights as large as trained ones.

    `zeros_of` bounds the zero points of a form that is not symmetric, the second one excluded.
    """
    random = np.random.default_rng(seed)
    size = inputs if form.group_size == -1 else form.group_size
    groups = np.arange(inputs) // size
    if form.ordered:
        groups = random.permutation(groups)
    count = inputs // size
    scales = (0.002 + 0.008 * random.random((count, outputs))).astype(np.float16)
    zeros = np.full((count, outputs), 8)
    if not form.symmetric:
        zeros = random.integers(*zeros_of, (count, outputs))
    values = random.integers(0, 16, (inputs, outputs))
    dense = (values - zeros[groups]) * scales[groups].astype(np.float64)
    parts: dict[str, NDArray[Any]] = {"scales": scales}
    if form.layout == "awq":
        parts["qweight"] = _words_along_columns(values, AWQ_ORDER)
        parts["qzeros"] = _words_along_columns(zeros, AWQ_ORDER)
    else:
        stored = zeros - 1 if form.layout == "gptq" else zeros
        parts["qweight"] = _words_along_columns(values.T, range(8)).T
        parts["qzeros"] = _words_along_columns(stored, range(8))
        parts["g_idx"] = groups.astype(np.int32)
    return PublishedLayer(
        {name: torch.from_numpy(np.ascontiguousarray(part)) for name, part in parts.items()},
        torch.from_numpy(np.ascontiguousarray(dense.T)),
    )


def _words_along_columns(values: NDArray[np.int64], order: Sequence[int]) -> NDArray[np.int32]:
    rows, columns = values.shape
    words = np.zeros((rows, columns // 8), dtype=np.uint32)
    for column in range(columns // 8):
        for nibble, neighbour in enumerate(order):
            words[:, column] |= (values[:, column * 8 + neighbour] << (4 * nibble)).astype(
                np.uint32
            )
    return words.view(np.int32)
