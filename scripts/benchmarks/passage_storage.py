"""Print what a passage takes in SQLite: rows, vector, keyword index, a table at a time.

    python scripts/benchmarks/passage_storage.py [--repeats 40]

The paragraphs are those of the tests (XQuAD, CMRC, DRCD), each document with a number of its own;
the embedder is the one of hashes, with vectors of 384 numbers as MiniLM's. Bytes are those of the
database's pages (`dbstat`), so that room between rows counts.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from scripts.checks.library_on_trial import set_up, use_embedder

TEXTS = Path(__file__).parents[2] / "admin_system" / "vector_search" / "tests" / "data"
KINDS = {
    "rows of passages": "knowledge_base_passage",
    "vectors": "knowledge_base_passagevector",
    "keyword index": "keyword",
    "list of changes": "knowledge_base_indexchange",
}
"""Beginnings of tables and of their indexes."""


def fill(repeats: int) -> None:
    from admin_system.knowledge_base.models import EmbeddingProfile, Topic
    from admin_system.knowledge_base.services.adding import NewDocument, add_text
    from admin_system.knowledge_base.worker import Worker

    EmbeddingProfile.objects.update(dim=384)
    topic = Topic.objects.create(name="benchmark")
    for path in sorted(TEXTS.glob("*.json")):
        paragraphs = [one["passage"] for one in json.loads(path.read_text("utf-8"))]
        for number in range(repeats):
            text = "\n\n".join(f"{number}: {paragraph}" for paragraph in paragraphs)
            add_text(NewDocument(topic, f"{path.stem}-{number}.txt"), text)
    Worker(can_see=lambda: False).run(until_empty=True)


def tell() -> None:
    from django.db import connection

    from admin_system.knowledge_base.models import Passage, PassageVector

    count = Passage.objects.filter(live=True).count()
    letters = sum(len(text) for text in Passage.objects.values_list("text", flat=True))
    vector = PassageVector.objects.first()
    numbers = len(vector.data) // 4 if vector is not None else 0
    print(f"{count} passages of {letters / count:.0f} characters, vectors of {numbers} numbers")
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")
        sizes = {str(name): int(size) for name, size in cursor.fetchall()}
        cursor.execute("SELECT name, tbl_name FROM sqlite_master")
        tables = {str(name): str(table) for name, table in cursor.fetchall()}
    left = sum(sizes.values())
    for kind, beginning in KINDS.items():
        names = [name for name in sizes if find_kind(tables.get(name, name)) == beginning]
        size = sum(sizes[name] for name in names)
        left -= size
        print(f"{kind}: {size / count:.0f} bytes a passage")
    print(f"all else: {left / count:.0f} bytes a passage")


def find_kind(table: str) -> str:
    """The longest beginning that fits; empty where none does."""
    fitting = [one for one in KINDS.values() if table.startswith(one)]
    return max(fitting, key=len, default="")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--repeats", type=int, default=40)
    repeats = parser.parse_args().repeats
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as folder:
        set_up(Path(folder))
        use_embedder("hash")
        fill(repeats)
        tell()


if __name__ == "__main__":
    main()
