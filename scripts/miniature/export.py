"""Turn a training state into a model folder: fp16 weights, processor files, sums and card.

python scripts/miniature/export.py work/m.pt work/folder --card work/card.md
"""

import argparse
import hashlib
import shutil
from pathlib import Path

import torch
from network import Miniature, build_config
from pictures import LEAST_AREA, MERGE, MOST_AREA, PATCH
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from vocabulary import Vocabulary

SHIPPED = Path(__file__).parents[2] / "admin_system/core/checkpoints/miniature"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
SUMS = "SHA256SUMS"


def export(state: Path, tokenizer: Path, folder: Path, card: Path | None) -> None:
    """Write the whole folder."""
    vocabulary = Vocabulary.load(tokenizer)
    model = Miniature(build_config(vocabulary))
    model.load_state_dict(torch.load(state, weights_only=True)["model"])
    network = model.network
    network.generation_config.eos_token_id = vocabulary.token("<|im_end|>")
    network.generation_config.pad_token_id = vocabulary.token("<|endoftext|>")
    network.half().save_pretrained(folder)
    processor = Qwen2VLImageProcessorPil(
        patch_size=PATCH,
        merge_size=MERGE,
        temporal_patch_size=2,
        size={"shortest_edge": LEAST_AREA, "longest_edge": MOST_AREA},
        image_mean=[0.5] * 3,
        image_std=[0.5] * 3,
    )
    processor.save_pretrained(folder)
    for name in TOKENIZER_FILES:
        shutil.copyfile(tokenizer / name, folder / name)
    if card:
        shutil.copyfile(card, folder / "README.md")
    write_sums(folder)


def write_sums(folder: Path) -> None:
    """SHA-256 of every other file, in the form of sha256sum."""
    lines = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n"
        for path in sorted(folder.iterdir())
        if path.name != SUMS
    ]
    (folder / SUMS).write_text("".join(lines))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("state", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tokenizer", type=Path, default=SHIPPED, help="a folder")
    parser.add_argument("--card", type=Path, help="becomes the folder's README.md")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    export(options.state, options.tokenizer, options.folder, options.card)
