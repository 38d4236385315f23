"""A template's text: what is refused of it, and what the model is asked in the end."""

from __future__ import annotations

import pytest
from PIL import Image

from admin_system.core.errors import BadTemplate
from admin_system.core.types import ChatRequest, Message, Picture, PicturePart, TextPart
from admin_system.core.wording import (
    LONGEST,
    Kind,
    Wording,
    check_text,
    today,
    word_analysis,
    word_chat,
    word_detection,
)

PICTURE = PicturePart(Picture(Image.new("RGB", (2, 2)), "0"))


@pytest.mark.parametrize(
    ("kind", "text", "code"),
    [
        ("chat", " \n", "template_empty"),
        ("chat", "x" * (LONGEST + 1), "template_too_long"),
        ("chat", "{question", "template_braces"),
        ("chat", "question}", "template_braces"),
        ("chat", "{}", "template_unknown_variable"),
        ("chat", "{labels}", "template_unknown_variable"),
        ("chat", "{question.__class__}", "template_unknown_variable"),
        ("chat", "{question[0]}", "template_unknown_variable"),
        ("chat", "{question!r}", "template_unknown_variable"),
        ("chat", "{question:>9}", "template_unknown_variable"),
        ("analysis", "{sources}", "template_unknown_variable"),
        ("knowledge", "{question}", "template_lacks_variable"),
        ("knowledge", "{sources}", "template_lacks_variable"),
    ],
)
def test_what_could_not_be_filled_in_is_no_template(kind: Kind, text: str, code: str) -> None:
    with pytest.raises(BadTemplate) as caught:
        check_text(kind, text)
    assert (caught.value.code, caught.value.param) == (code, "text")


def test_braces_in_a_question_and_doubled_ones_are_plain_text() -> None:
    wording = Wording("analysis", "en", '{{"answer": "{question}"}} on {date}')
    assert wording.fill(question="{date} {{") == f'{{"answer": "{{date}} {{{{"}} on {today()}'


def test_the_last_question_is_worded_and_keeps_its_pictures() -> None:
    first, answer = Message.of_text("user", "one"), Message.of_text("assistant", "two")
    last = Message("user", (TextPart("three"), PICTURE))
    tool = Message("tool", (TextPart("four"),), tool_call_id="c")
    request = ChatRequest((first, answer, last, tool), owner="somebody")
    worded = word_chat(request, Wording("chat", "en", "In a word: {question}"))
    assert worded.messages[:2] == (first, answer)
    assert worded.messages[2] == Message("user", (PICTURE, TextPart("In a word: three")))
    assert worded.messages[3] == tool
    assert (worded.owner, worded.id) == ("somebody", request.id)


def test_a_text_without_the_question_is_the_systems() -> None:
    wording = Wording("chat", "en", "Be brief.")
    asked = Message.of_text("user", "hello")
    assert word_chat(ChatRequest((asked,)), wording).messages == (
        Message.of_text("system", "Be brief."),
        asked,
    )
    told = Message.of_text("developer", "Be kind.")
    assert word_chat(ChatRequest((told, asked)), wording).messages == (
        Message.of_text("system", "Be brief.\n\nBe kind."),
        asked,
    )


def test_a_wording_needs_somebody_who_asks() -> None:
    request = ChatRequest((Message.of_text("system", "x"),))
    with pytest.raises(BadTemplate):
        word_chat(request, Wording("chat", "en", "{question}"))


def test_what_has_no_place_in_a_text_follows_it() -> None:
    fixed = Wording("analysis", "zh", "描述缺陷。")
    assert word_analysis(fixed, "") == "描述缺陷。"
    assert word_analysis(fixed, "有几处？") == "描述缺陷。\n有几处？"
    assert word_analysis(Wording("analysis", "zh", "答：{question}"), "几") == "答：几"


@pytest.mark.parametrize(
    ("text", "query", "labels", "asked"),
    [
        ("框出{labels}", "", ("猫", "狗"), "框出猫、狗"),
        ("框出{labels}", "红色圆形。", (), "框出红色圆形"),
        ("框出{labels}", "", (), "框出所有物体"),
        ("框出{labels}", "仔细看", ("猫",), "框出猫\n仔细看"),
        ("框出安全帽", "", (), "框出安全帽"),
        ("框出安全帽", "", ("手套",), "框出安全帽\n手套"),
        ("{question}：框出{labels}", "看左边", ("猫",), "看左边：框出猫"),
    ],
)
def test_names_and_question_of_a_detection_are_never_lost(
    text: str, query: str, labels: tuple[str, ...], asked: str
) -> None:
    assert word_detection(Wording("detection", "zh", text), query, labels) == asked
