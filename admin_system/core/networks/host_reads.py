"""Finds out whether work on tensors waits for their values, which a CUDA graph cannot hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

READING = frozenset(
    {
        "_local_scalar_dense",
        "item",
        "is_nonzero",
        "nonzero",
        "argwhere",
        "masked_select",
        "bincount",
        "unique_dim",
        "unique_consecutive",
        "unique_dim_consecutive",
        "_unique",
        "_unique2",
        "equal",
    }
)
"""Names of operators whose result, or its shape, is known only when the work is done."""
INDEXING = frozenset({"index", "index_put", "index_put_", "_index_put_impl_"})
MAKING = frozenset({"lift_fresh", "lift_fresh_copy"})
"""Values of Python's become a tensor: a graph would keep those of its capture for ever."""


class HostRead(RuntimeError):
    """An operator needs values of a tensor, or brings in new ones, on the host."""


class NoHostReads(TorchDispatchMode):
    """Raises HostRead at the first such operator, on any device, and where a tensor comes from
    another device than `device`, or goes there."""

    def __init__(self, device: torch.device) -> None:
        super().__init__()
        self._device = device

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        name = func.overloadpacket.__name__
        if name in READING | MAKING or chooses(name, args):
            raise HostRead(name)
        result = func(*args, **(kwargs or {}))
        if any(self._is_elsewhere(one) for one in tree_leaves((args, kwargs, result))):
            raise HostRead(f"{name} with a tensor that is not on {self._device}")
        return result

    def _is_elsewhere(self, value: Any) -> bool:
        """Single numbers are written into the graph."""
        return isinstance(value, Tensor) and value.ndim > 0 and value.device != self._device


def chooses(name: str, args: Sequence[Any]) -> bool:
    """Whether the shape of a result depends on values."""
    if name in INDEXING:  # by yes and no
        return any(isinstance(i, Tensor) and i.dtype in YES_OR_NO for i in args[1])
    if name == "repeat_interleave":
        return isinstance(args[-1], Tensor)
    return name == "where" and len(args) == 1


YES_OR_NO = (torch.bool, torch.uint8)
