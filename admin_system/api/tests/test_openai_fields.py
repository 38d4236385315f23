"""The official client, blocking and async, with all that it can ask the real miniature for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from openai import AsyncOpenAI, OpenAI
from websockets.sync.client import connect

from admin_system.api.tests.pictures import draw_circle, to_data_url
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

PICTURE = {"type": "image_url", "image_url": {"url": to_data_url(draw_circle(200, 150))}}
QUESTION: Any = [{"role": "user", "content": [PICTURE, {"type": "text", "text": "描述这张图片"}]}]
TOOL: Any = {
    "type": "function",
    "function": {
        "name": "mark",
        "description": "Marks a shape",
        "parameters": {
            "type": "object",
            "properties": {"shape": {"enum": ["circle", "square"]}, "count": {"enum": [1, 2]}},
            "required": ["shape", "count"],
            "additionalProperties": False,
        },
    },
}
SCHEMA: Any = {
    "type": "json_schema",
    "json_schema": {
        "name": "shape",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {"形状": {"enum": ["圆", "方"]}, "n": {"type": "integer", "maximum": 9}},
            "required": ["形状", "n"],
            "additionalProperties": False,
        },
    },
}


@pytest.fixture
def client(ready_server: ServerProcess) -> Iterator[OpenAI]:
    address = f"{ready_server.url}/api/v1"
    with OpenAI(base_url=address, api_key="none", max_retries=0) as client:
        yield client


def test_a_schema_holds(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="builtin-demo", messages=QUESTION, response_format=SCHEMA, temperature=1, seed=2
    )
    assert set(json.loads(answer.choices[0].message.content or "")) == {"形状", "n"}


def test_several_answers_with_logprobs(client: OpenAI) -> None:
    answer = client.chat.completions.create(
        model="builtin-demo",
        messages=QUESTION,
        n=3,
        seed=5,
        temperature=1.2,
        logprobs=True,
        top_logprobs=2,
        max_tokens=12,
    )
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    for choice in answer.choices:
        assert choice.logprobs is not None
        assert choice.logprobs.content is not None
        assert "".join(token.token for token in choice.logprobs.content) == choice.message.content
        assert all(len(token.top_logprobs) == 2 for token in choice.logprobs.content)
    again = client.chat.completions.create(
        model="builtin-demo", messages=QUESTION, seed=6, temperature=1.2, max_tokens=12
    )
    assert again.choices[0].message.content == answer.choices[1].message.content


def test_a_forced_call_is_streamed(client: OpenAI) -> None:
    stream = client.chat.completions.create(
        model="builtin-demo",
        messages=QUESTION,
        tools=[TOOL],
        tool_choice={"type": "function", "function": {"name": "mark"}},
        stream=True,
        stream_options={"include_usage": True},
    )
    name, arguments, reasons = "", "", []
    for chunk in stream:
        for choice in chunk.choices:
            reasons.append(choice.finish_reason)
            for call in choice.delta.tool_calls or ():
                assert call.function is not None
                name += call.function.name or ""
                arguments += call.function.arguments or ""
    assert (name, reasons[-1]) == ("mark", "tool_calls")
    assert set(json.loads(arguments)) == {"shape", "count"}


async def test_a_stream_says_what_the_whole_answer_says(ready_server: ServerProcess) -> None:
    """Several answers with their chances, a seed and the usage, asked for in both ways at once."""
    asked: Any = {
        "model": "builtin-demo",
        "messages": QUESTION,
        "n": 2,
        "seed": 3,
        "temperature": 1.2,
        "max_tokens": 15,
        "logprobs": True,
        "top_logprobs": 1,
    }
    address = f"{ready_server.url}/api/v1"
    async with AsyncOpenAI(base_url=address, api_key="none", max_retries=0) as client:

        async def stream() -> tuple[list[str], list[str], list[str | None], Any]:
            texts, tokens = ["", ""], ["", ""]
            reasons: list[str | None] = [None, None]
            usage = None
            chunks = await client.chat.completions.create(
                **asked, stream=True, stream_options={"include_usage": True}
            )
            async for chunk in chunks:
                usage = chunk.usage or usage
                for choice in chunk.choices:
                    texts[choice.index] += choice.delta.content or ""
                    reasons[choice.index] = choice.finish_reason or reasons[choice.index]
                    if choice.logprobs is not None:
                        told = choice.logprobs.content or ()
                        tokens[choice.index] += "".join(one.token for one in told)
            return texts, tokens, reasons, usage

        whole, (texts, tokens, reasons, usage) = await asyncio.gather(
            client.chat.completions.create(**asked), stream()
        )
    assert [choice.message.content for choice in whole.choices] == texts == tokens
    assert [choice.finish_reason for choice in whole.choices] == reasons
    assert whole.usage is not None
    assert usage.total_tokens == whole.usage.total_tokens


@pytest.mark.parametrize("streamed", [False, True])
async def test_a_stop_string_is_never_said(ready_server: ServerProcess, streamed: bool) -> None:
    address = f"{ready_server.url}/api/v1"
    asked: Any = {"model": "builtin-demo", "messages": QUESTION, "temperature": 0}
    async with AsyncOpenAI(base_url=address, api_key="none", max_retries=0) as client:
        whole = await client.chat.completions.create(**asked)
        text = whole.choices[0].message.content or ""
        asked["stop"] = [text[3:6], "never said"]
        if streamed:
            said, reason = "", None
            async for chunk in await client.chat.completions.create(**asked, stream=True):
                said += chunk.choices[0].delta.content or ""
                reason = chunk.choices[0].finish_reason or reason
        else:
            answer = await client.chat.completions.create(**asked)
            said = answer.choices[0].message.content or ""
            reason = answer.choices[0].finish_reason
    assert (said, reason) == (text[: text.index(text[3:6])], "stop")


async def test_a_schema_holds_in_a_stream_too(ready_server: ServerProcess) -> None:
    address = f"{ready_server.url}/api/v1"
    asked: Any = {"model": "builtin-demo", "messages": QUESTION, "response_format": SCHEMA}
    async with AsyncOpenAI(base_url=address, api_key="none", max_retries=0) as client:
        chunks = await client.chat.completions.create(**asked, temperature=0, stream=True)
        text = "".join([chunk.choices[0].delta.content or "" async for chunk in chunks])
        cut = await client.chat.completions.create(**asked, temperature=0, max_tokens=2)
    assert set(json.loads(text)) == {"形状", "n"}
    assert cut.choices[0].finish_reason == "length"


async def test_a_conversation_goes_on_behind_a_call(ready_server: ServerProcess) -> None:
    address = f"{ready_server.url}/api/v1"
    async with AsyncOpenAI(base_url=address, api_key="none", max_retries=0) as client:
        answer = await client.chat.completions.create(
            model="builtin-demo", messages=QUESTION, tools=[TOOL], tool_choice="required"
        )
        message = answer.choices[0].message
        assert message.content is None
        assert message.tool_calls
        result = {"role": "tool", "tool_call_id": message.tool_calls[0].id, "content": "done"}
        further: Any = [*QUESTION, message.model_dump(exclude_none=True), result]
        answers = await asyncio.gather(
            *(
                client.chat.completions.create(
                    model="builtin-demo", messages=further, tools=[TOOL], max_tokens=20
                )
                for _ in range(3)
            )
        )
    assert len({answer.choices[0].message.content for answer in answers}) == 1
    details = answers[-1].usage.prompt_tokens_details if answers[-1].usage else None
    assert details is not None
    assert details.cached_tokens is not None
    assert any(
        one.usage
        and one.usage.prompt_tokens_details
        and one.usage.prompt_tokens_details.cached_tokens
        for one in answers
    )


def test_a_websocket_carries_calls_too(ready_server: ServerProcess) -> None:
    with connect(f"{ready_server.socket_url}/ws/chat/") as socket:
        asked = {"type": "chat", "messages": QUESTION, "tools": [TOOL], "tool_choice": "required"}
        socket.send(json.dumps({**asked, "parallel_tool_calls": False}))
        arguments = ""
        while (frame := json.loads(socket.recv(timeout=30)))["type"] != "done":
            assert frame["type"] != "error", frame
            for call in frame.get("tool_calls", ()):
                arguments += call["function"]["arguments"]
    assert frame["finish_reason"] == "tool_calls"
    assert frame["tool_calls"][0]["function"] == {"name": "mark", "arguments": arguments}
    assert set(json.loads(arguments)) == {"shape", "count"}


def test_the_status_tells_what_was_reused(ready_server: ServerProcess) -> None:
    engine = ready_server.status()["engine"]
    assert set(engine["cache_hit_rates"]) == {"prefix", "pictures"}
    assert engine["cache_bytes"]["prefix"] > 0


def test_the_status_tells_how_answers_go_on(ready_server: ServerProcess) -> None:
    decode = ready_server.status()["engine"]["decode"]
    assert (decode["steps"], decode["reason"]["code"]) == ("eager", "steps_on_processor")
    assert decode["attention"] in {"flash", "math"}


def test_what_one_key_had_computed_is_not_lent_to_another(ready_server: ServerProcess) -> None:
    body = {
        "messages": [{"role": "user", "content": "a blue circle " * 40}],
        "max_tokens": 1,
    }
    address = f"{ready_server.url}/api/v1/chat/completions"
    found = []
    for name in ("chat", "everything", "chat", "everything"):
        key = {"Authorization": f"Bearer {ready_server.keys[name]}"}
        usage = httpx.post(address, json=body, headers=key, timeout=60).json()["usage"]
        found.append(usage["prompt_tokens_details"]["cached_tokens"])
    assert found[:2] == [0, 0]
    assert min(found[2:]) > 0
