"""Print how fast documents get into the library, as a share of the embedder's own speed.

    python scripts/benchmarks/ingestion.py FOLDER [--set xquad_en] [--threads 1] [--workers 2]

FOLDER holds JSON files in SQuAD's layout. Each article becomes a file, `.md` and `.txt` by turns;
then all of them together one large file. The embedder's own speed is that of one call with all the
passages that came of them, taken right after in the same run.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from scripts.checks.library_on_trial import set_up

if TYPE_CHECKING:
    from admin_system.vector_search.embedder import Embedder

LOOK_SECONDS = 0.02


def read_articles(path: Path) -> dict[str, str]:
    """Names of files and their texts."""
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    files: dict[str, str] = {}
    for number, article in enumerate(articles):
        paragraphs = [paragraph["context"] for paragraph in article["paragraphs"]]
        title = str(article.get("title", number)).replace("_", " ")
        if number % 2:
            files[f"{number}.txt"] = "\n\n".join(paragraphs)
        else:
            files[f"{number}.md"] = f"# {title}\n\n" + "\n\n".join(paragraphs)
    return files


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds by the clock and of this process's processor time: the latter is the same on a
    computer that is busy with other things."""

    clock: float
    processor: float


class Watch:
    """`waits`: this thread only looks whether others are done, which does not count."""

    def __init__(self, *, waits: bool) -> None:
        self._waits = waits
        self._began = time.perf_counter(), self._processor()

    def stop(self) -> Taken:
        clock, processor = self._began
        return Taken(time.perf_counter() - clock, self._processor() - processor)

    def _processor(self) -> float:
        return time.process_time() - (time.thread_time() if self._waits else 0)


def ingest(files: dict[str, str], workers: int) -> tuple[Taken, list[str]]:
    """From the start of the workers until all is ready, and the passages' texts."""
    from admin_system.knowledge_base.crew import Crew
    from admin_system.knowledge_base.models import Document, Passage, Topic
    from admin_system.knowledge_base.services.adding import NewDocument, add_text
    from admin_system.knowledge_base.services.removing import remove_document

    topic, _ = Topic.objects.get_or_create(name="benchmark")
    for name, text in files.items():
        add_text(NewDocument(topic, name), text)
    crew = Crew(workers, can_see=lambda: False)
    watch = Watch(waits=True)
    crew.start()
    while Document.objects.exclude(state="ready").exists():
        time.sleep(LOOK_SECONDS)
    taken = watch.stop()
    texts = [passage.indexed_text for passage in Passage.objects.all()]
    for document in Document.objects.all():
        remove_document(document)
    while crew.is_busy():
        time.sleep(LOOK_SECONDS)
    crew.stop()
    return taken, texts


def embed(embedder: Embedder, texts: list[str]) -> Taken:
    """Those that the model reads."""
    readable = [text for text in texts if embedder.reads(text)]
    watch = Watch(waits=False)
    embedder.embed(readable)
    return watch.stop()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", default="xquad_en")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=2)
    options = parser.parse_args()
    files = read_articles(options.folder / f"{options.set}.json")
    large = {"all.md": "\n\n".join(files.values())}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        set_up(Path(folder))
        import torch
        from django.db import connections

        from admin_system.knowledge_base.embedding import current_profile, get_embedder

        torch.set_num_threads(options.threads)
        profile = current_profile()
        assert profile is not None  # noqa: S101 - the one that ships
        embedder = get_embedder(profile)
        ingest({"warm.md": "One sentence."}, options.workers)
        print("| files | passages | embedder s (CPU) | ingestion s (CPU) | share | of CPU |")
        print("| --- " * 6 + "|")
        for _ in range(options.repeats):
            for found in (files, large):
                whole, texts = ingest(found, options.workers)
                own = embed(embedder, texts)
                print(
                    f"| {len(found)} | {len(texts)} | {own.clock:.1f} ({own.processor:.1f}) "
                    f"| {whole.clock:.1f} ({whole.processor:.1f}) "
                    f"| {own.clock / whole.clock:.2f} | {own.processor / whole.processor:.2f} |",
                    flush=True,
                )
        connections.close_all()


if __name__ == "__main__":
    main()
