"""An engine elsewhere gives what its own engine gives, field by field: the miniature, asked here
and through a server of ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from admin_system.api.tests.conftest import running
from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines.base import Engine
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.engines.remote.engine import RemoteEngine
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    JsonFormat,
    Message,
    PicturePart,
    Sampling,
    TextPart,
    Tool,
    ToolCall,
    ToolWish,
    new_request_id,
)

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SHAPES = '{"type": "object", "properties": {"shape": {"enum": ["circle"]}}, "required": ["shape"]}'
TOOLS = ToolWish((Tool("mark", "Marks a shape", SHAPES),), "required", parallel=False)
ASKED = (Message("user", (PicturePart(draw_circle(200, 150)), TextPart("描述这张图片"))),)
CALLED = (
    *ASKED,
    Message("assistant", (), tool_calls=(ToolCall("call_1", "mark", '{"shape": "circle"}'),)),
    Message("tool", (TextPart("done"),), tool_call_id="call_1"),
)
COLD = Sampling(temperature=0, max_tokens=30)
REQUESTS = {
    "several with their chances": ChatRequest(
        ASKED, Sampling(temperature=1.2, seed=5, max_tokens=12, n=3, logprobs=2)
    ),
    "a schema": ChatRequest(ASKED, COLD, format=JsonFormat(SHAPES)),
    "a call": ChatRequest(ASKED, COLD, tools=TOOLS),
    "after a call": ChatRequest(CALLED, COLD, tools=replace(TOOLS, choice="auto")),
    "penalties": ChatRequest(
        ASKED, replace(COLD, presence_penalty=1.0, repetition_penalty=1.3, min_p=0.1)
    ),
    "a stop string": ChatRequest(ASKED, replace(COLD, stop=("圆",), logprobs=0)),
}


@pytest.fixture(scope="module")
def engines(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Engine, Engine]]:
    near = LocalEngine(EngineSpec("builtin-demo", "local", path=str(MINIATURE), device="cpu"))
    near.load(ignore)
    with running("uvicorn", "builtin-demo", template, tmp_path_factory) as server:
        server.wait_for("/readyz")
        address = f"{server.url}/api/v1"
        far = RemoteEngine(EngineSpec("far", "remote", upstream_url=address))
        far.load(ignore)
        yield near, far
        far.unload()
    near.unload()


async def ask(engine: Engine, request: ChatRequest) -> tuple[list[object], End]:
    """Of each answer its text, its tokens with their chances, its calls without their ids."""
    count = request.sampling.n
    texts, calls = [""] * count, [""] * count
    chances: list[list[tuple[str, object, int]]] = [[] for _ in range(count)]
    async for item in engine.submit(replace(request, id=new_request_id())):
        if isinstance(item, End):
            return [*zip(texts, calls, chances, strict=True)], item
        assert isinstance(item, Delta)
        texts[item.choice] += item.text
        if item.tool_call is not None:
            calls[item.choice] += item.tool_call.name + item.tool_call.arguments
        chances[item.choice] += [
            (one.chosen.token, pytest.approx(one.chosen.logprob, abs=1e-3), len(one.top))
            for one in item.logprobs
        ]
    raise AssertionError("no end")


@pytest.mark.parametrize("name", REQUESTS)
async def test_what_is_asked_far_away_is_what_is_asked_here(
    engines: tuple[Engine, Engine], name: str
) -> None:
    near, far = engines
    here, end = await ask(near, REQUESTS[name])
    there, far_end = await ask(far, REQUESTS[name])
    assert there == here
    assert [one.finish_reason for one in far_end.endings] == [
        one.finish_reason for one in end.endings
    ]
    assert far_end.usage == end.usage
