"""Calls of tools as each family's template has them written, and whatever else a model writes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from admin_system.core.families import get_family
from admin_system.core.families.tool_formats import JsonCalls, TaggedCalls, ToolFormat
from admin_system.core.tools import Tool, ToolCall

PARAMETERS = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
}
TOOL = Tool("weather", "", json.dumps(PARAMETERS))
CALL = ToolCall("call_1", "weather", json.dumps({"city": "100000", "days": 3}))
WRITTEN = [JsonCalls().write(CALL), TaggedCalls().write(CALL)]


@pytest.mark.parametrize(
    ("family", "kind"),
    [("qwen2_vl", JsonCalls), ("qwen3_vl", JsonCalls), ("qwen3_5", TaggedCalls)],
)
def test_a_call_is_read_as_it_was_written(family: str, kind: type[ToolFormat]) -> None:
    form = get_family(family).tool_format
    assert isinstance(form, kind)
    body = form.write(CALL).removeprefix("<tool_call>\n").removesuffix("\n</tool_call>")
    name, arguments = form.read(body, [TOOL]) or ("", "{}")
    # What is declared as text stays text, though it looks like a number.
    assert (name, json.loads(arguments)) == ("weather", {"city": "100000", "days": 3})


@pytest.mark.parametrize("run", ["<parameter=city>", "<parameter=", "\n", "</function>"])
def test_a_call_that_goes_on_and_on_is_read_in_its_length(run: str) -> None:
    body = "<function=weather>" + run * 100_000 + "x"
    assert TaggedCalls().read(body, [TOOL]) == ("weather", "{}")


def test_the_family_of_2023_knows_no_tools() -> None:
    assert get_family("qwen_vl").tool_format is None


@settings(max_examples=1000, deadline=None)
@given(
    st.lists(
        st.sampled_from([*'<>/={}[]":,\n', *WRITTEN[0].split('"'), *WRITTEN[1].split("\n")]),
        max_size=30,
    )
)
def test_no_mutated_call_breaks_the_reading(pieces: list[str]) -> None:
    for form in (JsonCalls(), TaggedCalls()):
        read = form.read("".join(pieces), [TOOL])
        if read is not None:
            assert isinstance(json.loads(read[1]), object)


@pytest.mark.parametrize("value", ['"\\ud83d"', "NaN", "-Infinity", "1e999", "[" * 5000])
@pytest.mark.parametrize("kind", [JsonCalls, TaggedCalls])
def test_a_call_that_no_program_could_read_is_none(kind: type[ToolFormat], value: str) -> None:
    bodies = {
        JsonCalls: f'{{"name": "weather", "arguments": {{"days": {value}}}}}',
        TaggedCalls: f"<function=weather><parameter=days>{value}</parameter></function>",
    }
    call = kind().read(bodies[kind], [TOOL])
    if call is not None:
        assert kind is TaggedCalls
        assert json.loads(call[1]) == {"days": value}, "as text, where it is no JSON at all"
