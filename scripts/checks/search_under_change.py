"""Searches from many threads while others add and delete passages, and looks for what is wrong.

    python scripts/checks/search_under_change.py [--seconds 60] [--searchers 8] [--changers 2]
        [--passages 5000] [--kind flat]

Rows, words and index operations are written to one SQLite file in one transaction, the vector index
replays them, as the library does. Each search is of one topic: a hit of another topic, with another
text than its id has, or deleted before the search began, is a fault, as is any exception. At the
end the indexes hold what the rows say. Prints one line of JSON; the exit status is 1 on a fault.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.vector_search.embedder import Embedder, EmbedderSpec
from admin_system.vector_search.embedders import create_embedder
from admin_system.vector_search.frequencies import Frequencies
from admin_system.vector_search.keyword_index import KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.operations import IndexOperation
from admin_system.vector_search.searcher import Searcher, SearchRequest
from admin_system.vector_search.structures import StructureKind
from admin_system.vector_search.tuning import build_index

TOPICS = 7
BATCH = 20
"""Passages that are added or deleted at once."""
WORDS = ("pump", "seal", "valve", "motor", "red", "blue", "水泵", "密封", "阀门", "红色", "蓝色")
MOST_FAULTS = 20


@dataclass
class Outcome:
    searches: int = 0
    hits: int = 0
    added: int = 0
    deleted: int = 0
    faults: list[str] = field(default_factory=list)


def topic_of(id_: int) -> int:
    return id_ % TOPICS


def text_of(id_: int) -> str:
    chosen = random.Random(id_)  # noqa: S311 - no secret
    return f"{' '.join(chosen.choices(WORDS, k=6))} passage{id_}"


class Library:
    """Passages in a file, their words beside them, their vectors in memory."""

    def __init__(self, path: Path, passages: int, kind: StructureKind) -> None:
        self._path = path
        self._frequencies = Frequencies()
        self._changing = threading.Lock()  # operations are replayed in their order
        self._sequence = 0
        self._next = passages
        self.embedder: Embedder = create_embedder(EmbedderSpec(kind="hash", dim=64))
        self.embedder.load()
        self.deleted: set[int] = set()
        """Ids that are gone from every place."""
        ids = range(passages)
        texts = [text_of(id_) for id_ in ids]
        with closing(self.connect()) as connection, connection:
            connection.execute("CREATE TABLE passage (id INTEGER PRIMARY KEY, text TEXT)")
            LexicalIndex(connection).create()
            self._write(connection, ids)
        topics = [topic_of(id_) for id_ in ids]
        self.index = build_index(ids, self.embedder.embed(texts), topics, kind=kind)

    def connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=30)
        connection.execute("PRAGMA journal_mode = WAL")
        return connection

    def searcher(self, connection: sqlite3.Connection) -> Searcher:
        lexical = LexicalIndex(connection, self._frequencies)
        return Searcher(lexical, self.index, self.embedder)

    def add(self, connection: sqlite3.Connection) -> range:
        with self._changing:
            ids = range(self._next, self._next + BATCH)
            self._next += BATCH
            vectors = self.embedder.embed([text_of(id_) for id_ in ids])
            with connection:
                self._write(connection, ids)
            operations = [
                IndexOperation(self._sequence + place, id_, topic_of(id_), vectors[place - 1])
                for place, id_ in enumerate(ids, start=1)
            ]
            self._sequence = self.index.replay(operations)
        return ids

    def delete(self, connection: sqlite3.Connection, ids: Sequence[int]) -> None:
        with self._changing:
            with connection:
                connection.executemany("DELETE FROM passage WHERE id = ?", [(id_,) for id_ in ids])
                LexicalIndex(connection).remove(map(keyword_row, ids))
            operations = [
                IndexOperation(self._sequence + place, id_)
                for place, id_ in enumerate(ids, start=1)
            ]
            self._sequence = self.index.replay(operations)
            self.deleted.update(ids)

    def _write(self, connection: sqlite3.Connection, ids: Sequence[int]) -> None:
        rows = [(id_, text_of(id_)) for id_ in ids]
        connection.executemany("INSERT INTO passage VALUES (?, ?)", rows)
        LexicalIndex(connection).add(map(keyword_row, ids))

    def differences(self) -> list[str]:
        """Between the rows and both indexes."""
        with closing(self.connect()) as connection:
            rows = [id_ for (id_,) in connection.execute("SELECT id FROM passage ORDER BY id")]
            words = LexicalIndex(connection).ids()
        vectors = self.index.ids().tolist()
        return [
            f"{name} hold {len(held)} passages, the rows {len(rows)}"
            for name, held in (("words", words), ("vectors", vectors))
            if held != rows
        ]


def keyword_row(id_: int) -> KeywordRow:
    return KeywordRow(id_, text_of(id_), topic_of(id_))


def search(library: Library, outcome: Outcome, done: threading.Event, seed: int) -> None:
    chosen = random.Random(seed)  # noqa: S311 - no secret
    with closing(library.connect()) as connection:
        searcher = library.searcher(connection)

        def read_texts(ids: Sequence[int]) -> Mapping[int, str]:
            marks = ",".join("?" * len(ids))
            found = f"SELECT id, text FROM passage WHERE id IN ({marks})"  # noqa: S608 - marks only
            return dict(connection.execute(found, list(ids)))

        while not done.is_set():
            topic = chosen.randrange(TOPICS)
            query = " ".join(chosen.choices(WORDS, k=3))
            gone = frozenset(library.deleted)
            hits = searcher.search(SearchRequest(query, 5, topics=[topic]), read_texts).hits
            outcome.searches += 1
            outcome.hits += len(hits)
            outcome.faults += [f"no hit for {query!r} in topic {topic}"] * (not hits)
            outcome.faults += [
                f"{hit.id} for {query!r} in topic {topic}"
                for hit in hits
                if topic_of(hit.id) != topic or hit.text != text_of(hit.id) or hit.id in gone
            ]


def change(library: Library, outcome: Outcome, done: threading.Event, seed: int) -> None:
    """Adds, and deletes what it added before, so that the number of passages stays."""
    chosen = random.Random(seed)  # noqa: S311 - no secret
    with closing(library.connect()) as connection:
        own: list[int] = []
        while not done.is_set():
            ids = library.add(connection)
            outcome.added += len(ids)
            own += ids
            if len(own) > 5 * BATCH:
                chosen.shuffle(own)
                library.delete(connection, own[:BATCH])
                outcome.deleted += BATCH
                del own[:BATCH]


def run(
    folder: Path, seconds: float, searchers: int, changers: int, passages: int, kind: StructureKind
) -> Outcome:
    library = Library(folder / "library.sqlite3", passages, kind)
    done = threading.Event()
    outcomes: list[Outcome] = []

    def start(work: Callable[[Library, Outcome, threading.Event, int], None], seed: int) -> None:
        outcome = Outcome()
        outcomes.append(outcome)
        try:
            work(library, outcome, done, seed)
        except Exception as error:
            outcome.faults.append(f"{work.__name__}: {error!r}")

    works = [search] * searchers + [change] * changers
    threads = [threading.Thread(target=start, args=(work, seed)) for seed, work in enumerate(works)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    done.set()
    for thread in threads:
        thread.join()
    total = Outcome(faults=library.differences())
    for outcome in outcomes:
        total.searches += outcome.searches
        total.hits += outcome.hits
        total.added += outcome.added
        total.deleted += outcome.deleted
        total.faults += outcome.faults
    return total


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--searchers", type=int, default=8)
    parser.add_argument("--changers", type=int, default=2)
    parser.add_argument("--passages", type=int, default=5000)
    parser.add_argument("--kind", choices=["flat", "sq8", "ivf"], default="flat")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(
            Path(folder),
            options.seconds,
            options.searchers,
            options.changers,
            options.passages,
            options.kind,
        )
    shown = asdict(outcome)
    shown["faults"] = shown["faults"][:MOST_FAULTS]
    print(json.dumps(shown, ensure_ascii=False))
    sys.exit(1 if outcome.faults else 0)


if __name__ == "__main__":
    main()
