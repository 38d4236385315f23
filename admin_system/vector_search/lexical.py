"""The keyword index: SQLite's FTS5 over our own tokens, in the transaction of the passages."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from admin_system.vector_search.coverage import asking_tokens, inverse_frequency
from admin_system.vector_search.frequencies import Frequencies
from admin_system.vector_search.tokens import to_token_strings, tokenize

BUDGET = 10_000
"""Entries of the index that a search may read: the rarest tokens say most and cost least."""
ALWAYS_SEARCHED = 3
"""Rarest tokens that are searched however many passages hold them."""
ALL_PASSAGES = ""
"""The number of all passages is remembered under this token, which no text has."""

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

Tokens = Mapping[str, str]
"""Texts with their tokens, as `to_token_strings` gives them."""
NOTHING_KNOWN: Tokens = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class KeywordRow:
    """A passage as it was added; the index keeps no text, so removing needs the same again."""

    id: int
    text: str
    topic: int = 0


@dataclass(frozen=True, slots=True)
class KeywordHit:
    id: int
    relevance: float
    """BM25, larger is better; orders the hits of one query, compares with nothing else."""


class LexicalIndex:
    """For one thread, as its connection is; changes belong to the connection's transaction."""

    def __init__(
        self, connection: sqlite3.Connection, frequencies: Frequencies | None = None
    ) -> None:
        self._connection = connection
        self._frequencies = frequencies or Frequencies()

    def create(self) -> None:
        for statement in SCHEMA.split(";"):
            self._connection.execute(statement)

    def drop(self) -> None:
        self._connection.execute("DROP TABLE IF EXISTS keyword_index_terms")
        self._connection.execute("DROP TABLE IF EXISTS keyword_index")

    def clear(self) -> None:
        self._connection.execute("INSERT INTO keyword_index (keyword_index) VALUES ('delete-all')")

    def add(self, rows: Iterable[KeywordRow], tokens: Tokens = NOTHING_KNOWN) -> None:
        """The ids must be new: an index without content does not notice a double one.

        `tokens` are those of texts that were cut up before, outside the transaction.
        """
        self._connection.executemany(ADD, to_values(rows, tokens))

    def remove(self, rows: Iterable[KeywordRow], tokens: Tokens = NOTHING_KNOWN) -> None:
        """Each must be as it was added, in text and topic, or the index tells wrong counts."""
        self._connection.executemany(REMOVE, to_values(rows, tokens))

    def is_whole(self) -> bool:
        """SQLite's own check of its structure; takes the writers' lock."""
        try:
            self._connection.execute(
                "INSERT INTO keyword_index (keyword_index) VALUES ('integrity-check')"
            )
        except sqlite3.DatabaseError:
            return False
        return True

    def counts_exactly(self, rows: Iterable[KeywordRow]) -> bool:
        """Whether every word occurs as often as in these rows: one that was removed with another
        text than it was added with leaves words behind. Cuts all texts up again."""
        expected: Counter[str] = Counter()
        for _, topic, tokens in to_values(rows, NOTHING_KNOWN):
            expected.update([topic, *tokens.split()])
        held = self._connection.execute("SELECT term, cnt FROM keyword_index_terms")
        return dict(held) == expected

    def ids(self) -> list[int]:
        """All that it holds, sorted; for comparing with the database."""
        rows = self._connection.execute("SELECT id FROM keyword_index_docsize ORDER BY id")
        return [row[0] for row in rows]

    def search(
        self,
        query: str,
        limit: int,
        *,
        topics: Collection[int] | None = None,
        ids: Collection[int] | None = None,
    ) -> list[KeywordHit]:
        """The best of the allowed topics and ids, best first; equal ones by their id."""
        tokens = self._choose(list(dict.fromkeys(tokenize(query))))
        if not tokens or limit <= 0 or (topics is not None and not topics):
            return []
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

    def count(self, topics: Collection[int] | None = None) -> int:
        """Passages of the topics, or all."""
        if topics is None:
            return self._frequencies.get(ALL_PASSAGES, self._count_passages)
        return sum(self._count(topic_token(topic)) for topic in set(topics))

    def weigh(self, query: str) -> dict[str, float]:
        """The idf of each token that `coverage` compares; one that no passage has weighs most."""
        passages = self.count()
        return {
            token: inverse_frequency(passages, min(passages, self._count(token)))
            for token in asking_tokens(query)
        }

    def _choose(self, tokens: list[str]) -> list[str]:
        """The rarest ones within the budget; those that no passage has are left out."""
        counts = {token: count for token in tokens if (count := self._count(token))}
        chosen: list[str] = []
        spent = 0
        for token in sorted(counts, key=lambda token: (counts[token], token)):
            spent += counts[token]
            if spent > BUDGET and len(chosen) >= ALWAYS_SEARCHED:
                break
            chosen.append(token)
        return chosen

    def _count(self, token: str) -> int:
        return self._frequencies.get(token, self._ask)

    def _ask(self, token: str) -> int:
        row = self._connection.execute(
            "SELECT doc FROM keyword_index_terms WHERE term = ?",
            [token],
        ).fetchone()
        return int(row[0]) if row else 0

    def _count_passages(self, _token: str) -> int:
        (count,) = self._connection.execute("SELECT count(*) FROM keyword_index_docsize").fetchone()
        return int(count)


def to_values(rows: Iterable[KeywordRow], tokens: Tokens) -> list[tuple[int, str, str]]:
    listed = list(rows)
    unknown = list({row.text: None for row in listed if row.text not in tokens})
    found = dict(zip(unknown, to_token_strings(unknown), strict=True))
    return [
        (row.id, topic_token(row.topic), found.get(row.text) or tokens.get(row.text, ""))
        for row in listed
    ]


def topic_token(topic: int) -> str:
    """Begins with what no token of a text has, so that it counts for no word."""
    return f"§{topic}"


def any_of(tokens: Iterable[str]) -> str:
    return " OR ".join(f'"{token}"' for token in tokens)
