"""Print how fast and how exact pgvector searches the library, and what keeping vectors costs.

    python scripts/benchmarks/pgvector.py [--size 1000000] [--texts FOLDER] [--cache FOLDER]
        [--queries 200]

The vectors and the questions are those of `vector_search.py`: MiniLM's of the paragraphs in FOLDER
(JSON in SQuAD's layout), each repeated with noise of length 0.3. They lie in the tables of the
library, ten passages a document, in a PostgreSQL of its own; questions go through the product's
index, one at a time. `topic` searches a tenth of the passages, `small` 2,500 of them. Times are
p50 / p99, then the same of this process's CPU; the baseline in the same run is the exact search.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from struct import pack
from typing import TYPE_CHECKING

import numpy as np
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.numeric import Int8

sys.path.insert(0, str(Path(__file__).parents[2]))

from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.recall import FAR, NEAR, find_truth, sample_questions
from scripts.benchmarks.corpus import (
    CLUSTER,
    SPREAD,
    embed_once,
    make_centres,
    milliseconds,
    read_corpus,
    scatter,
)
from scripts.testing.postgres import postgres_server

if TYPE_CHECKING:
    from admin_system.knowledge_base.database_index import DatabaseIndex

AT_ONCE = 50_000
PASSAGES = 10
"""Of a document."""
SMALL_TOPIC, SMALL = 11, 250
"""And how many documents stand in it; the others are shared out among ten topics."""
TEXT = "What a passage says, in as many words as one has: " + "some of them " * 18
COPY = """
COPY knowledge_base_passagevector (passage_id, profile_id, data, embedding)
FROM STDIN WITH (FORMAT BINARY)
"""


class BinaryVector(bytes):
    """As pgvector receives one: the length, two unused bytes, the numbers, all big-endian."""


class BinaryVectorDumper(Dumper):
    format = Format.BINARY

    def dump(self, obj: bytes) -> bytes:
        return obj


def to_binary(vector: Vectors) -> BinaryVector:
    return BinaryVector(pack(">hh", len(vector), 0) + vector.astype(">f4").tobytes())


def set_up(folder: Path, url: str) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "admin_system.settings",
        "QWEN_VL_DATA_DIR": str(folder),
        "QWEN_VL_KNOWLEDGE_DIR": str(folder / "knowledge"),
        "QWEN_VL_DATABASE_URL": url,
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def fill(vectors: Vectors) -> int:
    """Rows as the library has them; returns the profile that they are of."""
    from django.db import connection

    from admin_system.knowledge_base.embedding import current_profile
    from admin_system.knowledge_base.models import Document, Passage, Topic

    profile = current_profile()
    if profile is None:
        raise LookupError("the library has no embedding model")
    Topic.objects.bulk_create([Topic(pk=pk, name=str(pk)) for pk in range(1, SMALL_TOPIC + 1)])
    count = len(vectors) // PASSAGES
    step = max(1, count // SMALL)
    Document.objects.bulk_create(
        [
            Document(
                pk=number + 1,
                topic_id=SMALL_TOPIC if number % step == 0 else number % 10 + 1,
                name=f"{number}.md",
                title=f"{number}",
                state="ready",
            )
            for number in range(count)
        ],
        batch_size=5_000,
    )
    for first in range(0, len(vectors), AT_ONCE):
        places = range(first, min(first + AT_ONCE, count * PASSAGES))
        Passage.objects.bulk_create(
            [
                Passage(
                    pk=place + 1,
                    document_id=place // PASSAGES + 1,
                    ordinal=place % PASSAGES,
                    text=TEXT,
                    start=0,
                    end=len(TEXT),
                    live=True,
                )
                for place in places
            ],
            batch_size=5_000,
        )
        with connection.cursor() as cursor:
            cursor.connection.adapters.register_dumper(BinaryVector, BinaryVectorDumper)
            with cursor.copy(COPY) as copy:
                for place in places:
                    vector = vectors[place]
                    numbers = Int8(place + 1), Int8(profile.pk)
                    copy.write_row([*numbers, vector.tobytes(), to_binary(vector)])
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return profile.pk


def measure(index: DatabaseIndex, questions: Vectors) -> str:
    """Of all passages, of a tenth, of a few."""
    cells = []
    for topics in (None, [3], [SMALL_TOPIC]):
        search = partial(index.search, limit=10, topics=topics)
        search(questions[0])
        cells.append(milliseconds(partial(ask, search, questions), len(questions)))
    return " | ".join(cells)


def ask(search: Callable[[Vectors], object], questions: Vectors, place: int) -> None:
    search(questions[place])


def recall(index: DatabaseIndex, questions: Vectors, vectors: Vectors) -> float:
    truth = find_truth(questions, np.arange(1, len(vectors) + 1), vectors)
    shared = sum(
        len({hit.id for hit in index.search(question, 10)}.intersection(map(int, nearest)))
        for question, nearest in zip(questions, truth, strict=True)
    )
    return shared / truth.size


def run(options: argparse.Namespace, vectors: Vectors, asked: list[Vectors]) -> None:
    from admin_system.knowledge_base import raw_queries
    from admin_system.knowledge_base.database_index import DatabaseIndex
    from admin_system.knowledge_base.vector_graph import graph_bytes, make_graph

    begun = time.perf_counter()
    profile = fill(vectors)
    print(f"{len(vectors)} passages written in {time.perf_counter() - begun:.0f} s", flush=True)
    index = DatabaseIndex(profile, vectors.shape[1])
    few = asked[0][: options.exact]
    print(f"| exact | {measure(index, few)} |", flush=True)
    begun = time.perf_counter()
    make_graph(profile, vectors.shape[1])
    built = time.perf_counter() - begun
    size = raw_queries.ask("SELECT pg_total_relation_size('knowledge_base_passagevector')")[0][0]
    graph = graph_bytes(profile) or 0
    print(
        f"graph built in {built:.0f} s; {graph / len(vectors):.0f} bytes a vector, the rows "
        f"{(size - graph) / len(vectors):.0f}",
        flush=True,
    )
    print(f"| graph | {measure(index, asked[0])} |", flush=True)
    names = ("near", "far", "questions")
    for name, questions in zip(names, asked, strict=False):
        print(f"recall@10 {name}: {recall(index, questions, vectors):.4f}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--size", type=int, default=1_000_000)
    parser.add_argument("--texts", type=Path)
    parser.add_argument("--cache", type=Path, help="a folder that keeps the texts' vectors")
    parser.add_argument("--dim", type=int, default=384)
    parser.add_argument("--queries", type=int, default=200)
    parser.add_argument("--exact", type=int, default=10, help="questions that are asked exactly")
    options = parser.parse_args()
    length, centres, real = SPREAD, None, []
    if options.texts:
        corpus = read_corpus(options.texts)
        centres = embed_once(corpus.passages, options.cache)
        questions = embed_once(corpus.questions["en"], options.cache, "query")
        length = NEAR
        real = [questions[:: max(1, len(questions) // options.queries)][: options.queries]]
    around = make_centres(options.size // CLUSTER, options.dim) if centres is None else centres
    vectors = scatter(around, options.size, length)
    made = [sample_questions(vectors, options.queries, noise) for noise in (NEAR, FAR)]
    with tempfile.TemporaryDirectory() as folder, postgres_server() as url:
        set_up(Path(folder), url)
        run(options, vectors, [*made, *real])
        from django.db import connection

        connection.close_pool()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
