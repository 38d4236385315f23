"""What a conversation's last question is searched with."""

from __future__ import annotations

import pytest

from admin_system.core.types import Message
from admin_system.knowledge_base.answers.follow_ups import search_query

PUMP = "How often is the seal of the pump replaced?"
泵 = "三号水泵的密封圈多久更换一次？"


def query(*questions: str) -> str:
    turns = [turn for text in questions for turn in (("user", text), ("assistant", "…"))][:-1]
    return search_query([Message.of_text(role, text) for role, text in turns])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "follow_up", ["And when?", "why", "Who does it?", "What about the filter?", "And by whom?"]
)
def test_an_english_question_that_leans_is_searched_with_the_one_before(follow_up: str) -> None:
    assert query("What is the capital of France?", PUMP, follow_up) == f"{PUMP}\n{follow_up}"


@pytest.mark.parametrize(
    "follow_up",
    ["由谁负责？", "那什么时候？", "它的价格呢？", "为什么", "滤芯呢？", "多久检查一次？"],
)
def test_a_chinese_question_that_leans_is_searched_with_the_one_before(follow_up: str) -> None:
    assert query("法国首都在哪里？", 泵, follow_up) == f"{泵}\n{follow_up}"


@pytest.mark.parametrize(
    "question",
    [
        "Which temperature must the freezer at Spruce Lab stay below?",
        "云杉实验室的冷柜温度最高是多少？",
        "谁负责青岚泵站三号水泵的维护？",
    ],
)
def test_a_question_that_stands_by_itself_is_searched_alone(question: str) -> None:
    assert query(PUMP, question) == question


def test_a_chain_of_them_goes_back_to_what_they_are_about() -> None:
    assert query(泵, "由谁负责？", "什么时候？") == f"{泵}\n由谁负责？\n什么时候？"
    assert query("and when?") == "and when?"
