"""When disk and memory run short or a card is lost, and when that becomes an event."""

from __future__ import annotations

from dataclasses import dataclass, field

from admin_system.core.devices import Machine, Memory
from admin_system.core.events import record

DISK_FULL = 0.90
MEMORY_FULL = 0.92
RELIEF = 0.03
"""How far a share must fall before another rise is told again."""


def share_of(memory: Memory) -> float:
    """0..1 of it is used."""
    return memory.used / memory.total if memory.total else 0.0


def is_disk_short(machine: Machine) -> bool:
    return share_of(machine.disk) >= DISK_FULL


def is_memory_short(machine: Machine) -> bool:
    return share_of(machine.memory) >= MEMORY_FULL


def shortage_values(memory: Memory) -> dict[str, object]:
    """Of a sentence: how full in per cent, and what is left in gigabytes."""
    return {"percent": int(share_of(memory) * 100), "free": f"{memory.free / 1e9:.1f}"}


@dataclass(slots=True)
class Shortages:
    """Belongs to the monitor's thread."""

    _told: set[str] = field(default_factory=set)
    _lost: set[str] = field(default_factory=set)

    def look(self, machine: Machine) -> None:
        """Records an event when a limit is passed, or a card cannot be read any more."""
        self._watch("event_disk_low", machine.disk, DISK_FULL)
        self._watch("event_memory_low", machine.memory, MEMORY_FULL)
        lost = set(machine.lost_gpus)
        for name in lost - self._lost:
            record("event_gpu_lost", name=name)
        self._lost = lost

    def _watch(self, kind: str, memory: Memory, limit: float) -> None:
        share = share_of(memory)
        if share >= limit and kind not in self._told:
            self._told.add(kind)
            record(kind, **shortage_values(memory))
        elif share < limit - RELIEF:
            self._told.discard(kind)
