"""Kills the server under load with kill -9, and ends it with Ctrl+C: what do people notice?

    python scripts/checks/kill_server.py [--kills 8] [--embedder bundled] [--longest-pause 60]

People stream, talk, analyse, import texts and files, search and set meanwhile. After each kill
every stream that was open has ended, and the service is ready again by itself; the pauses of the
supervisor grow from 1 s to the longest. Then Ctrl+C in the middle of it all ends everything within
5 seconds, and whoever had something open was told. In the end everything that was acknowledged is
in the database, every answer has an end, every document is found, and the indexes equal the
database. Prints one line of JSON; ends with 1 where something was wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.library_on_trial import ROOT, set_up, use_embedder
from scripts.checks.service_on_trial import ServiceOnTrial
from scripts.checks.traffic import SLUG, Traffic

LONGEST_SECONDS = 3.0
"""Of good service before a kill."""
CLOSED_SECONDS = 10.0
"""After a kill, within which everything that was open has ended."""
STOP_SECONDS = 5.0


def kill_again_and_again(service: ServiceOnTrial, traffic: Traffic, kills: int) -> list[float]:
    """Seconds from each kill until the model answered again."""
    pick = random.Random(kills)  # noqa: S311 - a check that can be repeated
    seconds = []
    for number in range(kills):
        time.sleep(pick.uniform(0, LONGEST_SECONDS))
        opened = traffic.wait_for_open()
        service.server().kill()
        began = time.monotonic()
        if not traffic.wait_for(partial(opened.isdisjoint, traffic.open), CLOSED_SECONDS):
            traffic.faults.append(f"kill {number + 1}: streams stayed open")
        service.wait_until_ready()
        seconds.append(round(time.monotonic() - began, 1))
        print(f"{number + 1} kills", end="\r", file=sys.stderr, flush=True)
    return seconds


def stop(service: ServiceOnTrial, traffic: Traffic) -> tuple[float, Counter[str]]:
    """Seconds that Ctrl+C took, and how what was open broke off."""
    from admin_system.knowledge_base.models import Job

    if not traffic.wait_for(lambda: Job.objects.filter(state="running").exists()):
        traffic.faults.append("no document was worked on when Ctrl+C came")
    traffic.wait_for_open()
    before = Counter(traffic.told)
    taken = service.press_ctrl_c()
    traffic.stop()
    told = traffic.told - before
    code = service.supervisor.returncode
    if code != 0 or taken > STOP_SECONDS:
        traffic.faults.append(f"Ctrl+C took {taken:.1f} s and ended with {code}")
    if told["connection lost"] or told["end without [DONE]"] or not told:
        traffic.faults.append(f"not everybody was told of the end: {dict(told)}")
    return round(taken, 1), told


def judge(traffic: Traffic, last_start: datetime) -> None:
    """Is everything there that was acknowledged, and whole?"""
    from django.db import connection

    from admin_system.core.models import AnalysisRecord, Message, PromptVersion
    from admin_system.knowledge_base.checking import check_library
    from admin_system.knowledge_base.models import Document
    from admin_system.knowledge_base.services.searching import search_passages

    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            if (said := cursor.fetchone()[0]) != "ok":
                traffic.faults.append(f"the database is damaged: {said}")
    for kind, rows in (("analysis", AnalysisRecord), ("message", Message)):
        there = set(rows.objects.values_list("pk", flat=True))
        if lost := traffic.kept[kind] - there:
            traffic.faults.append(f"{len(lost)} of {kind} are lost")
    acknowledged, sent = traffic.setting
    wording = PromptVersion.objects.filter(template__slug=SLUG).order_by("number").last()
    said = "Wording 0." if wording is None else wording.text
    if not acknowledged <= int(said.removeprefix("Wording ").removesuffix(".")) <= sent:
        traffic.faults.append(f"{said} is set, {acknowledged} was acknowledged")
    broken = Message.objects.filter(pk__in=traffic.kept["answer"], finish_reason="")
    if broken.exists():
        traffic.faults.append(f"{broken.count()} answers were told whole and are not")
    endless = Message.objects.filter(role=Message.Role.ASSISTANT, finish_reason="")
    endless = endless.filter(created_at__lt=last_start)  # later ones wait for the next start
    if endless.exists():
        traffic.faults.append(f"{endless.count()} answers have no end")
    states = dict(Document.objects.values_list("pk", "state"))
    for document, mark in traffic.texts.items():
        if states.get(document) != "ready":
            traffic.faults.append(f"document {document} is {states.get(document, 'lost')}")
            continue
        hits = search_passages(query=mark, mode="keyword", limit=5).hits
        if document not in {hit.passage.document_id for hit in hits}:
            traffic.faults.append(f"document {document} is not found")
    traffic.faults += [f"{found.code} {dict(found.values)}" for found in check_library()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--kills", type=int, default=8)
    parser.add_argument("--longest-pause", type=float, help="of the supervisor, seconds")
    parser.add_argument("--embedder", choices=("bundled", "hash"), default="bundled")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        set_up(Path(folder))
        use_embedder(options.embedder)
        result = run(Path(folder), options.kills, options.longest_pause)
        print(json.dumps(result, ensure_ascii=False))
        return 1 if result["faults"] else 0


def run(folder: Path, kills: int, longest_pause: float | None) -> dict[str, Any]:
    from django.db import connections
    from django.utils import timezone

    with (
        ServiceOnTrial(folder, longest_pause) as service,
        Traffic(service.url, searches=1, settings=1) as traffic,
    ):
        seconds = kill_again_and_again(service, traffic, kills)
        killed, last_start = Counter(traffic.told), timezone.now()
        stopped_in, told = stop(service, traffic)
    done = subprocess.run([sys.executable, "manage.py", "run_jobs", "--until-empty"], cwd=ROOT)
    if done.returncode:
        traffic.faults.append(f"run_jobs ended with {done.returncode}")
    judge(traffic, last_start)
    connections.close_all()
    return {
        "kills": kills,
        "seconds_until_ready": seconds,
        "told_of_kills": dict(killed),
        "stopped_in": stopped_in,
        "told_of_stop": dict(told),
        "answered": dict(traffic.answered),
        "kept": {kind: len(ids) for kind, ids in traffic.kept.items()},
        "documents": len(traffic.texts),
        "settings": traffic.setting,
        "faults": traffic.faults,
    }


if __name__ == "__main__":
    sys.exit(main())
