"""What a chat body may hold, and how its faults are named."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from admin_system.api.protocol.conversation import to_chat_request
from admin_system.api.protocol.openai import ChatBody
from admin_system.api.protocol.plain import AnalyzeBody, read_labels
from admin_system.api.protocol.strict_json import read_object
from admin_system.api.protocol.validation import to_body
from admin_system.core.errors import BadRequest
from admin_system.core.types import JsonFormat, Picture

HELLO = [{"role": "user", "content": "hello"}]


def refusal(**fields: Any) -> tuple[str, str | None]:
    with pytest.raises(BadRequest) as refused:
        to_body(ChatBody, {"messages": HELLO, **fields})
    return refused.value.code, refused.value.param


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("n", 1),
        ("logprobs", False),
        ("presence_penalty", 0),
        ("frequency_penalty", 0.0),
        ("repetition_penalty", 1.0),
        ("min_p", 0),
        ("tools", []),
        ("tool_choice", "auto"),
        ("logit_bias", {}),
        ("response_format", {"type": "text"}),
        ("knowledge_base", None),
        ("user", "somebody"),
        ("metadata", {"a": "b"}),
        ("store", True),
        ("service_tier", "auto"),
        ("safety_identifier", "x"),
        ("prompt_cache_key", "x"),
        ("stop", None),
        ("stop", ["a"] * 16),
    ],
)
def test_neutral_values_pass(field: str, value: object) -> None:
    assert to_body(ChatBody, {"messages": HELLO, field: value}).messages


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("modalities", ["text", "audio"]),
        ("prediction", {"type": "content", "content": "x"}),
    ],
)
def test_what_is_not_honoured_is_refused_by_its_name(field: str, value: object) -> None:
    assert refusal(**{field: value}) == ("field_not_honoured", field)


@pytest.mark.parametrize(
    ("fields", "code", "param"),
    [
        ({"temperature": "0"}, "field_not_a_number", "temperature"),
        ({"temperature": True}, "field_not_a_number", "temperature"),
        ({"temperature": -1}, "field_under_minimum", "temperature"),
        ({"top_p": 0}, "field_below_range", "top_p"),
        ({"max_tokens": 1.5}, "field_not_an_integer", "max_tokens"),
        ({"max_tokens": 0}, "field_under_minimum", "max_tokens"),
        ({"stream": "true"}, "field_not_a_boolean", "stream"),
        ({"stop": ["a"] * 17}, "field_too_many", "stop"),
        ({"stop": [""]}, "field_empty", "stop[0]"),
        ({"stop": 5}, "field_not_a_string", "stop"),
        ({"max_token": 5}, "field_unknown_nearest", "max_token"),
        ({"qqq": 5}, "field_unknown", "qqq"),
        ({"messages": []}, "field_too_few", "messages"),
        ({"messages": "hi"}, "field_not_a_list", "messages"),
        ({"messages": ["hi"]}, "field_not_an_object", "messages[0]"),
        (
            {"messages": [{"role": "robot", "content": "x"}]},
            "field_not_one_of",
            "messages[0].role",
        ),
        (
            {"messages": [{"role": "user", "content": 5}]},
            "field_not_a_content",
            "messages[0].content",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "video", "video": "x"}]}]},
            "field_not_one_of",
            "messages[0].content[0].type",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": None}]}]},
            "field_not_one_of",
            "messages[0].content[0].type",
        ),
        (
            {"messages": [{"role": "user", "content": [{"text": "x"}]}]},
            "field_missing",
            "messages[0].content[0].type",
        ),
        ({"model": ""}, "field_empty", "model"),
        ({"tools": [{"type": "function"}]}, "field_missing", "tools[0].function"),
        ({"tool_choice": "always"}, "field_not_one_of", "tool_choice"),
        ({"n": 0}, "field_under_minimum", "n"),
        ({"n": True}, "field_not_an_integer", "n"),
        ({"logprobs": 1}, "field_not_a_boolean", "logprobs"),
        ({"top_logprobs": 21}, "field_over_maximum", "top_logprobs"),
        ({"presence_penalty": 3}, "field_over_maximum", "presence_penalty"),
        ({"min_p": 1.5}, "field_over_maximum", "min_p"),
        ({"logit_bias": {"cat": 1}}, "field_not_an_integer", "logit_bias"),
        ({"response_format": {"type": "xml"}}, "field_not_one_of", "response_format.type"),
        ({"response_format": "json"}, "field_not_an_object", "response_format"),
        (
            {"response_format": {"type": "json_schema", "json_schema": {"schema": {}}}},
            "field_missing",
            "response_format.json_schema.name",
        ),
        (
            {
                "messages": [
                    {
                        "role": "user",
                        "content": [
                            {"type": "text", "text": "x"},
                            {"type": "image_url", "image_url": "http://x"},
                        ],
                    }
                ]
            },
            "field_not_an_object",
            "messages[0].content[1].image_url",
        ),
        ({"stream_options": {"include": 1}}, "field_unknown_nearest", "stream_options.include"),
    ],
)
def test_a_fault_is_named_with_its_place(fields: dict[str, Any], code: str, param: str) -> None:
    assert refusal(**fields) == (code, param)


def test_what_we_answered_can_be_sent_back() -> None:
    """Clients keep a conversation by appending the message they were given, whole."""
    answered: dict[str, Any] = {
        "role": "assistant",
        "content": "hello",
        "refusal": None,
        "tool_calls": None,
        "annotations": [],
        "boxes": [],
    }
    body = to_body(ChatBody, {"messages": [*HELLO, answered, *HELLO]})
    assert body.messages[1].content == "hello"


def test_what_is_asked_for_reaches_the_engine() -> None:
    body = to_body(
        ChatBody,
        {
            "messages": HELLO,
            "n": 2,
            "logprobs": True,
            "top_logprobs": 3,
            "logit_bias": {"5": -100},
            "min_p": 0.1,
            "presence_penalty": 0.5,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "a", "schema": {"type": "object"}, "strict": True},
            },
        },
    )
    request = to_chat_request(body, never, owner="local", request_id="r")
    sampling = request.sampling
    assert (sampling.n, sampling.logprobs, sampling.logit_bias) == (2, 3, ((5, -100.0),))
    assert request.format == JsonFormat('{"type": "object"}')
    assert request.wishes == {
        "n",
        "logprobs",
        "logit_bias",
        "min_p",
        "presence_penalty",
        "response_format",
    }


def test_the_likeliest_tokens_come_with_the_chosen_ones_only() -> None:
    body = to_body(ChatBody, {"messages": HELLO, "top_logprobs": 3})
    with pytest.raises(BadRequest, match="field_needs_other"):
        to_chat_request(body, never, owner="local", request_id="r")


def never(address: str, param: str) -> Picture:
    raise AssertionError("no picture was to be read")


def test_pictures_belong_to_users() -> None:
    part = {"type": "image_url", "image_url": {"url": "data:,"}}
    body = to_body(ChatBody, {"messages": [{"role": "system", "content": [part]}, *HELLO]})
    with pytest.raises(BadRequest) as refused:
        to_chat_request(body, never, owner="local", request_id="r")
    assert (refused.value.code, refused.value.param) == (
        "picture_in_role",
        "messages[0].content[0]",
    )


def test_two_limits_that_disagree_are_refused() -> None:
    body = to_body(ChatBody, {"messages": HELLO, "max_tokens": 5, "max_completion_tokens": 6})
    with pytest.raises(BadRequest, match="fields_conflict"):
        to_chat_request(body, never, owner="local", request_id="r")


def test_detect_is_a_switch_or_labels() -> None:
    assert to_body(AnalyzeBody, {"detect": True}).detect is True
    assert to_body(AnalyzeBody, {"detect": ["cat"]}).detect == ["cat"]
    with pytest.raises(BadRequest, match="field_not_labels"):
        to_body(AnalyzeBody, {"detect": "cat"})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"a": 1e999}', "json_not_a_number"),
        ('{"a": -Infinity}', "json_not_a_number"),
        ('{"a": ' + "9" * 5000 + "}", "json_not_a_number"),
        ('{"a": ' + "[" * 100_000 + "}", "json_too_deep"),
        ('{"a": ' + "[" * 201 + "]" * 201 + "}", "json_too_deep"),
        ('{"a": "\\ud83d"}', "json_half_character"),
        ('{"a": {"b": 1, "b": 2}}', "json_duplicate_field"),
    ],
)
def test_json_that_readers_could_take_differently_is_refused(text: str, code: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_object(text, example="{}")
    assert refused.value.code == code


def test_whole_emoji_pass_escaped_or_not() -> None:
    assert read_object('{"a": "\\ud83d\\ude00 😀"}', example="{}") == {"a": "😀 😀"}


@pytest.mark.parametrize(
    "arguments",
    ["[" * 3000, '{"a": ' * 300 + "1" + "}" * 300, '{"a": NaN}', '{"a": "\\ud83d"}', "[]"],
)
def test_arguments_of_calls_are_read_as_strictly_as_bodies(arguments: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    body = to_body(ChatBody, {"messages": [{"role": "assistant", "tool_calls": [call]}]})
    with pytest.raises(BadRequest) as refused:
        to_chat_request(body, never, owner="local", request_id="r")
    assert refused.value.param == "messages[0].tool_calls[0].function.arguments"


@pytest.mark.parametrize("text", ["[" * 3000, '["\\ud83d"]', "[NaN]"])
def test_labels_of_a_form_are_read_as_strictly_as_bodies(text: str) -> None:
    assert read_labels(text) == text


def test_the_field_that_stands_twice_is_found_among_many() -> None:
    """By one look at each: a body may hold millions."""
    fields = ",".join(f'"{number}": 0' for number in range(200_000))
    with pytest.raises(BadRequest) as refused:
        read_object(f'{{{fields}, "199999": 1, "7": 1}}', example="{}")
    assert (refused.value.code, refused.value.param) == ("json_duplicate_field", "7")


@pytest.mark.parametrize(
    "fields",
    [
        {"messages": [0] * 1000},
        {"messages": [{"role": "user", "content": [0] * 1000}]},
        {"messages": HELLO, "stop": [0] * 1000},
        {"messages": HELLO, "logit_bias": dict.fromkeys(map(str, range(1000)), "much")},
        {"messages": [{"role": "assistant", "tool_calls": [0] * 1000}]},
    ],
)
def test_only_the_first_fault_of_many_is_looked_for(fields: dict[str, Any]) -> None:
    """Each costs a kilobyte of memory, of two bytes that were sent."""
    with pytest.raises(ValidationError) as refused:
        ChatBody.model_validate(fields)
    assert refused.value.error_count() == 1
