"""Compares the keyword index of SQLite with that of PostgreSQL on every question of public sets.

.venv/bin/python scripts/checks/keyword_legs.py

Ends with 1 where a question finds other ranks, or hit@5 differs by more than .005. A PostgreSQL of
its own is started.
"""

from __future__ import annotations

import math
import sqlite3
import statistics
import sys
import time
from pathlib import Path

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from admin_system.vector_search.keyword_index import KeywordHit, KeywordIndex, KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.tests.questions import QuestionSet, read_set
from admin_system.vector_search.tsvector import TsvectorIndex
from scripts.testing.postgres import postgres_server

SETS = ("xquad_zh", "xquad_en", "cmrc_dev", "drcd_dev")
Hits = list[list[KeywordHit]]


def ask(index: KeywordIndex, questions: QuestionSet) -> tuple[Hits, float]:
    """The hits of each question, and milliseconds at p50."""
    hits: Hits = []
    seconds: list[float] = []
    for text, _ in questions.questions:
        begun = time.perf_counter()
        hits.append(index.search(text, 5))
        seconds.append(time.perf_counter() - begun)
    return hits, 1000 * statistics.median(seconds)


def hit_share(hits: Hits, questions: QuestionSet) -> float:
    right = [place for _, place in questions.questions]
    found = [place in [hit.id for hit in five] for five, place in zip(hits, right, strict=True)]
    return sum(found) / len(found)


def same_ranks(one: list[KeywordHit], other: list[KeywordHit]) -> bool:
    return len(one) == len(other) and all(
        math.isclose(a.relevance, b.relevance, rel_tol=1e-6)
        for a, b in zip(one, other, strict=True)
    )


def main() -> int:
    well = True
    with postgres_server() as url, psycopg.connect(url) as connection:
        for name in SETS:
            questions = read_set(name)
            rows = [KeywordRow(place, text) for place, text in enumerate(questions.passages)]
            indexes = [LexicalIndex(sqlite3.connect(":memory:")), TsvectorIndex(connection)]
            for index in indexes:
                index.create()
                index.add(rows)
            (sqlite, fast), (postgres, slow) = (ask(index, questions) for index in indexes)
            shares = hit_share(sqlite, questions), hit_share(postgres, questions)
            same = sum(same_ranks(one, other) for one, other in zip(sqlite, postgres, strict=True))
            well = well and same == len(sqlite) and abs(shares[0] - shares[1]) <= 0.005
            print(
                f"{name}: {same} of {len(sqlite)} questions with the same ranks; hit@5 SQLite "
                f"{shares[0]:.4f}, PostgreSQL {shares[1]:.4f}; p50 {fast:.1f} and {slow:.1f} ms"
            )
            connection.rollback()
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
