"""Vectors in PostgreSQL: what is committed is found, as FAISS finds it, quickly among many too."""

from __future__ import annotations

import numpy as np
import pytest
from django.db import transaction

from admin_system.knowledge_base import database_index, vector_graph
from admin_system.knowledge_base.checking import check_library
from admin_system.knowledge_base.database_index import DatabaseIndex, in_database
from admin_system.knowledge_base.embedding import current_profile, get_embedder
from admin_system.knowledge_base.file_index import FileIndex
from admin_system.knowledge_base.live_index import (
    forget_live_indexes,
    get_live_index,
    remove_index,
    stored_bytes,
)
from admin_system.knowledge_base.models import (
    Document,
    EmbeddingProfile,
    Passage,
    PassageVector,
    Topic,
)
from admin_system.knowledge_base.raw_queries import ask, execute
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.rebuilding import rebuild_vectors
from admin_system.knowledge_base.services.removing import remove_document
from admin_system.knowledge_base.services.searching import search_passages
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.postgres.elsewhere import connect_elsewhere
from admin_system.vector_search.embedder import Vectors

QUESTIONS = ("Crew 7 cleans it", "machine 12 in hall 3", "第 21 班", "nothing of that kind")


@pytest.fixture
def two_topics(library: Topic, work: Work) -> tuple[Topic, Topic]:
    other = Topic.objects.create(name="other")
    for number in range(48):
        topic = other if number % 6 == 0 else library
        text = (
            f"机器 {number} 由第 {number % 9} 班清洗。Crew {number} cleans it in hall {number % 5}."
        )
        add_text(NewDocument(topic, f"{number}.md"), text)
    work()
    assert in_database()
    return library, other


def profile() -> EmbeddingProfile:
    found = current_profile()
    assert found is not None
    return found


def index() -> DatabaseIndex:
    found = get_live_index(profile()).get()
    assert isinstance(found, DatabaseIndex)
    return found


def ask_for(question: str) -> Vectors:
    vector: Vectors = get_embedder(profile()).embed([question], "query")[0]
    return vector


def codes(*, repair: bool = False) -> list[str]:
    return [finding.code for finding in check_library(repair=repair)]


def about(cosines: list[float]) -> object:
    return pytest.approx(cosines, abs=1e-6)


def assert_as_faiss_finds(topics: list[int] | None = None) -> None:
    in_memory = FileIndex(profile(), get_embedder(profile()).profile).get(None)
    assert index().ids().tolist() == in_memory.ids().tolist()
    for question in QUESTIONS:
        vector = ask_for(question)
        found = index().search(vector, 10, topics=topics)
        expected = in_memory.search(vector, 10, topics=topics)
        cosines = index().cosines(vector, [hit.id for hit in found])
        assert [hit.cosine for hit in found] == about([hit.cosine for hit in expected])
        assert [cosines[hit.id] for hit in found] == about([hit.cosine for hit in found])
        ids = [hit.id for hit in expected][::3]
        only = index().search(vector, 10, topics=topics, ids=ids)
        assert {hit.id for hit in only} == set(ids)


def test_it_finds_what_faiss_finds(two_topics: tuple[Topic, Topic]) -> None:
    assert_as_faiss_finds()
    for topic in two_topics:
        assert_as_faiss_finds([topic.pk])
    assert not index().search(ask_for("Crew 7"), 5, topics=[])
    assert len(index()) == Passage.objects.count() == 48
    assert codes() == []


def test_what_is_not_committed_or_not_to_be_seen_is_not_found(
    two_topics: tuple[Topic, Topic],
) -> None:
    def found() -> int:
        return search_passages(query="Crew 7", mode="vector", limit=1).hits[0].passage.document_id

    document = Document.objects.get(name="7.md")
    assert found() == document.pk
    with transaction.atomic():
        remove_document(document)
        assert found() != document.pk
        transaction.set_rollback(True)
    assert found() == document.pk
    Passage.objects.filter(document=document).update(enabled=False)
    assert found() != document.pk
    assert document.pk not in {
        hit.passage.document_id
        for hit in search_passages(query="Crew 7", mode="vector", limit=48).hits
    }


