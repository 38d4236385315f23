"""Print how fast and how exact the vector index is, and what keeping it costs.

    python scripts/benchmarks/vector_search.py [--sizes 100000,1000000] [--kinds flat,sq8,ivf]
        [--texts FOLDER] [--cache FOLDER] [--queries 200] [--threads 1]

Vectors are synthetic clusters of `--dim` numbers; with `--texts` they are MiniLM's of the
paragraphs in FOLDER (JSON in SQuAD's layout), each repeated with noise of length 0.3. Questions are
asked one at a time, made of vectors by the same noise; recall is the share of the ten true
neighbours, then that of far questions (noise of length 1) and, with `--texts`, of the English
questions of the texts. `topic` searches a tenth of the passages, `small` 2,500 of them. Times are
p50 / p99, then the same of the CPU. Memory is what an opened index takes.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from admin_system.vector_search.embedder import EmbedderProfile, Vectors
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.recall import (
    FAR,
    NEAR,
    find_truth,
    measure_recall,
    sample_questions,
)
from admin_system.vector_search.store import IndexStore
from admin_system.vector_search.structures import StructureKind
from admin_system.vector_search.tuning import build_index
from scripts.benchmarks.corpus import (
    CLUSTER,
    SPREAD,
    embed_once,
    make_centres,
    milliseconds,
    read_corpus,
    scatter,
)

TOPICS = 10
SMALL_TOPIC, SMALL = 99, 2500
HEADINGS = (
    "vectors | kind (cells searched) | build s | p50 / p99 ms, CPU | topic | small | "
    "recall@10 near | far | questions | MiB memory | MiB file | save / open s | "
    "add 100 ms | topic after an addition ms | remove 1 / 1000 ms"
)


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def resident() -> float:
    """MiB of this process in main memory."""
    return float(psutil.Process().memory_info().rss / 2**20)


def make_topics(count: int) -> list[int]:
    topics = np.arange(count) % TOPICS
    topics[:: max(1, count // SMALL)] = SMALL_TOPIC
    return [int(topic) for topic in topics]


def measure_kind(kind: StructureKind, vectors: Vectors, asked: list[Vectors], folder: Path) -> str:
    """One row of the table."""
    size, near = len(vectors), asked[0]
    every: tuple[list[int] | None, ...] = (None, [3], [SMALL_TOPIC])
    start = time.perf_counter()
    index = build_index(range(size), vectors, make_topics(size), kind=kind)
    cells = [f"{size}", index.kind, f"{time.perf_counter() - start:.1f}"]
    with index.snapshot() as (structure, _, _):
        recalls = [
            measure_recall(structure, rows, find_truth(rows, np.arange(size), vectors))
            for rows in asked
        ]
        if structure.kind == "ivf":
            cells[1] = f"ivf ({structure.probes} of {structure.index.nlist})"
    for topics in every:
        cells.append(measure_searches(index, near, topics))
    cells += [f"{recall:.4f}" for recall in recalls] + ["—"] * (3 - len(recalls))
    profile = EmbedderProfile("benchmark", "1", vectors.shape[1], 1)
    store = IndexStore(folder / "benchmark.index")
    saved = seconds(lambda: store.save(index, profile))
    del index, structure
    gc.collect()
    before, start = resident(), time.perf_counter()
    index = store.open(profile)
    opened = time.perf_counter() - start
    file = store.path.stat().st_size / 2**20
    cells += [f"{resident() - before:.0f}", f"{file:.0f}", f"{saved:.2f} / {opened:.2f}"]
    store.remove()
    return f"| {' | '.join(cells)} | {measure_changes(index, vectors, near)} |"


def measure_searches(index: VectorIndex, questions: Vectors, topics: list[int] | None) -> str:
    def search(place: int) -> object:
        return index.search(questions[place], 10, topics=topics)

    search(0)
    return milliseconds(search, len(questions))


def measure_changes(index: VectorIndex, vectors: Vectors, questions: Vectors) -> str:
    size = len(index)

    def add(turn: int) -> None:
        first = size + 100 * turn
        index.add(range(first, first + 100), vectors[:100], [3] * 100)

    def add_and_search(turn: int) -> None:
        index.add([size + 10_000 + turn], vectors[:1], [3])
        index.search(questions[turn], 10, topics=[3])

    def remove_one(turn: int) -> None:
        index.remove([turn])

    def remove_many(turn: int) -> None:
        index.remove(range(1000 * turn, 1000 * turn + 1000))

    batch, after, one_by_one, together = (
        np.median([seconds(partial(change, turn)) for turn in range(9)]) * 1e3
        for change in (add, add_and_search, remove_one, remove_many)
    )
    return f"{batch:.1f} | {after:.1f} | {one_by_one:.1f} / {together:.1f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", default="100000,1000000")
    parser.add_argument("--kinds", default="flat,sq8,ivf")
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--cache", type=Path, help="a folder that keeps the texts' vectors")
    parser.add_argument("--dim", default=384, type=int)
    parser.add_argument("--queries", default=200, type=int)
    parser.add_argument("--threads", default=1, type=int)
    options = parser.parse_args(arguments)
    import faiss
    import torch

    faiss.omp_set_num_threads(options.threads)
    torch.set_num_threads(options.threads)
    sizes = [int(size) for size in options.sizes.split(",")]
    length, real, centres = SPREAD, [], None
    if options.texts:
        corpus = read_corpus(options.texts)
        centres = embed_once(corpus.passages, options.cache)
        questions = embed_once(corpus.questions["en"], options.cache, "query")
        length = NEAR
        real = [questions[:: max(1, len(questions) // options.queries)][: options.queries]]
    print(f"faiss {faiss.__version__}, {options.threads} threads\n\n| {HEADINGS} |")
    print("|" + " --- |" * (HEADINGS.count("|") + 1))
    with tempfile.TemporaryDirectory() as folder:
        for size in sizes:
            around = make_centres(size // CLUSTER, options.dim) if centres is None else centres
            vectors = scatter(around, size, length)
            made = [sample_questions(vectors, options.queries, noise) for noise in (NEAR, FAR)]
            for kind in options.kinds.split(","):
                print(measure_kind(kind, vectors, [*made, *real], Path(folder)), flush=True)


if __name__ == "__main__":
    main()
