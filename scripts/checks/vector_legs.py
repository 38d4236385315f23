"""Compares pgvector with FAISS on every question of public sets, by the embedder that ships.

    python scripts/checks/vector_legs.py [--folder FOLDER] [--sets a,b] [--most N]

FOLDER holds question sets as `relevance.py` reads them; without it they are those of the tests.
Each becomes a topic. Ends with 1 where hit@5 of the vectors, or of both legs together, differs by
more than .005. A PostgreSQL of its own is started.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.checks.library_on_trial import PREFIX, set_up
from scripts.testing.postgres import postgres_server

TESTS = Path(__file__).parents[2] / "admin_system" / "vector_search" / "tests" / "data"
MOST_APART = 0.005
MODES: tuple[Literal["vector", "hybrid"], ...] = ("vector", "hybrid")
Place = Literal["auto", "faiss"]
"""As the setting QWEN_VL_VECTORS."""


def fill(name: str, passages: Sequence[str]) -> tuple[int, list[int]]:
    """Each passage is a document of the topic; the topic, and the documents in their order."""
    from admin_system.knowledge_base.models import Topic
    from admin_system.knowledge_base.services.adding import NewDocument, add_text
    from admin_system.knowledge_base.worker import Worker

    topic = Topic.objects.create(name=name)
    documents = [
        add_text(NewDocument(topic, f"{number}.txt"), text)[0].pk
        for number, text in enumerate(passages)
    ]
    Worker(can_see=lambda: False).run(until_empty=True)
    return topic.pk, documents


def ask(
    place: Place, mode: Literal["vector", "hybrid"], topic: int, questions: Sequence[str]
) -> list[list[int]]:
    """The documents of five hits of each question."""
    from admin_system.env import get_env
    from admin_system.knowledge_base.live_index import forget_live_indexes
    from admin_system.knowledge_base.services.searching import search_passages

    get_env().vectors = place
    forget_live_indexes()
    return [
        [
            hit.passage.document_id
            for hit in search_passages(query=question, topics=[topic], limit=5, mode=mode).hits
        ]
        for question in questions
    ]


def compare(path: Path, most: int) -> bool:
    from admin_system.knowledge_base.question_sets import read_question_set

    questions = read_question_set(path)
    topic, documents = fill(questions.name, questions.paragraphs)
    asked = questions.questions[:: max(1, len(questions.questions) // most)]
    texts = [text for text, _ in asked]
    right = [documents[place] for _, place in asked]
    well = True
    for mode in MODES:
        theirs, ours = (ask(place, mode, topic, texts) for place in ("faiss", "auto"))
        shares = [
            sum(document in five for five, document in zip(found, right, strict=True)) / len(right)
            for found in (theirs, ours)
        ]
        same = sum(one == other for one, other in zip(theirs, ours, strict=True))
        well = well and abs(shares[0] - shares[1]) <= MOST_APART
        print(
            f"{path.stem}, {mode}: the same five of {same} of {len(right)} questions; "
            f"hit@5 FAISS {shares[0]:.4f}, pgvector {shares[1]:.4f}",
            flush=True,
        )
    return well


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--folder", type=Path, default=TESTS)
    parser.add_argument("--most", type=int, default=10**9, help="questions of each set, about")
    parser.add_argument("--sets", default="", help="names of files without .json, with commas")
    options = parser.parse_args()
    names = options.sets.split(",") if options.sets else []
    with tempfile.TemporaryDirectory() as folder, postgres_server() as url:
        set_up(Path(folder), **{f"{PREFIX}DATABASE_URL": url})
        from django.db import connection

        from admin_system.knowledge_base.vector_column import has_column

        if not has_column():
            print("this PostgreSQL has no pgvector")
            return 1
        outcomes = [
            compare(path, options.most)
            for path in sorted(options.folder.glob("*.json"))
            if not names or path.stem in names
        ]
        connection.close_pool()  # type: ignore[attr-defined]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
