"""Turn a training state into a model folder: weights, processor files, sums and card.

    python scripts/miniature/export.py work/m.pt work/folder --group-size 32 --card work/card.md

The weights are fp16; with `--group-size` the text part is then written in four bits, just as
`manage.py quantize_model` does it.
"""

import argparse
import hashlib
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from network import Miniature, build_config
from pictures import LEAST_AREA, MERGE, MOST_AREA, PATCH
from transformers.models.qwen2_vl.image_processing_pil_qwen2_vl import Qwen2VLImageProcessorPil
from vocabulary import Vocabulary

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.core.quantization.writer import Recipe, quantize_checkpoint

SHIPPED = Path(__file__).parents[2] / "admin_system/core/checkpoints/miniature"
TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "chat_template.jinja")
SUMS = "SHA256SUMS"


def export(
    state: Path, tokenizer: Path, folder: Path, card: Path | None, group_size: int | None = None
) -> None:
    """Write the whole folder, which must not be there yet."""
    if group_size:
        with tempfile.TemporaryDirectory() as plain:
            write_plain(state, tokenizer, Path(plain))
            quantize_checkpoint(Path(plain), folder, Recipe(group_size))
    else:
        write_plain(state, tokenizer, folder)
    if card:
        shutil.copyfile(card, folder / "README.md")
    write_sums(folder)


def write_plain(state: Path, tokenizer: Path, folder: Path) -> None:
    """The model and its processor in fp16."""
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
    parser.add_argument("--group-size", type=int, help="of the text part in four bits")
    options = parser.parse_args()
    export(options.state, options.tokenizer, options.folder, options.card, options.group_size)
