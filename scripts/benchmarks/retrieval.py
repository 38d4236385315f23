"""Print how often the right passage comes first, per leg and fused, on question sets.

    python scripts/benchmarks/retrieval.py FOLDER [--embedder bundled] [--threads 1] [--sets a,b]

FOLDER holds JSON files in SQuAD's layout, or lists of `{"passage", "question"}`. A question's own
passage is the one right answer. Then, for thresholds on the score, the share of questions of each
set that is answered, and the share of another set's questions of its language that is refused.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[2]))

from admin_system.vector_search.embedder import Embedder, EmbedderSpec
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.fusion import Mode
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.keyword_index import KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.scripts import script_shares
from admin_system.vector_search.searcher import Searcher, SearchRequest
from admin_system.vector_search.tuning import build_index

MODES: tuple[Mode, ...] = ("vector", "keyword", "hybrid")
DEPTH = 10
FOREIGN_QUESTIONS = 200
THRESHOLDS = (0.3, 0.4, 0.5, 0.6, 0.7)


@dataclass
class QuestionSet:
    name: str
    passages: list[str] = field(default_factory=list)
    questions: list[tuple[str, int]] = field(default_factory=list)
    """With the place of the right passage."""

    @property
    def language(self) -> str:
        return "zh" if "han" in script_shares(self.passages[0]) else "en"


def read_set(path: Path) -> QuestionSet:
    content = json.loads(path.read_text(encoding="utf-8"))
    found = QuestionSet(path.stem)
    if isinstance(content, list):
        for pair in content:
            found.questions.append((pair["question"], len(found.passages)))
            found.passages.append(pair["passage"])
        return found
    for article in content["data"]:
        for paragraph in article["paragraphs"]:
            asked = [(qa["question"], len(found.passages)) for qa in paragraph["qas"]]
            found.questions += asked
            found.passages.append(paragraph["context"])
    return found


class Library:
    """One set's passages in both indexes."""

    def __init__(self, questions: QuestionSet, embedder: Embedder) -> None:
        self.set = questions
        lexical = LexicalIndex(sqlite3.connect(":memory:"))
        lexical.create()
        lexical.add(KeywordRow(place, text) for place, text in enumerate(questions.passages))
        self.index: VectorIndex = build_index(
            range(len(questions.passages)), embedder.embed(questions.passages)
        )
        self._searcher = Searcher(lexical, self.index, embedder)

    def search(self, query: str, mode: Mode, limit: int = DEPTH) -> tuple[list[int], float]:
        """Ids, and the best score among them."""
        texts = self.set.passages
        result = self._searcher.search(
            SearchRequest(query, limit, mode), lambda ids: {id_: texts[id_] for id_ in ids}
        )
        best = max((hit.certainty for hit in result.hits), default=0)
        return [hit.id for hit in result.hits], best


def measure(library: Library, mode: Mode) -> tuple[list[float], list[float]]:
    """[hit@1, hit@5, MRR, nDCG@10, milliseconds at p50], and the best score of each question."""
    ranks: list[float] = []
    scores: list[float] = []
    seconds: list[float] = []
    for question, right in library.set.questions:
        start = time.perf_counter()
        ids, score = library.search(question, mode)
        seconds.append(time.perf_counter() - start)
        ranks.append(ids.index(right) + 1 if right in ids else np.inf)
        scores.append(score)
    rank = np.array(ranks)
    gains = (
        (rank <= 1).mean(),
        (rank <= 5).mean(),
        (1 / rank).mean(),
        (1 / np.log2(1 + rank)).mean(),
    )
    return [*map(float, gains), float(np.median(seconds)) * 1e3], scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--embedder", default="bundled", help="bundled, hash, or a folder")
    parser.add_argument("--threads", default=1, type=int)
    parser.add_argument("--sets", default="", help="names of files without .json, with commas")
    options = parser.parse_args()
    names = [name for name in options.sets.split(",") if name]
    sets = [read_set(path) for path in sorted(options.folder.glob("*.json"))]
    sets = [found for found in sets if not names or found.name in names]
    if options.embedder in {"bundled", "hash"}:
        spec = EmbedderSpec(kind=options.embedder)
    else:
        spec = EmbedderSpec(kind="folder", path=options.embedder)
    import torch

    torch.set_num_threads(options.threads)
    embedder = create_embedder(spec)
    print(f"{embedder.load().key}, reads {', '.join(sorted(embedder.profile.scripts))}\n")
    print("| set | leg | hit@1 | hit@5 | MRR | nDCG@10 | p50 ms |\n| --- | --- |" + " --- |" * 5)
    libraries = [Library(found, embedder) for found in sets]
    own: dict[str, NDArray[np.float64]] = {}
    for library in libraries:
        for mode in MODES:
            figures, scores = measure(library, mode)
            shown = " | ".join(f"{figure:.3f}" for figure in figures)
            print(f"| {library.set.name} | {mode} | {shown} |", flush=True)
            own[library.set.name] = np.array(scores)
    print_refusals(libraries, own)


def print_refusals(libraries: list[Library], own: dict[str, NDArray[np.float64]]) -> None:
    """Share of its own questions that each set answers, and of another's that it refuses."""
    shown = " | ".join(f"{threshold}" for threshold in THRESHOLDS)
    print(f"\n| answered / refused at a score of | {shown} |\n| --- |" + " --- |" * len(THRESHOLDS))
    for library in libraries:
        best = own[library.set.name]
        cells = [f"{(best >= threshold).mean():.3f}" for threshold in THRESHOLDS]
        print(f"| {library.set.name}, own questions | {' | '.join(cells)} |")
        for other in (other.set for other in libraries):
            if other is library.set or other.language != library.set.language:
                continue
            step = max(1, len(other.questions) // FOREIGN_QUESTIONS)
            asked = [question for question, _ in other.questions[::step]]
            best = np.array([library.search(question, "hybrid")[1] for question in asked])
            cells = [f"{(best < threshold).mean():.3f}" for threshold in THRESHOLDS]
            print(f"| — asked {other.name}'s | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
