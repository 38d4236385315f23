"""Files are known by their content; each kind gives its text, pages and structure."""

from __future__ import annotations

import pytest

from admin_system.knowledge_base.errors import UnknownFormat
from admin_system.knowledge_base.readers import read_document
from admin_system.knowledge_base.readers.reading import Reading, describe_pictures
from admin_system.knowledge_base.tests import files, pdfs

TABLE = """| 产品 | 季度 | 销量 |
| --- | --- | --- |
| 台灯 | 一季度 | 120 |
| 书架 | 二季度 | 85 |"""


def kinds(reading: Reading) -> list[tuple[str, int, int | None]]:
    return [(block.kind, block.level, block.page) for block in reading.blocks]


def texts(reading: Reading, kind: str) -> list[str]:
    return [block.text for block in reading.blocks if block.kind == kind]


def test_a_word_file_keeps_its_headings_lists_tables_and_pictures() -> None:
    reading = read_document(files.docx(), "报告.docx")
    assert reading.title == "年度报告"
    assert [kind for kind, *_ in kinds(reading)] == [
        *("heading", "paragraph", "heading", "paragraph", "list", "table", "picture"),
    ]
    assert texts(reading, "heading") == ["第一章 水车", "Lighthouse"]
    assert texts(reading, "paragraph") == [files.CHINESE, files.ENGLISH]
    assert texts(reading, "table") == [TABLE]
    assert [(one.source, one.width) for one in reading.pictures] == [("embedded", 400)]


def test_slides_are_pages_with_their_title_table_and_notes() -> None:
    reading = read_document(files.pptx(), "deck.pptx")
    assert (reading.page_unit, reading.page_count) == ("slide", 2)
    assert ("heading", 1, 2) in kinds(reading)
    assert texts(reading, "table") == [TABLE]
    assert reading.blocks[-1].text == "讲到这里停一下。"


def test_sheets_are_pages_and_formulas_their_values() -> None:
    plain = files.xlsx(
        {"销量": [*files.ROWS, ["合计", "", "=SUM(C2:C3)"]], "比例": [["项", "率"], ["甲", 0.5]]}
    )
    reading = read_document(files.calculated(plain, "SUM(C2:C3)", "205"), "a.xlsx")
    assert texts(reading, "heading") == ["销量", "比例"]
    assert texts(reading, "table")[0] == f"{TABLE}\n| 合计 | | 205 |"
    assert reading.blocks[-1].page == 2
    never_calculated = read_document(plain, "a.xlsx")
    assert "=SUM(C2:C3)" in never_calculated.text


def test_a_picture_belongs_to_its_sheet() -> None:
    plain = files.xlsx({"一": files.ROWS, "二": [["见图"]]})
    reading = read_document(files.with_picture(plain, "二"), "a.xlsx")
    assert [(one.source, one.page) for one in reading.pictures] == [("embedded", 2)]


@pytest.mark.parametrize("name", ["faq.csv", "faq.xlsx"])
def test_two_columns_are_questions_with_answers_when_asked(name: str) -> None:
    if name.endswith("csv"):
        data = "\r\n".join(",".join(row) for row in files.QUESTIONS).encode("gbk")
    else:
        data = files.xlsx({"问答": files.QUESTIONS})
    reading = read_document(data, name, questions=True)
    assert texts(reading, "question-answer") == [
        "怎么退货？\n七天内联系客服。",
        "运费多少？\n满一百元免运费。",
    ]
    with pytest.raises(UnknownFormat, match="document_not_questions"):
        read_document(files.xlsx({"表": files.ROWS}), "a.xlsx", questions=True)


def test_a_web_page_is_read_without_what_stands_around_it() -> None:
    reading = read_document(files.HTML.encode(), "page.html")
    assert reading.title == "水车 - 青石镇"
    assert texts(reading, "heading") == ["水车", "Lighthouse"]
    assert texts(reading, "list") == ["- 检查齿轮", "- 加油"]
    assert f"{files.ENGLISH}\nSecond line." in reading.text
    assert "水车的照片" in reading.text
    for foreign in ("alert", "color", "首页", "cookies", "secret", "版权"):
        assert foreign not in reading.text


def test_a_web_page_is_decoded_as_it_declares() -> None:
    page = files.HTML.replace("<head>", '<head><meta charset="gb2312">')
    assert read_document(page.encode("gbk"), "page.htm").text.startswith("水车")


def test_markdown_is_read_as_the_page_it_stands_for() -> None:
    reading = read_document(files.MARKDOWN.encode(), "a.md")
    assert reading.title == "水车"
    assert ("heading", 2, None) in kinds(reading)
    assert texts(reading, "table") == ["| 产品 | 销量 |\n| --- | --- |\n| 台灯 | 120 |"]


def test_a_book_has_chapters_in_the_order_of_its_spine() -> None:
    reading = read_document(files.epub(), "book.epub")
    assert (reading.title, reading.page_unit, reading.page_count) == ("水车与灯塔", "chapter", 2)
    assert [block.page for block in reading.blocks] == [1, 1, 2, 2, 2]
    assert [picture.page for picture in reading.pictures] == [2]


def test_what_a_model_says_of_a_picture_takes_its_place() -> None:
    reading = read_document(pdfs.scan(), "scan.pdf")
    described = describe_pictures(reading, {0: "扫描的合同"})
    assert described.text.startswith("扫描的合同\n\n第二页")
    assert described.blocks[0].page == 1
    assert described.blocks[-1].text == "", "the second picture still waits"
    assert all(described.text[one.start : one.end] == one.text for one in described.blocks)


def test_wrapped_lines_of_a_text_are_joined_and_chapters_are_headings() -> None:
    lines = [files.CHINESE[i : i + 25] for i in range(0, len(files.CHINESE), 25)]
    text = "第一章 水车\n\n" + "\n".join(lines) + "\n\n短句。\n另一句。"
    reading = read_document(text.encode(), "novel.txt")
    assert texts(reading, "heading") == ["第一章 水车"]
    assert texts(reading, "paragraph") == [files.CHINESE, "短句。", "另一句。"]


@pytest.mark.parametrize(
    ("name", "found"),
    [("a.pdf", "DOCX"), ("a.txt", "DOCX"), ("a.png", "DOCX"), ("a.xlsx", "DOCX")],
)
def test_a_wrong_extension_is_told(name: str, found: str) -> None:
    with pytest.raises(UnknownFormat, match="document_wrong_extension") as caught:
        read_document(files.docx(), name)
    assert caught.value.values["format"] == found


def test_without_an_extension_the_content_decides() -> None:
    assert read_document(files.docx(), "报告").format == "docx"
    assert read_document(files.HTML.encode(), "download").format == "html"
    assert read_document(files.picture(), "photo.jpg").format == "picture"
