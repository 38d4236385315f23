"""Text files are read as they were written, short ones too."""

from __future__ import annotations

import pytest

from admin_system.knowledge_base.errors import UnknownFormat
from admin_system.knowledge_base.readers import read_document
from admin_system.knowledge_base.readers.encodings import decode_text
from admin_system.knowledge_base.tests import files

TRADITIONAL = "青石鎮的水車建於一九三六年，由木匠周大山設計。它每天可以提水四百桶。"
JAPANESE = "これは日本語の文章です。東京は日本の首都です。"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030", "gbk"])
def test_simplified_chinese_is_read_in_each_of_its_encodings(encoding: str) -> None:
    assert decode_text(files.CHINESE.encode(encoding)) == files.CHINESE


@pytest.mark.parametrize(
    "text",
    ["你好", "张三", "发票", "测试文档", "王小明 13800138000", "香蕉苹果", "报表"],
)
def test_short_gbk_is_not_taken_for_big5(text: str) -> None:
    assert decode_text(text.encode("gbk")) == text


@pytest.mark.parametrize("text", [TRADITIONAL, "你好嗎", "測試文檔", "發票", "臺灣大學"])
def test_big5_is_told_from_gbk(text: str) -> None:
    assert decode_text(text.encode("big5")) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Größe und Übermut: schöne Grüße aus München.", "cp1252"),
        (JAPANESE, "cp932"),
        ("plain english", "utf-16-le"),
    ],
)
def test_other_languages_are_not_taken_for_chinese(text: str, encoding: str) -> None:
    assert decode_text(text.encode(encoding)) == text


def test_one_broken_byte_does_not_spoil_a_text() -> None:
    text = files.CHINESE * 20
    data = text.encode()
    assert decode_text(data[:300] + b"\xff" + data[300:]).replace("\ufffd", "") == text


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(UnknownFormat):
        read_document(bytes(range(256)) * 20, "noise.txt")
