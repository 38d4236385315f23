"""Calls of tools in each family's own words: written, read while they come, forced by a grammar."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.engines.local.template import without_tools
from admin_system.core.engines.tool_stream import ToolStream
from admin_system.core.errors import BadRequest
from admin_system.core.families.tool_formats import JsonCalls, TaggedCalls, ToolFormat
from admin_system.core.tests.engines.conftest import ignore
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    Message,
    Sampling,
    Tool,
    ToolCall,
    ToolCallDelta,
    ToolWish,
)

WEATHER = Tool(
    "get_weather",
    "查询天气",
    json.dumps(
        {
            "type": "object",
            "properties": {
                "city": {"enum": ["北京", "Paris"]},
                "days": {"type": "integer", "minimum": 1, "maximum": 7},
                "hourly": {"type": "boolean"},
            },
            "required": ["city", "days", "hourly"],
            "additionalProperties": False,
        }
    ),
)
STOP = Tool("stop", "", json.dumps({"type": "object", "properties": {}}))
TOOLS = (WEATHER, STOP)
ARGUMENTS = {"city": "北京", "days": 3, "hourly": True}
CALL = ToolCall("c1", "get_weather", json.dumps(ARGUMENTS, ensure_ascii=False))
FORMS: list[ToolFormat] = [JsonCalls(), TaggedCalls()]


def listen(form: ToolFormat, text: str, size: int, **options: Any) -> tuple[str, list[ToolCall]]:
    """Text and calls of an answer that comes in pieces of `size` characters."""
    stream = ToolStream(form, TOOLS, parallel=options.get("parallel", True))
    pieces = [
        piece
        for start in range(0, len(text), size)
        for piece in stream.push(text[start : start + size])
    ]
    pieces += stream.flush()
    said, calls = "", list[ToolCall]()
    for piece in pieces:
        if isinstance(piece, str):
            said += piece
        elif piece.id:
            assert piece.index == len(calls)
            calls.append(ToolCall(piece.id, piece.name, piece.arguments))
        else:
            last = calls[piece.index]
            calls[piece.index] = ToolCall(last.id, last.name, last.arguments + piece.arguments)
    return said, calls


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_however_it_comes(form: ToolFormat, size: int) -> None:
    text = f"Let me look. {form.write(CALL)}\n{form.write(ToolCall('', 'stop', '{}'))}"
    said, calls = listen(form, text, size)
    assert said == "Let me look. "
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        ("get_weather", ARGUMENTS),
        ("stop", {}),
    ]
    assert len({call.id for call in calls}) == 2


@pytest.mark.parametrize("form", FORMS)
def test_one_call_is_all_where_no_more_are_allowed(form: ToolFormat) -> None:
    said, calls = listen(form, form.write(CALL) * 2 + " and more", 5, parallel=False)
    assert (said, len(calls)) == ("", 1)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", ["a <tool_call> b </tool_call> c", "x < y <tool", "<tool_call>{"])
def test_what_is_no_call_is_text(form: ToolFormat, text: str) -> None:
    said, calls = listen(form, text, 3)
    assert calls == []
    assert said == text.replace("</tool_call>", "")


@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("arguments", ["{}", '{"a": "\\\\"}'])
def test_a_tag_in_a_string_of_json_is_text(size: int, arguments: str) -> None:
    """Models quote the pages that they are told to write to a file, and this one's own words."""
    inside = {"page": 'a "</tool_call>" b', "path": "\\"}
    for keys in ("name", "arguments"), ("arguments", "name"):
        whole = {"name": "save", "arguments": inside}
        written = json.dumps({key: whole[key] for key in keys})
        text = f"<tool_call>\n{written}\n</tool_call>\n" + JsonCalls().write(
            ToolCall("", "stop", arguments)
        )
        said, calls = listen(JsonCalls(), text, size)
        assert said == ""
        assert [(call.name, json.loads(call.arguments)) for call in calls] == [
            ("save", inside),
            ("stop", json.loads(arguments)),
        ]


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_a_tag_in_an_argument_between_tags_is_text(size: int) -> None:
    page = "<tool_call>\n{}\n</tool_call>\nand </tool_call>"
    first = TaggedCalls().write(ToolCall("", "save", json.dumps({"page": page, "path": "a"})))
    said, calls = listen(
        TaggedCalls(), first + TaggedCalls().write(ToolCall("", "stop", "{}")), size
    )
    assert said == ""
    assert [(call.name, json.loads(call.arguments)) for call in calls] == [
        ("save", {"page": page, "path": "a"}),
        ("stop", {}),
    ]


def test_an_argument_whose_end_was_forgotten_does_not_swallow_the_next_call() -> None:
    broken = "<tool_call>\n<function=save>\n<parameter=page>\na\n</function>\n</tool_call>\n"
    said, calls = listen(TaggedCalls(), broken + TaggedCalls().write(ToolCall("", "stop", "{}")), 3)
    assert said == ""
    assert [call.name for call in calls] == ["save", "stop"]


def test_what_follows_a_call_that_never_ended_is_not_lost() -> None:
    broken = "<tool_call>\n<function=save>\n<parameter=page>\na\n</tool_call> and more"
    said, calls = listen(TaggedCalls(), broken, 3)
    assert (said, [call.name for call in calls]) == (" and more", ["save"])


