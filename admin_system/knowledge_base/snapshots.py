"""Several questions to the database about one and the same moment."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from admin_system.knowledge_base.keywords import raw_connection


@contextmanager
def snapshot() -> Iterator[None]:
    """Reads only; not inside another transaction. Writers go on."""
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    # In WAL mode a reader keeps the state that it began with, whereas Django's own transactions
    # take the writers' lock.
    raw = raw_connection()
    raw.execute("BEGIN DEFERRED")
    try:
        yield
    finally:
        raw.execute("COMMIT")
