"""Checks a model before it is loaded: are its files there, and does it fit into memory."""

from __future__ import annotations

from dataclasses import dataclass

from admin_system.core.checkpoints import inspect_checkpoint
from admin_system.core.checkpoints.memory import require_memory
from admin_system.core.types import EngineSpec


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes on one device."""

    device: str
    needed: int
    """An estimate."""
    free: int
    """With everything that is loaded now."""


@dataclass(frozen=True, slots=True)
class Forecast:
    rooms: tuple[Room, ...] = ()
    """One for each device; none where nothing is known, which counts as fitting."""

    @property
    def fits(self) -> bool:
        return all(room.needed <= room.free for room in self.rooms)

    def require_room(self, former: Forecast | None = None) -> None:
        """Raises LoadError when the model would not even fit in place of a former one."""
        given_back = {room.device: room.needed for room in former.rooms} if former else {}
        for room in self.rooms:
            free = room.free + given_back.get(room.device, 0)
            require_memory(room.device, room.needed, free)


def forecast(spec: EngineSpec) -> Forecast:
    """Reads the folder's files but no weights. Raises LoadError."""
    if spec.kind != "local":
        return Forecast()
    checkpoint = inspect_checkpoint(spec.path, spec.int4_backend)
    # Importing torch takes seconds: not before a model in this process is asked for.
    from admin_system.core.engines.local.placement import choose_devices, free_memory

    precision = "bfloat16" if spec.precision == "auto" else spec.precision
    context = None if spec.precision == "auto" else spec.context_length
    estimate = checkpoint.estimate(precision, context)
    return Forecast(
        tuple(
            Room(device, needed, free_memory(device))
            for device, needed in estimate.on_devices(*choose_devices(spec)).items()
        )
    )
