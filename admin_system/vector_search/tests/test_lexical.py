"""The keyword index finds by words, within what may be searched, and forgets what is removed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_system.vector_search import keyword_index
from admin_system.vector_search.keyword_index import KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.tests.questions import hit_rate, read_set


@pytest.mark.parametrize(
    ("name", "promised"),
    [("xquad_zh", 0.98), ("cmrc_dev", 0.985), ("xquad_en", 0.985), ("drcd_dev", 0.985)],
)
def test_the_right_passage_is_among_the_first_five(
    lexical: LexicalIndex, name: str, promised: float
) -> None:
    questions = read_set(name)
    lexical.add(KeywordRow(place, text) for place, text in enumerate(questions.passages))
    found = hit_rate(questions.questions, lambda text: [hit.id for hit in lexical.search(text, 5)])
    assert found >= promised


def test_traditional_and_simplified_find_each_other(lexical: LexicalIndex) -> None:
    lexical.add([KeywordRow(1, "臺北車站的圖書館"), KeywordRow(2, "上海车站的食堂")])
    assert lexical.search("台北的图书馆", 1)[0].id == 1
    assert lexical.search("上海車站的飯堂", 1)[0].id == 2


def test_a_topic_is_searched_alone_and_in_full(lexical: LexicalIndex) -> None:
    lexical.add(KeywordRow(n, "pump seal " * 5, topic=1) for n in range(100))
    lexical.add([KeywordRow(100, "one pump among many other machines of the hall", topic=12)])
    assert [hit.id for hit in lexical.search("pump seal", 5, topics=[12])] == [100]
    assert len(lexical.search("pump seal", 200, topics=[1, 12])) == 101
    assert lexical.search("pump", 5, topics=[]) == []
    assert [hit.id for hit in lexical.search("pump", 5, ids=[7, 100, 500])] == [7, 100]


def test_the_number_of_a_topic_is_no_word_of_its_passages(lexical: LexicalIndex) -> None:
    lexical.add([KeywordRow(1, "the pump", topic=42)])
    assert lexical.search("42", 5) == []


def test_a_removed_passage_leaves_nothing_behind(lexical: LexicalIndex) -> None:
    row = KeywordRow(1, "密封圈每四十一天更换", topic=3)
    lexical.add([row, KeywordRow(2, "密封圈的颜色", topic=3)])
    lexical.remove([row])
    assert [hit.id for hit in lexical.search("密封圈更换", 5)] == [2]
    assert lexical.ids() == [2]
    assert lexical.weigh("四十")["四十"] == lexical.weigh("没有")["没有"]


def test_changes_belong_to_the_transaction_of_the_passages(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "db.sqlite3", isolation_level=None)
    index = LexicalIndex(connection)
    index.create()
    index.add([KeywordRow(1, "before")])
    connection.execute("BEGIN IMMEDIATE")
    index.add([KeywordRow(2, "meanwhile")])
    index.remove([KeywordRow(1, "before")])
    connection.execute("ROLLBACK")
    assert index.ids() == [1]
    assert [hit.id for hit in index.search("before meanwhile", 5)] == [1]
    connection.close()


def test_equal_passages_come_in_the_order_of_their_ids(lexical: LexicalIndex) -> None:
    lexical.add(KeywordRow(n, "the same words") for n in (5, 3, 9, 1))
    assert [hit.id for hit in lexical.search("same words", 4)] == [1, 3, 5, 9]


@pytest.mark.parametrize("query", ["", "…", 'say "x" OR NEAR(', "tokens: * ^", "?" * 5000])
def test_any_text_may_be_asked(lexical: LexicalIndex, query: str) -> None:
    lexical.add([KeywordRow(1, "words")])
    assert lexical.search(query, 5) == []


def test_frequent_tokens_are_left_out_once_the_budget_is_spent(
    lexical: LexicalIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyword_index, "BUDGET", 40)
    lexical.add(KeywordRow(n, f"common frequent usual always item{n}") for n in range(50))
    found = lexical.search("common frequent usual always item7", 50)
    assert found[0].id == 7
    assert len(lexical.search("item7 item8 item9 common", 50)) == 3
    assert len(lexical.search("common", 60)) == 50


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"\"'()*:^-+\x00\ud83d",
                "AND",
                "NOT",
                "NEAR(",
                "topic",
                "42",
                "水车",
                "pump",
                " ",
                "t1",
            ]
        ),
        max_size=10,
    ).map("".join)
)
def test_no_query_is_an_order_to_the_index(query: str) -> None:
    """Signs and words of FTS5's own language mean nothing, and do not lead out of the topic."""
    index = LexicalIndex(sqlite3.connect(":memory:"))
    index.create()
    index.add([KeywordRow(1, f"pump 水车 {query}", 1), KeywordRow(2, "pump 水车 secret", 42)])
    assert {hit.id for hit in index.search(query, 5, topics=[1])} <= {1}
    assert index.search(f"{query} pump", 5, topics=[1])[0].id == 1
