"""Chooses the device of a model and the precision of its numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.memory import require_memory
from admin_system.core.devices import read_memory
from admin_system.core.errors import LoadError
from admin_system.core.types import EngineSpec

BFLOAT16_CAPABILITY = (8, 0)
"""First CUDA compute capability with bfloat16 units."""
DEVICE = re.compile(r"cpu|cuda(?::(\d+))?")


@dataclass(frozen=True, slots=True)
class Placement:
    device: str
    """cpu or cuda:N."""
    precision: str
    """float32, bfloat16 or float16."""

    @property
    def dtype(self) -> Any:
        import torch

        return getattr(torch, self.precision)


def choose_placement(spec: EngineSpec, checkpoint: Checkpoint) -> Placement:
    """Raises LoadError where the device is missing or has too little memory."""
    device = choose_device(spec.device)
    free = free_memory(device)
    candidates = [spec.precision] if spec.precision != "auto" else precisions(device)
    estimates = [checkpoint.estimate(name, spec.context_length) for name in candidates]
    for precision, estimate in zip(candidates, estimates, strict=True):
        if estimate.total <= free:
            return Placement(device, precision)
    require_memory(estimates[-1], free)
    return Placement(device, candidates[-1])


def choose_device(wanted: str) -> str:
    """auto takes the first card, and the processor where there is none. Raises LoadError."""
    import torch

    cards = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if wanted == "auto":
        return "cuda:0" if cards else "cpu"
    match = DEVICE.fullmatch(wanted)
    if match is None:
        raise LoadError("device_unknown", device=wanted)
    if wanted == "cpu":
        return "cpu"
    index = int(match[1] or 0)
    if index >= cards:
        raise LoadError("device_missing", device=wanted, cards=cards)
    return f"cuda:{index}"


def precisions(device: str) -> list[str]:
    """What "auto" tries, best first: on a processor the narrow form only for want of memory."""
    if device == "cpu":
        return ["float32", "bfloat16"]
    import torch

    capable = torch.cuda.get_device_capability(device) >= BFLOAT16_CAPABILITY
    return ["bfloat16" if capable else "float16"]


def free_memory(device: str) -> int:
    """Bytes."""
    if device == "cpu":
        return read_memory().free
    import torch

    free, _ = torch.cuda.mem_get_info(device)
    return int(free)
