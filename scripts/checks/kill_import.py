"""Kills a process at random moments of an import, and sees that nothing is lost or there twice.

    python scripts/checks/kill_import.py [--moments 50] [--documents 200] [--process server]

Between the kills documents are added, replaced and removed. In the end everything is ready, no
passage is there twice and none is missing, check_index finds nothing, and a removed text was never
found. Prints one line of JSON; ends with 1 where something was wrong.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.library_on_trial import ROOT, Writer, set_up, use_embedder

START_SECONDS = 120.0
FEWEST_JOBS = 8
"""With fewer ones left, documents get new versions, so that there is something to interrupt."""
COMMANDS = {
    "run_jobs": ["manage.py", "run_jobs", "--workers", "2"],
    "server": ["-m", "scripts.startup.serve", "127.0.0.1"],
}


class Trial:
    def __init__(self, documents: int, seed: int, process: str, longest: float) -> None:
        from admin_system.knowledge_base.models import Topic

        self.random = random.Random(seed)  # noqa: S311 - a check that can be repeated
        self.writer = Writer(self.random)
        self.longest = longest
        """Seconds of work between the first claim of a process and its end."""
        self.topic = Topic.objects.create(name="trial")
        self.command = list(COMMANDS[process])
        self.settings: dict[str, str] = {}
        if process == "server":
            self.command.append(str(find_port()))
            self.settings["DJANGO_SETTINGS_MODULE"] = "admin_system.settings"
        self.texts: dict[str, str] = {}
        """Of each document by its name, as it was written last."""
        self.gone: list[str] = []
        """Marks of texts that were removed."""
        self.faults: list[str] = []
        self.states: Counter[str] = Counter()
        """Of documents at the moments of the kills."""
        for number in range(documents):
            self.write(f"{number}.md")

    def write(self, name: str) -> None:
        from admin_system.knowledge_base.services.adding import NewDocument, add_text

        text, _ = self.writer.write(self.random.randint(1, 5))
        add_text(NewDocument(self.topic, name), text)
        self.texts[name] = text

    def remove(self, name: str) -> None:
        from admin_system.knowledge_base.models import Document
        from admin_system.knowledge_base.services.removing import remove_document

        remove_document(Document.objects.get(topic=self.topic, name=name))
        self.gone.append(self.texts.pop(name).split()[2])

    def change(self) -> None:
        """While the process works."""
        deed = self.random.choice(["write", "replace", "remove", "none"])
        if deed == "write":
            self.write(f"{self.writer.written}.md")
        elif deed == "replace":
            self.write(self.random.choice(list(self.texts)))
        elif deed == "remove":
            self.remove(self.random.choice(list(self.texts)))

    def interrupt(self) -> None:
        from admin_system.knowledge_base.models import Document, Job

        while Job.objects.filter(state__in=Job.ACTIVE).count() < FEWEST_JOBS:
            self.write(self.random.choice(list(self.texts)))
        process = self.start()
        try:
            self.wait_for_work(process.pid)
            time.sleep(self.random.uniform(0, self.longest))
            self.change()
            time.sleep(self.random.uniform(0, 0.2))
        finally:
            process.kill()
            process.wait()
        running = Job.objects.filter(state="running", worker__contains=f":{process.pid}:")
        self.states.update(
            Document.objects.filter(jobs__in=running).values_list("state", flat=True)
        )
        self.look_for_what_is_gone()

    def start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *self.command],
            cwd=ROOT,
            env={**os.environ, **self.settings},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def wait_for_work(self, pid: int) -> None:
        from admin_system.knowledge_base.models import Job

        end = time.monotonic() + START_SECONDS
        while not Job.objects.filter(state="running", worker__contains=f":{pid}:").exists():
            if time.monotonic() > end:
                raise RuntimeError("the process did not begin to work")
            time.sleep(0.02)

    def look_for_what_is_gone(self) -> None:
        from admin_system.knowledge_base.services.searching import search_passages

        for mark in self.gone[-5:]:
            found = search_passages(query=f"report {mark}", limit=20).hits
            self.faults += [
                f"{mark} was removed and is found" for hit in found if mark in hit.passage.text
            ]

    def finish(self) -> None:
        done = subprocess.run(
            [sys.executable, "manage.py", "run_jobs", "--until-empty"], cwd=ROOT, check=False
        )
        if done.returncode:
            self.faults.append(f"run_jobs ended with {done.returncode}")

    def judge(self) -> None:
        from admin_system.knowledge_base.checking import check_library
        from admin_system.knowledge_base.models import Document
        from admin_system.knowledge_base.readers import read_document
        from admin_system.knowledge_base.splitting.splitter import split_reading

        rows = {row.name: row for row in Document.objects.all()}
        if set(rows) != set(self.texts):
            self.faults.append(f"documents differ: {sorted(set(rows) ^ set(self.texts))[:5]}")
        for name, row in rows.items():
            if row.state != "ready":
                self.faults.append(f"{name} is {row.state} ({row.error_code})")
                continue
            drafts = split_reading(read_document(self.texts[name].encode(), name))
            expected = [draft.text for draft in drafts]
            passages = row.passages.order_by("ordinal", "pk")
            if [passage.text for passage in passages] != expected:
                self.faults.append(f"{name} has {len(passages)} passages of {len(expected)}")
        self.faults += [f"{found.code} {dict(found.values)}" for found in check_library()]
        self.look_for_what_is_gone()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--moments", type=int, default=50)
    parser.add_argument("--documents", type=int, default=200)
    parser.add_argument("--process", choices=COMMANDS, default="run_jobs")
    parser.add_argument("--embedder", choices=("bundled", "hash"), default="bundled")
    parser.add_argument("--longest", type=float, default=6.0, help="seconds until a kill")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        set_up(Path(folder))
        use_embedder(options.embedder)
        result = run(options)
        print(json.dumps(result, ensure_ascii=False))
        return 1 if result["faults"] else 0


def run(options: argparse.Namespace) -> dict[str, Any]:
    from django.db import connections

    from admin_system.knowledge_base.models import Passage

    began = time.monotonic()
    trial = Trial(options.documents, options.seed, options.process, options.longest)
    for moment in range(options.moments):
        trial.interrupt()
        print(f"{moment + 1} kills", end="\r", file=sys.stderr, flush=True)
    trial.finish()
    trial.judge()
    passages = Passage.objects.count()
    connections.close_all()
    return {
        "kills": options.moments,
        "killed_while": dict(trial.states),
        "documents": len(trial.texts),
        "removed": len(trial.gone),
        "passages": passages,
        "faults": trial.faults,
        "seconds": round(time.monotonic() - began),
    }


def find_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
