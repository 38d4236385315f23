"""The models that the engine is measured with: the miniature, and random ones."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.tests.quantization.dequantized import write_dequantized
from scripts.benchmarks.engine.four_bits import SIZES, write_four_bits

FOLDERS = Path(tempfile.gettempdir())
"""Written once: `random` 60 MB, `7b-int4` 6 GB."""
FOUR_BITS = tuple(SIZES)
MODELS = ("random", "miniature", *FOUR_BITS)
END = 2
"""What ends an answer in the miniature's vocabulary."""
OTHERS = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")


def find_model(name: str) -> Path:
    """One of MODELS; `random` has 30 M parameters."""
    if name == "miniature":
        return MINIATURE
    if name in FOUR_BITS:
        return write_four_bits(FOLDERS / f"engine_benchmark_{name}", name)
    return write_random(FOLDERS / "engine_benchmark_30m")


def find_twin(folder: Path) -> Path:
    """What transformers' own loader opens here: a four-bit folder's twin, dequantized."""
    if folder != MINIATURE:
        return folder
    return write_dequantized(folder, Path(tempfile.mkdtemp()) / "twin")


def write_random(folder: Path) -> Path:
    """Qwen3-VL's layout, hidden size 512, 8 layers, the miniature's words; never ends by itself."""
    import torch
    from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration

    if (folder / "model.safetensors").is_file():
        return folder
    words = json.loads((MINIATURE / "config.json").read_text("utf-8"))
    text = words["text_config"] | {
        "hidden_size": 512,
        "num_hidden_layers": 8,
        "num_attention_heads": 8,
        "num_key_value_heads": 2,
        "head_dim": 64,
        "intermediate_size": 1536,
        "max_position_embeddings": 8192,
        "tie_word_embeddings": False,
        "rope_parameters": {
            "mrope_interleaved": True,
            "mrope_section": [12, 10, 10],
            "rope_theta": 1e6,
            "rope_type": "default",
        },
    }
    vision = words["vision_config"] | {
        "hidden_size": 256,
        "intermediate_size": 1024,
        "num_heads": 8,
        "out_hidden_size": 512,
        "deepstack_visual_indexes": [1, 2],
    }
    tokens = {name: words[name] for name in words if name.endswith("_token_id")}
    torch.manual_seed(1)
    model: Any = Qwen3VLForConditionalGeneration(
        Qwen3VLConfig(text_config=text, vision_config=vision, tie_word_embeddings=False, **tokens)
    )
    for weight in model.parameters():
        if weight.ndim >= 2:
            torch.nn.init.normal_(weight, std=1.2 / weight[0].numel() ** 0.5)
    with torch.no_grad():
        model.lm_head.weight[END] = 0
    model.generation_config.eos_token_id = END
    model.save_pretrained(folder)
    for name in OTHERS:
        shutil.copy(MINIATURE / name, folder)
    preprocessor = json.loads((MINIATURE / "preprocessor_config.json").read_text("utf-8"))
    preprocessor["size"] = {"shortest_edge": 3136, "longest_edge": 1_000_000}
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor), encoding="utf-8")
    return folder
