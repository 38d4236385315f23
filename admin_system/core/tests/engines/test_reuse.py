"""What was computed once is not computed again, and changes no answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.engines.local.feature_cache import FeatureCache
from admin_system.core.engines.local.picture_features import PictureFeatures
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    Message,
    PicturePart,
    Sampling,
    TextPart,
)

SAMPLING = Sampling(temperature=0, max_tokens=12)
RECURRENT = "qwen3_5"
"""Reuses a conversation as a whole or not at all."""


@pytest.fixture(
    scope="module", params=["miniature", "qwen_vl", "qwen2_5_vl", "qwen3_vl", RECURRENT]
)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    known = {"miniature": MINIATURE, "qwen_vl": QWEN_VL / "ckpt-fp16"}
    if request.param in known:
        return known[request.param]
    folder = tmp_path_factory.mktemp(request.param) / request.param
    return write_checkpoint(request.param, "bf16", folder)


def load(folder: Path, *, reuse: bool) -> LocalEngine:
    spec = EngineSpec("m", "local", path=str(folder), device="cpu", precision="float32")
    engine = LocalEngine(spec, reuse=reuse)
    engine.load(ignore)
    return engine


@pytest.fixture(scope="module")
def engines(folder: Path) -> Iterator[tuple[LocalEngine, LocalEngine]]:
    """With and without reuse."""
    pair = load(folder, reuse=True), load(folder, reuse=False)
    yield pair
    for engine in pair:
        engine.unload()


async def ask(engine: LocalEngine, request: ChatRequest) -> tuple[str, End]:
    items = [item async for item in engine.submit(request)]
    end = items[-1]
    assert isinstance(end, End)
    return "".join(item.text for item in items if isinstance(item, Delta)), end


def opening(seed: int) -> Message:
    picture = draw_circle(120 + 10 * seed, 140)
    return Message("user", (PicturePart(picture), TextPart("look at this picture " * 6)))


async def test_later_turns_cost_less_and_say_the_same(
    engines: tuple[LocalEngine, LocalEngine], folder: Path
) -> None:
    reusing, plain = engines
    messages: tuple[Message, ...] = (opening(1),)
    for turn in range(3):
        request = ChatRequest(messages, SAMPLING, owner="a")
        said, end = await ask(reusing, request)
        assert (said, end) == await ask(plain, request)
        if turn and not folder.name.startswith(RECURRENT):
            assert end.usage.cached_tokens > 40
        answer = Message.of_text("assistant", said)
        messages = (*messages, answer, Message.of_text("user", f"and number {turn}?"))
    stats = reusing.stats().cache
    assert stats is not None
    assert stats.picture_hit_rate is not None
    assert stats.prefix_bytes > 0
    unused = plain.stats().cache
    assert unused is not None
    assert unused.prefix_hit_rate == 0


async def test_another_question_on_a_picture_looks_at_it_once(
    engines: tuple[LocalEngine, LocalEngine],
) -> None:
    reusing, _ = engines
    features = reusing._loaded.worker._loop._network.features  # type: ignore[union-attr]
    picture = PicturePart(draw_circle(90, 100))

    def about(question: str) -> ChatRequest:
        return ChatRequest((Message("user", (TextPart(question), picture)),), SAMPLING)

    await ask(reusing, about("what is this?"))
    before = features.misses, features.hits
    await ask(reusing, about("which colour has it?"))
    if "qwen4_exp" not in str(reusing.spec.path):
        assert (features.misses, features.hits) == (before[0], before[1] + 1)


async def test_an_owner_gains_nothing_from_what_another_asked(
    engines: tuple[LocalEngine, LocalEngine],
) -> None:
    reusing, _ = engines
    request = ChatRequest((opening(2),), SAMPLING, owner="a")
    said, _ = await ask(reusing, request)
    for owner, cached in (("b", False), ("a", True)):
        again, end = await ask(reusing, replace(request, owner=owner))
        assert again == said
        if RECURRENT not in reusing.spec.path:
            assert bool(end.usage.cached_tokens) is cached


def test_features_are_bounded_in_bytes() -> None:
    import torch

    cache: FeatureCache[PictureFeatures] = FeatureCache(most_bytes=100)
    made: list[bytes] = []

    def get(name: bytes, size: int = 10) -> None:
        def make() -> PictureFeatures:
            made.append(name)
            return PictureFeatures(torch.zeros(size))

        cache.get(name, make)

    for name in (b"a", b"b", b"a", b"c"):  # 40 bytes each: b goes
        get(name)
    assert cache.bytes == 80
    get(b"a")
    get(b"b")
    assert made == [b"a", b"b", b"c", b"b"]
    get(b"large", 1000)
    assert cache.bytes == 80
    cache.clear()
    assert cache.bytes == 0
