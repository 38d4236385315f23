"""What a fault on the engine's thread means for the request that has it."""

from __future__ import annotations

import logging

from admin_system.core.errors import EngineFault

logger = logging.getLogger(__name__)

NO_MEMORY = "generation_out_of_memory"
"""The code."""
SHORT_OF_MEMORY = ("DefaultCPUAllocator", "out of memory", "not enough memory")
"""What torch's errors say where they have no class of their own."""


class DeviceLost(Exception):
    """The device answers no more: nothing of this process runs on it until it is opened anew."""


class NoNumbers(Exception):
    """The network's scores for the next token are not finite."""


def is_device_lost(error: Exception) -> bool:
    import torch

    lost = getattr(torch, "AcceleratorError", None)
    if lost is not None and isinstance(error, lost):
        return True
    return isinstance(error, RuntimeError) and "CUDA error" in str(error)


def is_out_of_memory(error: Exception) -> bool:
    import torch

    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(word in str(error) for word in SHORT_OF_MEMORY)


def fault_of(error: Exception, request: str | None) -> EngineFault:
    """Written to the log, with what is told to the one who asked; None is a pass of several.

    Raises DeviceLost where no request is to blame.
    """
    if is_device_lost(error):
        raise DeviceLost from error
    memory = is_out_of_memory(error)
    name = request or "a pass of several requests"
    if memory:
        logger.error("request %s: out of memory", name, exc_info=error)
        return EngineFault(NO_MEMORY, request=name)
    logger.error("request %s failed", name, exc_info=error)
    return EngineFault("generation_failed", request=name)
