"""Every family, many conversations at once: the tokens of transformers' `generate` alone."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.engines.local.text import Detokenizer
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.tests.engines.reference import Reference, Turns, to_reference
from admin_system.core.tests.engines.test_local_equals_generate import to_request
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.tests.published.shapes import TYPES
from admin_system.core.tests.quantization.dequantized import write_dequantized
from admin_system.core.types import Delta, End, EngineSpec, Picture, StepWish

MAX_TOKENS = 24
SIZES = ((120, 120), (300, 90), (90, 260), (224, 168), (64, 64), (400, 300))
WAYS: tuple[tuple[int, bool, StepWish], ...] = (
    (7, True, "off"),
    (64, False, "on"),
    (4096, True, "on"),
)
"""Tokens of prompts at a time, whether what was computed before is reused, and whether answers go
on in steps of fixed sizes where the family can."""


def gradient(width: int, height: int) -> Picture:
    return Picture(Image.linear_gradient("L").resize((width, height)).convert("RGB"), sha256="")


def conversations() -> list[Turns]:
    """Texts from one word to a page, pictures of six sizes, several pictures, several turns."""
    texts = [
        "Hello",
        "What can you do? " * 3,
        "描述这张图片，说说里面有什么。" * 6,
        "one",
        "a b c d " * 40,
    ]
    asked: list[Turns] = [(("user", [text]),) for text in texts]
    for number, (width, height) in enumerate(SIZES):
        picture = draw_circle(width, height) if number % 2 else gradient(width, height)
        asked.append((("user", [picture, f"question {number} " * (number + 1)]),))
    asked.append((("user", ["compare", draw_circle(100, 80), gradient(80, 160), "now"]),))
    asked.append(
        (
            ("user", [draw_circle(120, 120), "框出红色圆形"]),
            ("assistant", ["A circle."]),
            ("user", ["它是什么颜色？"]),
        )
    )
    return asked


@pytest.fixture(scope="module", params=["miniature", *TYPES])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param) / request.param
    if request.param == "miniature":  # `generate` reads no four bits
        return write_dequantized(MINIATURE, folder)
    return write_checkpoint(request.param, "bf16", folder)


@pytest.fixture(scope="module")
def expected(folder: Path) -> list[tuple[str, int, int]]:
    """Text, prompt tokens and new tokens of each conversation."""
    reference = Reference(folder)
    words = Detokenizer(reference.tokenizer)
    answers = []
    for turns in conversations():
        inputs = reference.inputs(*to_reference(turns))
        new = reference.answer(inputs, MAX_TOKENS)
        said = words.decode([token for token in new if token not in words.silent])
        answers.append((said.removesuffix("\ufffd"), inputs["input_ids"].shape[1], len(new)))
    return answers


@pytest.fixture(params=WAYS)
def engine(folder: Path, request: pytest.FixtureRequest) -> Iterator[LocalEngine]:
    chunk, reuse, steps = request.param
    spec = EngineSpec(
        "local",
        "local",
        path=str(folder),
        device="cpu",
        precision="float32",
        max_batch=5,
        decode_steps=steps,
    )
    engine = LocalEngine(spec, chunk=chunk, reuse=reuse)
    engine.load(ignore)
    yield engine
    engine.unload()


async def test_answers_at_once_equal_generate_alone(
    engine: LocalEngine, expected: list[tuple[str, int, int]]
) -> None:
    async def answer(number: int, turns: Turns) -> tuple[str, int, int]:
        await asyncio.sleep(0.02 * (number % 4))
        items = [item async for item in engine.submit(to_request(turns, MAX_TOKENS))]
        end = items[-1]
        assert isinstance(end, End)
        said = "".join(item.text for item in items if isinstance(item, Delta))
        return said, end.usage.prompt_tokens, end.usage.completion_tokens

    asked = list(enumerate(conversations()))
    answers = await asyncio.gather(*(answer(number, turns) for number, turns in asked))
    assert list(answers) == expected
