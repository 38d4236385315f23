"""The clock that work on jobs goes by: the database's, since those of its machines differ."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db import connection
from django.utils import timezone


def read_clock() -> datetime:
    """SQLite runs on this machine, PostgreSQL on one that several may share."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return cast("datetime", now)
