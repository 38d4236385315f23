"""What a model will take on each device, in its parts, before anything of it is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from admin_system.core.checkpoints.checkpoint import Checkpoint, context_length_of
from admin_system.core.checkpoints.memory import MemoryEstimate
from admin_system.core.devices import read_gpus, read_memory
from admin_system.core.types import EngineSpec


@dataclass(frozen=True, slots=True)
class Need:
    """Bytes on one device, estimated."""

    device: str
    """cpu or cuda:N."""
    name: str
    """Of the card; empty for main memory."""
    total: int
    free: int
    """With everything that is loaded now."""
    weights: int
    cache: int
    """Keys and values: as many rows as fit, at most those that are asked for."""
    pictures: int
    """The work on prompts and pictures."""
    runtime: int
    """torch and its libraries."""

    @property
    def needed(self) -> int:
        return self.weights + self.cache + self.pictures + self.runtime

    @property
    def missing(self) -> int:
        """Bytes without which not even one short conversation fits."""
        return max(0, self.needed - self.free)


@dataclass(frozen=True, slots=True)
class Foresight:
    precision: str
    """float32, bfloat16 or float16."""
    packed: bool
    """Quantized layers stay as they are stored."""
    rows: int
    """Requests that answer at once."""
    length: int
    """Tokens of each."""
    needs: tuple[Need, ...]

    @property
    def fits(self) -> bool:
        return all(need.missing == 0 for need in self.needs)


def foresee(spec: EngineSpec, checkpoint: Checkpoint) -> Foresight:
    """Chooses as a load does. Raises LoadError where a device is missing."""
    # Importing torch takes seconds: not before a model in this process is asked for.
    from admin_system.core.engines.local.placement import choose_devices, list_forms
    from admin_system.core.engines.local.planner import LEAST_CONTEXT, SHARES

    device, visual_device = choose_devices(spec)
    forms = list(list_forms(spec.precision, device, checkpoint))
    free = {name: read_room(name)[2] for name in (device, visual_device)}

    def estimate(precision: str, packed: bool) -> MemoryEstimate:
        return checkpoint.estimate(precision, spec.context_length, packed=packed)

    def fits(precision: str, packed: bool) -> bool:
        on = estimate(precision, packed).on_devices(device, visual_device)
        return all(count <= free[name] for name, count in on.items())

    form = next((one for one in forms if fits(one.precision, one.packed)), forms[-1])
    found = estimate(form.precision, form.packed)
    per_token = max(found.cache // found.context, 1)
    context = context_length_of(spec, checkpoint)
    apart = found.vision if visual_device != device else 0
    fixed = found.total - found.cache - apart
    usable = int(max(free[device] - fixed, 0) * SHARES[device.partition(":")[0]])
    least = min(context, LEAST_CONTEXT)
    rows = max(1, min(spec.max_batch, usable // (per_token * least)))
    length = max(min(context, usable // (per_token * rows)), min(context, found.context))
    need = to_need(
        device,
        found.weights - apart,
        cache=rows * length * per_token,
        pictures=found.activations,
        runtime=found.runtime,
    )
    needs = (need, to_need(visual_device, apart)) if apart else (need,)
    return Foresight(form.precision, form.packed, rows, length, needs)


def to_need(
    device: str, weights: int, *, cache: int = 0, pictures: int = 0, runtime: int = 0
) -> Need:
    name, total, free = read_room(device)
    return Need(device, name, total, free, weights, cache, pictures, runtime)


def read_room(device: str) -> tuple[str, int, int]:
    """Name, bytes in all, bytes free."""
    if device == "cpu":
        memory = read_memory()
        return "", memory.total, memory.free
    index = int(device.partition(":")[2] or 0)
    for gpu in read_gpus():
        if gpu.index == index:
            return gpu.name, gpu.memory_total, gpu.memory_free
    import torch

    free, total = torch.cuda.mem_get_info(device)
    return torch.cuda.get_device_name(device), int(total), int(free)
