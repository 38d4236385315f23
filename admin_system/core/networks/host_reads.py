"""Finds out whether work on tensors waits for their values, which a CUDA graph cannot hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

READING = frozenset(
    {"_local_scalar_dense", "nonzero", "masked_select", "_unique2", "unique_dim", "equal"}
)
"""Names of operators whose result, or its shape, is known only when the work is done."""
INDEXING = frozenset({"index", "index_put", "index_put_", "_index_put_impl_"})
MAKING = frozenset({"lift_fresh", "lift_fresh_copy"})
"""Values of Python's become a tensor: a graph would keep those of its capture for ever."""


class HostRead(RuntimeError):
    """An operator needs values of a tensor, or brings in new ones, on the host."""


class NoHostReads(TorchDispatchMode):
    """Raises HostRead at the first such operator, on any device."""

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        name = func.overloadpacket.__name__
        chooses = name in INDEXING and any(is_choice(one) for one in args[1])
        if name in READING | MAKING or chooses:
            raise HostRead(name)
        return func(*args, **(kwargs or {}))


def is_choice(index: Any) -> bool:
    """Whether an index picks by yes and no, which makes its shape depend on values."""
    return isinstance(index, Tensor) and index.dtype in (torch.bool, torch.uint8)
