"""Public texts, their vectors, and as many more vectors like them as a benchmark asks for."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from admin_system.vector_search.embedder import EmbedderSpec, Purpose, Vectors
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.scripts import script_shares

PASSAGE = 250
"""Characters of a passage."""
SPREAD = 1.5
"""Length of what lies between a synthetic vector and the centre of its cluster, of length 1."""
CLUSTER = 100


@dataclass
class Corpus:
    passages: list[str] = field(default_factory=list)
    questions: dict[str, list[str]] = field(default_factory=lambda: {"en": [], "zh": []})
    """By language."""


def read_corpus(folder: Path) -> Corpus:
    """Of all files in SQuAD's layout in the folder, the paragraphs cut into passages."""
    corpus = Corpus()
    for path in sorted(folder.glob("*.json")):
        content = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(content, list):
            continue
        for article in content["data"]:
            for paragraph in article["paragraphs"]:
                text = paragraph["context"]
                language = "zh" if "han" in script_shares(text) else "en"
                corpus.passages += [text[at : at + PASSAGE] for at in range(0, len(text), PASSAGE)]
                corpus.questions[language] += [qa["question"] for qa in paragraph["qas"]]
    return corpus


def embed_once(texts: list[str], cache: Path | None, purpose: Purpose = "document") -> Vectors:
    """MiniLM's vectors; kept in the folder `cache` if one is given."""
    file = cache / f"{purpose}-{len(texts)}.npy" if cache else None
    if file and file.exists():
        kept: Vectors = np.load(file)
        return kept
    embedder = create_embedder(EmbedderSpec())
    embedder.load()
    start = time.perf_counter()
    vectors = embedder.embed(texts, purpose)
    print(f"{len(texts)} texts embedded in {time.perf_counter() - start:.1f} s")
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.save(file, vectors)
    return vectors


def make_centres(count: int, dim: int) -> Vectors:
    """Of synthetic clusters."""
    random = np.random.default_rng(1)
    rows = random.standard_normal((count, dim), dtype=np.float32)
    unit: Vectors = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


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


def milliseconds(call: Callable[[int], object], count: int, among: float = 0.99) -> str:
    """p50 and the quantile `among` of single calls, then the same of this thread's CPU time."""
    walls, works = [], []
    for place in range(count):
        start, began = time.perf_counter(), time.thread_time()
        call(place)
        walls.append((time.perf_counter() - start) * 1e3)
        works.append((time.thread_time() - began) * 1e3)
    return ", ".join(
        f"{np.quantile(taken, 0.5):.2f} / {np.quantile(taken, among):.2f}"
        for taken in (walls, works)
    )
