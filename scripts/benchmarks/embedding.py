"""Print how fast an embedder embeds documents, as a share of its model's own raw speed.

    python scripts/benchmarks/embedding.py TEXTS [--count 512] [--rounds 3] [--threads 1]
        [--precision auto]

TEXTS holds question sets (JSON in SQuAD's layout), whose paragraphs are cut into passages. Raw is
the same loaded model's `encode` on all of them at once with the best of several batch sizes. Both
are asked in turn; the shares are of the median CPU time, which a busy machine changes least.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))

from admin_system.vector_search.embedder import EmbedderSpec, Precision
from admin_system.vector_search.embedders.sentence import BundledEmbedder
from scripts.benchmarks.corpus import read_corpus

BATCH_SIZES = (16, 32, 64, 128)
OURS = "embed"


def measure(
    embedder: BundledEmbedder, texts: Sequence[str], rounds: int
) -> dict[str, tuple[float, float]]:
    """Median CPU and wall seconds of each way."""
    model: Any = embedder._model
    ways: dict[str, Callable[[], object]] = {OURS: lambda: embedder.embed(texts)}

    def encode_by(size: int) -> Callable[[], object]:
        return lambda: model.encode(list(texts), batch_size=size, show_progress_bar=False)

    ways |= {f"raw, batches of {size}": encode_by(size) for size in BATCH_SIZES}
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            wall, work = time.perf_counter(), time.process_time()
            way()
            taken[name].append((time.process_time() - work, time.perf_counter() - wall))
    return {
        name: (float(np.median(rows, axis=0)[0]), float(np.median(rows, axis=0)[1]))
        for name, rows in taken.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--count", default=512, type=int)
    parser.add_argument("--rounds", default=3, type=int)
    parser.add_argument("--threads", default=1, type=int)
    parser.add_argument("--precision", default="auto", choices=["auto", "float32", "bfloat16"])
    options = parser.parse_args()
    import torch

    torch.set_num_threads(options.threads)
    passages = read_corpus(options.texts).passages
    texts = passages[:: max(1, len(passages) // options.count)][: options.count]
    precision: Precision = options.precision
    embedder = BundledEmbedder(EmbedderSpec(precision=precision))
    embedder.load()
    embedder.embed(texts[:64])
    figures = measure(embedder, texts, options.rounds)
    best = min(work for name, (work, _) in figures.items() if name != OURS)
    print(f"{len(texts)} passages, {embedder._model.dtype}, {options.threads} threads\n")
    print("| way | CPU s | wall s | passages a second of CPU | share of the best raw |")
    print("| --- | --- | --- | --- | --- |")
    for name, (work, wall) in figures.items():
        speed = len(texts) / work
        print(f"| {name} | {work:.2f} | {wall:.2f} | {speed:.1f} | {best / work:.3f} |")


if __name__ == "__main__":
    main()