def test_a_string_that_is_never_closed_does_not_swallow_the_next_call() -> None:
    broken = '<tool_call>\n{"name": "save", "arguments": {"page": "un"quoted"}}\n</tool_call>\n'
    said, calls = listen(JsonCalls(), broken + JsonCalls().write(ToolCall("", "stop", "{}")), 3)
    assert said == ""
    assert [call.name for call in calls] == ["save", "stop"]
    assert calls[1].arguments == "{}"


def test_arguments_come_as_they_are_written() -> None:
    stream = ToolStream(JsonCalls(), TOOLS, parallel=True)
    told = [*stream.push('<tool_call>\n{"name": "get_weather", "arguments": {"city": "}\\""')]
    assert [type(piece) for piece in told] == [ToolCallDelta, ToolCallDelta]
    assert isinstance(told[1], ToolCallDelta)
    assert told[1].arguments == '{"city": "}\\""'
    assert [piece.arguments for piece in stream.push("}}") if not isinstance(piece, str)] == ["}"]


def test_a_template_without_tools_is_told_in_words() -> None:
    form = JsonCalls()
    messages = [
        Message.of_text("system", "Be brief."),
        Message.of_text("user", "weather?"),
        Message("assistant", (), (CALL,)),
        Message("tool", Message.of_text("tool", "sunny").parts, tool_call_id="c1"),
    ]
    said = without_tools(messages, TOOLS, form)
    assert [message.role for message in said] == ["system", "user", "assistant", "user"]
    assert said[0].text.startswith("Be brief.\n\n# Tools")
    assert "get_weather" in said[0].text
    assert said[2].text == form.write(CALL)
    assert said[3].text == "<tool_response>\nsunny\n</tool_response>"


@pytest.fixture(scope="module", params=["miniature", "qwen3_5"])
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LocalEngine]:
    folder: Path = MINIATURE
    if request.param != "miniature":
        folder = tmp_path_factory.mktemp("tools") / request.param
        write_checkpoint(request.param, "bf16", folder)
    engine = LocalEngine(EngineSpec("m", "local", path=str(folder), device="cpu"))
    engine.load(ignore)
    yield engine
    engine.unload()


async def ask(engine: LocalEngine, wish: ToolWish) -> tuple[str, list[ToolCallDelta], End]:
    request = ChatRequest(
        (Message.of_text("user", "weather in Paris?"),),
        Sampling(temperature=1.0, seed=3, max_tokens=300),
        tools=wish,
    )
    text, pieces = "", list[ToolCallDelta]()
    async for item in engine.submit(request):
        if isinstance(item, End):
            return text, pieces, item
        assert isinstance(item, Delta)
        text += item.text
        pieces += [item.tool_call] if item.tool_call else []
    raise AssertionError("no end")


async def test_a_forced_call_fits_its_tool(engine: LocalEngine) -> None:
    wish = ToolWish((WEATHER,), "required", parallel=False)
    text, pieces, end = await ask(engine, wish)
    assert (text, end.finish_reason) == ("", "tool_calls")
    assert pieces[0].name == "get_weather"
    arguments = json.loads("".join(piece.arguments for piece in pieces))
    jsonschema.validate(arguments, json.loads(WEATHER.parameters))


@pytest.mark.parametrize("properties", [None, {}, [1]])
async def test_a_tool_without_arguments_is_called_or_refused(
    engine: LocalEngine, properties: object
) -> None:
    """Several clients write `null` for none."""
    schema = {"type": "object", "properties": properties, "additionalProperties": False}
    wish = ToolWish((Tool("stop", "", json.dumps(schema)),), "required", parallel=False)
    if properties != {} and isinstance(engine.family.tool_format, JsonCalls):
        with pytest.raises(BadRequest) as caught:
            await ask(engine, wish)
        assert (caught.value.code, caught.value.param) == ("schema_refused", "tools")
        return
    text, pieces, end = await ask(engine, wish)
    assert (text, pieces[0].name, end.finish_reason) == ("", "stop", "tool_calls")


async def test_calls_beside_each_other_are_told_apart(engine: LocalEngine) -> None:
    text, pieces, end = await ask(engine, ToolWish((WEATHER,), "required"))
    assert (text, end.finish_reason) in (("", "tool_calls"), ("", "length"))
    heads = [piece for piece in pieces if piece.id]
    assert [piece.index for piece in heads] == list(range(len(heads)))
    assert len({piece.id for piece in heads}) == len(heads) >= 1
    indexes = [piece.index for piece in pieces]
    assert indexes == sorted(indexes)
    whole = len(heads) - (end.finish_reason == "length")
    for index in range(whole):
        arguments = "".join(piece.arguments for piece in pieces if piece.index == index)
        jsonschema.validate(json.loads(arguments), json.loads(WEATHER.parameters))


async def test_without_force_an_answer_is_text(engine: LocalEngine) -> None:
    text, pieces, end = await ask(engine, ToolWish(TOOLS))
    assert text
    assert not pieces
    assert end.finish_reason in ("stop", "length")


async def test_a_family_without_tools_says_so() -> None:
    spec = EngineSpec("m", "local", path=str(QWEN_VL / "ckpt-fp16"), device="cpu")
    engine = LocalEngine(spec)
    engine.load(ignore)
    with pytest.raises(BadRequest) as caught:
        await ask(engine, ToolWish(TOOLS))
    engine.unload()
    assert (caught.value.code, caught.value.param) == ("field_not_honoured", "tools")
