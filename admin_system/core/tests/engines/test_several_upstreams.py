"""One model at several services: one of them goes, the answers go on, and it comes back."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from admin_system.core.engines.remote.engine import RemoteEngine
from admin_system.core.engines.remote.trial import try_upstreams
from admin_system.core.engines.remote.upstream import Upstream
from admin_system.core.errors import LoadError, UpstreamError
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.tests.engines.upstream import KEY, running_upstream
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    Message,
    PicturePart,
    TextPart,
)
from admin_system.core.upstreams import UpstreamAddress, UpstreamState

GONE = "http://127.0.0.1:1/v1"


@contextmanager
def answering_always(body: bytes) -> Iterator[str]:
    """The address of a service that has one answer to everything."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            self.do_GET()

        def log_message(self, *told: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


class Several:
    """Two services and the engine that asks them."""

    def __init__(self, stack: ExitStack) -> None:
        self.first, self.url = stack.enter_context(running_upstream())
        self.second, self.other_url = stack.enter_context(running_upstream())
        self.spec = EngineSpec(
            "far",
            "remote",
            upstream_url=self.url,
            upstream_key=KEY,
            further_upstreams=(UpstreamAddress(self.other_url, "", KEY),),
        )
        self.engine = RemoteEngine(self.spec)
        self.engine.load(ignore)

    @property
    def states(self) -> tuple[UpstreamState, ...]:
        return self.engine.stats().upstreams

    def asked(self) -> tuple[int, int]:
        return len(self.first.bodies), len(self.second.bodies)

    async def until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not reached():  # noqa: ASYNC110 - a thread looks after them
                await asyncio.sleep(0.02)


@pytest.fixture
def several(monkeypatch: pytest.MonkeyPatch) -> Iterator[Several]:
    monkeypatch.setattr("admin_system.core.engines.remote.health.TICK", 0.02)
    monkeypatch.setattr("admin_system.core.engines.remote.pool.FIRST_PAUSE", 0.05)
    with ExitStack() as stack:
        several = Several(stack)
        yield several
        several.engine.unload()


async def read(engine: RemoteEngine, *words: str) -> list[Delta | End]:
    messages = tuple(
        Message.of_text("assistant" if number % 2 else "user", text)
        for number, text in enumerate(words)
    )
    return [item async for item in engine.submit(ChatRequest(messages))]


async def test_open_answers_are_spread_and_conversations_stay(several: Several) -> None:
    await asyncio.gather(*(read(several.engine, f"number {number}") for number in range(6)))
    assert several.asked() == (3, 3)
    home = next(
        service
        for service in (several.first, several.second)
        if any("number 4" in str(body) for body in service.bodies)
    )
    before = len(home.bodies)
    for turn in range(3):
        await read(several.engine, "number 4", "an answer", f"turn {turn}")
    assert len(home.bodies) == before + 3


@pytest.mark.parametrize("asked", ["refuse-busy", "refuse-broken"])
async def test_a_refusal_before_the_answer_is_tried_elsewhere(several: Several, asked: str) -> None:
    with pytest.raises(UpstreamError) as caught:
        await read(several.engine, asked)
    assert several.asked() == (1, 1)
    assert (caught.value.code, caught.value.retry_after) == ("upstream_refused", 7)
    assert sum(state.failures for state in several.states) == (2 if "broken" in asked else 0)


@pytest.mark.parametrize("asked", ["refuse-bad", "break-off in the middle", "fault-inside"])
async def test_the_callers_fault_and_what_has_begun_are_told_at_once(
    several: Several, asked: str
) -> None:
    with pytest.raises(UpstreamError):
        await read(several.engine, asked)
    assert sum(several.asked()) == 1


async def test_one_that_goes_is_left_out_and_comes_back(
    several: Several,
) -> None:
    member = several.engine._pool.members[0]
    there = member.address
    member.address = UpstreamAddress(GONE, "", KEY)
    for number in range(8):
        assert isinstance((await read(several.engine, f"number {number}"))[-1], End)
    assert several.asked() == (0, 8)
    await several.until(lambda: not several.states[0].healthy)
    assert several.states[0].reason == "upstream_unreachable"
    member.address = there
    await several.until(lambda: several.states[0].healthy)
    await read(several.engine, "again")
    assert several.asked() == (1, 8)


async def test_one_that_talks_nonsense_for_a_while_comes_back(several: Several) -> None:
    """Whoever looks after them survives whatever one of them answers."""
    member = several.engine._pool.members[0]
    there = member.address
    with answering_always(b"[" * 100_000) as url:
        member.address = UpstreamAddress(url, "", KEY)
        several.engine._pool.blame(member, "x", at_once=True)
        await several.until(lambda: several.states[0].reason == "upstream_bad_answer")
    member.address = there
    await several.until(lambda: several.states[0].healthy)


@pytest.mark.parametrize("body", [b"[]", b"[" * 100_000])
def test_an_unload_goes_on_whatever_is_answered(body: bytes) -> None:
    with answering_always(body) as url:
        Upstream(UpstreamAddress(url, "", KEY), ours=True).unload()


async def test_a_model_is_loaded_where_one_service_is_up(several: Several) -> None:
    spec = EngineSpec(
        "far",
        "remote",
        upstream_url=GONE,
        further_upstreams=(UpstreamAddress(several.url, "", KEY),),
    )
    engine = RemoteEngine(spec)
    assert engine.load(ignore).family == "qwen2_vl"
    assert isinstance((await read(engine, "hello"))[-1], End)
    assert [state.healthy for state in engine.stats().upstreams] == [False, True]
    engine.unload()
    nowhere = EngineSpec(
        "far", "remote", upstream_url=GONE, further_upstreams=(UpstreamAddress(f"{GONE}/v1"),)
    )
    with pytest.raises(LoadError) as caught:
        RemoteEngine(nowhere).load(ignore)
    assert caught.value.code == "upstream_unreachable"


async def test_leaving_frees_the_place_at_the_upstream(several: Several) -> None:
    request = ChatRequest((Message.of_text("user", "long " * 500),))
    async with aclosing(several.engine.submit(request)) as answer:
        await anext(answer)
        assert sum(state.running for state in several.states) == 1
    assert sum(state.running for state in several.states) == 0
    hung_up = [service.hung_up for service in (several.first, several.second)]
    assert await asyncio.to_thread(lambda: any(event.wait(1) for event in hung_up))
    assert all(state.failures == 0 for state in several.states)


def test_one_upstream_alone_has_nobody_that_looks_after_it(several: Several) -> None:
    spec = EngineSpec("far", "remote", upstream_url=several.url, upstream_key=KEY)
    engine = RemoteEngine(spec)
    engine.load(ignore)
    assert engine._health._thread is None


def test_a_trial_tells_each_service(several: Several) -> None:
    several.first.card["owned_by"] = "vllm"
    spec = replace(
        several.spec, further_upstreams=(*several.spec.further_upstreams, UpstreamAddress(GONE))
    )
    first, second, gone = try_upstreams(spec)
    assert (first.models, first.server, first.fault) == (("model-a",), "vllm", None)
    assert first.unheeded == second.unheeded == ("n", "logprobs", "tools", "response_format")
    assert first.latency is not None
    assert gone.fault is not None
    assert (gone.fault.code, gone.latency) == ("upstream_unreachable", None)
    assert all(not service.service_calls for service in (several.first, several.second))


@pytest.mark.parametrize(
    ("family", "budget", "said", "box"),
    [
        # 1000 x 500 is seen at 616 x 308 with this budget: numbers are pixels of that.
        ("qwen2_5_vl", 200_704, "[154, 77, 308, 154]", (250, 125, 500, 250)),
        ("qwen3_vl", 200_704, "[250, 250, 500, 500]", (250, 125, 500, 250)),
    ],
)
async def test_boxes_lie_on_the_picture_that_was_sent(
    several: Several, family: str, budget: int, said: str, box: tuple[int, int, int, int]
) -> None:
    spec = EngineSpec(
        "far",
        "remote",
        upstream_url=several.url,
        upstream_key=KEY,
        family=family,
        min_pixels=784,
        max_pixels=budget,
    )
    engine = RemoteEngine(spec)
    engine.load(ignore)
    parts = (PicturePart(draw_circle(1000, 500)), TextPart("where?"))
    request = ChatRequest((Message("user", parts),))
    (found,) = engine.find_boxes(f'[{{"bbox_2d": {said}, "label": "a"}}]', request)
    assert (found.x1, found.y1, found.x2, found.y2) == box
