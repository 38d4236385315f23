"""Where the rows are kept: SQLite in the data folder, or the PostgreSQL that a URL names."""

from __future__ import annotations

import os
from socket import gethostname
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from admin_system.env import Env, WrongSetting, name_of

MOST_CONNECTIONS = 20
"""Of a process to PostgreSQL; whoever needs one more waits for one to be given back."""
OWN_NAME = "qwen-vl"
"""Begins the name of a session at PostgreSQL; the host and the number of the process follow."""
PATIENCE = 20  # seconds; for a connection, and in SQLite for the writer before


def to_database(env: Env) -> dict[str, Any]:
    """For Django's `DATABASES`. Raises WrongSetting."""
    if env.database_url:
        return to_postgres(env.database_url)
    file = env.data_dir / "db.sqlite3"
    # Only a process that finds no database at its start makes one: while the file is away for a
    # while (a disk that is not mounted, a copy being put in its place), an empty one would take
    # its name.
    mode = "rw" if file.exists() else "rwc"
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{file.absolute().as_uri()}?mode={mode}",
        "OPTIONS": {
            # A writer takes its lock when it begins, and readers never wait for it: eight
            # writers at once wait in line instead of failing. Django turns foreign keys on.
            "transaction_mode": "IMMEDIATE",
            "timeout": PATIENCE,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
        },
    }


def to_postgres(url: str) -> dict[str, Any]:
    """As libpq reads one: what stands behind `?` are its parameters, `host` among them where the
    server is reached by a socket in a folder. Raises WrongSetting."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise WrongSetting([(name_of("database_url"), str(error))]) from None
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host = unquote(parts.hostname or "") or options.pop("host", "")
    name = unquote(parts.path.lstrip("/"))
    if not name:
        raise WrongSetting([(name_of("database_url"), "it names no database")])
    options.setdefault("application_name", f"{OWN_NAME} {gethostname()[:40]} {os.getpid()}")
    pool = {"min_size": 1, "max_size": MOST_CONNECTIONS, "timeout": PATIENCE}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(port or options.pop("port", "")),
        "OPTIONS": {**options, "pool": pool},
        # Of the pool, as it hands one out: it may have been cut while it lay there.
        "CONN_HEALTH_CHECKS": True,
    }
