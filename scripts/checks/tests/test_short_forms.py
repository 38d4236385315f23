"""The long checks in a minute: a few kills, a few seconds of searches, a small backup."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from admin_system.tests.house import ROOT
from scripts.testing.needs import needs
from scripts.testing.postgres import TEST_DATABASE_URL

HASH = ("--embedder", "hash")


def run(script: str, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "checks" / script, *words],
        capture_output=True,
        encoding="utf-8",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr[-3000:]
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def test_an_import_that_is_killed_loses_nothing() -> None:
    words = ("--moments", "3", "--documents", "20", "--longest", "1.5")
    result = run("kill_import.py", *HASH, *words, "--process", "run_jobs")
    assert result["kills"] == 3
    assert result["killed_while"], "no kill came while a document was worked on"
    assert result["passages"] > 0
    assert result["faults"] == []


def test_searches_never_err_while_documents_come_and_go() -> None:
    result = run("search_while_changing.py", *HASH, "--seconds", "6")
    assert result["hits"] > 0
    assert result["removed"] > 0
    assert result["faults"] == []


def test_a_killed_server_comes_back_and_a_stopped_one_tells_everybody() -> None:
    result = run("kill_server.py", *HASH, "--kills", "1")
    assert result["told_of_kills"]["connection lost"] > 0, "no stream was open"
    assert result["kept"]["message"] > 0
    assert result["documents"] > 0
    assert result["answered"]["search"] > 0
    assert result["settings"][1] > 0
    assert result["faults"] == []


def test_a_backup_of_a_busy_service_is_served_elsewhere() -> None:
    documents = "300" if os.environ.get(TEST_DATABASE_URL) else "40"  # it begins later there
    result = run("backup_under_traffic.py", *HASH, "--documents", documents)
    assert result["unfinished_in_backup"] > 0
    assert result["faults"] == []


@needs("chromium")
def test_a_long_answer_is_drawn_whole_while_a_browser_is_watched() -> None:
    words = ("--characters", "2000", "--kinds", "mixed", "--no-gate")
    result = run("chat_stream.py", *words)["mixed"]
    assert result["whole"]
    assert result["frames"] > 0


def test_a_service_holds_no_more_after_some_hundred_requests() -> None:
    result = run("soak.py", "--requests", "120", "--points", "5", "--most-growth", "0.2")
    assert result["requests"] >= 120
    assert len(result["kinds"]) == 12
    assert result["faults"] == []


def test_a_mix_of_requests_gets_what_is_right_each() -> None:
    result = run("mixed_requests.py", "--requests", "60", "--most-growth", "0.25")
    assert result["kinds"].keys() >= {"text", "picture", "malformed", "left", "stop", "n = 3"}
    assert result["faults"] == []
