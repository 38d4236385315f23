"""Every family's published folder answers, in every storage, as transformers' `generate` does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import pytest
from PIL import Image

from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.families import find_family
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.tests.engines.reference import Reference, Turns, to_reference
from admin_system.core.tests.published.folder import STORAGES, write_checkpoint
from admin_system.core.tests.published.shapes import TYPES
from admin_system.core.tests.published.vocabulary import SPECIAL
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    EngineSpec,
    Message,
    Part,
    Picture,
    PicturePart,
    Sampling,
    TextPart,
)

MAX_TOKENS = 20
QUANTIZATIONS = {
    "bf16": "none",
    "gptq": "gptq-int4",
    "awq": "awq-int4",
    "fp8": "fp8",
    "compressed": "compressed-tensors-int4",
    "zeros": "compressed-tensors-int4",
    "eight": "compressed-tensors",
}
GROUNDING = [token for token in SPECIAL if token.startswith(("<|object", "<|box", "<|quad"))]
"""Special tokens that are part of what a model says."""
OPPOSITE = [255 - value for value in range(256)] * 3
"""Of every colour, as `Image.point` takes it."""
GRADIENT = Picture(Image.linear_gradient("L").resize((90, 260)).convert("RGB"), sha256="")
CIRCLE = draw_circle(300, 200)

CONVERSATIONS: dict[str, Turns] = {
    "text": (("user", ["你是谁？"]),),
    "one picture": (("user", [CIRCLE, "框出红色圆形"]),),
    "two pictures": (("user", [GRADIENT, CIRCLE, "What do you see?"]),),
    "a second turn": (
        ("system", ["You are helpful."]),
        ("user", [CIRCLE, "框出红色圆形"]),
        ("assistant", ['[{"bbox_2d": [250, 250, 750, 750], "label": "红色圆形"}]']),
        ("user", ["它是什么颜色？"]),
    ),
}


@dataclass(frozen=True, slots=True)
class Published:
    model_type: str
    storage: str
    engine: LocalEngine
    quantization: str
    reference: Reference


NEWER = [
    ("qwen2_5_vl", "fp8"),
    *product(("qwen3_vl", "qwen3_vl_moe"), ("fp8", "compressed")),
    ("qwen3_vl", "zeros"),
    ("qwen3_5", "compressed"),
    *product(("qwen2_5_vl", "qwen3_vl"), ("eight",)),
]


@pytest.fixture(scope="module", params=[*product(TYPES, STORAGES), *NEWER], ids="-".join)
def published(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Published]:
    model_type, storage = request.param
    folder = tmp_path_factory.mktemp(f"{model_type}-{storage}") / "a-name-that-tells-nothing"
    twin = write_checkpoint(model_type, storage, folder)
    engine = open_engine(folder)
    loaded = engine.load(ignore)
    yield Published(model_type, storage, engine, loaded.quantization, Reference(twin))
    engine.unload()


def open_engine(folder: Path) -> LocalEngine:
    """In float32, as the reference."""
    return LocalEngine(
        EngineSpec("local", "local", path=str(folder), device="cpu", precision="float32")
    )


def to_request(turns: Turns) -> ChatRequest:
    def to_part(part: str | Picture) -> Part:
        return TextPart(part) if isinstance(part, str) else PicturePart(part)

    messages = tuple(Message(role, tuple(map(to_part, parts))) for role, parts in turns)
    return ChatRequest(messages, Sampling(temperature=0, top_k=0, top_p=1, max_tokens=MAX_TOKENS))


async def answer(engine: LocalEngine, turns: Turns) -> tuple[str, End]:
    items = [item async for item in engine.submit(to_request(turns))]
    end = items[-1]
    assert isinstance(end, End)
    return "".join(item.text for item in items if isinstance(item, Delta)), end


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_greedy_answers_equal_generate(published: Published, name: str) -> None:
    turns = CONVERSATIONS[name]
    inputs = published.reference.inputs(*to_reference(turns))
    expected = published.reference.answer(inputs, MAX_TOKENS)
    said, end = await answer(published.engine, turns)
    assert end.usage.prompt_tokens == inputs["input_ids"].shape[1]
    assert end.usage.completion_tokens == len(expected)
    tokenizer = published.reference.tokenizer
    silent = set(tokenizer.all_special_ids) - set(tokenizer.convert_tokens_to_ids(GROUNDING))
    whole = tokenizer.decode([token for token in expected if token not in silent])
    assert said == whole.removesuffix("\ufffd")  # a character that is cut off is none


async def test_what_a_picture_shows_changes_the_answer(published: Published) -> None:
    """Equal answers would prove little where pictures did not reach them."""
    other = Picture(CIRCLE.image.point(OPPOSITE), sha256="")
    said = {(await answer(published.engine, (("user", [it, "?"]),)))[0] for it in (CIRCLE, other)}
    assert len(said) == 2


def test_family_and_storage_are_told_from_the_files(published: Published) -> None:
    family = find_family({"model_type": published.model_type})
    assert published.engine.family.name == family.name
    assert published.quantization == QUANTIZATIONS[published.storage]
