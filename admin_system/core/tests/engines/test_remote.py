"""What the remote engine says to its upstream, and what it makes of its answers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from admin_system.core.engines.remote.engine import RemoteEngine
from admin_system.core.engines.remote.events import read_refusal
from admin_system.core.errors import EngineFault, LoadError, UpstreamError
from admin_system.core.images import read_base64_picture
from admin_system.core.service import ModelService
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.tests.engines.upstream import KEY, Upstream, running_upstream
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    JsonFormat,
    LoadProgress,
    Message,
    PicturePart,
    PixelBudget,
    Sampling,
    ServiceState,
    TextPart,
    Tool,
    ToolCall,
    ToolWish,
)


@pytest.fixture
def service() -> Iterator[tuple[Upstream, EngineSpec]]:
    with running_upstream() as (upstream, url):
        yield upstream, EngineSpec("far", "remote", upstream_url=url, upstream_key=KEY)


def loaded(spec: EngineSpec) -> RemoteEngine:
    engine = RemoteEngine(spec)
    engine.load(ignore)
    return engine


async def read(engine: RemoteEngine, request: ChatRequest) -> list[Delta | End]:
    return [item async for item in engine.submit(request)]


def say(text: str) -> ChatRequest:
    return ChatRequest((Message.of_text("user", text),))


async def test_every_field_and_the_upright_picture_reach_the_upstream(
    service: tuple[Upstream, EngineSpec],
) -> None:
    upstream, spec = service
    spec = replace(spec, defaults=Sampling(temperature=0.3, top_p=0.7))
    picture = draw_circle(60, 40)
    parts = (PicturePart(picture, detail="low"), TextPart("hello"))
    messages = (Message.of_text("developer", "be kind"), Message("user", parts))
    sampling = Sampling(temperature=0.5, top_k=9, seed=4, max_tokens=20, stop=("@",))
    await read(loaded(spec), ChatRequest(messages, sampling))
    (body,) = upstream.bodies
    (system, user) = body.pop("messages")
    assert body == {
        "model": "model-a",
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.5,
        "top_p": 0.7,
        "top_k": 9,
        "seed": 4,
        "max_tokens": 20,
        "stop": ["@"],
    }
    assert system == {"role": "system", "content": "be kind"}
    address = user["content"][0]["image_url"]
    assert address["detail"] == "low"
    sent = read_base64_picture(address["url"], max_pixels=10**6)
    assert sent.image.tobytes() == picture.image.tobytes()
    assert user["content"][1] == {"type": "text", "text": "hello"}


TOOL = Tool("mark", "Marks a shape", '{"type": "object", "properties": {}}')


async def test_calls_and_several_answers_reach_the_upstream(
    service: tuple[Upstream, EngineSpec],
) -> None:
    upstream, spec = service
    messages = (
        Message.of_text("user", "mark it"),
        Message("assistant", (), tool_calls=(ToolCall("call_1", "mark", "{}"),)),
        Message("tool", (TextPart("done"),), tool_call_id="call_1"),
        Message.of_text("user", "refuse-bad"),
    )
    sampling = Sampling(n=2, logprobs=0)
    wish = ToolWish((TOOL,), parallel=False)
    with pytest.raises(UpstreamError):
        await read(loaded(spec), ChatRequest(messages, sampling, tools=wish))
    (body,) = upstream.bodies
    assert (body["n"], body["logprobs"], body["top_logprobs"]) == (2, True, 0)
    assert (body["tool_choice"], body["parallel_tool_calls"]) == ("auto", False)
    function = {"name": "mark", "description": "Marks a shape"}
    parameters = {"type": "object", "properties": {}}
    assert body["tools"] == [
        {"type": "function", "function": function | {"parameters": parameters}}
    ]
    call = {"id": "call_1", "type": "function", "function": {"name": "mark", "arguments": "{}"}}
    assert body["messages"][1] == {"role": "assistant", "content": None, "tool_calls": [call]}
    assert body["messages"][2] == {"role": "tool", "tool_call_id": "call_1", "content": "done"}


@pytest.mark.parametrize(
    ("field", "request_"),
    [
        ("n", ChatRequest((Message.of_text("user", "hello"),), Sampling(n=2))),
        ("logprobs", ChatRequest((Message.of_text("user", "hello"),), Sampling(logprobs=1))),
        (
            "tool_choice",
            ChatRequest((Message.of_text("user", "hello"),), tools=ToolWish((TOOL,), "required")),
        ),
        ("response_format", ChatRequest((Message.of_text("user", "hi"),), format=JsonFormat())),
    ],
)
async def test_an_upstream_that_drops_a_field_in_silence_is_told_of(
    service: tuple[Upstream, EngineSpec], field: str, request_: ChatRequest
) -> None:
    """The echo behind it knows none of them."""
    engine = loaded(service[1])
    with pytest.raises(UpstreamError) as caught:
        await read(engine, request_)
    assert (caught.value.code, caught.value.values) == ("upstream_dropped_field", {"field": field})
    if field == "response_format":
        json_said = replace(request_, messages=(Message.of_text("user", '{"a": 1}'),))
        assert isinstance((await read(engine, json_said))[-1], End)


async def test_leaving_hangs_up_on_the_upstream(service: tuple[Upstream, EngineSpec]) -> None:
    upstream, spec = service
    engine = loaded(spec)
    answer = engine.submit(say("long " * 500))
    await anext(answer)
    await answer.aclose()
    assert await asyncio.to_thread(upstream.hung_up.wait, 1)
    assert upstream.engine.stats().running == 0


@pytest.mark.parametrize(
    ("asked", "code", "status", "retry_after"),
    [
        ("refuse-busy", "upstream_refused", 429, 7),
        ("refuse-bad", "upstream_refused", 400, 7),
        ("refuse-broken", "upstream_refused", 500, 7),
        ("nonsense", "upstream_bad_answer", None, None),
        ("fault-inside", "upstream_refused", 200, None),
        ("break-off in the middle", "upstream_interrupted", None, None),
    ],
)
async def test_what_goes_wrong_upstream_is_told(
    service: tuple[Upstream, EngineSpec],
    asked: str,
    code: str,
    status: int | None,
    retry_after: int | None,
) -> None:
    engine = loaded(service[1])
    with pytest.raises(UpstreamError) as caught:
        await read(engine, say(asked))
    assert (caught.value.code, caught.value.status) == (code, status)
    assert caught.value.retry_after == retry_after
    if status in (429, 400, 500):
        assert caught.value.values["reason"] == f"told to {asked}"
    assert engine.stats().running == 0


async def test_a_service_that_lists_nothing_and_ends_without_a_last_word_will_do(
    service: tuple[Upstream, EngineSpec],
) -> None:
    """`transformers serve` with a model in a folder."""
    upstream, spec = service
    upstream.card.clear()
    engine = loaded(replace(spec, upstream_model="model-a"))
    *_, end = await read(engine, say("no last word"))
    assert isinstance(end, End)
    with pytest.raises(LoadError):
        loaded(spec)


@pytest.mark.parametrize(
    "body",
    [
        b'{"error": {"message": "no room"}}',
        b'{"error": "no room"}',
        b'{"object": "error", "message": "no room"}',
        b'{"detail": "no room"}',
        b"no room",
    ],
)
def test_the_words_of_a_refusal_are_found_in_every_shape(body: bytes) -> None:
    error = read_refusal(503, "9", body)
    assert (error.values["reason"], error.status, error.retry_after) == ("no room", 503, 9)


async def test_an_upstream_that_is_gone_is_told() -> None:
    with running_upstream() as (_, url):
        engine = loaded(EngineSpec("far", "remote", upstream_url=url, upstream_key=KEY))
    with pytest.raises(UpstreamError) as caught:
        await read(engine, say("hello"))
    assert caught.value.code == "upstream_unreachable"


def test_the_upstream_tells_name_family_and_length(service: tuple[Upstream, EngineSpec]) -> None:
    engine = RemoteEngine(service[1])
    info = engine.load(ignore)
    assert (info.family, info.context_length) == ("qwen2_vl", 8192)
    assert loaded(replace(service[1], family="qwen2_5_vl")).family.name == "qwen2_5_vl"


def test_the_miniature_upstream_is_asked_in_words_that_it_knows(
    service: tuple[Upstream, EngineSpec],
) -> None:
    upstream, spec = service
    assert "JSON" in loaded(replace(spec, family="qwen3_vl")).family.detection_query(
        "", ("a",), "zh"
    )
    upstream.card["demo"] = True
    engine = RemoteEngine(replace(spec, family="qwen3_vl"))
    assert engine.load(ignore).demo
    assert engine.family.detection_query("", ("红色圆形",), "zh") == "框出红色圆形"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"upstream_url": ""}, "upstream_address_missing"),
        ({"upstream_model": "model-b"}, "upstream_model_missing"),
        ({"upstream_key": "wrong"}, "upstream_refused"),
        ({"upstream_url": "http://127.0.0.1:1/v1"}, "upstream_unreachable"),
        ({"upstream_url": "not an address"}, "upstream_unreachable"),
    ],
)
def test_an_upstream_that_cannot_serve_is_found_out_at_load(
    service: tuple[Upstream, EngineSpec], change: dict[str, str], code: str
) -> None:
    with pytest.raises(LoadError) as caught:
        loaded(replace(service[1], **change))  # type: ignore[arg-type]
    assert caught.value.code == code


def test_load_and_unload_are_forwarded_to_a_process_of_ours(
    service: tuple[Upstream, EngineSpec],
) -> None:
    upstream, spec = service
    upstream.states = iter(
        [("unloaded", None), ("loading", "model-a"), ("verifying", "model-a"), ("ready", "model-a")]
    )
    engine = RemoteEngine(replace(spec, upstream_is_ours=True, upstream_model="model-a"))
    progress: list[LoadProgress] = []
    engine.load(progress.append)
    assert upstream.service_calls == [("load", {"model": "model-a"})]
    assert progress[-1].fraction == 0.5
    upstream.states = iter([("ready", "model-a"), ("unloaded", None)])
    engine.unload()
    assert upstream.service_calls[-1] == ("unload", None)


def test_boxes_are_those_of_the_budget_that_a_process_of_ours_tells(
    service: tuple[Upstream, EngineSpec],
) -> None:
    """1000 x 500 is seen at 616 x 308 there, and the card has no family yet."""
    upstream, spec = service
    del upstream.card["family"]
    upstream.told = {"family": "qwen2_5_vl", "pixels": {"min": 784, "max": 200_704}}
    engine = RemoteEngine(replace(spec, upstream_is_ours=True, upstream_model="model-a"))
    info = engine.load(ignore)
    assert (info.family, info.pixels) == ("qwen2_5_vl", PixelBudget(784, 200_704))
    parts = (PicturePart(draw_circle(1000, 500)), TextPart("where?"))
    said = '[{"bbox_2d": [154, 77, 308, 154], "label": "a"}]'
    (box,) = engine.find_boxes(said, ChatRequest((Message("user", parts),)))
    assert (box.x1, box.y1, box.x2, box.y2) == (250, 125, 500, 250)
    upstream.told = {"pixels": {"min": 0, "max": "many"}}
    assert loaded(engine.spec).load(ignore).pixels is None


async def test_who_waits_while_the_model_is_unloaded_is_told_so(
    service: tuple[Upstream, EngineSpec],
) -> None:
    upstream, spec = service
    engine = loaded(spec)
    engine._admission.slots = 1
    first = engine.submit(say("long " * 500))
    await anext(first)
    second = asyncio.create_task(read(engine, say("hello")))
    while not engine.stats().waiting:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    engine.unload()
    with pytest.raises(EngineFault):
        _ = [item async for item in first]
    with pytest.raises(EngineFault):
        await second
    assert len(upstream.bodies) == 1


def test_the_end_of_this_process_leaves_the_model_of_another_where_it_is(
    service: tuple[Upstream, EngineSpec], tmp_path: Path
) -> None:
    """Other sites may be asking it, too."""
    upstream, spec = service
    here = ModelService(tmp_path / "model.lock")
    here.load(replace(spec, upstream_is_ours=True, upstream_model="model-a"))
    assert here.wait(30).state is ServiceState.READY
    asked = list(upstream.service_calls)
    here.close()
    assert upstream.service_calls == asked


def test_a_model_that_is_ready_there_is_not_loaded_again(
    service: tuple[Upstream, EngineSpec],
) -> None:
    upstream, spec = service
    loaded(replace(spec, upstream_is_ours=True, upstream_model="model-a"))
    assert upstream.service_calls == []


@pytest.mark.parametrize("last", [("failed", "model-a"), ("ready", "the-former-one")])
def test_a_load_that_fails_there_fails_here_with_the_reason(
    service: tuple[Upstream, EngineSpec], last: tuple[str, str]
) -> None:
    upstream, spec = service
    upstream.states = iter([("ready", "the-former-one"), ("loading", "model-a"), last])
    upstream.error = "no memory"
    with pytest.raises(LoadError) as caught:
        loaded(replace(spec, upstream_is_ours=True, upstream_model="model-a"))
    assert caught.value.code == "upstream_failed"
    assert caught.value.values["reason"] == "no memory"
