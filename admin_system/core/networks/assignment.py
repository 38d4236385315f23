"""Weights onto a network that was built without memory (on the meta device), name by name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from admin_system.core.errors import LoadError


class StoredLayer(nn.Module):
    """A quantised layer's tensors just as the file has them, until all of them have arrived."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]]) -> None:
        super().__init__()
        for name, shape in shapes.items():
            self.register_buffer(name, torch.empty(shape, device="meta"))


Complete = Callable[[str, nn.Module], nn.Module]
"""Called with a layer and its path when it has all its own tensors; returns what takes its
place, most often the layer itself."""


def keep_layer(_path: str, layer: nn.Module) -> nn.Module:
    return layer


@dataclass(frozen=True, slots=True)
class Placement:
    """Where tensors go, and in which precision."""

    dtype: torch.dtype
    """Of floating-point tensors; those of a StoredLayer and all others keep their own."""
    device: torch.device | str = "cpu"
    parts: Mapping[str, torch.device | str] = field(default_factory=dict)
    """Devices of the tensors whose names begin so."""

    def place(self, name: str, tensor: Tensor, *, stored: bool) -> Tensor:
        """Always a copy, so that the files of the checkpoint are free again."""
        dtype = tensor.dtype if stored or not tensor.is_floating_point() else self.dtype
        device = next((at for part, at in self.parts.items() if name.startswith(part)), self.device)
        return tensor.to(device=device, dtype=dtype, copy=True)


def check_names(wanted: Collection[str], given: Collection[str]) -> None:
    """Raises LoadError with the tensors that are missing, or that the network has no place for."""
    if missing := sorted(set(wanted) - set(given)):
        raise LoadError("checkpoint_missing_tensor", name=missing[0], count=len(missing))
    if unknown := sorted(set(given) - set(wanted)):
        raise LoadError("checkpoint_unexpected_tensor", name=unknown[0], count=len(unknown))


def assign_tensors(
    network: nn.Module,
    tensors: Iterable[tuple[str, Tensor]],
    placement: Placement,
    complete: Complete = keep_layer,
) -> None:
    """Every tensor of the network gets its values; both sides must agree in names and shapes.

    Raises LoadError; the network is of no use then.
    """
    wanted = network.state_dict(keep_vars=True)
    pending = Counter(name.rpartition(".")[0] for name in wanted)
    seen: set[str] = set()
    for name, tensor in tensors:
        if name not in wanted or name in seen:
            raise LoadError("checkpoint_unexpected_tensor", name=name, count=1)
        if tensor.shape != wanted[name].shape:
            raise LoadError(
                "checkpoint_wrong_shape",
                name=name,
                shape=list(tensor.shape),
                expected=list(wanted[name].shape),
            )
        seen.add(name)
        path, _, attribute = name.rpartition(".")
        layer = network.get_submodule(path)
        value = placement.place(name, tensor, stored=isinstance(layer, StoredLayer))
        if isinstance(wanted[name], nn.Parameter):
            value = nn.Parameter(value, requires_grad=False)
        setattr(layer, attribute, value)
        pending[path] -= 1
        if not pending[path] and (settled := complete(path, layer)) is not layer:
            network.set_submodule(path, settled)
    check_names(wanted, seen)