def test_many_are_searched_by_a_graph_and_few_of_them_exactly(
    two_topics: tuple[Topic, Topic], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert index().kind == "exact"
    assert stored_bytes(profile()) is None
    monkeypatch.setattr(vector_graph, "INDEXED_FROM", 30)
    monkeypatch.setattr(database_index, "FEW", 20)
    live = get_live_index(profile())
    live.tend()
    live.tend()  # it is there
    assert index().kind == "hnsw"
    assert (stored_bytes(profile()) or 0) > 0
    plain, asked = DatabaseIndex._by_graph, []

    def by_graph(self: DatabaseIndex, *words: object) -> object:
        asked.append(words)
        return plain(self, *words)  # type: ignore[arg-type]

    monkeypatch.setattr(DatabaseIndex, "_by_graph", by_graph)
    assert_as_faiss_finds()
    assert_as_faiss_finds([two_topics[0].pk])
    assert len(asked) == 2 * len(QUESTIONS)
    assert_as_faiss_finds([two_topics[1].pk])  # eight passages
    assert len(asked) == 2 * len(QUESTIONS)
    live.rebuild()
    assert index().kind == "hnsw"
    assert_as_faiss_finds()
    remove_index(profile())
    assert index().kind == "exact"


def test_a_new_version_is_found_by_what_it_has_in_common_with_the_former(
    library: Topic, work: Work
) -> None:
    for crew in (7, 8):
        text = f"# Pumps\n\nCrew {crew} cleans pump 3.\n\n# Valves\n\nValve 5 is oiled on Monday."
        add_text(NewDocument(library, "plan.md"), text)
        work()
        hits = search_passages(query="valve 5 oiled", mode="vector", limit=2).hits
        assert len(hits) == 2
        assert "Valve 5 is oiled" in hits[0].passage.text
    assert codes() == []


def test_a_rebuilding_waits_for_nobody_who_reads(two_topics: tuple[Topic, Topic]) -> None:
    """Nor does anybody then wait behind it, as whoever waits for a lock on the table would."""
    with connect_elsewhere(autocommit=False) as elsewhere:
        elsewhere.execute("SELECT count(*) FROM knowledge_base_passagevector")
        ask("SELECT set_config('lock_timeout', '2s', false)")
        try:
            assert rebuild_vectors() == 48
        finally:
            ask("SELECT set_config('lock_timeout', '0', false)")


def test_rows_that_came_another_way_are_taken_up(
    two_topics: tuple[Topic, Topic],
) -> None:
    assert index()
    execute("UPDATE knowledge_base_passagevector SET embedding = NULL")
    assert codes() == ["check_vectors_differ"]
    forget_live_indexes()  # the next process
    assert_as_faiss_finds()
    assert codes() == []


def test_another_vector_than_that_of_the_row_is_found_and_repaired(
    two_topics: tuple[Topic, Topic],
) -> None:
    one, other = PassageVector.objects.order_by("pk")[:2]
    PassageVector.objects.filter(pk=one.pk).update(data=other.data)
    assert codes() == ["check_vectors_differ"]
    assert codes(repair=True) == ["check_vectors_differ"]
    assert codes() == []
    assert_as_faiss_finds()


def test_damaged_bytes_are_no_vector(two_topics: tuple[Topic, Topic]) -> None:
    for place, data in enumerate((b"123", np.zeros(256, np.float32).tobytes())):
        row = PassageVector.objects.order_by("pk")[place]
        PassageVector.objects.filter(pk=row.pk).update(data=data)
    get_live_index(profile()).rebuild()
    assert len(index()) == 46
    assert codes(repair=True)[0] == "check_vectors_wrong"
