"""Makes a backup during an import and chat traffic, restores it elsewhere, and compares the two.

    python scripts/checks/backup_under_traffic.py [--documents 400] [--embedder bundled]

The backup holds documents that are being worked on. Restored into an empty folder and served there,
the import goes on by itself; then rows, search results and answers at temperature 0 are those of
the service that was backed up. Prints one line of JSON; ends with 1 where something was wrong.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import httpx

from scripts.checks.library_on_trial import ROOT, Writer, set_up, settings_in, use_embedder
from scripts.checks.service_on_trial import ServiceOnTrial
from scripts.checks.traffic import TOPIC, Traffic, draw_circle
from scripts.testing.postgres import database_of

IMPORT_SECONDS = 1200.0
SAME_ROWS = {
    "documents": (
        "SELECT id, topic_id, name, title, sha256, state FROM knowledge_base_document ORDER BY id"
    ),
    "passages": (
        "SELECT document_id, ordinal, text FROM knowledge_base_passage"
        " ORDER BY document_id, ordinal"
    ),
    "users": "SELECT id, username, password FROM auth_user ORDER BY id",
    "models": "SELECT * FROM core_modelconfig ORDER BY id",
}
"""Of both folders, once both imports are over."""
KEPT_ROWS = {"analysis": "core_analysisrecord", "answer": "core_message"}
"""What was told before the backup began -> its table."""


def run(folder: Path, documents: int) -> dict[str, Any]:
    faults: list[str] = []
    archive = folder / "备份 1.zip"
    with ServiceOnTrial(folder / "first") as service:
        with Traffic(service.url, documents=0) as traffic:
            traffic.wait_for(lambda: all(traffic.answered[kind] for kind in ("socket", "analysis")))
            add_documents(service.url, documents)
            told = {kind: set(traffic.kept[kind]) for kind in KEPT_ROWS}
            began = time.monotonic()
            backup(archive)
            seconds = time.monotonic() - began
        faults += traffic.faults
        if restore(archive, folder / "first", "--replace") == 0:
            faults.append("a restore went into the folder of a running service")
        wait_for_import(service.url)
        first = ask_everything(service.url)
        service.press_ctrl_c()
    if restore(archive, folder / "second") != 0:
        return {"faults": [*faults, "the backup cannot be restored"]}
    unfinished = count_unfinished(folder / "second")
    if not unfinished:
        faults.append("the import was over when the backup was made")
    with ServiceOnTrial(folder / "second") as service:
        wait_for_import(service.url)
        second = ask_everything(service.url)
        service.press_ctrl_c()
    faults += [f"{name} differs" for name in first if first[name] != second[name]]
    faults += compare(folder / "first", folder / "second", told)
    return {
        "database": "PostgreSQL" if database_of(folder / "first") else "SQLite",
        "documents": documents,
        "unfinished_in_backup": unfinished,
        "backup_seconds": round(seconds, 1),
        "answered_meanwhile": dict(traffic.answered),
        "compared": sorted(first),
        "kept_rows": {kind: len(ids) for kind, ids in told.items()},
        "faults": faults,
    }


def add_documents(url: str, count: int) -> None:
    """All at once, in an archive; returns when the first is ready."""
    from admin_system.knowledge_base.models import Document

    writer = Writer(random.Random(0))  # noqa: S311 - a check that can be repeated
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        for _ in range(count):
            text, mark = writer.write(3)
            file.writestr(f"{mark}.md", text)
    files = {"file": ("reports.zip", archive.getvalue(), "application/zip")}
    address = f"{url}/api/documents"
    said = httpx.post(address, data={"topic": TOPIC}, files=files, timeout=600, trust_env=False)
    said.raise_for_status()
    while not Document.objects.filter(state="ready").exists():
        time.sleep(0.02)


def backup(target: Path) -> None:
    """In this process, so that it does not begin seconds later."""
    from django.core.management import call_command

    with redirect_stdout(sys.stderr):
        call_command("backup", target)


def restore(source: Path, folder: Path, *words: str) -> int:
    """The exit code."""
    return subprocess.run(
        [sys.executable, "manage.py", "restore", source, *words],
        cwd=ROOT,
        env={**os.environ, **settings_in(folder)},
        stdout=sys.stderr,
    ).returncode


def wait_for_import(url: str) -> None:
    """Until nothing is worked on. Raises RuntimeError."""
    end = time.monotonic() + IMPORT_SECONDS
    while time.monotonic() < end:
        status = httpx.get(f"{url}/api/status", timeout=30, trust_env=False).json()
        states = status["knowledge_base"]["documents"]
        if not any(states[name] for name in ("queued", "parsing", "splitting", "embedding")):
            return
        time.sleep(0.2)
    raise RuntimeError(f"the import does not end: {states}")


def ask_everything(url: str) -> dict[str, Any]:
    """What two services with the same data say alike."""
    with httpx.Client(base_url=url, timeout=120, trust_env=False) as client:
        chat = {"messages": [{"role": "user", "content": "你好，你能做什么？"}], "temperature": 0}
        picture = {"image_base64": draw_circle(), "query": "框出红色圆形", "temperature": 0}
        answer = client.post("/api/v1/chat/completions", json=chat).json()
        analysis = client.post("/api/analyze", json=picture).json()
        searches = {}
        for query in ("when is the northern pump cleaned", "机器的温度", "mark000003", "valve 7"):
            found = client.post("/api/search", json={"query": query, "top_k": 10}).json()["results"]
            searches[query] = [
                (hit["document"], hit["content"], hit["score"], hit["scores"]) for hit in found
            ]
    if not any(searches.values()):
        raise RuntimeError("nothing was found")
    return {
        "chat": answer["choices"][0]["message"]["content"],
        "boxes": analysis["boxes"],
        **{f"search for {query}": hits for query, hits in searches.items()},
    }


def count_unfinished(folder: Path) -> int:
    with rows_of(folder) as database:
        query = "SELECT COUNT(*) FROM knowledge_base_document WHERE state != 'ready'"
        return int(database.execute(query).fetchone()[0])


@contextmanager
def rows_of(folder: Path) -> Iterator[Any]:
    """A connection, sqlite3's or psycopg's, to what a service keeps there."""
    if url := database_of(folder):
        import psycopg

        with psycopg.connect(url) as database:
            yield database
        return
    with closing(sqlite3.connect(folder / "data" / "db.sqlite3")) as database:
        yield database


def compare(first: Path, second: Path, told: dict[str, set[str]]) -> list[str]:
    """What is not the same in the two folders."""
    faults = []
    with rows_of(first) as one, rows_of(second) as other:
        for name, query in SAME_ROWS.items():
            if one.execute(query).fetchall() != other.execute(query).fetchall():
                faults.append(f"the rows of {name} differ")
        for kind, table in KEPT_ROWS.items():
            query = f"SELECT * FROM {table}"  # noqa: S608 - our names
            there = {row[0]: row for row in other.execute(query)}
            before = {row[0]: row for row in one.execute(query)}
            if any(there.get(row) != before[row] for row in told[kind]):
                faults.append(f"{kind}: rows that were told before the backup differ")
        pictures = other.execute("SELECT thumbnail, boxed_image FROM core_analysisrecord")
        files = [name for row in pictures.fetchall() for name in row if name]
    missing = [name for name in files if not (second / "data" / "media" / name).is_file()]
    return faults + [f"{name} is missing" for name in missing]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=400)
    parser.add_argument("--embedder", choices=("bundled", "hash"), default="bundled")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        set_up(Path(folder) / "first")
        use_embedder(options.embedder)
        result = run(Path(folder), options.documents)
        print(json.dumps(result, ensure_ascii=False))
        return 1 if result["faults"] else 0


if __name__ == "__main__":
    sys.exit(main())
