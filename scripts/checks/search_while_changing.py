"""Searches with many threads while others add and remove documents; no search may err.

    python scripts/checks/search_while_changing.py [--seconds 60] [--searchers 8] [--changers 2]

Each search keeps to one of two topics. A hit of the other topic, or of a document that was removed
before the search began, is a fault, and so is any exception. Prints one line of JSON; ends with 1
where something was wrong.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.library_on_trial import Writer, set_up, use_embedder

QUESTIONS = (
    "when is the northern pump cleaned",
    "第 12 号机器的温度",
    "call extension at the gate",
)
KEPT_DOCUMENTS = 40
"""Of each changer, so that the library stays of one size."""
MODES = ("hybrid", "hybrid", "keyword", "vector")


class Trial:
    def __init__(self) -> None:
        from admin_system.knowledge_base.models import Topic

        self.topics = [Topic.objects.create(name=name) for name in ("甲", "乙")]
        self.removed: set[int] = set()
        """Ids of documents, once `remove_document` has returned."""
        self.faults: list[str] = []
        self.searches = self.hits = self.added = 0
        self.seconds: list[float] = []
        self.ended = threading.Event()
        self._lock = threading.Lock()

    def search(self, number: int) -> None:
        from admin_system.knowledge_base.services.searching import search_passages

        pick = random.Random(number)  # noqa: S311 - a check that can be repeated
        while not self.ended.is_set():
            topic, mode = pick.choice(self.topics), pick.choice(MODES)
            gone = set(self.removed)
            began = time.monotonic()
            found = search_passages(
                query=pick.choice(QUESTIONS),
                topics=[topic.pk],
                limit=10,
                mode=mode,  # type: ignore[arg-type]
            )
            taken = time.monotonic() - began
            foreign = [hit for hit in found.hits if hit.passage.document.topic_id != topic.pk]
            dead = [hit for hit in found.hits if hit.passage.document_id in gone]
            with self._lock:
                self.searches += 1
                self.hits += len(found.hits)
                self.seconds.append(taken)
                self.faults += [f"{hit.passage} is of another topic" for hit in foreign]
                self.faults += [f"{hit.passage} was removed" for hit in dead]

    def change(self, number: int) -> None:
        from admin_system.knowledge_base.models import Document
        from admin_system.knowledge_base.services.adding import NewDocument, add_text
        from admin_system.knowledge_base.services.removing import remove_document

        pick = random.Random(-number)  # noqa: S311
        writer = Writer(pick)
        own: list[Document] = []
        while not self.ended.is_set():
            text, mark = writer.write(pick.randint(1, 3))
            new = NewDocument(pick.choice(self.topics), f"{number}-{mark}.md")
            own.append(add_text(new, f"{text}\n{number}")[0])
            self.added += 1
            if len(own) > KEPT_DOCUMENTS or (own[1:] and pick.random() < 0.4):
                document = own.pop(pick.randrange(len(own)))
                remove_document(document)
                self.removed.add(document.pk)
            time.sleep(pick.uniform(0, 0.1))

    def attempt(self, deed: Callable[[int], None], number: int) -> None:
        from django.db import connections

        try:
            deed(number)
        except BaseException as error:
            self.faults.append(repr(error))
            self.ended.set()
        finally:
            connections.close_all()


def run(options: argparse.Namespace) -> dict[str, Any]:
    from django.db import connections

    from admin_system.knowledge_base.checking import check_library
    from admin_system.knowledge_base.crew import Crew
    from admin_system.knowledge_base.models import Job, Passage

    trial = Trial()
    crew = Crew(2, can_see=lambda: False)
    crew.start()
    changes = [(trial.change, number + 1) for number in range(options.changers)]
    searches = [(trial.search, number) for number in range(options.searchers)]
    threads = [threading.Thread(target=trial.attempt, args=deed) for deed in changes + searches]
    for thread in threads[: len(changes)]:
        thread.start()
    while not (Passage.objects.exists() or trial.ended.is_set()):
        time.sleep(0.05)  # before the first document is there, there is nothing to find
    for thread in threads[len(changes) :]:
        thread.start()
    trial.ended.wait(options.seconds)
    trial.ended.set()
    for thread in threads:
        thread.join()
    while crew.is_busy():
        time.sleep(0.1)
    crew.stop()
    failed = Job.objects.filter(state="failed").count()
    faults = trial.faults + [f"{found.code} {dict(found.values)}" for found in check_library()]
    passages = Passage.objects.count()
    connections.close_all()
    slow = sorted(trial.seconds)
    return {
        "seconds": options.seconds,
        "searches": trial.searches,
        "hits": trial.hits,
        "p50_ms": round(1e3 * slow[len(slow) // 2]) if slow else None,
        "p99_ms": round(1e3 * slow[int(0.99 * len(slow))]) if slow else None,
        "added": trial.added,
        "removed": len(trial.removed),
        "passages": passages,
        "failed_jobs": failed,
        "faults": faults[:20],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--searchers", type=int, default=8)
    parser.add_argument("--changers", type=int, default=2)
    parser.add_argument("--embedder", choices=("bundled", "hash"), default="bundled")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        set_up(Path(folder))
        use_embedder(options.embedder)
        result = run(options)
        print(json.dumps(result, ensure_ascii=False))
        return 1 if result["faults"] or result["failed_jobs"] or not result["hits"] else 0


if __name__ == "__main__":
    sys.exit(main())
