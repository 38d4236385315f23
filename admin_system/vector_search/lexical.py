"""The keyword index: SQLite's FTS5 over our own tokens, in the transaction of the passages."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable

from admin_system.vector_search.frequencies import Frequencies
from admin_system.vector_search.keyword_index import (
    NOTHING_KNOWN,
    KeywordHit,
    KeywordIndex,
    KeywordRow,
    Tokens,
    to_values,
    topic_token,
)

# detail=full: with less, bm25 ranks wrongly without a word of warning.
SCHEMA = """
CREATE VIRTUAL TABLE IF NOT EXISTS keyword_index
    USING fts5(topic, tokens, content='', tokenize='ascii', detail=full);
CREATE VIRTUAL TABLE IF NOT EXISTS keyword_index_terms USING fts5vocab(keyword_index, row);
"""
SEARCH = """
SELECT rowid, bm25(keyword_index, 0.0, 1.0) AS cost FROM keyword_index
    WHERE keyword_index MATCH ? ORDER BY cost, rowid LIMIT ?
"""
ADD = "INSERT INTO keyword_index (rowid, topic, tokens) VALUES (?, ?, ?)"
REMOVE = """
INSERT INTO keyword_index (keyword_index, rowid, topic, tokens) VALUES ('delete', ?, ?, ?)
"""
SEARCH_AMONG = """
SELECT rowid, bm25(keyword_index, 0.0, 1.0) AS cost FROM keyword_index
    WHERE keyword_index MATCH ? AND rowid IN (SELECT value FROM json_each(?))
    ORDER BY cost, rowid LIMIT ?
"""


class LexicalIndex(KeywordIndex):
    def __init__(
        self, connection: sqlite3.Connection, frequencies: Frequencies | None = None
    ) -> None:
        super().__init__(frequencies)
        self._connection = connection

    def create(self) -> None:
        for statement in SCHEMA.split(";"):
            self._connection.execute(statement)

    def drop(self) -> None:
        self._connection.execute("DROP TABLE IF EXISTS keyword_index_terms")
        self._connection.execute("DROP TABLE IF EXISTS keyword_index")

    def clear(self) -> None:
        self._connection.execute("INSERT INTO keyword_index (keyword_index) VALUES ('delete-all')")

    def add(self, rows: Iterable[KeywordRow], tokens: Tokens = NOTHING_KNOWN) -> None:
        self._connection.executemany(ADD, to_values(rows, tokens))

    def remove(self, rows: Iterable[KeywordRow], tokens: Tokens = NOTHING_KNOWN) -> None:
        self._connection.executemany(REMOVE, to_values(rows, tokens))

    def is_whole(self) -> bool:
        """Takes the writers' lock."""
        try:
            self._connection.execute(
                "INSERT INTO keyword_index (keyword_index) VALUES ('integrity-check')"
            )
        except sqlite3.DatabaseError:
            return False
        return True

    def counts_exactly(self, rows: Iterable[KeywordRow]) -> bool:
        expected: Counter[str] = Counter()
        for _, topic, tokens in to_values(rows, NOTHING_KNOWN):
            expected.update([topic, *tokens.split()])
        held = self._connection.execute("SELECT term, cnt FROM keyword_index_terms")
        return dict(held) == expected

    def ids(self) -> list[int]:
        rows = self._connection.execute("SELECT id FROM keyword_index_docsize ORDER BY id")
        return [row[0] for row in rows]

    def _search(
        self,
        tokens: list[str],
        limit: int,
        topics: Collection[int] | None,
        ids: Collection[int] | None,
    ) -> list[KeywordHit]:
        match = f"tokens : ({any_of(tokens)})"
        if topics is not None:
            match = f"topic : ({any_of(map(topic_token, sorted(topics)))}) AND {match}"
        values: list[object] = [match]
        statement = SEARCH
        if ids is not None:
            statement = SEARCH_AMONG
            values.append(json.dumps([int(value) for value in ids]))
        rows = self._connection.execute(statement, [*values, limit])
        return [KeywordHit(id_, -cost) for id_, cost in rows]

    def _ask(self, tokens: list[str]) -> dict[str, int]:
        counts = {}
        for token in tokens:
            row = self._connection.execute(
                "SELECT doc FROM keyword_index_terms WHERE term = ?",
                [token],
            ).fetchone()
            counts[token] = int(row[0]) if row else 0
        return counts

    def _count_passages(self, _token: str) -> int:
        (count,) = self._connection.execute("SELECT count(*) FROM keyword_index_docsize").fetchone()
        return int(count)


def any_of(tokens: Iterable[str]) -> str:
    return " OR ".join(f'"{token}"' for token in tokens)
