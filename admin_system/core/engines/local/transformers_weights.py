"""A checkpoint onto transformers' own classes, tensor by tensor: no second copy in main memory."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import nn

from admin_system.building import BUILDING
from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.memory import EXPERT
from admin_system.core.checkpoints.quantization import Int4Config, ScaledConfig
from admin_system.core.checkpoints.tensors import Progress, iterate_tensors, read_names
from admin_system.core.engines.local.int4_layers import make_builder
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_names import Named, Names
from admin_system.core.errors import LoadError
from admin_system.core.quantization.builder import LayerBuilder
from admin_system.core.quantization.compressed import rename_parts, renamed
from admin_system.core.quantization.replace import replace_linears
from admin_system.core.quantization.scaled import dequantize_scaled, plain_names
from admin_system.core.quantization.stored import quantized_layers

logger = logging.getLogger(__name__)

VISUAL = "model.visual."
"""Where the vision tower stands in the models of all families since Qwen2-VL."""


def load_model(
    checkpoint: Checkpoint, placement: Placement, progress: Progress
) -> tuple[Any, tuple[str, ...]]:
    """The model, equal to what `from_pretrained` gives, and its warnings. Raises LoadError."""
    with BUILDING:
        model = build_model(checkpoint, placement)
    names = Names(model)
    stored = read_names(checkpoint.path)
    tensors: Iterable[Named] = iterate_tensors(checkpoint.path, progress)
    builder, quantized = None, checkpoint.quantized
    if isinstance(quantized, ScaledConfig):
        tensors = dequantize_scaled(tensors, stored, quantized, placement.dtype)
        stored = plain_names(stored)
    elif isinstance(quantized, Int4Config):
        builder = make_builder(quantized, placement)
        if quantized.method == "compressed-tensors":
            tensors, stored = rename_parts(tensors), renamed(stored)
        tensors = replace_linears(model, tensors, stored, builder, names.find_layer)
    assign(model, names.convert(tensors, stored), placement)
    with BUILDING:
        compute_buffers(model, placement)
    return model.eval(), _find_warnings(builder, stored)


def _find_warnings(builder: LayerBuilder | None, stored: frozenset[str]) -> tuple[str, ...]:
    if builder is None or builder.warnings or builder.target.exact:
        return () if builder is None else builder.warnings
    merged = any(EXPERT.search(layer) for layer in quantized_layers(stored))
    return ("quantization_fallback",) if merged else ()


def build_model(checkpoint: Checkpoint, placement: Placement) -> Any:
    """Without memory: every tensor is on the meta device."""
    from transformers import AutoConfig, AutoModelForImageTextToText

    config = AutoConfig.from_pretrained(
        checkpoint.path, trust_remote_code=False, local_files_only=True
    )
    for part in (config, config.get_text_config()):
        if hasattr(part, "quantization_config"):
            del part.quantization_config
    with torch.device("meta"):
        return AutoModelForImageTextToText.from_config(
            config, dtype=placement.dtype, trust_remote_code=False
        )


def assign(model: Any, tensors: Iterable[Named], placement: Placement) -> None:
    """Raises LoadError where a tensor is missing or has another shape."""
    wanted = model.state_dict(keep_vars=True)
    plan = model._get_dtype_plan(placement.dtype)
    unknown: list[str] = []
    seen: set[str] = set()
    for name, tensor in tensors:
        if name not in wanted:
            unknown.append(name)
            continue
        expected = wanted[name]
        if tensor.shape != expected.shape:
            raise LoadError(
                "checkpoint_wrong_shape",
                name=name,
                shape=list(tensor.shape),
                expected=list(expected.shape),
            )
        device = placement.visual_device if name.startswith(VISUAL) else placement.device
        value = tensor.to(device=device, dtype=find_dtype(name, expected, plan), copy=True)
        if isinstance(expected, nn.Parameter):
            value = nn.Parameter(value, requires_grad=False)
        path, _, attribute = name.rpartition(".")
        setattr(model.get_submodule(path), attribute, value)
        seen.add(name)
    _tie(model, wanted.keys() - seen)
    _tell_unknown(model, unknown)


def find_dtype(name: str, expected: Any, plan: Mapping[str, Any]) -> Any:
    """As `from_pretrained` decides it: some modules keep a wider type than the model's."""
    for pattern, dtype in plan.items():
        if re.search(pattern.replace("*", ".*"), name):
            return dtype
    return expected.dtype


def _tie(model: Any, left: set[str]) -> None:
    """Gives tied tensors their values; what else is left without must not be. Raises LoadError."""
    now = model.state_dict(keep_vars=True)  # quantized layers have taken the place of plain ones
    missing = {name for name in left if name in now and now[name].device.type == "meta"}
    with BUILDING:
        model.tie_weights(missing_keys=missing, recompute_mapping=False)
    optional = model._keys_to_ignore_on_load_missing or ()
    lost = sorted(
        name for name in missing if not any(re.search(pattern, name) for pattern in optional)
    )
    if lost:
        raise LoadError("checkpoint_missing_tensor", name=lost[0], count=len(lost))


def _tell_unknown(model: Any, names: list[str]) -> None:
    """Published folders may hold more than a class uses, the heads of a training for example."""
    known = (*(model._keys_to_ignore_on_load_unexpected or ()), r"rotary_emb\.inv_freq")
    rest = [name for name in names if not any(re.search(pattern, name) for pattern in known)]
    if rest:
        logger.warning("%d tensors have no place in the model, the first is %s", len(rest), rest[0])


def compute_buffers(model: Any, placement: Placement) -> None:
    """Fills what no checkpoint stores, such as the frequencies of rotations."""
    from transformers import PreTrainedModel

    owner = {"": model}
    with torch.no_grad():
        for path, module in model.named_modules():
            parent = owner[path.rpartition(".")[0]] if path else model
            owner[path] = module if isinstance(module, PreTrainedModel) else parent
            hollow = [
                name
                for name, buffer in module.named_buffers(recurse=False)
                if buffer.device.type == "meta"
            ]
            if not hollow:
                continue
            visual = f"{path}.".startswith(VISUAL)
            device = placement.visual_device if visual else placement.device
            for name in hollow:
                setattr(module, name, torch.empty_like(module.get_buffer(name), device=device))
            owner[path]._init_weights(module)
