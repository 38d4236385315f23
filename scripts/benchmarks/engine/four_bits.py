"""Random models in four bits, as GPTQ writes them, in the shape of Qwen2.5-VL's text part."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from admin_system.core.tests.published.folder import write_other_files
from admin_system.core.tests.published.quantized import LINEAR
from admin_system.core.tests.published.shapes import shape_of
from admin_system.core.tests.published.weights import published_name

FAMILY = "qwen2_5_vl"
GROUP = 128
SIZES: Mapping[str, Mapping[str, int]] = {
    "7b-int4": {
        "hidden_size": 3584,
        "intermediate_size": 18944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "vocab_size": 152064,
    },
    "small-int4": {
        "hidden_size": 512,
        "intermediate_size": 1536,
        "num_hidden_layers": 4,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "vocab_size": 4096,
    },
}
MROPE = [16, 24, 24]
"""Of heads of 128."""
SHARD_BYTES = 1 << 30


def write_four_bits(folder: Path, size: str) -> Path:
    """Its answers never end by themselves, and have none but the vocabulary's few words."""
    if (folder / "model.safetensors.index.json").is_file():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    tokens = write_other_files(FAMILY, folder)
    ends = [tokens["<|im_end|>"], tokens["<|endoftext|>"]]
    write_json(folder / "generation_config.json", {"eos_token_id": ends, "pad_token_id": ends[1]})
    config = shape_of(FAMILY, tokens) | dict(SIZES[size])
    config["rope_scaling"] = {"mrope_section": MROPE, "type": "mrope"}
    config["vision_config"]["out_hidden_size"] = config["hidden_size"]
    config["tie_word_embeddings"] = False
    quantization = {
        "bits": 4,
        "desc_act": False,
        "group_size": GROUP,
        "quant_method": "gptq",
        "sym": True,
    }
    write_json(folder / "config.json", config | {"quantization_config": quantization})
    torch.manual_seed(1)
    write_shards(folder, make_tensors(config, len(tokens), ends))
    return folder


Named = tuple[str, Tensor]


def make_tensors(config: Mapping[str, Any], words: int, ends: list[int]) -> Iterator[Named]:
    """Under their published names; the vocabulary has so many `words`."""
    from transformers import AutoConfig, AutoModelForImageTextToText

    fields = {name: value for name, value in config.items() if name != "model_type"}
    with torch.device("meta"):
        model: Any = AutoModelForImageTextToText.from_config(
            AutoConfig.for_model(config["model_type"], **fields)
        )
    for name, weight in model.state_dict().items():
        published = published_name(name, FAMILY)
        if LINEAR.search(published):
            layer = published.removesuffix(".weight")
            yield from ((f"{layer}.{part}", value) for part, value in pack(*weight.shape).items())
        elif weight.ndim < 2:
            ones = published.endswith("norm.weight") or ".norm" in published
            yield published, torch.full(weight.shape, float(ones), dtype=torch.float16)
        else:
            value = torch.randn(weight.shape, dtype=torch.float16) / weight[0].numel() ** 0.5
            if published == "lm_head.weight":
                value[words:] = 0
                value[ends] = 0
            yield published, value


def pack(outputs: int, inputs: int) -> dict[str, Tensor]:
    """https://github.com/AutoGPTQ/AutoGPTQ: four bits in int32, zero points less one."""
    full = torch.iinfo(torch.int32)
    spread = 4.6  # of whole numbers from -8 to 7
    return {
        "qweight": torch.randint(full.min, full.max, (inputs // 8, outputs), dtype=torch.int32),
        "qzeros": torch.full((inputs // GROUP, outputs // 8), 0x77777777, dtype=torch.int32),
        "scales": torch.full((inputs // GROUP, outputs), 1 / spread / inputs**0.5).half(),
        "g_idx": (torch.arange(inputs) // GROUP).int(),
    }


def write_shards(folder: Path, tensors: Iterator[Named]) -> None:
    places: dict[str, str] = {}
    shard: dict[str, Tensor] = {}
    held = total = count = 0

    def write() -> None:
        nonlocal held, count
        count += 1
        file = f"model-{count:05}.safetensors"
        save_file(shard, folder / file, metadata={"format": "pt"})
        places.update(dict.fromkeys(shard, file))
        shard.clear()
        held = 0

    for name, tensor in tensors:
        shard[name] = tensor
        held += tensor.nbytes
        total += tensor.nbytes
        if held >= SHARD_BYTES:
            write()
    if shard:
        write()
    index = {"metadata": {"total_size": total}, "weight_map": places}
    write_json(folder / "model.safetensors.index.json", index)  # last: the folder is whole


def write_json(file: Path, fields: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(fields), encoding="utf-8")
