"""Writes a miniature of a published checkpoint: every file that stands in such a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from admin_system.core.tests.published import newer
from admin_system.core.tests.published.quantized import configuration, form_of, quantize
from admin_system.core.tests.published.shapes import shape_of
from admin_system.core.tests.published.vocabulary import write_vocabulary
from admin_system.core.tests.published.weights import in_published_shape, random_weights

STORAGES = ("bf16", "gptq", "awq")
SHARDS = 3
TEMPLATES = Path(__file__).parent / "templates"

CLIP = {
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
}
HALF = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}
SAMPLING: Mapping[str, Mapping[str, Any]] = {
    "qwen2_vl": {"top_k": 1, "top_p": 0.001, "temperature": 0.01, "repetition_penalty": 1.0},
    "qwen2_5_vl": {"repetition_penalty": 1.05, "temperature": 0.000001},
    "qwen3_vl": {"top_k": 20, "top_p": 0.8, "temperature": 0.7, "repetition_penalty": 1.0},
    "qwen3_5": {"top_k": 20, "top_p": 0.95, "temperature": 0.6},
}
"""How the published generation_config.json of a line wants to be sampled."""


def write_checkpoint(model_type: str, storage: str, folder: Path) -> Path:
    """Returns a folder with the same weights unquantized: `folder` itself or one beside it."""
    tokens = write_other_files(model_type, folder)
    config = shape_of(model_type, tokens)
    _write_json(folder / "config.json", config)
    weights = random_weights(folder, model_type)
    if storage == "bf16":
        _write_shards(folder, weights, model_type, torch.bfloat16)
        return folder
    if storage in newer.METHODS:
        stored, dense = newer.store(weights, storage)
        quantization = newer.configuration(newer.plain_layers(weights, storage), storage)
    else:
        form = form_of(storage, model_type)
        stored, dense = quantize(weights, form, model_type)
        quantization = configuration(form, model_type)
    twin = folder.with_name(f"{folder.name}-dense")
    write_other_files(model_type, twin)
    _write_json(twin / "config.json", config)
    _write_shards(twin, dense, model_type)
    _write_json(folder / "config.json", config | {"quantization_config": quantization})
    _write_shards(folder, stored, model_type)
    return twin


def write_other_files(model_type: str, folder: Path) -> Mapping[str, int]:
    """All but configuration and weights; returns the number of every token."""
    folder.mkdir(parents=True, exist_ok=True)
    line = model_type.removesuffix("_moe")
    style = {"qwen2_5_vl": "qwen2_vl", "qwen4_exp": "qwen3_5"}.get(line, line)
    template = (TEMPLATES / f"{style}.jinja").read_text(encoding="utf-8").rstrip("\n")
    tokens = write_vocabulary(folder, "Qwen2Tokenizer", template)
    if style == "qwen3_5":
        (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    else:
        _write_json(folder / "chat_template.json", {"chat_template": template})
    _write_json(folder / "preprocessor_config.json", _preprocessor(line))
    ends = [tokens["<|im_end|>"], tokens["<|endoftext|>"]]
    ids = {"bos_token_id": ends[1], "pad_token_id": ends[1], "eos_token_id": ends}
    sampling = {"do_sample": True, **ids, **SAMPLING.get(line, SAMPLING["qwen3_5"])}
    _write_json(folder / "generation_config.json", sampling)
    return tokens


def _preprocessor(line: str) -> dict[str, Any]:
    if line in ("qwen2_vl", "qwen2_5_vl"):
        kind = "Qwen2VLImageProcessor"
        sizes: dict[str, Any] = {"min_pixels": 3136, "max_pixels": 12845056, "patch_size": 14}
    else:
        kind = "Qwen2VLImageProcessorFast"
        sizes = {"size": {"longest_edge": 16777216, "shortest_edge": 65536}, "patch_size": 16}
    return {
        **sizes,
        **(CLIP if line in ("qwen2_vl", "qwen2_5_vl") else HALF),
        "temporal_patch_size": 2,
        "merge_size": 2,
        "image_processor_type": kind,
        "processor_class": "Qwen3VLProcessor" if line >= "qwen3" else "Qwen2VLProcessor",
    }


def _write_shards(
    folder: Path,
    weights: Mapping[str, Tensor],
    model_type: str,
    dtype: torch.dtype | None = None,
) -> None:
    """`dtype` None leaves every tensor its own."""
    names = list(weights)
    places: dict[str, str] = {}
    total = 0
    for number in range(SHARDS):
        file = f"model-{number + 1:05}-of-{SHARDS:05}.safetensors"
        part = {}
        for name in names[number::SHARDS]:  # the parts of a layer lie in different files
            tensor = in_published_shape(name, weights[name], model_type)
            if dtype is not None and tensor.is_floating_point():
                tensor = tensor.to(dtype)
            part[name] = tensor.contiguous()
            places[name] = file
            total += tensor.numel() * tensor.itemsize
        save_file(part, folder / file, metadata={"format": "pt"})
    index = {"metadata": {"total_size": total}, "weight_map": dict(sorted(places.items()))}
    _write_json(folder / "model.safetensors.index.json", index)


def _write_json(file: Path, fields: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(fields, ensure_ascii=False, indent=2), encoding="utf-8")
