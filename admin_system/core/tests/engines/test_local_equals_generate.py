"""The engine's own decode loop says, token for token, what transformers' `generate` says."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.checkpoints.checkpoint import inspect_checkpoint
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.engines.local.network import Network
from admin_system.core.engines.local.placement import Placement
from admin_system.core.engines.local.transformers_opening import open_network
from admin_system.core.engines.local.transformers_preparation import (
    PatchPreparation,
    open_tokenizer,
)
from admin_system.core.families import find_family
from admin_system.core.tests.engines.conftest import draw_circle, ignore
from admin_system.core.tests.engines.reading import Reading, write
from admin_system.core.tests.engines.reference import (
    Reference,
    Turns,
    to_reference,
    write_random_checkpoint,
)
from admin_system.core.tests.quantization.dequantized import write_dequantized
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
    Usage,
)

MAX_TOKENS = 48
GRADIENT = Picture(Image.linear_gradient("L").resize((90, 260)).convert("RGB"), sha256="")

CONVERSATIONS: dict[str, Turns] = {
    "text": (("user", ["你是谁？"]),),
    "english": (("user", ["What can you do?"]),),
    "square": (("user", [draw_circle(224, 224), "框出红色圆形"]),),
    "wide": (("user", [draw_circle(400, 150), "Find the red circle"]),),
    "tall": (("user", ["描述这张图片", GRADIENT]),),
    "two pictures": (("user", [draw_circle(200, 200), GRADIENT, "描述这张图片"]),),
    "several turns": (
        ("system", ["You are helpful."]),
        ("user", [draw_circle(120, 120), "框出红色圆形"]),
        ("assistant", ["<ref>红色圆形</ref><box>(250,250),(750,750)</box>"]),
        ("user", ["它是什么颜色？"]),
    ),
}


def to_request(turns: Turns, max_tokens: int = MAX_TOKENS) -> ChatRequest:
    def to_part(part: str | Picture) -> Part:
        return TextPart(part) if isinstance(part, str) else PicturePart(part)

    messages = tuple(Message(role, tuple(map(to_part, parts))) for role, parts in turns)
    return ChatRequest(messages, Sampling(temperature=0, max_tokens=max_tokens))


@pytest.fixture(scope="module", params=["miniature", "qwen2_vl", "qwen2_5_vl"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    if request.param == "miniature":
        return MINIATURE
    return write_random_checkpoint(request.param, tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def reference(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """On dequantized weights where the folder is in four bits, which transformers cannot read."""
    if folder == MINIATURE:
        folder = write_dequantized(folder, tmp_path_factory.mktemp("miniature") / "plain")
    return Reference(folder)


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[LocalEngine]:
    engine = LocalEngine(EngineSpec("local", "local", path=str(folder), device="cpu"))
    engine.load(ignore)
    yield engine
    engine.unload()


@pytest.fixture(scope="module")
def network(folder: Path) -> Network:
    network = open_network(
        inspect_checkpoint(folder), Placement("cpu", "float32", "cpu"), lambda done, total: None
    )
    network.reserve(len(CONVERSATIONS), 512)
    return network


@pytest.fixture(scope="module")
def preparation(folder: Path) -> PatchPreparation:
    checkpoint = inspect_checkpoint(folder)
    family = find_family(checkpoint.config, checkpoint.preprocessor)
    budget = family.pixel_budget(EngineSpec("local", "local", path=str(folder)))
    return PatchPreparation(checkpoint, open_tokenizer(checkpoint), family, budget, 2048)


@pytest.mark.parametrize("name", CONVERSATIONS)
async def test_every_input_and_every_token_is_equal(
    reference: Reference,
    preparation: PatchPreparation,
    network: Network,
    engine: LocalEngine,
    name: str,
) -> None:
    import torch

    request = to_request(CONVERSATIONS[name])
    inputs = reference.inputs(*to_reference(CONVERSATIONS[name]))
    expected = reference.answer(inputs, MAX_TOKENS)

    prompt = preparation.prepare(request)
    assert prompt.ids.tolist() == inputs["input_ids"].tolist()
    if prompt.pixels is not None:
        assert prompt.grids.tolist() == inputs["image_grid_thw"].tolist()
        assert torch.equal(prompt.pixels, inputs["pixel_values"])

    assert write(network, prompt, len(expected)) == expected

    items = [item async for item in engine.submit(request)]
    end = items[-1]
    assert isinstance(end, End)
    assert end.usage == Usage(prompt.tokens, len(expected))
    said = "".join(item.text for item in items if isinstance(item, Delta))
    whole = reference.tokenizer.decode(expected, skip_special_tokens=True)
    assert said == whole.removesuffix("\ufffd")  # a character that is cut off is none


async def test_conversations_at_once_do_not_disturb_each_other(engine: LocalEngine) -> None:
    """Positions belong to a request, not to the model as transformers keeps them."""

    async def answer(turns: Turns) -> list[Delta | End]:
        return [item async for item in engine.submit(to_request(turns))]

    alone = [await answer(turns) for turns in CONVERSATIONS.values()]
    together = await asyncio.gather(*(answer(turns) for turns in CONVERSATIONS.values()))
    assert list(together) == alone


@pytest.mark.parametrize("chunk", [0, 7])
def test_conversations_in_one_pass_do_not_disturb_each_other(
    preparation: PatchPreparation, network: Network, chunk: int
) -> None:
    import torch

    prompts = [preparation.prepare(to_request(turns)) for turns in CONVERSATIONS.values()]
    alone = [write(network, prompt, 9) for prompt in prompts]
    with torch.inference_mode():
        together = [
            Reading(network, prompt, row, chunk) for row, prompt in reversed([*enumerate(prompts)])
        ]
        for _ in range(8):
            logits = network.run([reading.next_part() for reading in together])
            for reading, scores in zip(together, logits, strict=True):
                reading.read += 1
                reading.tokens.append(int(scores.argmax()))
    assert [reading.answer for reading in reversed(together)] == alone
