"""The vector index finds the nearest of what may be searched, whatever happens beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest

from admin_system.vector_search import index as index_module
from admin_system.vector_search.embedder import Vectors
from admin_system.vector_search.errors import BadVectors
from admin_system.vector_search.index import VectorIndex
from admin_system.vector_search.operations import IndexOperation
from admin_system.vector_search.structures import StructureKind
from admin_system.vector_search.tuning import build_index

MakeVectors = Callable[[int], Vectors]
KINDS: tuple[StructureKind, ...] = ("flat", "sq8", "ivf")


def nearest(vectors: Vectors, query: Vectors, allowed: range, limit: int) -> list[int]:
    """Slow and sure."""
    cosines = vectors @ query
    return sorted(allowed, key=lambda place: (-cosines[place], place))[:limit]


@pytest.mark.parametrize("few", [0, 2000])
@pytest.mark.parametrize("kind", KINDS)
def test_the_nearest_of_a_topic_are_found(
    make_vectors: MakeVectors, kind: StructureKind, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "FEW", few)
    vectors = make_vectors(3000)
    index = build_index(range(3000), vectors, [n % 10 for n in range(3000)], kind=kind)
    assert index.kind == kind
    found = shared = 0
    for query in vectors[:100]:
        hits = index.search(query, 10, topics=[3])
        assert [hit.id % 10 for hit in hits] == [3] * 10
        assert [hit.cosine for hit in hits] == sorted((hit.cosine for hit in hits), reverse=True)
        truth = nearest(vectors, query, range(3, 3000, 10), 10)
        shared += len({hit.id for hit in hits} & set(truth))
        found += 10
    assert shared / found >= (1 if kind == "flat" else 0.9)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_removed_or_replaced_is_found_no_more(
    make_vectors: MakeVectors, kind: StructureKind
) -> None:
    vectors = make_vectors(1000)
    index = build_index(range(1000), vectors, kind=kind)
    index.remove([*range(100), 5000])
    assert len(index) == 900
    assert index.ids().tolist() == list(range(100, 1000))
    assert all(hit.id >= 100 for hit in index.search(vectors[5], 50))
    index.add([100, 5], vectors[[5, 100]], [7, 7])
    assert len(index) == 901
    assert index.search(vectors[5], 1)[0].id == 100
    assert {hit.id for hit in index.search(vectors[5], 9, topics=[7])} == {5, 100}
    assert index.cosines(vectors[100], [5, 77]) == {5: pytest.approx(1, abs=0.01)}


def test_ids_and_topics_limit_together(make_vectors: MakeVectors) -> None:
    vectors = make_vectors(100)
    index = build_index(range(100), vectors, [n % 2 for n in range(100)])
    hits = index.search(vectors[0], 50, topics=[1], ids=[1, 2, 3, 700])
    assert {hit.id for hit in hits} == {1, 3}
    assert index.search(vectors[0], 5, topics=[]) == []
    assert VectorIndex.empty(32).search(vectors[0], 5) == []


def test_ids_may_be_large_and_far_apart(
    make_vectors: MakeVectors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "FEW", 0)
    vectors = make_vectors(300)
    ids = [7 + n * 10**12 for n in range(300)]
    index = build_index(ids, vectors, [n % 3 for n in range(300)])
    hits = index.search(vectors[4], 5, topics=[1])
    assert [hit.id for hit in hits] == [
        ids[n] for n in nearest(vectors, vectors[4], range(1, 300, 3), 5)
    ]


def test_an_exact_hit_has_a_cosine_of_one_at_most(make_vectors: MakeVectors) -> None:
    vectors = make_vectors(500)
    index = build_index(range(500), vectors, kind="sq8")
    best = [index.search(row, 1)[0].cosine for row in vectors]
    assert all(0.99 < cosine <= 1 for cosine in best)


def test_operations_are_replayed_once_and_in_their_order(make_vectors: MakeVectors) -> None:
    a, b, c = make_vectors(3)
    index = VectorIndex.empty(32)
    operations = [
        IndexOperation(1, 10, topic=1, vector=a),
        IndexOperation(2, 11, topic=1, vector=b),
        IndexOperation(3, 10),
        IndexOperation(4, 12, topic=2, vector=c),
        IndexOperation(5, 11, topic=2, vector=c),
    ]
    assert index.replay(operations[:2]) == 2
    assert index.replay(operations) == 5
    assert index.replay(operations) == 5
    assert index.ids().tolist() == [11, 12]
    assert index.search(b, 2, topics=[1]) == []
    assert index.cosines(c, [11])[11] == pytest.approx(1)


@pytest.mark.parametrize(
    ("ids", "change", "code"),
    [
        ([1, 2], lambda rows: rows[:, :16], "vectors_wrong_shape"),
        ([1, 2, 3], lambda rows: rows, "vectors_wrong_shape"),
        ([1, 1], lambda rows: rows, "vectors_double_id"),
        ([1, 2], lambda rows: rows * 2, "vectors_not_unit"),
        ([1, 2], lambda rows: rows * np.nan, "vectors_not_unit"),
        ([1, 2], lambda _: [["a"], ["b"]], "vectors_wrong_shape"),
    ],
)
def test_unusable_vectors_are_refused_and_change_nothing(
    make_vectors: MakeVectors, ids: list[int], change: Callable[[Vectors], Vectors], code: str
) -> None:
    vectors = make_vectors(2)
    index = build_index([1], vectors[:1])
    with pytest.raises(BadVectors) as raised:
        index.add(ids, change(vectors))
    assert raised.value.code == code
    assert index.ids().tolist() == [1]


@pytest.mark.parametrize("kind", KINDS)
def test_threads_search_while_others_add_and_remove(
    make_vectors: MakeVectors, kind: StructureKind
) -> None:
    vectors = make_vectors(2000)
    index = build_index(range(1000), vectors[:1000], [n % 2 for n in range(1000)], kind=kind)
    done = threading.Event()
    faults: list[object] = []

    def search() -> None:
        try:
            while not done.is_set():
                for row in vectors[:20]:
                    hits = index.search(row, 10, topics=[1])
                    if len(hits) != 10 or any(hit.id % 2 == 0 for hit in hits):
                        faults.append(hits)
        except Exception as error:
            faults.append(error)

    def change(first: int) -> None:
        try:
            for start in range(first, 2000, 200):
                ids = range(start, start + 50)
                topics = [n % 2 for n in ids]
                index.add(ids, vectors[start : start + 50], topics)
                index.remove(ids)
                index.add(ids, vectors[start : start + 50], topics)
        except Exception as error:
            faults.append(error)

    readers = [threading.Thread(target=search) for _ in range(4)]
    writers = [threading.Thread(target=change, args=(first,)) for first in (1000, 1100)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in readers:
        thread.join()
    assert faults == []
    assert len(index) == 1500
