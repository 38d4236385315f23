"""transformers' own way from a question to an answer, and small networks to compare on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL.Image import Image

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.types import Picture

Turns = tuple[tuple[Any, Sequence[str | Picture]], ...]
"""Who says it, and its parts in order."""

FOLDER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
TEXT = {
    "hidden_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "intermediate_size": 96,
    "max_position_embeddings": 2048,
    "bos_token_id": None,
    "eos_token_id": 2,
    "pad_token_id": 0,
    "tie_word_embeddings": False,
    "rope_parameters": {"rope_type": "default", "rope_theta": 1e4, "mrope_section": [2, 3, 3]},
}
TOKENS = {
    "image_token_id": 5,
    "video_token_id": 6,
    "vision_start_token_id": 3,
    "vision_end_token_id": 4,
    "tie_word_embeddings": False,
}
VISION_2 = {
    "depth": 2,
    "embed_dim": 32,
    "hidden_size": 64,
    "num_heads": 2,
    "mlp_ratio": 2,
    "patch_size": 14,
    "spatial_merge_size": 2,
    "temporal_patch_size": 2,
}
VISION_2_5 = {
    "depth": 2,
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_heads": 2,
    "out_hidden_size": 64,
    "fullatt_block_indexes": [1],
    "window_size": 56,
    "patch_size": 14,
    "spatial_merge_size": 2,
    "temporal_patch_size": 2,
}


def write_random_checkpoint(model_type: str, folder: Path) -> Path:
    """The layout that is published, the miniature's words, weights without a meaning."""
    import torch
    import transformers

    torch.manual_seed(3)
    miniature = json.loads((MINIATURE / "config.json").read_text("utf-8"))
    text = TEXT | {"vocab_size": miniature["text_config"]["vocab_size"]}
    if model_type == "qwen2_vl":
        config: Any = transformers.Qwen2VLConfig(text_config=text, vision_config=VISION_2, **TOKENS)
        model: Any = transformers.Qwen2VLForConditionalGeneration(config)
    else:
        config = transformers.Qwen2_5_VLConfig(text_config=text, vision_config=VISION_2_5, **TOKENS)
        model = transformers.Qwen2_5_VLForConditionalGeneration(config)
    for weight in model.parameters():
        if weight.ndim >= 2:  # wide enough that the likeliest token is not always the same
            torch.nn.init.normal_(weight, std=1.2 / weight.shape[-1] ** 0.5)
    model.generation_config.eos_token_id = 2
    model.generation_config.pad_token_id = 0
    model.save_pretrained(folder)
    for name in FOLDER_FILES:
        shutil.copy(MINIATURE / name, folder / name)
    preprocessor = json.loads((MINIATURE / "preprocessor_config.json").read_text("utf-8"))
    preprocessor["size"] = {"shortest_edge": 3136, "longest_edge": 50176}
    (folder / "preprocessor_config.json").write_text(json.dumps(preprocessor), encoding="utf-8")
    return folder


class Reference:
    """`generate`, the tokenizer and the picture processor, none of our code between them."""

    def __init__(self, folder: Path) -> None:
        import torch
        from transformers import AutoModelForImageTextToText, AutoTokenizer
        from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import (
            Qwen2VLImageProcessorPil,
        )

        self.tokenizer: Any = AutoTokenizer.from_pretrained(folder, trust_remote_code=False)
        self.pictures: Any = Qwen2VLImageProcessorPil.from_pretrained(folder)
        self.model: Any = AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32)
        self.model.eval()
        self.image_id: int = self.model.config.image_token_id

    def inputs(self, turns: Sequence[dict[str, Any]], images: Sequence[Image]) -> dict[str, Any]:
        text = self.tokenizer.apply_chat_template(
            list(turns), tokenize=False, add_generation_prompt=True, enable_thinking=False
        )
        pictures = {}
        if images:
            pictures = dict(self.pictures(images=list(images), return_tensors="pt"))
            for grid in pictures["image_grid_thw"]:
                count = int(grid.prod()) // 4
                text = text.replace("<|image_pad|>", "<|PLACE|>" * count, 1)
            text = text.replace("<|PLACE|>", "<|image_pad|>")
        ids = self.tokenizer(text, return_tensors="pt")["input_ids"]
        return {"input_ids": ids, "mm_token_type_ids": (ids == self.image_id).long(), **pictures}

    def answer(self, inputs: dict[str, Any], max_tokens: int) -> list[int]:
        """The new tokens, greedy."""
        import torch

        with torch.inference_mode():
            ids = self.model.generate(
                **inputs,
                attention_mask=torch.ones_like(inputs["input_ids"]),
                max_new_tokens=max_tokens,
                do_sample=False,
            )
        answer: list[int] = ids[0, inputs["input_ids"].shape[1] :].tolist()
        return answer


def to_reference(turns: Turns) -> tuple[list[dict[str, Any]], list[Image]]:
    """The conversation as transformers' chat templates take it, and its pictures."""
    images = [part.image for _, parts in turns for part in parts if isinstance(part, Picture)]
    said = [
        {
            "role": role,
            "content": [
                {"type": "text", "text": part} if isinstance(part, str) else {"type": "image"}
                for part in parts
            ],
        }
        for role, parts in turns
    ]
    return said, images
