"""Vectors a second time in PostgreSQL, as values of pgvector beside the bytes of their rows.

The column belongs to the database, not to Django's model: SQLite has none, and a PostgreSQL without
pgvector neither. It is filled in the statement that writes the bytes; rows that came in another way
(moved, restored, older than the extension) are filled when the index is opened.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from admin_system.knowledge_base.index_contents import to_vector
from admin_system.knowledge_base.writing import writing
from admin_system.vector_search.embedder import Vectors

logger = logging.getLogger(__name__)

FILLED_AT_ONCE = 1_000
AVAILABLE = "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'"
MAY_MAKE = """
SELECT 1 FROM pg_extension WHERE extname = 'vector' UNION ALL
SELECT 1 FROM pg_roles WHERE rolname = current_user AND rolsuper UNION ALL
SELECT 1 FROM pg_available_extension_versions
WHERE name = 'vector' AND trusted AND has_database_privilege(current_database(), 'CREATE')
"""
# MAIN: in the row, where searches read it; the bytes, which they do not, lie outside.
COLUMN = """
CREATE EXTENSION IF NOT EXISTS vector;
ALTER TABLE knowledge_base_passagevector ADD COLUMN IF NOT EXISTS embedding vector;
ALTER TABLE knowledge_base_passagevector ALTER COLUMN embedding SET STORAGE MAIN;
CREATE INDEX IF NOT EXISTS vectors_to_fill ON knowledge_base_passagevector (profile_id, id)
WHERE embedding IS NULL AND length(data) > 0
"""
HAS_COLUMN = """
SELECT 1 FROM pg_attribute
WHERE attrelid = to_regclass('knowledge_base_passagevector')
AND attname = 'embedding' AND NOT attisdropped
"""
STORE = """
INSERT INTO knowledge_base_passagevector (passage_id, profile_id, data, embedding)
VALUES (%s, %s, %s, %s::vector)
ON CONFLICT DO NOTHING
"""
TO_FILL = """
SELECT id, data FROM knowledge_base_passagevector
WHERE profile_id = %s AND id > %s AND length(data) > 0 {} ORDER BY id LIMIT %s
"""
FILL = """
UPDATE knowledge_base_passagevector SET embedding = %s::vector WHERE id = %s AND data = %s
"""

_found = False


def make_column(database: BaseDatabaseWrapper) -> bool:
    """False where PostgreSQL has no pgvector, or does not let us use it. Where the column is there
    already no search waits for a lock on its table."""
    with database.cursor() as cursor:
        cursor.execute(HAS_COLUMN)
        if cursor.fetchone() is not None:
            return True
        for question in (AVAILABLE, MAY_MAKE):
            cursor.execute(question)
            if cursor.fetchone() is None:
                return False
        cursor.execute(COLUMN)
    return True


def has_column() -> bool:
    """In the database of this process; once it is there it stays."""
    global _found
    if not _found and connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(HAS_COLUMN)
            _found = cursor.fetchone() is not None
    return _found


def store(profile_id: int, ids: Sequence[int], blobs: Sequence[bytes]) -> None:
    """Bytes and vectors of passages; what is there stays. In a transaction."""
    rows = [(id_, profile_id, data, to_value(data)) for id_, data in zip(ids, blobs, strict=True)]
    with connection.cursor() as cursor:
        cursor.executemany(STORE, rows)


def fill(profile_id: int, *, anew: bool = False) -> int:
    """Vectors from their bytes: those that are lacking, or all. How many there were."""
    filled = 0
    for rows in rows_to_fill(profile_id, anew):
        values = [(to_value(data), id_, data) for id_, data in rows]
        with writing(), connection.cursor() as cursor:
            cursor.executemany(FILL, values)
        filled += sum(value is not None for value, _, _ in values)
    return filled


def rows_to_fill(profile_id: int, anew: bool) -> Iterator[list[tuple[int, bytes]]]:
    last = 0
    question = TO_FILL.format("" if anew else "AND embedding IS NULL")
    while True:
        with connection.cursor() as cursor:
            cursor.execute(question, [profile_id, last, FILLED_AT_ONCE])
            rows = [(id_, bytes(data)) for id_, data in cursor.fetchall()]
        if not rows:
            return
        last = rows[-1][0]
        yield rows


def to_value(data: bytes) -> str | None:
    """As pgvector reads it; None for bytes that are no vector, as `check_index` finds them."""
    vector = to_vector(data, len(data) // 4) if data else None
    return None if vector is None else to_text(vector)


def to_text(vector: Vectors) -> str:
    return str(vector.tolist())
