"""The words of a question, shown in a passage."""

from __future__ import annotations

from admin_system.vector_search.marks import find_marks


def marked(question: str, passage: str) -> list[str]:
    return [passage[begin:end] for begin, end in find_marks(question, passage)]


def test_words_are_marked_whatever_their_ending_and_case() -> None:
    passage = "Bearings were CHECKED first; the bearing housing is café-brown."
    assert marked("What is checked when a bearing is hot? Cafe?", passage) == [
        "Bearings",
        "CHECKED",
        "bearing",
        "café",
    ]


def test_chinese_is_marked_by_pairs_and_not_by_single_signs() -> None:
    assert marked("轴承温度过高应该先检查什么？", "轴承箱的温度：先查轴向，再检查水温。") == [
        "轴承",
        "温度",
        "检查",
    ]


def test_a_single_sign_counts_where_it_is_all_that_is_asked() -> None:
    assert marked("茶？", "喝茶与吃饭") == ["茶"]


def test_other_forms_of_a_sign_are_marked_where_they_stand() -> None:
    assert marked("软件ABC", "㍿軟件，ＡＢＣ。") == ["軟件", "ＡＢＣ"]


def test_words_that_only_join_are_not_marked() -> None:
    assert marked("What is the oil?", "The oil is what it is.") == ["oil"]
