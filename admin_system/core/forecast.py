"""Checks a model before it is loaded: are its files there, and does it fit into memory."""

from __future__ import annotations

from dataclasses import dataclass

from admin_system.core.checkpoints import inspect_checkpoint
from admin_system.core.errors import LoadError
from admin_system.core.types import EngineSpec


@dataclass(frozen=True, slots=True)
class Forecast:
    """An estimate; None where nothing is known, which counts as fitting."""

    needed: int | None = None
    """Bytes on the model's device."""
    free: int | None = None
    """Bytes, with everything that is loaded now."""

    @property
    def fits(self) -> bool:
        return self.needed is None or self.free is None or self.needed <= self.free

    def require_room(self, given_back: int) -> None:
        """Raises LoadError when the model would not even fit after `given_back` more bytes."""
        if self.needed is None or self.free is None:
            return
        free = self.free + given_back
        if self.needed > free:
            raise LoadError(
                "memory_too_small", needed_gb=_gigabytes(self.needed), free_gb=_gigabytes(free)
            )


def forecast(spec: EngineSpec) -> Forecast:
    """Reads the folder's files but no weights. Raises LoadError."""
    if spec.kind != "local":
        return Forecast()
    checkpoint = inspect_checkpoint(spec.path)
    # Importing torch takes seconds: not before a model in this process is asked for.
    from admin_system.core.engines.local.placement import choose_device, free_memory

    needed = checkpoint.memory
    if spec.precision != "auto":
        needed = checkpoint.estimate(spec.precision, spec.context_length).total
    return Forecast(needed, free_memory(choose_device(spec.device)))


def _gigabytes(count: int) -> float:
    return round(count / 1e9, 1)
