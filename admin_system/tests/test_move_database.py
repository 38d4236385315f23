"""From SQLite to PostgreSQL, and from there into a backup that either takes back: all rows, what is
found, and numbers that go on; or nothing at all."""

from __future__ import annotations

import json
import shutil
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


BACKUP = """
import django; django.setup()
import io, json, sys
from pathlib import Path
import psycopg
from django.core.management import CommandError, call_command
from admin_system.core.models import ModelConfig
from admin_system.env import get_env
from admin_system.knowledge_base.models import Document, Topic
from admin_system.management.backups.restoring import read_manifest

def say(*options):
    said = io.StringIO()
    try:
        call_command(*options, stdout=said)
    except CommandError as error:
        return str(error)
    return said.getvalue().strip()

data, whole = map(Path, sys.argv[1:])
ModelConfig.objects.update(upstream_key="sk-very-secret")
told = [say("backup", whole, "--with-secrets")]
Topic.objects.filter(name="later").delete()
Document.objects.filter(name="7.md").delete()
told.append(say("restore", whole))
former = data / "before-restore" / "of the last time"
former.parent.mkdir()
former.touch()
with psycopg.connect(get_env().database_url, application_name="qwen-vl elsewhere 17"):
    told += [say("restore", whole, *words) for words in ((), ("--replace",))]
lost, kept = Document.objects.count(), former.exists()
told.append(say("restore", whole, "--replace"))
print(json.dumps({
    "told": told, "lost": lost, "kept": [kept, former.exists()],
    "key": ModelConfig.objects.first().upstream_key,
    "aside": (data / "before-restore" / "db.sqlite3").exists(),
    "files": sorted(read_manifest(whole).files),
}))
"""
OLDER = """
import django; django.setup()
import hashlib, json, sys, zipfile
from pathlib import Path
from django.core.management import call_command
from django.db import connections
from admin_system.management.backups.contents import DATABASE, MANIFEST

call_command("migrate", "core", "0012_access", verbosity=0)
call_command("migrate", "knowledge_base", "0002_indexes", verbosity=0)
connections.close_all()
data, target = map(Path, sys.argv[1:])
content = (data / DATABASE).read_bytes()
files = {DATABASE: hashlib.sha256(content).hexdigest()}
facts = {"format": 1, "version": "0.0.1", "created_at": "2026", "with_secrets": False}
with zipfile.ZipFile(target, "w") as archive:
    archive.writestr(DATABASE, content)
    archive.writestr(MANIFEST, json.dumps({**facts, "files": files, "with_files": False}))
"""
STATE = """
import django; django.setup()
import json
from django.core.management import call_command
from admin_system.core.models import ApiKey, ModelConfig
from admin_system.knowledge_base.checking import check_library
from admin_system.knowledge_base.models import Document, Topic
from admin_system.knowledge_base.services.searching import search_passages
if backup:
    call_command("restore", backup, replace=True, verbosity=0)
hit = search_passages(query="crew 7", mode="hybrid", limit=1).hits[0]
newest = Topic.objects.create(name="newest").pk
print(json.dumps({
    "documents": Document.objects.count(), "keys": ApiKey.objects.count(),
    "found": hit.passage.text, "vector": hit.scores.vector, "keyword": hit.scores.keyword,
    "newest": newest, "topics": sorted(Topic.objects.values_list("name", flat=True)),
    "key": ModelConfig.objects.first().upstream_key,
    "left": [finding.code for finding in check_library()],
}))
"""


def run(code: str, data: Path, *words: object, **settings: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)],
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
    former, older = tmp_path / "former", tmp_path / "older.zip"
    former.mkdir()
    shutil.copy(tmp_path / "db.sqlite3", former)
    run(OLDER, former, former, older, DATABASE_URL="")
    before = (tmp_path / "db.sqlite3").read_bytes()
    with postgres_server() as url:
        found = json.loads(run(MOVE, tmp_path, DATABASE_URL=url, LANGUAGE="en").splitlines()[-1])
        there = {"DATABASE_URL": url, "LANGUAGE": "en"}
        backup = tmp_path / "whole.zip"
        code = BACKUP + "backup = None" + STATE
        lines = run(code, tmp_path, tmp_path, backup, **there).splitlines()
        restored, back = map(json.loads, lines[-2:])
        code = f"backup = {str(older)!r}" + STATE
        of_old = json.loads(run(code, tmp_path, **there).splitlines()[-1])
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

    told = restored.pop("told")
    assert "Written" in told[0]
    assert "--replace" in told[1]
    assert "elsewhere 17" in told[2], "before the tables are made ready"
    assert "elsewhere 17" in told[3]
    assert "Restored" in told[4]
    assert restored.pop("kept") == [True, False]
    assert restored.pop("lost") == 11
    assert {"db.sqlite3", "secret_key"} <= set(restored.pop("files"))
    assert restored == {"key": "sk-very-secret", "aside": True}
    other = tmp_path / "other"
    other.mkdir()
    code = f"backup = {str(backup)!r}" + STATE
    by_sqlite = json.loads(run(code, other, DATABASE_URL="").splitlines()[-1])
    for state in (back, by_sqlite, of_old):
        assert "Pump 7 is cleaned by crew 7" in state["found"]
        assert min(state["vector"], state["keyword"]) > 0.3
        assert (state["documents"], state["keys"], state["left"]) == (12, len(keys), [])
    for state in (back, by_sqlite):
        assert {"later", "newest"} <= set(state["topics"])
        assert state["key"] == "sk-very-secret"
    assert "later" not in of_old["topics"]
