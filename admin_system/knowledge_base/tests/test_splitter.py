"""Passages hold all of a document, exactly, within the budget, and end where sentences do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from admin_system.knowledge_base.readers import read_document
from admin_system.knowledge_base.readers.reading import Block, Kind, Reading, lay_out
from admin_system.knowledge_base.readers.tables import to_markdown
from admin_system.knowledge_base.splitting.splitter import split_reading
from admin_system.knowledge_base.splitting.tokens import count_tokens
from admin_system.knowledge_base.tests import files

PARAGRAPHS = json.loads((Path(__file__).parent / "data" / "paragraphs.json").read_text("utf-8"))
SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’」』）)\]》]*$")


def reading_of(*blocks: Block) -> Reading:
    text, placed = lay_out(list(blocks))
    return Reading("txt", "", text, placed, page_unit="page")


words = st.sampled_from(
    [
        *("水车", "長", "Gull Island", "3.5", "e.g. this", " ", "\n"),
        *("。", "？", "，", "；", "”", ". ", "!"),
    ]
)
prose = st.lists(words, min_size=1, max_size=60).map("".join).filter(str.strip).map(str.strip)
cells = prose.map(lambda text: text.replace("\n", " "))
tables = st.lists(st.tuples(cells, cells), min_size=2, max_size=6).map(to_markdown)


@st.composite
def readings(draw: st.DrawFn) -> Reading:
    blocks: list[Block] = []
    page = 1
    for kind in draw(
        st.lists(st.sampled_from(["heading", "paragraph", "list", "table", "question-answer"]))
    ):
        page += draw(st.integers(0, 1))
        text = draw(tables if kind == "table" else prose)
        if kind == "heading":
            text = text.replace("\n", " ")[:30].strip()
        if kind == "question-answer":
            text = text.replace("\n", " ") + "\n" + draw(prose)
        level = draw(st.integers(1, 3)) if kind == "heading" else 0
        goes_on = kind == "paragraph" and bool(blocks) and blocks[-1].kind == "paragraph"
        kind_: Kind = kind  # type: ignore[assignment]
        blocks.append(
            Block(kind_, text, level=level, page=page, continues=goes_on and draw(st.booleans()))
        )
    return reading_of(*blocks)


@settings(deadline=None, max_examples=100, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(
    reading=readings(),
    budget=st.integers(16, 120),
    overlap=st.integers(0, 8),
    count=st.sampled_from([count_tokens, len]),
)
def test_nothing_is_lost_and_nothing_exceeds_the_budget(
    reading: Reading, budget: int, overlap: int, count: Callable[[str], int]
) -> None:
    passages = split_reading(reading, budget=budget, overlap=overlap, count=count)
    covered = bytearray(len(reading.text))
    for ordinal, passage in enumerate(passages):
        assert passage.ordinal == ordinal
        assert passage.text == passage.text.strip() == reading.text[passage.start : passage.end]
        assert count(passage.indexed_text) <= budget
        covered[passage.start : passage.end] = b"\1" * (passage.end - passage.start)
        pages = [one.page for one in reading.blocks if one.end > passage.start]
        assert passage.page == pages[0]
    lost = [sign for sign, seen in zip(reading.text, covered, strict=True) if not seen]
    assert not "".join(lost).strip()
    starts = [passage.start for passage in passages]
    assert starts == sorted(set(starts))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_passages_of_real_texts_end_with_a_sentence(language: str) -> None:
    reading = read_document("\n\n".join(PARAGRAPHS[language]).encode(), "a.txt")
    passages = split_reading(reading)
    ended = [bool(SENTENCE_END.search(passage.text)) for passage in passages]
    assert len(ended) >= 10
    assert sum(ended) >= 0.99 * len(ended)


@pytest.mark.parametrize(
    "text",
    ["Dr. Smith met J. R. Tolkien on Jan. 3 at 4.30.", "It costs approx. 30 e.g. for Mr. Li."],
)
def test_an_abbreviation_ends_no_sentence(text: str) -> None:
    reading = reading_of(Block("paragraph", f"{text} Then they left together for the station."))
    first, *_ = split_reading(reading, budget=count_tokens(text) + 2)
    assert first.text == text


def test_a_heading_stands_in_front_of_its_later_passages_only() -> None:
    reading = reading_of(
        Block("heading", "手册", level=1),
        Block("heading", "安装", level=2),
        Block("paragraph", files.CHINESE * 3),
        Block("heading", "卸载", level=2),
        Block("paragraph", "拔掉电源。"),
    )
    first, second, *_, last = split_reading(reading, budget=80)
    assert (first.headings, first.context) == ((), "")
    assert first.text.startswith("手册\n\n安装\n\n青石镇")
    assert second.context == "手册 > 安装\n"
    assert (last.headings, last.context, last.text) == (("手册",), "手册\n", "卸载\n\n拔掉电源。")


def test_a_long_table_repeats_its_header_with_every_part() -> None:
    rows = [f"| 台灯{i} | {i} |" for i in range(40)]
    table = "\n".join(["| 产品 | 销量 |", "| --- | --- |", *rows])
    reading = reading_of(Block("paragraph", "销量如下。"), Block("table", table))
    before, first, *others = split_reading(reading, budget=90)
    assert before.text == "销量如下。"
    assert first.text.startswith("| 产品 | 销量 |")
    assert len(others) > 2
    assert {passage.context for passage in others} == {"| 产品 | 销量 |\n| --- | --- |\n"}
    assert all(passage.text.startswith("| 台灯") for passage in others)


def test_a_table_that_fits_stays_in_one_passage() -> None:
    table = "| 产品 | 销量 |\n| --- | --- |\n| 台灯 | 120 |"
    reading = reading_of(Block("paragraph", files.CHINESE[:58]), Block("table", table))
    assert [one.text for one in split_reading(reading, budget=70)][-1] == table


def test_a_question_is_never_mixed_with_another() -> None:
    rows = "\n".join(",".join(row) for row in files.QUESTIONS).encode()
    passages = split_reading(read_document(rows, "faq.csv", questions=True))
    assert [one.text for one in passages] == [
        "怎么退货？\n七天内联系客服。",
        "运费多少？\n满一百元免运费。",
    ]
    assert all(passage.is_question for passage in passages)


def test_a_passage_across_a_page_break_names_both_pages() -> None:
    reading = reading_of(
        Block("paragraph", "水车每天可以", page=3),
        Block("paragraph", "提水四百桶。", page=4, continues=True),
    )
    (passage,) = split_reading(reading)
    assert (passage.text, passage.page, passage.last_page) == ("水车每天可以提水四百桶。", 3, 4)


def test_an_overlap_repeats_whole_sentences() -> None:
    reading = reading_of(Block("paragraph", "一二三四五。六七八九十。甲乙丙丁戊。己庚辛壬癸。"))
    passages = split_reading(reading, budget=18, overlap=7)
    assert [one.text for one in passages] == [
        "一二三四五。六七八九十。甲乙丙丁戊。",
        "甲乙丙丁戊。己庚辛壬癸。",
    ]
