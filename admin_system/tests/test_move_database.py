"""From SQLite to PostgreSQL: all rows, what is found, and numbers that go on; or nothing at all."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from admin_system.api.tests.server import environment, prepare
from admin_system.env import BASE_DIR
from scripts.testing.postgres import postgres_server

FILL = """
import django; django.setup()
from admin_system.knowledge_base.models import Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.worker import Worker
topic = Topic.objects.first()
for n in range(12):
    text = f"# Hall {n}\\n\\nPump {n} is cleaned by crew {n}.\\n\\n# 密封圈 {n}"
    add_text(NewDocument(topic, f"{n}.md"), text)
Worker(can_see=lambda: False).run(until_empty=True)
"""
MOVE = """
import django; django.setup()
import io, json, sys
from django.core.management import CommandError, call_command
from admin_system.core.models import ApiKey
from admin_system.knowledge_base.checking import check_library
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.models import Document, Passage, Topic
from admin_system.knowledge_base.services.searching import search_passages

def move(*options):
    said = io.StringIO()
    try:
        call_command("move_database", *options, stdout=said)
    except CommandError as error:
        return str(error)
    return said.getvalue().splitlines()[-1]

call_command("migrate", verbosity=0)
told = [move("no such file"), move(), move(), move("--replace")]
hit = search_passages(query="crew 7", mode="hybrid", limit=1).hits[0]
Topic.objects.create(name="later")
print(json.dumps({
    "told": told, "documents": Document.objects.count(), "keys": ApiKey.objects.count(),
    "passages": Passage.objects.count(), "keywords": len(keyword_index().ids()),
    "found": hit.passage.text, "vector": hit.scores.vector,
    "left": [finding.code for finding in check_library()],
}))
"""


def run(code: str, data: Path, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=BASE_DIR,
        env=environment(data, **settings)
        | {"DJANGO_SETTINGS_MODULE": "admin_system.minimal_settings"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_everything_is_there_afterwards_and_may_be_moved_again(tmp_path: Path) -> None:
    keys = prepare(tmp_path, "hash", "root", DATABASE_URL="")
    run(FILL, tmp_path, DATABASE_URL="")
    before = (tmp_path / "db.sqlite3").read_bytes()
    with postgres_server() as url:
        found = json.loads(run(MOVE, tmp_path, DATABASE_URL=url, LANGUAGE="en"))
    missing, first, refused, again = found.pop("told")
    assert "no such file" in missing
    assert "are the same in both databases" in first
    assert "--replace" in refused
    assert again == first
    assert "Pump 7 is cleaned by crew 7" in found.pop("found")
    assert found.pop("vector") > 0.3
    assert found.pop("keywords") == found.pop("passages") > 12
    assert found == {"documents": 12, "keys": len(keys), "left": []}
    assert (tmp_path / "db.sqlite3").read_bytes() == before
