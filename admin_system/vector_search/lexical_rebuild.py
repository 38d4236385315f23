"""The keyword index made anew: cut into tokens beside the database, then put in at one blow."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

from admin_system.vector_search.lexical import (
    ADD,
    NOTHING_KNOWN,
    KeywordRow,
    LexicalIndex,
    to_values,
)

PREPARE = "INSERT OR REPLACE INTO temp.keyword_rows (id, topic, tokens) VALUES (?, ?, ?)"


class LexicalRebuild:
    """On one connection. Tokens are the slow part: they wait in a temporary table, which no other
    connection sees and for which none has to wait."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self) -> None:
        self.forget()
        self._connection.execute(
            "CREATE TEMP TABLE keyword_rows (id INTEGER PRIMARY KEY, topic TEXT, tokens TEXT)"
        )

    def prepare(self, rows: Iterable[KeywordRow]) -> None:
        """Outside a transaction: this one touches the temporary table only."""
        values = to_values(rows, NOTHING_KNOWN)
        self._connection.execute("BEGIN DEFERRED")
        try:
            self._connection.executemany(PREPARE, values)
        finally:
            self._connection.execute("COMMIT")

    def finish(self, changed: Collection[int], present: Iterable[KeywordRow]) -> None:
        """In a transaction: what was prepared is the index, but for the `changed` ids, of which
        those that are `present` are as they are now."""
        self._connection.executemany(
            "DELETE FROM temp.keyword_rows WHERE id = ?", [(id_,) for id_ in changed]
        )
        LexicalIndex(self._connection).clear()
        self._connection.executemany(
            ADD,
            self._connection.execute("SELECT id, topic, tokens FROM temp.keyword_rows ORDER BY id"),
        )
        LexicalIndex(self._connection).add(present)

    def forget(self) -> None:
        self._connection.execute("DROP TABLE IF EXISTS temp.keyword_rows")
