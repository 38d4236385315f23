"""Measures what loading a random model takes in main memory, and what unloading gives back.

    python scripts/checks/load_memory.py [--loads 10] [--megabytes 200] [--folder FOLDER]

The peak of a load is the model and at most one shard; after ten loads and unloads no more is held
than after two. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.core.checkpoints import MINIATURE, inspect_checkpoint
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.types import EngineSpec, LoadProgress

MEGABYTE = 1_000_000
SETTLING = 0.2
"""Seconds between two looks."""
SHARDS = 5
HIDDEN = 768
BYTES_A_LAYER = 14 * MEGABYTE


def write_model(folder: Path, megabytes: int) -> Path:
    """The miniature's files around a larger network with random weights in bfloat16."""
    import torch
    from transformers import AutoConfig, AutoModelForImageTextToText

    config = AutoConfig.from_pretrained(MINIATURE)
    del config.quantization_config  # the miniature's is in four bits
    text, vision = config.text_config, config.vision_config
    text.hidden_size = vision.out_hidden_size = HIDDEN
    text.intermediate_size = 4 * HIDDEN
    text.num_hidden_layers = max(1, megabytes * MEGABYTE // BYTES_A_LAYER)
    torch.manual_seed(0)
    model = AutoModelForImageTextToText.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(folder, max_shard_size=megabytes * MEGABYTE // SHARDS)
    for file in MINIATURE.iterdir():
        weights = file.suffix == ".safetensors" or file.name == "quantize_config.json"
        if not (folder / file.name).exists() and not weights:
            shutil.copy(file, folder)
    return folder


def measure(folder: Path, loads: int) -> dict[str, Any]:
    """All in bytes; `rest` is held after each unload, beyond what was held before the first."""
    process = psutil.Process()
    warm = LocalEngine(EngineSpec("warm", "local", path=str(MINIATURE), device="cpu"))
    warm.load(lambda progress: None)
    warm.unload()
    before = process.memory_info().rss
    peak = before
    rest = []

    def look(progress: LoadProgress) -> None:
        nonlocal peak
        peak = max(peak, process.memory_info().rss)

    spec = EngineSpec("big", "local", path=str(folder), device="cpu", precision="bfloat16")
    for _ in range(loads):
        engine = LocalEngine(spec)
        engine.load(look)
        engine.unload()
        rest.append(settled(process))
    files = inspect_checkpoint(folder).weights.files
    return {
        "model": sum(file.stat().st_size for file in files),
        "shards": len(files),
        "largest_shard": max(file.stat().st_size for file in files),
        "before": before,
        "peak": peak - before,
        "rest": rest,
    }


def settled(process: psutil.Process) -> int:
    """The least within a moment: the system takes the memory of a thread that has just ended back
    a little later."""
    reads = []
    for _ in range(5):
        reads.append(process.memory_info().rss)
        time.sleep(SETTLING)
    return int(min(reads))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--loads", type=int, default=10)
    parser.add_argument("--megabytes", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="a model to measure, instead of a random one")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = options.folder or write_model(Path(place), options.megabytes)
        print(json.dumps(measure(folder, options.loads)))


if __name__ == "__main__":
    main()
