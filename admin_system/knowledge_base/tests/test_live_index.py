"""The index in memory: as the database is, opened without keeping searches waiting."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from admin_system.knowledge_base import index_contents
from admin_system.knowledge_base.embedding import current_profile
from admin_system.knowledge_base.file_index import FileIndex, index_store
from admin_system.knowledge_base.index_contents import prune_changes
from admin_system.knowledge_base.live_index import (
    forget_live_indexes,
    get_live_index,
    save_live_indexes,
)
from admin_system.knowledge_base.models import EmbeddingProfile, IndexChange, PassageVector, Topic
from admin_system.knowledge_base.services.adding import NewDocument, add_text
from admin_system.knowledge_base.services.searching import search_passages
from admin_system.knowledge_base.tests.conftest import Work
from admin_system.knowledge_base.tests.state import assert_all_is_well
from admin_system.vector_search.errors import EmbedderFault
from admin_system.vector_search.index import VectorIndex

pytestmark = pytest.mark.usefixtures("vectors_in_files")


def add(topic: Topic, *numbers: int) -> None:
    for number in numbers:
        add_text(NewDocument(topic, f"{number}.md"), f"Crew {number} cleans machine {number}.")


def profile() -> EmbeddingProfile:
    found = current_profile()
    assert found is not None
    return found


def test_an_index_that_is_behind_the_pruned_changes_is_built_anew(
    library: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, 1, 2, 3)
    work()
    live = get_live_index(profile())
    assert len(live.get()) == 3
    save_live_indexes()
    add(library, *range(10, 20))
    work()
    monkeypatch.setattr(index_contents, "KEPT_CHANGES", 4)
    assert prune_changes() > 0
    assert IndexChange.objects.count() == 4
    assert len(live.get()) == 13  # of the one in memory
    forget_live_indexes()
    assert len(get_live_index(profile()).get()) == 13  # of the one in the file
    assert_all_is_well()


def test_an_index_that_has_seen_what_was_pruned_goes_on(
    library: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, *range(10))
    work()
    live = get_live_index(profile())
    index = live.get()
    monkeypatch.setattr(index_contents, "KEPT_CHANGES", 1)
    prune_changes()
    add(library, 20)
    work()
    assert live.get() is index
    assert len(index) == 11
    assert_all_is_well()


def test_a_search_does_not_wait_long_for_an_index_that_is_being_built(
    library: Topic, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(library, *range(5))
    work()
    forget_live_indexes()
    index_store(profile()).remove()
    go_on = threading.Event()
    plain = FileIndex._build

    def build(self: FileIndex) -> VectorIndex:
        go_on.wait(30)
        return plain(self)

    monkeypatch.setattr(FileIndex, "_build", build)
    monkeypatch.setattr(FileIndex.get, "__defaults__", (0.2,))
    began = time.monotonic()
    found = search_passages(query="Crew 3", limit=1)
    assert "Crew 3 " in found.hits[0].passage.text
    assert found.left_out == "failed"
    with pytest.raises(EmbedderFault, match="index_opening"):
        search_passages(query="Crew 3", mode="vector")
    assert time.monotonic() - began < 10
    go_on.set()
    assert len(get_live_index(profile()).get(patience=None)) == 5
    assert search_passages(query="Crew 3", mode="vector", limit=1).left_out is None


def test_damaged_vectors_do_not_stop_searches(library: Topic, work: Work) -> None:
    add(library, *range(5))
    work()
    forget_live_indexes()
    index_store(profile()).remove()
    first, second = PassageVector.objects.all()[:2]
    PassageVector.objects.filter(pk=first.pk).update(data=b"12")
    PassageVector.objects.filter(pk=second.pk).update(data=np.zeros(256, "<f4").tobytes())
    assert search_passages(query="Crew 4", mode="vector", limit=1).hits
    assert len(get_live_index(profile()).get()) == 3
    for passage in (first.passage_id, second.passage_id):
        IndexChange.objects.create(passage_id=passage)
    assert len(get_live_index(profile()).get()) == 3


def test_a_database_from_a_backup_has_its_index_built_anew(library: Topic, work: Work) -> None:
    add(library, *range(5))
    work()
    assert len(get_live_index(profile()).get()) == 5
    save_live_indexes()
    forget_live_indexes()
    IndexChange.objects.filter(sequence__gt=IndexChange.objects.first().sequence).delete()  # type: ignore[union-attr]
    assert get_live_index(profile()).get().watermark == IndexChange.objects.get().sequence
    assert_all_is_well()
