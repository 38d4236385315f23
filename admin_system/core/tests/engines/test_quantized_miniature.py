"""The shipped model, which is in four bits, boxes as its dequantized twin does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.tests.engines.conftest import ignore
from admin_system.core.tests.quantization.dequantized import write_dequantized
from admin_system.core.tests.quantization.test_miniature import assert_alike
from admin_system.core.types import (
    ChatRequest,
    Delta,
    EngineSpec,
    Message,
    Picture,
    PicturePart,
    Precision,
    Sampling,
    TextPart,
)

PLACES = ((40, 60, 150, 170), (150, 30, 290, 170), (60, 160, 180, 280))
"""Of a red circle in a picture of 320 x 320 pixels."""


def load(folder: Path, precision: Precision) -> LocalEngine:
    engine = LocalEngine(
        EngineSpec("m", "local", path=str(folder), device="cpu", precision=precision)
    )
    engine.load(ignore)
    return engine


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalEngine]:
    plain = write_dequantized(MINIATURE, tmp_path_factory.mktemp("miniature") / "plain")
    engine = load(plain, "auto")
    yield engine
    engine.unload()


@pytest.fixture(scope="module", params=["auto", "bfloat16"])
def quantized(request: pytest.FixtureRequest) -> Iterator[LocalEngine]:
    """Exactly, as a small model is run by itself, and by torch's int4 product."""
    engine = load(MINIATURE, request.param)
    yield engine
    engine.unload()


def question(place: tuple[int, int, int, int]) -> ChatRequest:
    image = Image.new("RGB", (320, 320), "white")
    ImageDraw.Draw(image).ellipse(place, fill=(220, 30, 30))
    parts = (PicturePart(Picture(image, sha256="")), TextPart("框出红色圆形"))
    return ChatRequest((Message("user", parts),), Sampling(temperature=0, max_tokens=48))


async def ask(engine: LocalEngine, request: ChatRequest) -> str:
    return "".join([x.text async for x in engine.submit(request) if isinstance(x, Delta)])


@pytest.mark.parametrize("place", PLACES)
async def test_boxes_move_by_two_per_cent_at_most(
    original: LocalEngine, quantized: LocalEngine, place: tuple[int, int, int, int]
) -> None:
    request = question(place)
    expected = await ask(original, request)
    assert original.find_boxes(expected, request)
    assert_alike(await ask(quantized, request), expected)
