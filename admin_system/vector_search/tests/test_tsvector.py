"""PostgreSQL's keyword index finds what SQLite's finds, in the same order."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import psycopg
import pytest

from admin_system.vector_search.keyword_index import KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.tests.questions import read_set
from admin_system.vector_search.tsvector import MOST_COUNTED, TsvectorIndex
from admin_system.vector_search.tsvector_rebuild import TsvectorRebuild
from scripts.testing.postgres import postgres_server

ROWS = [KeywordRow(n, f"crew {n} cleans the pump 第{n}班", n % 3) for n in range(60)]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture
def postgres(url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def tsvector(postgres: psycopg.Connection) -> TsvectorIndex:
    index = TsvectorIndex(postgres)
    index.create()
    return index


def assert_equal(
    tsvector: TsvectorIndex,
    lexical: LexicalIndex,
    query: str,
    *,
    topics: Collection[int] | None = None,
    ids: Collection[int] | None = None,
) -> int:
    """How many hits both have."""
    ours = tsvector.search(query, 10, topics=topics, ids=ids)
    theirs = lexical.search(query, 10, topics=topics, ids=ids)
    assert [hit.id for hit in ours] == [hit.id for hit in theirs], query
    assert [hit.relevance for hit in ours] == pytest.approx([hit.relevance for hit in theirs])
    assert tsvector.weigh(query) == lexical.weigh(query)
    return len(ours)


@pytest.mark.parametrize("name", ["xquad_zh", "xquad_en"])
def test_public_questions_get_the_same_answers(
    tsvector: TsvectorIndex, lexical: LexicalIndex, name: str
) -> None:
    questions = read_set(name)
    rows = [KeywordRow(place, text, place % 2) for place, text in enumerate(questions.passages)]
    tsvector.add(rows)
    lexical.add(rows)
    sample = [text for text, _ in questions.questions[::12]]
    assert all(assert_equal(tsvector, lexical, text) for text in sample)
    some = sample[:10]
    assert all(assert_equal(tsvector, lexical, text, topics=[1]) for text in some)
    assert sum(assert_equal(tsvector, lexical, text, ids=range(20)) for text in some)
    assert assert_equal(tsvector, lexical, some[0], topics=[]) == 0


def test_a_word_counts_as_often_as_it_stands_there(
    tsvector: TsvectorIndex, lexical: LexicalIndex
) -> None:
    often = [KeywordRow(n, "pump " * n + "seal " * (300 - n)) for n in (1, 2, 3, 50, MOST_COUNTED)]
    rows = [*often, *(KeywordRow(n, f"other machine {n}") for n in range(1000, 1020))]
    tsvector.add(rows)
    lexical.add(rows)
    assert assert_equal(tsvector, lexical, "pump") == len(often)
    assert tsvector.counts_exactly(rows)


def test_what_is_removed_leaves_nothing_behind(tsvector: TsvectorIndex) -> None:
    tsvector.add(ROWS)
    assert tsvector.count() == len(ROWS)
    assert tsvector.count([0, 1]) == 40
    tsvector.remove(ROWS[:1])
    assert tsvector.ids() == list(range(1, 60))
    assert tsvector.counts_exactly(ROWS[1:])
    assert not tsvector.counts_exactly([*ROWS[2:], KeywordRow(1, "other words", 1)])


def test_an_index_made_anew_takes_the_place_of_the_old(
    postgres: psycopg.Connection, tsvector: TsvectorIndex
) -> None:
    tsvector.add(ROWS[:40])
    rebuild = TsvectorRebuild(postgres)
    for _ in range(2):  # the names of its parts are free again
        rebuild.begin()
        rebuild.put(rebuild.cut(ROWS))
        rebuild.put(rebuild.cut([KeywordRow(2, "梅花")]), changed=[0, 2, 777])
        rebuild.take_over()
        rebuild.forget()
        assert tsvector.counts_exactly([*ROWS[1:2], KeywordRow(2, "梅花"), *ROWS[3:]])
        assert [hit.id for hit in tsvector.search("梅花", 2)] == [2]
