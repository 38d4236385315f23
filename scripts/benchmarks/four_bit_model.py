"""Print what a step of the four-bit miniature costs exactly in float32 and by the int4 product.

    python scripts/benchmarks/four_bit_model.py [--repeats 8]

The least processor time of a prompt with a picture, and of one of the tokens behind it. On this
rests `SMALL` in core/engines/local/placement.py: small models are run exactly.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import torch
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.core.checkpoints import MINIATURE, inspect_checkpoint
from admin_system.core.engines.local.network import Network, Part
from admin_system.core.engines.local.opening import open_checkpoint
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.prompt import Prompt
from admin_system.core.types import (
    ChatRequest,
    EngineSpec,
    Message,
    Picture,
    PicturePart,
    TextPart,
)

PRECISIONS = ("float32", "bfloat16")
TOKENS = 40
PICTURE = Picture(Image.new("RGB", (400, 300), "white"), sha256="")
REQUEST = ChatRequest((Message("user", (PicturePart(PICTURE), TextPart("描述这张图片"))),))


def measure(network: Network, prompt: Prompt) -> tuple[float, float]:
    """Seconds of processor time: the prompt, and one token."""
    ids = prompt.ids[0].tolist()
    began = time.process_time()
    network.begin(0, prompt)
    network.see(0, 0, len(ids))
    network.run([Part(0, 0, ids)])
    read = time.process_time()
    for number in range(TOKENS):
        network.run([Part(0, len(ids) + number, [100 + number])])
    return read - began, (time.process_time() - read) / TOKENS


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=8)
    repeats = parser.parse_args().repeats
    torch.set_num_threads(1)
    checkpoint = inspect_checkpoint(MINIATURE)
    with torch.inference_mode():
        spec = EngineSpec("m", "local", path=str(checkpoint.path))
        opening = open_checkpoint(spec, checkpoint, checkpoint.context_length)
        networks = {
            precision: opening.open_network(Placement("cpu", precision, "cpu"), lambda *_: None)
            for precision in PRECISIONS
        }
        prompt = opening.preparation.prepare(REQUEST)
        for network in networks.values():
            network.reserve(1, prompt.tokens + TOKENS)
        rounds = [
            {precision: measure(network, prompt) for precision, network in networks.items()}
            for _ in range(repeats)
        ]
    for precision in PRECISIONS:
        prefill, step = (min(times) for times in zip(*(r[precision] for r in rounds), strict=True))
        print(f"{precision}: {1e3 * prefill:.1f} ms a prompt, {1e3 * step:.2f} ms a token")


if __name__ == "__main__":
    main()
