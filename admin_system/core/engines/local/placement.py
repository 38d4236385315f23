"""Chooses the devices of a model, the precision of its numbers and the form of quantized layers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.memory import BYTES, require_memory
from admin_system.core.checkpoints.quantization import ForeignConfig, Int4Config
from admin_system.core.devices import read_memory
from admin_system.core.errors import LoadError
from admin_system.core.families.qwen_vl import QwenVL
from admin_system.core.types import EngineSpec

BFLOAT16_CAPABILITY = (8, 0)
"""First CUDA compute capability with bfloat16 units."""
DEVICE = re.compile(r"cpu|cuda(?::(\d+))?")
SMALL = 64 * 1024 * 1024
"""Bytes of dequantized float32 weights up to which a processor runs them exactly: they stay in its
caches, and the int4 product is no faster then (scripts/benchmarks/four_bit_model.py)."""


@dataclass(frozen=True, slots=True)
class Placement:
    device: str
    """cpu or cuda:N."""
    precision: str
    """float32, bfloat16 or float16. float32 asks for exact arithmetic: quantized layers are then
    dequantized, and never run in bfloat16."""
    visual_device: str
    """Of the vision tower; most often the same."""
    has_room: bool = True
    """The quantized layers would fit when dequantized."""

    @property
    def dtype(self) -> Any:
        import torch

        return getattr(torch, self.precision)

    @property
    def exact(self) -> bool:
        return self.precision == "float32"


@dataclass(frozen=True, slots=True)
class Form:
    """One way in which a model may be run."""

    precision: str
    packed: bool
    """Quantized layers stay as they are stored."""


def choose_placement(spec: EngineSpec, checkpoint: Checkpoint) -> Placement:
    """Raises LoadError where a device is missing or has too little memory."""
    device, visual_device = choose_devices(spec)
    free = {name: free_memory(name) for name in (device, visual_device)}

    def needed(form: Form) -> Mapping[str, int]:
        estimate = checkpoint.estimate(form.precision, spec.context_length, packed=form.packed)
        return estimate.on_devices(device, visual_device)

    def fits(form: Form) -> bool:
        return all(count <= free[name] for name, count in needed(form).items())

    forms = list(list_forms(spec.precision, device, checkpoint))
    form = next(filter(fits, forms), None)
    if form is None:
        form = forms[-1]
        for name, count in needed(form).items():
            require_memory(name, count, free[name])
    has_room = fits(Form(form.precision, packed=False))
    return Placement(device, form.precision, visual_device, has_room)


def list_forms(wish: str, device: str, checkpoint: Checkpoint) -> Iterator[Form]:
    """The best first, the one that takes the least memory last."""
    if isinstance(checkpoint.quantized, ForeignConfig):
        wish = foreign_precision(checkpoint.quantized, device) if wish == "auto" else wish
        yield Form(wish, packed=True)
        return
    if not isinstance(checkpoint.quantized, Int4Config):
        for precision in precisions(device, checkpoint) if wish == "auto" else [wish]:
            yield Form(precision, packed=True)
        return
    if wish == "auto" and device == "cpu":
        small = checkpoint.sizes.packed * BYTES["float32"] <= SMALL
        preferred = ["bfloat16"] if has_product(device) and not small else ["float32", "bfloat16"]
    else:
        preferred = precisions(device, checkpoint) if wish == "auto" else [wish]
    for precision in preferred:
        if precision == "float32" or not has_product(device):
            yield Form(precision, packed=False)
    yield Form(preferred[-1], packed=True)


def has_product(device: str) -> bool:
    """Whether torch multiplies four-bit weights on the device faster than plain ones."""
    import torch

    from admin_system.core.quantization.products import find_product

    return find_product(torch.device(device)) is not None


def choose_devices(spec: EngineSpec) -> tuple[str, str]:
    """Of the text part and of the vision tower. Raises LoadError."""
    device = choose_device(spec.device)
    return device, choose_device(spec.visual_device) if spec.visual_device else device


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


def precisions(device: str, checkpoint: Checkpoint) -> list[str]:
    """What "auto" tries, best first: on a processor the narrow form only for want of memory.

    The 2023 model was published and is run in float16, which is three bits finer than bfloat16;
    later families overflow in it.
    """
    if device == "cpu":
        return ["float32", "bfloat16"]
    import torch

    half = checkpoint.family == QwenVL.name and checkpoint.config.get("torch_dtype") == "float16"
    capable = torch.cuda.get_device_capability(device) >= BFLOAT16_CAPABILITY
    return ["bfloat16" if capable and not half else "float16"]


def foreign_precision(method: ForeignConfig, device: str) -> str:
    """What the kernels of others compute in: AWQ's on a card know float16 alone."""
    return "float16" if method.method == "awq" and device != "cpu" else "bfloat16"


def free_memory(device: str) -> int:
    """Bytes."""
    if device == "cpu":
        return read_memory().free
    import torch

    free, _ = torch.cuda.mem_get_info(device)
    return int(free)
