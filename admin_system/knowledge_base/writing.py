"""The transactions in which the library is changed: one at a time, in whatever database."""

from __future__ import annotations

import sys

from django.db import DEFAULT_DB_ALIAS
from django.db.transaction import Atomic, get_connection

from admin_system.databases import PATIENCE

WRITERS_LOCK = 0x6C696272
"""Of PostgreSQL's advisory locks; any number that nobody else uses."""
WAIT = "SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock(%s)"


class Writing(Atomic):
    """As `transaction.atomic`, and no other one runs beside it.

    SQLite has one writer anyway. PostgreSQL lets many in: a change could then get a lower number
    than one that is committed before it, which an index that has seen the higher one would never
    look at; and two workers could claim jobs of one document. So the first thing that a change of
    the library does there is to wait for its turn, which lasts until its commit: nobody waits for
    it while holding rows that another one needs. Nor does anybody wait longer than for SQLite's
    writer: the computer of whoever has the turn may have lost its network.
    """

    def __enter__(self) -> None:
        super().__enter__()
        connection = get_connection(self.using)
        if connection.vendor != "postgresql":
            return
        try:
            with connection.cursor() as cursor:
                cursor.execute(WAIT, [f"{PATIENCE}s", WRITERS_LOCK])
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise


def writing() -> Writing:
    """A context, or a decorator."""
    return Writing(DEFAULT_DB_ALIAS, savepoint=True, durable=False)
