"""Texts as PostgreSQL takes them, which keeps every character but NUL.

Where a text has one, U+FFFD takes its place, as in what browsers and JSON readers make of it; else
a fault would end whatever was being written or looked for. SQLite keeps NUL as it is.
"""

from __future__ import annotations

import re

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.abc import Buffer
from psycopg.types.json import Jsonb, JsonbDumper
from psycopg.types.string import StrDumperUnknown

IN_ITS_PLACE = "\ufffd"
ESCAPED = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")
"""NUL inside a JSON text; a backslash before it may be escaped itself."""


class TextDumper(StrDumperUnknown):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", IN_ITS_PLACE) if "\0" in obj else obj)


class ObjectDumper(JsonbDumper):
    def dump(self, obj: object) -> Buffer | None:
        data = super().dump(obj)
        return None if data is None else ESCAPED.sub(rb"\1\\ufffd", bytes(data))


def write_without_nul(connection: BaseDatabaseWrapper, **_: object) -> None:
    """For `connection_created`."""
    if connection.vendor == "postgresql":
        adapters = connection.connection.adapters
        adapters.register_dumper(str, TextDumper)
        adapters.register_dumper(Jsonb, ObjectDumper)
