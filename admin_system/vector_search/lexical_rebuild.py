"""SQLite's keyword index made anew beside the one that is searched."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection

from admin_system.vector_search.keyword_index import KeywordRebuild, Values
from admin_system.vector_search.lexical import SCHEMA, LexicalIndex

CREATE = SCHEMA.split(";", 1)[0].replace("keyword_index", "keyword_index_new")
ADD = "INSERT INTO keyword_index_new (rowid, topic, tokens) VALUES (?, ?, ?)"
REMOVE = """
INSERT INTO keyword_index_new (keyword_index_new, rowid, topic, tokens)
    SELECT 'delete', id, topic, tokens FROM temp.keyword_rows WHERE id = ?
"""


class LexicalRebuild(KeywordRebuild):
    """What was put in is remembered in a temporary table, since an index without content forgets a
    row only when it is told what the row was."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def begin(self) -> None:
        self.forget()
        self._connection.execute(CREATE)
        self._connection.execute(
            "CREATE TEMP TABLE keyword_rows (id INTEGER PRIMARY KEY, topic TEXT, tokens TEXT)"
        )

    def put(self, values: Values, changed: Collection[int] = ()) -> None:
        ids = [(id_,) for id_ in changed]
        self._connection.executemany(REMOVE, ids)
        self._connection.executemany("DELETE FROM temp.keyword_rows WHERE id = ?", ids)
        self._connection.executemany(ADD, values)
        self._connection.executemany(
            "INSERT INTO temp.keyword_rows (id, topic, tokens) VALUES (?, ?, ?)", values
        )

    def take_over(self) -> None:
        LexicalIndex(self._connection).drop()
        self._connection.execute("ALTER TABLE keyword_index_new RENAME TO keyword_index")
        LexicalIndex(self._connection).create()  # the counts beside it

    def forget(self) -> None:
        self._connection.execute("DROP TABLE IF EXISTS temp.keyword_rows")
        self._connection.execute("DROP TABLE IF EXISTS keyword_index_new")
