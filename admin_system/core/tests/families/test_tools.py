"""Each family's calls of tools are read as its template has them written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_system.core.families import get_family
from admin_system.core.families.tools import ToolCall, find_calls, read_types, without_calls

JSON = '<tool_call>\n{"name": "weather", "arguments": {"city": "北京", "days": 3}}\n</tool_call>'
TAGS = (
    "<tool_call>\n<function=weather>\n<parameter=city>\n北京\n</parameter>\n"
    "<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>"
)
TOOL: dict[str, Any] = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
        },
    },
}
CALL = ToolCall("weather", {"city": "北京", "days": 3})


@pytest.mark.parametrize(
    ("family", "said"), [("qwen3_vl", JSON), ("qwen3_5", TAGS), ("qwen4_exp", TAGS)]
)
def test_a_call_is_found_beside_what_is_said(family: str, said: str) -> None:
    text = f"我查一下。\n{said}\n{said}"
    assert get_family(family).find_tool_calls(text, [TOOL]) == (CALL, CALL)
    assert without_calls(text) == "我查一下。"


@pytest.mark.parametrize("family", ["qwen_vl", "qwen2_vl", "qwen2_5_vl"])
def test_families_whose_templates_know_no_tools_call_none(family: str) -> None:
    assert get_family(family).tool_grammar is None
    assert get_family(family).find_tool_calls(f"{JSON}{TAGS}", [TOOL]) == ()


def test_a_number_that_is_declared_as_text_stays_text() -> None:
    said = TAGS.replace("北京", "100000")
    (call,) = find_calls(said, "tags", read_types([TOOL]))
    assert call.arguments == {"city": "100000", "days": 3}
    (call,) = find_calls(said, "tags")
    assert call.arguments == {"city": 100000, "days": 3}


def test_calls_in_drafts_of_thoughts_are_none() -> None:
    assert get_family("qwen3_5").find_tool_calls(f"<think>{TAGS}</think>好的", [TOOL]) == ()


def test_a_cut_off_call_is_left_out() -> None:
    assert find_calls(JSON + JSON[:-5], "json") == (CALL,)
    assert find_calls("<tool_call>{'name': 1}</tool_call>", "json") == ()


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(st.sampled_from([*'<>/={}[]":,\n', *JSON.split('"'), *TAGS.split("\n")]), max_size=30)
)
def test_no_mutated_answer_breaks_the_reading(pieces: list[str]) -> None:
    for grammar in ("json", "tags"):
        for call in find_calls("".join(pieces), grammar, read_types([TOOL])):
            assert call.name
