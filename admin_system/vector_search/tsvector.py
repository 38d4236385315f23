"""The keyword index in PostgreSQL: our own tokens in a tsvector with GIN, ranked by BM25.

PostgreSQL's own ranks know nothing of how rare a word is, so the ranks are computed here from
counts, by the formula and the constants of SQLite's FTS5: both find the same in the same order.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable
from contextlib import AbstractContextManager
from typing import Any, Protocol

from admin_system.vector_search.frequencies import Frequencies
from admin_system.vector_search.keyword_index import (
    NOTHING_KNOWN,
    KeywordHit,
    KeywordIndex,
    KeywordRow,
    Tokens,
    Values,
    to_values,
    topic_token,
)

MOST_COUNTED = 255
"""Occurrences of one word in one passage that a tsvector keeps."""
ALL_LENGTHS = " "
"""The tokens of all passages together are remembered under this token, which no text has."""
LEAST_IDF = 1e-6
"""Of a word that more than half of the passages have; as FTS5 does."""

# MAIN: compressed, but in its row: a search reads the tokens of every passage that it ranks.
SCHEMA = """
CREATE TABLE IF NOT EXISTS {0} (
    id bigint PRIMARY KEY, length integer NOT NULL, tokens tsvector STORAGE MAIN NOT NULL
);
CREATE INDEX IF NOT EXISTS {0}_tokens ON {0} USING gin (tokens)
"""
ADD = "INSERT INTO keyword_index (id, length, tokens) VALUES (%s, %s, %s::tsvector)"
COUNT = """
SELECT (SELECT count(*) FROM keyword_index WHERE tokens @@ word::tsquery)
FROM unnest(%s::text[]) WITH ORDINALITY AS asked (word, place) ORDER BY place
"""

# How often a word stands in a passage: ts_rank of a single word that occurs n times is
# (1 + 1/4 + ... + 1/n²) / 1.64493406685 (calc_rank_or in PostgreSQL's tsrank.c), which is solved
# for n exactly, since what is missing to π²/6 is 1/(n + 1/2) but for terms of the third order.
SEARCH = """
SELECT id, sum(idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / %s))
               ORDER BY word) AS relevance
FROM unnest(%s::text[], %s::float8[]) AS asked (word, idf)
CROSS JOIN LATERAL (
    SELECT id, length, round(1 / (
        (1 - ts_rank('{{1, 1, 1, 1}}', tokens, word::tsquery)::float8) * 1.64493406685
    ) - 0.5) AS frequency
    FROM keyword_index WHERE tokens @@ (word || %s)::tsquery {among}
) AS found
GROUP BY id ORDER BY relevance DESC, id LIMIT %s
"""


class Connection(Protocol):
    """Django's to a PostgreSQL database, or any other of Python's that is like it."""

    def cursor(self) -> AbstractContextManager[Any]: ...


class TsvectorIndex(KeywordIndex):
    def __init__(self, connection: Connection, frequencies: Frequencies | None = None) -> None:
        super().__init__(frequencies)
        self._connection = connection

    def create(self) -> None:
        self._execute(SCHEMA.format("keyword_index"))

    def drop(self) -> None:
        self._execute("DROP TABLE IF EXISTS keyword_index")

    def clear(self) -> None:
        self._execute("DELETE FROM keyword_index")

    def add(self, rows: Iterable[KeywordRow], tokens: Tokens = NOTHING_KNOWN) -> None:
        with self._connection.cursor() as cursor:
            cursor.executemany(ADD, to_rows(to_values(rows, tokens)))

    def remove(self, rows: Iterable[KeywordRow], tokens: Tokens = NOTHING_KNOWN) -> None:
        self._execute("DELETE FROM keyword_index WHERE id = ANY(%s)", [row.id for row in rows])

    def is_whole(self) -> bool:
        """PostgreSQL looks after its indexes itself."""
        return True

    def counts_exactly(self, rows: Iterable[KeywordRow]) -> bool:
        expected: Counter[str] = Counter()
        for _, topic, tokens in to_values(rows, NOTHING_KNOWN):
            expected[topic] += 1
            for word, count in Counter(tokens.split()).items():
                expected[word] += min(count, MOST_COUNTED)
        held = self._ask_rows(
            "SELECT word, nentry FROM ts_stat('SELECT tokens FROM keyword_index')"
        )
        return dict(held) == expected

    def ids(self) -> list[int]:
        return [row[0] for row in self._ask_rows("SELECT id FROM keyword_index ORDER BY id")]

    def _search(
        self,
        tokens: list[str],
        limit: int,
        topics: Collection[int] | None,
        ids: Collection[int] | None,
    ) -> list[KeywordHit]:
        passages = self.count()
        length = self._frequencies.get(ALL_LENGTHS, self._count_lengths) / max(1, passages)
        counts = self._count(tokens)
        idfs = [idf(passages, counts[token]) for token in tokens]
        allowed = ""
        if topics is not None:
            allowed = f" & ({' | '.join(quote(topic_token(topic)) for topic in sorted(topics))})"
        values: list[object] = [max(1.0, length), list(map(quote, tokens)), idfs, allowed]
        among = ""
        if ids is not None:
            among = "AND id = ANY(%s)"
            values.append([int(value) for value in ids])
        rows = self._ask_rows(SEARCH.format(among=among), *values, limit)
        return [KeywordHit(id_, relevance) for id_, relevance in rows]

    def _ask(self, tokens: list[str]) -> dict[str, int]:
        counts = self._ask_rows(COUNT, list(map(quote, tokens)))
        return dict(zip(tokens, (row[0] for row in counts), strict=True))

    def _count_passages(self, _token: str) -> int:
        return int(self._ask_rows("SELECT count(*) FROM keyword_index")[0][0])

    def _count_lengths(self, _token: str) -> int:
        return int(self._ask_rows("SELECT coalesce(sum(length), 0) FROM keyword_index")[0][0])

    def _execute(self, statement: str, *values: object) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)

    def _ask_rows(self, statement: str, *values: object) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(statement, values or None)
            rows: list[Any] = cursor.fetchall()
            return rows


def to_rows(values: Values) -> list[tuple[int, int, str]]:
    """Id, tokens in all, and the tsvector. The topic counts for one, as in FTS5."""
    return [
        (id_, len(words) + 1, to_tsvector([topic, *words]))
        for id_, topic, tokens in values
        for words in [tokens.split()]
    ]


def to_tsvector(words: Iterable[str]) -> str:
    """Only how often a word occurs is of use, so its places are numbered from 1."""
    return " ".join(
        f"{quote(word)}:{','.join(map(str, range(1, min(count, MOST_COUNTED) + 1)))}"
        for word, count in Counter(words).items()
    )


def idf(passages: int, having: int) -> float:
    """Both were counted at some moment; more may have come between the two."""
    having = min(having, passages)
    return max(LEAST_IDF, math.log((passages - having + 0.5) / (having + 0.5)))


def quote(token: str) -> str:
    """As a word of a tsvector or a tsquery; no token has a quotation mark or a backslash."""
    return f"'{token}'"
