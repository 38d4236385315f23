"""Checkpoints quantized by others' methods: transformers and its packages load them in their way.

What each method has to be told was found out by running it (docs/measurements.md); what comes out
is not believed before every tensor has been read, because `from_pretrained` fills gaps with random
numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from admin_system.building import BUILDING
from admin_system.core.checkpoints.checkpoint import Checkpoint
from admin_system.core.checkpoints.packages import find_command
from admin_system.core.checkpoints.quantization import ForeignConfig, find_fields
from admin_system.core.checkpoints.tensors import Progress, read_names
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_names import Names
from admin_system.core.engines.local.transformers_weights import VISUAL, build_model
from admin_system.core.errors import LoadError

MARKS = {"gptq": ".qweight", "awq": ".qweight", "compressed-tensors": ".weight_scale"}
"""The tensor that tells that its layer is quantized."""
EXACT_BACKENDS = {"gptq": "gptq_torch", "awq": "torch_awq"}
"""gptqmodel's layers that dequantize and multiply in the type of their input."""


def load_foreign(
    checkpoint: Checkpoint, method: ForeignConfig, placement: Placement, progress: Progress
) -> Any:
    """Raises LoadError, also where the packages are there and do not work."""
    from transformers import AutoConfig, AutoModelForImageTextToText
    from transformers.utils import logging as transformers_logging

    transformers_logging.disable_progress_bar()
    config = AutoConfig.from_pretrained(
        checkpoint.path, trust_remote_code=False, local_files_only=True
    )
    stated = find_fields(checkpoint.config, checkpoint.path) or {}
    wishes = find_wishes(checkpoint, method, placement)
    config.quantization_config = {"quant_method": method.method, **stated, **wishes}
    try:
        with BUILDING:
            model, told = AutoModelForImageTextToText.from_pretrained(
                checkpoint.path,
                config=config,
                dtype=placement.dtype,
                device_map=_device_map(placement),
                trust_remote_code=False,
                local_files_only=True,
                output_loading_info=True,
            )
    except ImportError as error:
        raise LoadError(
            "quantization_package_unusable",
            method=method.name,
            reason=str(error).strip().splitlines()[0],
            command=find_command(method.method),
        ) from error
    require_all_read(told)
    if method.method == "compressed-tensors":
        # It does so itself at the first call of the whole model; the engine calls its parts.
        model.hf_quantizer.compressor.decompress_model(model)
    progress(checkpoint.bytes, checkpoint.bytes)
    return model.eval()


def find_wishes(
    checkpoint: Checkpoint, method: ForeignConfig, placement: Placement
) -> Mapping[str, object]:
    """What is added to the fields that a folder states.

    Which layers are quantized is told by their paths of today: the folders' own lists are written
    for the names of their day, and miss what Qwen3.5 leaves plain. gptqmodel's kernels compute in
    bfloat16 on a processor; float32 asks for exact arithmetic.
    """
    mark = MARKS.get(method.method)
    if mark is None:
        return {}
    model = build_model(checkpoint, placement)
    names = Names(model)
    stored = (name for name in read_names(checkpoint.path) if name.endswith(mark))
    layers = {names.find_layer(name.removesuffix(mark)) for name in stored}
    linears = {path for path, module in model.named_modules() if isinstance(module, nn.Linear)}
    plain = sorted(linears - layers)
    if method.method == "compressed-tensors":
        return {"ignore": plain}
    backend = EXACT_BACKENDS[method.method] if placement.exact else "auto"
    if method.method == "awq":
        return {"backend": backend, "modules_to_not_convert": plain}
    return {"backend": backend, "modules_in_block_to_quantize": [sorted(layers)]}


def require_all_read(told: Mapping[str, Any]) -> None:
    """`told` is what `from_pretrained` says of a load. Raises LoadError."""
    lost = sorted(told.get("missing_keys") or ())
    if lost:
        raise LoadError("checkpoint_missing_tensor", name=lost[0], count=len(lost))


def _device_map(placement: Placement) -> dict[str, str]:
    if placement.visual_device == placement.device:
        return {"": placement.device}
    return {"": placement.device, VISUAL.rstrip("."): placement.visual_device}
