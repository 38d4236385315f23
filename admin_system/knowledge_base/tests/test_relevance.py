"""From documents to hits with the embedding model that ships; scripts/checks has it in full."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from admin_system.knowledge_base.embedding import forget_embedder
from admin_system.knowledge_base.live_index import forget_live_indexes
from admin_system.knowledge_base.models import EmbeddingProfile, RetrievalRun, Topic
from admin_system.knowledge_base.question_sets import QuestionSet
from admin_system.knowledge_base.services.evaluating import add_question_set, evaluate
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.vector_search.tests.questions import read_set

PARAGRAPHS = 20
NAMES = {
    "zh": ("xquad_zh", "cmrc_dev", "paraphrases_zh"),
    "en": ("xquad_en", "paraphrases_en"),
}
LEAST = {"xquad_zh": 0.98, "cmrc_dev": 0.985, "xquad_en": 0.985}


def cut(name: str) -> QuestionSet:
    whole = read_set(name)
    asked = tuple(one for one in whole.questions if one[1] < PARAGRAPHS)
    return QuestionSet(name, whole.passages[:PARAGRAPHS], asked)


@pytest.fixture
def minilm(library: Topic) -> Iterator[None]:
    EmbeddingProfile.objects.all().delete()
    profile = EmbeddingProfile.objects.create(name="MiniLM", kind="bundled", is_current=True)
    yield
    forget_live_indexes()
    forget_embedder(profile)


def test_what_is_added_is_found_and_what_is_not_there_is_refused(minilm: None, work: Work) -> None:
    sets = {name: cut(name) for names in NAMES.values() for name in names}
    topics = {name: Topic.objects.create(name=name) for name in sets}
    for name, questions in sets.items():
        assert add_question_set(questions, topics[name]) == PARAGRAPHS
    work()
    for names in NAMES.values():
        for name in names:
            foreign = [
                text for other in names if other != name for text, _ in sets[other].questions
            ]
            run = evaluate(sets[name], topics[name], foreign=foreign).run
            check(name, run)
            if name in NAMES["zh"]:
                assert run.figures["hybrid"]["mrr"] == run.figures["keyword"]["mrr"]


def check(name: str, run: RetrievalRun) -> None:
    hybrid, keyword, vector = (run.figures[leg] for leg in ("hybrid", "keyword", "vector"))
    assert hybrid["hit@5"] >= LEAST.get(name, 0.95), name
    assert hybrid["hit@5"] >= max(keyword["hit@5"], vector["hit@5"]), name
    assert run.figures["answers"]["answered"] >= 0.75, name
    # Of so few passages the idf is rough; libraries of hundreds refuse .92 and more.
    assert run.figures["answers"]["refused"] >= 0.8, name
