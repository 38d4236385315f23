"""A miniature CLIP with random weights, as sentence-transformers stores one."""

from __future__ import annotations

import json
from pathlib import Path

SIDE = 32
"""Pixels of a picture as the network takes it."""
DIM = 24


def write_clip_folder(folder: Path) -> Path:
    """Blind, and yet like pictures get like vectors."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Transformer
    from transformers import (
        CLIPConfig,
        CLIPImageProcessor,
        CLIPModel,
        CLIPProcessor,
        CLIPTokenizer,
    )

    torch.manual_seed(7)
    parts = folder / "parts"
    parts.mkdir(parents=True)
    letters = [chr(code) for code in range(33, 127)]
    vocabulary = [*letters, *(f"{letter}</w>" for letter in letters)]
    vocabulary += ["<|startoftext|>", "<|endoftext|>"]
    (parts / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(vocabulary)}))
    (parts / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(
        str(parts / "vocab.json"), str(parts / "merges.txt"), model_max_length=64
    )
    sizes = {"hidden_size": 32, "intermediate_size": 48, "num_hidden_layers": 1}
    config = CLIPConfig(
        text_config={
            **sizes,
            "num_attention_heads": 2,
            "vocab_size": len(vocabulary),
            "max_position_embeddings": 64,
            "bos_token_id": len(vocabulary) - 2,
            "eos_token_id": len(vocabulary) - 1,
            "pad_token_id": len(vocabulary) - 1,
        },
        vision_config={**sizes, "num_attention_heads": 2, "image_size": SIDE, "patch_size": 8},
        projection_dim=DIM,
    )
    images = CLIPImageProcessor(size={"shortest_edge": SIDE}, crop_size=SIDE)
    CLIPModel(config).save_pretrained(parts)
    CLIPProcessor(images, tokenizer).save_pretrained(parts)
    model = SentenceTransformer(modules=[Transformer(str(parts))], device="cpu")
    model.save(str(folder / "clip"), create_model_card=False)
    return folder / "clip"
