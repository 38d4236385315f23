"""The keyword score means the same for every question: the share of it that a passage covers."""

from __future__ import annotations

import pytest

from admin_system.vector_search.coverage import coverage
from admin_system.vector_search.frequencies import DEAR, REMEMBERED_SECONDS, Frequencies
from admin_system.vector_search.keyword_index import KeywordRow
from admin_system.vector_search.lexical import LexicalIndex
from admin_system.vector_search.tests.questions import read_set


def test_all_is_one_and_nothing_is_zero(lexical: LexicalIndex) -> None:
    lexical.add([KeywordRow(1, "密封圈每四十一天更换"), KeywordRow(2, "水泵")])
    weights = lexical.weigh("密封圈 更换")
    assert coverage(weights, "要更换密封圈") == pytest.approx(1)
    assert coverage(weights, "red apples") == 0
    assert coverage(lexical.weigh(""), "anything") == 0


def test_rare_words_count_more_than_common_ones(lexical: LexicalIndex) -> None:
    lexical.add(KeywordRow(n, f"the pump number {n}") for n in range(50))
    weights = lexical.weigh("the pump 7")
    assert coverage(weights, "machine 7") > coverage(weights, "the pump")


def test_words_that_only_ask_weigh_nothing(lexical: LexicalIndex) -> None:
    lexical.add([KeywordRow(1, "密封圈每四十一天更换"), KeywordRow(2, "水泵")])
    assert coverage(lexical.weigh("密封圈为什么更换"), "密封圈每四十一天更换") > 0.7


@pytest.mark.parametrize(
    ("own", "foreign", "answered", "refused"),
    [("xquad_zh", "cmrc_dev", 0.8, 0.95), ("cmrc_dev", "xquad_zh", 0.9, 0.9)],
)
def test_a_threshold_tells_questions_of_another_library_apart(
    lexical: LexicalIndex, own: str, foreign: str, answered: float, refused: float
) -> None:
    passages = read_set(own).passages
    lexical.add(KeywordRow(place, text) for place, text in enumerate(passages))

    def share_above(name: str) -> float:
        questions = [question for question, _ in read_set(name).questions[:150]]
        best = [
            max(
                (
                    coverage(lexical.weigh(text), passages[hit.id])
                    for hit in lexical.search(text, 5)
                ),
                default=0,
            )
            for text in questions
        ]
        return sum(score >= 0.45 for score in best) / len(best)

    assert share_above(own) >= answered
    assert 1 - share_above(foreign) >= refused


def test_a_dear_count_is_asked_again_after_a_while() -> None:
    now = 0.0
    asked: list[str] = []

    def ask(word: str) -> int:
        asked.append(word)
        return DEAR if word == "the" else 1

    frequencies = Frequencies(lambda: now)
    for token in ("the", "the", "seal", "seal"):
        frequencies.get(token, ask)
    assert asked == ["the", "seal", "seal"]
    now = REMEMBERED_SECONDS + 1
    frequencies.get("the", ask)
    assert asked[-1] == "the"
