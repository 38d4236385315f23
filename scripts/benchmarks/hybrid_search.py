"""Print how fast a whole search over many passages is, from the question to the hits.

    python scripts/benchmarks/hybrid_search.py TEXTS [--size 100000] [--cache FOLDER]
        [--queries 300] [--threads 1] [--topics 3,4]

TEXTS holds question sets (JSON in SQuAD's layout). Their paragraphs are repeated until there are
`--size` passages, in FTS5 on a file and in the vector index, whose vectors are MiniLM's with noise
of length 0.3 for each repetition. The sets' own questions are asked one at a time, as the service
does: a connection, a `Searcher`, the texts read from the same file. Times are p50 / p95, then the
same of the CPU; the parts are measured apart, on the same questions.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from admin_system.vector_search.coverage import coverage
from admin_system.vector_search.embedder import Embedder, EmbedderSpec
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.frequencies import Frequencies
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.keyword_index import KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.recall import NEAR
from admin_system.vector_search.searcher import Searcher, SearchRequest
from admin_system.vector_search.tuning import build_index
from scripts.benchmarks.corpus import embed_once, milliseconds, read_corpus, scatter

TOPICS = 10
LIMIT = 5
HITS = 20
READ = "SELECT id, text FROM passage WHERE id IN ({})"


class Library:
    """Passages in a file of SQLite, their words in the same one, their vectors in memory."""

    def __init__(self, path: Path, index: VectorIndex, embedder: Embedder) -> None:
        self._path = path
        self._frequencies = Frequencies()
        self.index = index
        self.embedder = embedder
        self.connection = self.connect()
        self.lexical = LexicalIndex(self.connection, self._frequencies)

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path)
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def fill(self, passages: Sequence[str], size: int) -> float:
        """Seconds."""
        start = time.perf_counter()
        self.connection.execute("CREATE TABLE passage (id INTEGER PRIMARY KEY, text TEXT)")
        texts = [(number, passages[number % len(passages)]) for number in range(size)]
        self.connection.executemany("INSERT INTO passage VALUES (?, ?)", texts)
        self.lexical.create()
        self.lexical.add(KeywordRow(number, text, number % TOPICS) for number, text in texts)
        self.connection.commit()
        return time.perf_counter() - start

    def read_texts(self, ids: Sequence[int]) -> Mapping[int, str]:
        marks = ",".join("?" * len(ids))
        return dict(self.connection.execute(READ.format(marks), list(ids)))

    def search(self, query: str, topics: Sequence[int] | None) -> object:
        searcher = Searcher(self.lexical, self.index, self.embedder)
        return searcher.search(SearchRequest(query, LIMIT, topics=topics), self.read_texts)

    def parts(self, questions: Sequence[str], topics: Sequence[int] | None) -> dict[str, str]:
        """Each step of a search by itself."""
        vectors = [self.embedder.embed([question], "query")[0] for question in questions]
        found = [self.lexical.search(question, HITS, topics=topics) for question in questions]
        texts = [self.read_texts([hit.id for hit in hits]) for hits in found]
        weights = [self.lexical.weigh(question) for question in questions]
        steps: dict[str, Callable[[int], object]] = {
            "whole": lambda place: self.search(questions[place], topics),
            "language gate": lambda place: self.embedder.reads(questions[place]),
            "the question's embedding": lambda place: self.embedder.embed(
                [questions[place]], "query"
            ),
            "vectors": lambda place: self.index.search(vectors[place], HITS, topics=topics),
            "cosines": lambda place: self.index.cosines(vectors[place], texts[place]),
            "words": lambda place: self.lexical.search(questions[place], HITS, topics=topics),
            "reading texts": lambda place: self.read_texts([hit.id for hit in found[place]]),
            "idf": lambda place: self.lexical.weigh(questions[place]),
            "coverage": lambda place: [
                coverage(weights[place], text) for text in texts[place].values()
            ],
        }
        return {name: milliseconds(step, len(questions), 0.95) for name, step in steps.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("texts", type=Path)
    parser.add_argument("--size", default=100_000, type=int)
    parser.add_argument("--cache", type=Path, help="a folder that keeps the texts' vectors")
    parser.add_argument("--queries", default=300, type=int)
    parser.add_argument("--threads", default=1, type=int)
    parser.add_argument("--topics", default="", help="numbers 0..9; all without")
    options = parser.parse_args(arguments)
    import faiss
    import torch

    faiss.omp_set_num_threads(options.threads)
    torch.set_num_threads(options.threads)
    topics = [int(topic) for topic in options.topics.split(",") if topic] or None
    corpus = read_corpus(options.texts)
    vectors = scatter(embed_once(corpus.passages, options.cache), options.size, NEAR)
    embedder = create_embedder(EmbedderSpec())
    embedder.load()
    topic_of = [number % TOPICS for number in range(options.size)]
    index = build_index(range(options.size), vectors, topic_of)
    print(f"{options.size} passages, vectors {index.kind}, {options.threads} threads")
    with tempfile.TemporaryDirectory() as folder:
        library = Library(Path(folder) / "library.sqlite3", index, embedder)
        print(f"rows and words written in {library.fill(corpus.passages, options.size):.1f} s\n")
        print("| questions | step | p50 / p95 ms, CPU |\n| --- | --- | --- |")
        for language, asked in corpus.questions.items():
            questions = asked[:: max(1, len(asked) // options.queries)][: options.queries]
            for question in questions[:20]:
                library.search(question, topics)
            for name, taken in library.parts(questions, topics).items():
                print(f"| {language} | {name} | {taken} |", flush=True)
        library.connection.close()


if __name__ == "__main__":
    main()
