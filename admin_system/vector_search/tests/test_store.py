"""A saved index is whole or refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pytest

from admin_system.vector_search.embedder import EmbedderProfile, Vectors
from admin_system.vector_search.errors import IndexDamaged, IndexMismatch, IndexMissing
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.operations import IndexOperation
from admin_system.vector_search.store import IndexStore
from admin_system.vector_search.structures import StructureKind
from admin_system.vector_search.tuning import build_index

PROFILE = EmbedderProfile("test", "1", 32, 256)
MakeVectors = Callable[[int], Vectors]


@pytest.fixture
def store(tmp_path: Path) -> IndexStore:
    return IndexStore(tmp_path / "索引" / "vectors.index")


@pytest.mark.parametrize("kind", ["flat", "sq8", "ivf"])
def test_an_opened_index_is_the_one_that_was_saved(
    store: IndexStore, make_vectors: MakeVectors, kind: StructureKind
) -> None:
    vectors = make_vectors(1000)
    saved = build_index(range(1000), vectors, [n % 3 for n in range(1000)], watermark=41, kind=kind)
    store.save(saved, PROFILE)
    opened = store.open(PROFILE)
    assert (opened.kind, len(opened), opened.watermark) == (kind, 1000, 41)
    for query in vectors[:20]:
        assert opened.search(query, 5, topics=[1]) == saved.search(query, 5, topics=[1])
    opened.remove([1])
    opened.replay([IndexOperation(41, 2), IndexOperation(42, 5000, 1, vectors[1])])
    assert (len(opened), opened.search(vectors[1], 1)[0].id) == (1000, 5000)
    store.save(opened, PROFILE)
    header = store.header()
    assert (header.count, header.watermark, header.profile) == (1000, 42, PROFILE.key)
    assert [path.name for path in store.path.parent.iterdir() if ".lock" not in path.name] == [
        "vectors.index"
    ]


def test_a_flipped_byte_anywhere_is_found(store: IndexStore, make_vectors: MakeVectors) -> None:
    store.save(build_index(range(50), make_vectors(50)), PROFILE)
    whole = store.path.read_bytes()
    for place in [0, 63, 64, 90, 120, *range(200, len(whole), len(whole) // 40), len(whole) - 1]:
        damaged = bytearray(whole)
        damaged[place] ^= 4
        store.path.write_bytes(damaged)
        with pytest.raises(IndexDamaged):
            store.open(PROFILE)


@pytest.mark.parametrize("kept", [0, 10, 64, 100, 0.5, 0.999])
def test_a_cut_file_is_found(store: IndexStore, make_vectors: MakeVectors, kept: float) -> None:
    store.save(build_index(range(50), make_vectors(50)), PROFILE)
    whole = store.path.read_bytes()
    store.path.write_bytes(whole[: int(kept if kept > 1 else kept * len(whole))])
    with pytest.raises(IndexDamaged):
        store.open(PROFILE)
    store.save(build_index(range(50), make_vectors(50)), PROFILE)
    assert len(store.open(PROFILE)) == 50


def test_vectors_of_another_model_are_not_mixed_in(
    store: IndexStore, make_vectors: MakeVectors
) -> None:
    store.save(build_index(range(5), make_vectors(5)), PROFILE)
    for other in (replace(PROFILE, revision="2"), replace(PROFILE, document_prompt="passage: ")):
        with pytest.raises(IndexMismatch):
            store.open(other)
    assert len(store.open(replace(PROFILE, query_prompt="query: "))) == 5


def test_a_late_process_does_not_bring_back_the_past(
    store: IndexStore, make_vectors: MakeVectors
) -> None:
    store.save(build_index(range(5), make_vectors(5), watermark=9), PROFILE)
    store.save(build_index(range(4), make_vectors(4), watermark=8), PROFILE)
    assert len(store.open(PROFILE)) == 5
    store.save(build_index(range(3), make_vectors(3), watermark=1), replace(PROFILE, name="new"))
    assert len(store.open(replace(PROFILE, name="new"))) == 3


def test_a_damaged_file_that_claims_to_be_newer_is_written_over(
    store: IndexStore, make_vectors: MakeVectors
) -> None:
    store.save(build_index(range(5), make_vectors(5), watermark=9), PROFILE)
    damaged = bytearray(store.path.read_bytes())
    damaged[-1] ^= 4
    store.path.write_bytes(damaged)
    store.save(build_index(range(4), make_vectors(4), watermark=8), PROFILE)
    assert len(store.open(PROFILE)) == 4


def test_what_a_killed_process_left_is_no_index(
    store: IndexStore, make_vectors: MakeVectors
) -> None:
    with pytest.raises(IndexMissing):
        store.open(PROFILE)
    store.save(VectorIndex.empty(32), PROFILE)
    store.path.with_name("vectors.index.new").write_bytes(b"half")
    assert len(store.open(PROFILE)) == 0
    store.save(build_index(range(5), make_vectors(5)), PROFILE)
    assert len(store.open(PROFILE)) == 5


def test_searches_go_on_while_the_index_is_saved(make_vectors: MakeVectors) -> None:
    vectors = make_vectors(100)
    index = build_index(range(100), vectors)
    with index.snapshot():
        writer = Thread(target=index.remove, args=([5],))
        writer.start()
        writer.join(0.05)
        assert index.search(vectors[5], 1)[0].id == 5
    writer.join()
    assert index.search(vectors[5], 1)[0].id != 5
