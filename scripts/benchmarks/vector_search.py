"""Print how fast and how exact the vector index is, and how fast a hybrid search over it.

    python scripts/benchmarks/vector_search.py [--sizes 20000,50000] [--kinds flat,sq8,ivf]
        [--texts FOLDER] [--queries 200] [--threads 1]

Vectors are synthetic clusters of `--dim` numbers; with `--texts` they are MiniLM's of the
paragraphs in FOLDER (JSON in SQuAD's layout), each repeated with noise of length 0.3. Recall is the
share of the ten true neighbours, for questions made of vectors by the same noise. `topic` searches
a tenth of the passages. Memory is true of a process's first row only. The hybrid search takes the
paragraphs' own questions, one at a time.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).parents[2]))

from admin_system.vector_search.embedder import EmbedderProfile, EmbedderSpec, Vectors
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.lexical import KeywordRow, LexicalIndex
from admin_system.vector_search.searcher import Searcher, SearchRequest
from admin_system.vector_search.store import IndexStore
from admin_system.vector_search.structures import StructureKind
from admin_system.vector_search.tuning import (
    NOISE,
    build_index,
    find_truth,
    measure_recall,
    sample_questions,
)

SPREAD = 1.5
"""Length of what lies between a synthetic vector and the centre of its cluster, of length 1."""
CLUSTER = 100
PASSAGE = 250
"""Characters of a passage of the hybrid search."""
Read = tuple[list[str], list[str]]


def read_texts(folder: Path) -> Read:
    """Passages and questions of all sets in the folder."""
    passages: list[str] = []
    questions: list[str] = []
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, list):
            continue
        for article in content["data"]:
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                passages += [text[at : at + PASSAGE] for at in range(0, len(text), PASSAGE)]
                questions += [qa["question"] for qa in paragraph["qas"]]
    return passages, questions


def scatter(centres: Vectors, count: int, length: float) -> Vectors:
    """(count, dim): each centre in turn, with noise of that length, normalised; in blocks."""
    random = np.random.default_rng(0)
    rows = np.empty((count, centres.shape[1]), np.float32)
    for start in range(0, count, 50_000):
        places = np.arange(start, min(start + 50_000, count)) % len(centres)
        noise = random.standard_normal((len(places), centres.shape[1]), dtype=np.float32)
        noise *= length / np.linalg.norm(noise, axis=1, keepdims=True)
        block = centres[places] + noise
        rows[start : start + len(places)] = block / np.linalg.norm(block, axis=1, keepdims=True)
    return rows


def milliseconds(call: Callable[[int], object], count: int) -> str:
    """p50 and p99 of single calls."""
    taken = []
    for place in range(count):
        start = time.perf_counter()
        call(place)
        taken.append((time.perf_counter() - start) * 1e3)
    return f"{np.quantile(taken, 0.5):.2f} / {np.quantile(taken, 0.99):.2f}"


def measure_structure(kind: StructureKind, vectors: Vectors, count: int, folder: Path) -> str:
    """One row of the table."""
    questions = sample_questions(vectors, count)
    truth = find_truth(questions, np.arange(len(vectors)), vectors)
    before = psutil.Process().memory_info().rss
    start = time.perf_counter()
    index = build_index(
        range(len(vectors)), vectors, [n % 10 for n in range(len(vectors))], kind=kind
    )
    built = time.perf_counter() - start
    memory = (psutil.Process().memory_info().rss - before) / 2**20
    with index.snapshot() as (structure, _, _):
        recall = measure_recall(structure, questions, truth)
        probes = structure.probes
    plain = milliseconds(lambda place: index.search(questions[place], 10), count)
    topic = milliseconds(lambda place: index.search(questions[place], 10, topics=[3]), count)
    profile = EmbedderProfile("benchmark", "1", vectors.shape[1], 1)
    store = IndexStore(folder / "benchmark.index")
    start = time.perf_counter()
    store.save(index, profile)
    saved = time.perf_counter() - start
    size = store.path.stat().st_size / 2**20
    start = time.perf_counter()
    store.open(profile)
    opened = time.perf_counter() - start
    store.remove()
    start = time.perf_counter()
    index.remove(range(1000))
    removed = (time.perf_counter() - start) * 1e3
    return (
        f"| {len(vectors)} | {index.kind} ({probes}) | {plain} | {topic} | {recall:.4f} | "
        f"{memory:.0f} | {size:.0f} | {built:.1f} | {saved:.2f} / {opened:.2f} | {removed:.0f} |"
    )


def measure_hybrid(size: int, vectors: Vectors, texts: Read, count: int, folder: Path) -> str:
    """Milliseconds of whole searches on SQLite in a file, the question's embedding included."""
    passages, questions = texts
    embedder = create_embedder(EmbedderSpec())
    embedder.load()
    connection = sqlite3.connect(folder / "benchmark.sqlite3")
    lexical = LexicalIndex(connection)
    lexical.create()
    start = time.perf_counter()
    lexical.add(KeywordRow(n, passages[n % len(passages)], n % 10) for n in range(size))
    connection.commit()
    added = time.perf_counter() - start
    searcher = Searcher(lexical, build_index(range(size), vectors[:size]), embedder)
    asked = questions[:: max(1, len(questions) // count)][:count]

    def search(place: int) -> object:
        return searcher.search(
            SearchRequest(asked[place]), lambda ids: {n: passages[n % len(passages)] for n in ids}
        )

    search(0)
    taken = milliseconds(search, len(asked))
    connection.close()
    return f"hybrid over {size} passages: {taken} ms; keyword rows added in {added:.1f} s"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sizes", default="20000,50000")
    parser.add_argument("--kinds", default="flat,sq8,ivf")
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--dim", default=384, type=int)
    parser.add_argument("--queries", default=200, type=int)
    parser.add_argument("--threads", default=1, type=int)
    options = parser.parse_args(arguments)
    import faiss
    import torch

    faiss.omp_set_num_threads(options.threads)
    torch.set_num_threads(options.threads)
    sizes = [int(size) for size in options.sizes.split(",")]
    texts: Read = ([], [])
    if options.texts:
        texts = read_texts(options.texts)
        embedder = create_embedder(EmbedderSpec())
        embedder.load()
        start = time.perf_counter()
        centres = embedder.embed(texts[0])
        print(f"{len(centres)} paragraphs embedded in {time.perf_counter() - start:.1f} s")
        length = NOISE
    else:
        centres = np.random.default_rng(1).standard_normal(
            (max(sizes) // CLUSTER, options.dim), dtype=np.float32
        )
        centres /= np.linalg.norm(centres, axis=1, keepdims=True)
        length = SPREAD
    print(
        f"faiss {faiss.__version__}, {options.threads} threads\n\n| vectors | kind (cells searched)"
        " | p50 / p99 ms | topic p50 / p99 ms | recall@10 | MiB memory | MiB file | build s |"
        " save / open s | remove 1000 ms |\n|" + " --- |" * 10
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for size in sizes:
            vectors = scatter(centres, size, length)
            for kind in options.kinds.split(","):
                print(measure_structure(kind, vectors, options.queries, folder), flush=True)
        if options.texts:
            size = max(sizes)
            print("\n" + measure_hybrid(size, vectors, texts, options.queries, folder))


if __name__ == "__main__":
    main()
