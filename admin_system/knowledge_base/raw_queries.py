"""SQL that Django's models cannot say, on the connection of this thread."""

from __future__ import annotations

from typing import Any

from django.db import connection


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def ask(question: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(question, values or None)
        rows: list[Any] = cursor.fetchall()
        return rows
