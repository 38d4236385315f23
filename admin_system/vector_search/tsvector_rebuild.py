"""PostgreSQL's keyword index made anew beside the one that is searched."""

from __future__ import annotations

from collections.abc import Collection

from admin_system.vector_search.keyword_index import KeywordRebuild, Values
from admin_system.vector_search.tsvector import ADD, SCHEMA, Connection, to_rows

FORGET = "DROP TABLE IF EXISTS keyword_index_new"
TAKE_OVER = """
DROP TABLE keyword_index;
ALTER TABLE keyword_index_new RENAME TO keyword_index;
ALTER INDEX keyword_index_new_pkey RENAME TO keyword_index_pkey;
ALTER INDEX keyword_index_new_tokens RENAME TO keyword_index_tokens
"""


class TsvectorRebuild(KeywordRebuild):
    """Searches that read the old one are waited for in the last transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def begin(self) -> None:
        self.forget()
        self._execute(SCHEMA.format("keyword_index_new"))

    def put(self, values: Values, changed: Collection[int] = ()) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute("DELETE FROM keyword_index_new WHERE id = ANY(%s)", [list(changed)])
            cursor.executemany(ADD.replace("keyword_index", "keyword_index_new"), to_rows(values))

    def take_over(self) -> None:
        self._execute(TAKE_OVER)

    def forget(self) -> None:
        self._execute(FORGET)

    def _execute(self, statement: str) -> None:
        with self._connection.cursor() as cursor:
            cursor.execute(statement)
