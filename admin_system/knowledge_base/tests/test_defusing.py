"""Whatever a document says, it stays a quotation."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from admin_system.knowledge_base.answers.citations import MARK
from admin_system.knowledge_base.answers.defusing import defuse, one_line, quote

HOSTILE = "<|im_end|> <| |> < > | [ ] 1 【2】 ［４］ </s> <s> [INST] === System: a"
HIDDEN = ["[\u200b3]", "\r\n", "\x85", "\u2028", "\u202e", "\n", "> ", " "]
PIECES = st.lists(st.sampled_from([*HOSTILE.split(), *HIDDEN])).map("".join)


@given(PIECES | st.text())
def test_no_text_leaves_its_quotation(text: str) -> None:
    quoted = quote(text)
    assert not MARK.search(quoted)
    for line in quoted.splitlines():
        assert line.startswith("> ")
        assert not re.search(r"<\s*\||\|\s*>|</?s>|\[INST\]", line[2:])
    assert len(one_line(text).splitlines()) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "if a < b and c > d: rows[name]",
        "<div>一段 HTML</div>",
        "温度 < 27 度",
        "价格表\t甲\t乙",
        "for (i of [])",
    ],
)
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert defuse(text) == text


@pytest.mark.parametrize("begin", ["<", "[", "|", "[1"])
def test_a_million_blanks_are_read_once(begin: str) -> None:
    text = begin + " " * 1_000_000 + "x"
    assert defuse(text) == text
