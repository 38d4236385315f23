"""The forms in which Qwen3-VL is published beside GPTQ and AWQ: FP8, and compressed-tensors.

Sources: the config.json and tensor names of Qwen3-VL-*-Instruct-FP8 (blocks of 128 x 128), and of
the four-bit Qwen3-VL folders that llm-compressor writes ("AWQ" by name, pack-quantized by format).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch import Tensor

from admin_system.core.tests.published.quantized import EXPERTS, LINEAR

METHODS = ("fp8", "compressed", "zeros", "eight")
"""FP8; compressed-tensors of four bits, symmetric or with zero points, and of eight."""
BLOCK = 128
GROUP = 32
LARGEST_FP8 = 448.0
ATTENTION = "self_attn"
"""Stays plain in the four-bit folders here, so that layers of both kinds stand in one."""


def store(
    weights: Mapping[str, Tensor], method: str
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The tensors to publish and, in float32, what they stand for."""
    stored: dict[str, Tensor] = {}
    dense: dict[str, Tensor] = {}
    for name, weight in weights.items():
        experts = EXPERTS.fullmatch(name)
        if experts and method != "fp8":
            parts = (
                _store_expert(f"{experts[1]}.{number}", experts[2], expert, method, stored)
                for number, expert in enumerate(weight)
            )
            dense[name] = torch.stack(list(parts))
        elif experts or (LINEAR.search(name) and not _left_plain(name, method)):
            dense[name] = _store(name, weight, method, stored)
        else:
            stored[name] = weight.bfloat16() if weight.is_floating_point() else weight
            dense[name] = stored[name].to(weight.dtype)
    return stored, dense


def plain_layers(weights: Mapping[str, Tensor], method: str) -> list[str]:
    """Linear layers that are not quantized, as the folders list them."""
    return [
        name.removesuffix(".weight")
        for name, weight in weights.items()
        if weight.ndim == 2
        and "embed" not in name
        and not (LINEAR.search(name) and not _left_plain(name, method))
    ]


def _left_plain(name: str, method: str) -> bool:
    return method != "fp8" and ATTENTION in name


def _store(name: str, weight: Tensor, method: str, stored: dict[str, Tensor]) -> Tensor:
    if method == "fp8":
        parts, dense = _fp8(name, weight)
    else:
        parts, dense = _pack(
            name.removesuffix(".weight"),
            weight,
            bits=8 if method == "eight" else 4,
            zeros=method == "zeros",
        )
    stored.update(parts)
    return dense


def _store_expert(
    expert: str, kind: str, weight: Tensor, method: str, stored: dict[str, Tensor]
) -> Tensor:
    """Each expert's layers apart."""
    names = ("gate_proj", "up_proj") if kind == "gate_up_proj" else ("down_proj",)
    rows = weight.split(len(weight) // len(names))
    layers = zip(names, rows, strict=True)
    return torch.cat(
        [_store(f"{expert}.{name}.weight", part, method, stored) for name, part in layers]
    )


def _fp8(name: str, weight: Tensor) -> tuple[dict[str, Tensor], Tensor]:
    """One factor for each block of 128 x 128, the last ones cut off at the edges."""
    *more, outputs, inputs = weight.shape
    scales = torch.empty(*more, -(-outputs // BLOCK), -(-inputs // BLOCK))
    values = torch.empty(weight.shape, dtype=torch.float8_e4m3fn)
    dense = torch.empty(weight.shape)
    for row in range(scales.shape[-2]):
        for column in range(scales.shape[-1]):
            part = (
                ...,
                slice(row * BLOCK, (row + 1) * BLOCK),
                slice(column * BLOCK, (column + 1) * BLOCK),
            )
            scale = (weight[part].abs().amax((-2, -1)) / LARGEST_FP8).bfloat16()
            scales[..., row, column] = scale.float()
            factor = scale.float()[..., None, None]
            values[part] = (weight[part] / factor).to(torch.float8_e4m3fn)
            dense[part] = values[part].float() * factor
    return {name: values, f"{name}_scale_inv": scales.bfloat16()}, dense


def _pack(
    layer: str, weight: Tensor, *, bits: int, zeros: bool
) -> tuple[dict[str, Tensor], Tensor]:
    """In groups of 32 inputs; each value is stored with half of the range added."""
    half = 2 ** (bits - 1)
    outputs, inputs = weight.shape
    groups = weight.unflatten(1, (-1, GROUP))  # (O, G, g)
    least, most = groups.amin(-1), groups.amax(-1)
    if zeros:
        scale = ((most - least) / (2 * half - 1)).bfloat16()
        zero = (-half - least / scale.float()).round().clamp(-half, half - 1)
    else:
        scale = (torch.maximum(most, -least) / (half - 0.5)).bfloat16()
        zero = torch.zeros_like(least)
    values = (groups / scale.float()[..., None] + zero[..., None]).round().clamp(-half, half - 1)
    dense = ((values - zero[..., None]) * scale.float()[..., None]).flatten(1)
    parts = {
        "weight_packed": _words(values.flatten(1), bits),
        "weight_scale": scale,
        "weight_shape": torch.tensor([outputs, inputs]),
    }
    if zeros:
        parts["weight_zero_point"] = _words(zero.T, bits).T.contiguous()
    return {f"{layer}.{part}": tensor for part, tensor in parts.items()}, dense


def _words(values: Tensor, bits: int) -> Tensor:
    """(R, C 32 / bits) -> (R, C) int32, the first value of a word in its lowest bits."""
    shifts = torch.arange(0, 32, bits)
    words = (values.long() + 2 ** (bits - 1)).unflatten(1, (-1, 32 // bits)) << shifts
    return words.sum(-1).to(torch.int32)


def configuration(plain: Iterable[str], method: str) -> dict[str, Any]:
    """`quantization_config` as it is published."""
    if method == "fp8":
        return _fp8_configuration(plain)
    return _compressed_configuration(
        plain, bits=8 if method == "eight" else 4, zeros=method == "zeros"
    )


def _fp8_configuration(plain: Iterable[str]) -> dict[str, Any]:
    return {
        "activation_scheme": "dynamic",
        "fmt": "e4m3",
        "modules_to_not_convert": ["lm_head", *plain],
        "quant_method": "fp8",
        "weight_block_size": [BLOCK, BLOCK],
    }


def _compressed_configuration(plain: Iterable[str], *, bits: int, zeros: bool) -> dict[str, Any]:
    weights: dict[str, Any] = {
        "actorder": None,
        "block_structure": None,
        "dynamic": False,
        "group_size": GROUP,
        "num_bits": bits,
        "observer": "mse",
        "observer_kwargs": {},
        "strategy": "group",
        "symmetric": not zeros,
        "type": "int",
    }
    group = {
        "format": "pack-quantized",
        "input_activations": None,
        "output_activations": None,
        "targets": ["Linear"],
        "weights": weights,
    }
    return {
        "config_groups": {"group_0": group},
        "format": "pack-quantized",
        "global_compression_ratio": None,
        "ignore": [*plain, "lm_head"],
        "kv_cache_scheme": None,
        "quant_method": "compressed-tensors",
        "quantization_status": "compressed",
    }
