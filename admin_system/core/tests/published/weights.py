"""Random weights under the names and in the shapes of the published files."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from admin_system.core.tests.published.shapes import NGRAM_SHARDS

NGRAMS = "ngram_embedding.weight"
"""Qwen4-Exp's table of 95 GB, published in shards."""
SPREAD = 1.2
"""Standard deviation of a layer's output: wide enough that answers vary."""
DECAY = (-7.0, -1.0)
"""Logarithms of how fast linear attention forgets: slowly, or no picture would reach an answer."""
UNEVEN = 0.1
QUIET = 0.1
"""Embeddings as loud as layers would have the last token follow itself where they are tied."""


def random_weights(folder: Path, model_type: str, seed: int = 7) -> dict[str, Tensor]:
    """float32, for the config.json in the folder."""
    from transformers import AutoConfig, AutoModelForImageTextToText

    torch.manual_seed(seed)
    config = AutoConfig.from_pretrained(folder, trust_remote_code=False)
    model = AutoModelForImageTextToText.from_config(config, dtype=torch.float32)
    weights: dict[str, Tensor] = {}
    tied = config.tie_word_embeddings
    for name, weight in model.state_dict().items():
        if tied and name == "lm_head.weight":
            continue
        if weight.ndim >= 2:
            inputs = weight.shape[-1] if ".experts." in name else weight[0].numel()
            quiet = QUIET if name.endswith("embed_tokens.weight") else 1
            weight.normal_(std=SPREAD * quiet / inputs**0.5)
        elif name.endswith(".A_log"):
            weight.uniform_(*DECAY)
        elif (
            weight.is_floating_point()
        ):  # norms and biases: each its own, so that none can be taken for another
            weight += UNEVEN * torch.randn_like(weight)
        if name.endswith(NGRAMS):
            shards = {f"shard_{n}": part for n, part in enumerate(weight.chunk(NGRAM_SHARDS))}
            parent = name.removesuffix(".weight")
            weights |= {f"{parent}.{shard}.weight": part for shard, part in shards.items()}
            continue
        weights[published_name(name, model_type)] = weight
    if model_type.startswith("qwen3_5"):  # layers that predict further tokens, for other engines
        weights["mtp.fc.weight"] = torch.randn(8, 16)
    return weights


def published_name(name: str, model_type: str) -> str:
    """Until Qwen2.5-VL the language model was `model` and the vision tower stood beside it."""
    if model_type in ("qwen2_vl", "qwen2_5_vl"):
        return name.replace("model.language_model.", "model.").replace("model.visual.", "visual.")
    return name


def in_published_shape(name: str, weight: Tensor, model_type: str) -> Tensor:
    """Qwen3-VL's stacked experts are stored (experts, inputs, outputs)."""
    if model_type == "qwen3_vl_moe" and ".experts." in name and weight.ndim == 3:
        return weight.transpose(1, 2).contiguous()
    return weight
