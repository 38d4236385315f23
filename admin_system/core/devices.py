"""Readings of the machine: processor, memory, disk and graphics cards."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import psutil

logger = logging.getLogger(__name__)

Number = TypeVar("Number", int, float)

CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")
CGROUP_USED = Path("/sys/fs/cgroup/memory.current")


@dataclass(frozen=True, slots=True)
class Gpu:
    """One NVIDIA card; None where the card does not tell."""

    index: int
    name: str
    memory_used: int
    """Bytes, of all processes."""
    memory_total: int
    """Bytes."""
    utilization: int | None = None
    """Per cent."""
    temperature: int | None = None
    """Degrees Celsius."""
    power: float | None = None
    """Watts."""

    @property
    def memory_free(self) -> int:
        return self.memory_total - self.memory_used


@dataclass(frozen=True, slots=True)
class Memory:
    used: int
    """Bytes."""
    total: int
    """Bytes."""

    @property
    def free(self) -> int:
        return self.total - self.used


@dataclass(frozen=True, slots=True)
class Machine:
    """One reading of everything."""

    cpu_percent: float
    """0..100 over all cores, since the reading before."""
    cpu_cores: int
    memory: Memory
    disk: Memory
    """Of the file system that holds the folder asked for."""
    gpus: tuple[Gpu, ...]
    lost_gpus: tuple[str, ...] = ()
    """Names of cards that could be read before and cannot be read now."""


def read_machine(folder: Path) -> Machine:
    gpus = read_gpus()
    return Machine(
        cpu_percent=psutil.cpu_percent(interval=None),
        cpu_cores=psutil.cpu_count() or 1,
        memory=read_memory(),
        disk=read_disk(folder),
        gpus=gpus,
        lost_gpus=find_lost(gpus),
    )


def read_memory() -> Memory:
    """Main memory; inside a container with a limit, that of the container."""
    whole = psutil.virtual_memory()
    memory = Memory(used=whole.total - whole.available, total=whole.total)
    try:
        limit = CGROUP_LIMIT.read_text(encoding="ascii").strip()
        if limit.isdigit() and int(limit) < whole.total:
            used = int(CGROUP_USED.read_text(encoding="ascii"))
            return Memory(used=min(used, int(limit)), total=int(limit))
    except (OSError, ValueError):
        return memory  # not Linux, or no such limit
    return memory


def read_disk(folder: Path) -> Memory:
    """`folder` need not exist yet."""
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    usage = psutil.disk_usage(str(place))
    return Memory(used=usage.total - usage.free, total=usage.total)


_nvml_lock = threading.Lock()
_nvml_state: bool | None = None


def _nvml_ready() -> bool:
    """Starts NVML once; False where there is no driver."""
    global _nvml_state
    import pynvml

    with _nvml_lock:
        if _nvml_state is None:
            try:
                pynvml.nvmlInit()
                _nvml_state = True
            except pynvml.NVMLError as error:
                logger.debug("no NVIDIA driver: %s", error)
                _nvml_state = False
        return _nvml_state


_seen: dict[int, str] = {}
"""Cards that could be read once, by their index, and their names."""


def read_gpus() -> tuple[Gpu, ...]:
    """Those that can be read; empty where there is no NVIDIA card or driver."""
    if not _nvml_ready():
        return ()
    import pynvml

    try:
        count = int(pynvml.nvmlDeviceGetCount())
    except pynvml.NVMLError as error:
        logger.debug("the graphics cards cannot be read: %s", error)
        return ()
    found = []
    for index in range(count):
        try:
            gpu = _read_gpu(index)
        except pynvml.NVMLError as error:  # one that is lost hides no other
            logger.debug("the graphics card %s cannot be read: %s", index, error)
        else:
            _seen[index] = gpu.name
            found.append(gpu)
    return tuple(found)


def find_lost(gpus: tuple[Gpu, ...]) -> tuple[str, ...]:
    """Of the cards that were seen before, those that are not among these."""
    there = {gpu.index for gpu in gpus}
    return tuple(f"{index}: {name}" for index, name in sorted(_seen.items()) if index not in there)


def _read_gpu(index: int) -> Gpu:
    import pynvml

    handle = pynvml.nvmlDeviceGetHandleByIndex(index)
    memory = pynvml.nvmlDeviceGetMemoryInfo(handle)
    name = pynvml.nvmlDeviceGetName(handle)
    return Gpu(
        index,
        str(name),
        memory_used=int(memory.used),
        memory_total=int(memory.total),
        utilization=_ask(lambda: int(pynvml.nvmlDeviceGetUtilizationRates(handle).gpu)),
        temperature=_ask(
            lambda: int(pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU))
        ),
        power=_ask(lambda: pynvml.nvmlDeviceGetPowerUsage(handle) / 1000),
    )


def _ask(question: Callable[[], Number]) -> Number | None:
    """None where the card does not know."""
    import pynvml

    try:
        return question()
    except pynvml.NVMLError:
        return None
