"""The quantized forms in which the families are published, each with its dense twin."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from zlib import crc32

import torch
from torch import Tensor

from admin_system.core.tests.quantization.published import Form, publish_layer

LOUDER = 4
"""Times the spread of `publish_layer`: about that of the other random weights. Exact in float16."""
ZEROS = (7, 10)
"""Zero points near the middle, as in trained layers; wider ones would drown what a layer hears."""
LINEAR = re.compile(
    r"\.layers\.\d+\."
    r"(?:self_attn\.[qkvo]_proj|linear_attn\.(?:in_proj_qkv|in_proj_z|out_proj)"
    r"|mlp\.(?:shared_expert\.)?(?:gate|up|down)_proj)\.weight$"
)
EXPERTS = re.compile(r"(.+\.experts)\.(gate_up_proj|down_proj)$")
ATTENTION = re.compile(r"\.(?:self_attn|linear_attn|shared_expert)\.")

GPTQ_FORMS: Mapping[str, Form] = {
    "qwen2_vl": Form("gptq", 128),
    "qwen2_5_vl": Form("gptq", 32, ordered=True),
    "qwen3_vl": Form("gptq_v2", 64, symmetric=False),
    "qwen3_vl_moe": Form("gptq", 64, ordered=True),
    "qwen3_5": Form("gptq", 128),
    "qwen3_5_moe": Form("gptq", 32),
    "qwen4_exp": Form("gptq", 64),
}
"""Between them every layout that is met."""
AWQ_FORM = Form("awq", 64, symmetric=False)


def form_of(storage: str, model_type: str) -> Form:
    return AWQ_FORM if storage == "awq" else GPTQ_FORMS[model_type]


def quantize(
    weights: Mapping[str, Tensor], form: Form, model_type: str
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The tensors to publish and, in float32, the same without quantization.

    Which layers: all of the text part, but of Qwen3.5's GPTQ the feed-forward layers alone.
    """
    stored: dict[str, Tensor] = {}
    dense: dict[str, Tensor] = {}
    for name, weight in weights.items():
        experts = EXPERTS.fullmatch(name)
        if experts:
            dense[name] = torch.stack(
                [
                    _quantize_expert(experts[1], number, experts[2], expert, form, stored)
                    for number, expert in enumerate(weight)
                ]
            )
        elif LINEAR.search(name) and not _left_plain(name, form, model_type):
            layer = name.removesuffix(".weight")
            dense[name] = _quantize_layer(layer, weight, form, stored)
            if form.layout == "gptq" and f"{layer}.bias" not in weights:
                stored[f"{layer}.bias"] = torch.zeros(len(weight), dtype=torch.float16)
        else:
            stored[name] = weight.half() if weight.is_floating_point() else weight
            dense[name] = stored[name].to(weight.dtype)
    return stored, dense


def configuration(form: Form, model_type: str) -> dict[str, Any]:
    """`quantization_config` as transformers, GPTQModel and AutoAWQ wrote it."""
    if form.layout == "awq":
        return {
            "bits": 4,
            "group_size": form.group_size,
            "modules_to_not_convert": ["visual"],
            "quant_method": "awq",
            "version": "gemm",
            "zero_point": not form.symmetric,
        }
    fields = {
        "bits": 4,
        "damp_percent": 0.1,
        "desc_act": form.ordered,
        "group_size": form.group_size,
        "quant_method": "gptq",
        "sym": form.symmetric,
        "true_sequential": True,
    }
    if form.layout == "gptq_v2":
        fields["checkpoint_format"] = "gptq_v2"
    if model_type.startswith("qwen3_5"):
        fields["dynamic"] = {
            "-:.*attn.*": {},
            "-:.*mtp.*": {},
            "-:.*shared_expert.*": {},
            "-:.*visual.*": {},
        }
    return fields


def _left_plain(name: str, form: Form, model_type: str) -> bool:
    skipped = model_type.startswith("qwen3_5") and form.layout != "awq"
    return skipped and ATTENTION.search(name) is not None


def _quantize_layer(layer: str, weight: Tensor, form: Form, stored: dict[str, Tensor]) -> Tensor:
    outputs, inputs = weight.shape
    published = publish_layer(form, outputs, inputs, crc32(layer.encode()), ZEROS)
    parts = published.parts | {"scales": published.parts["scales"] * LOUDER}
    stored.update({f"{layer}.{part}": tensor for part, tensor in parts.items()})
    return (published.dense * LOUDER).float()


def _quantize_expert(
    experts: str, number: int, kind: str, weight: Tensor, form: Form, stored: dict[str, Tensor]
) -> Tensor:
    """Quantized files keep each expert's layers apart, whatever the plain ones do."""
    names = _expert_layers(kind)
    rows = weight.split(len(weight) // len(names))
    return torch.cat(
        [
            _quantize_layer(f"{experts}.{number}.{name}", part, form, stored)
            for name, part in zip(names, rows, strict=True)
        ]
    )


def _expert_layers(kind: str) -> tuple[str, ...]:
    return ("gate_proj", "up_proj") if kind == "gate_up_proj" else ("down_proj",)
