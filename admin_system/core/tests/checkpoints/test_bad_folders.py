"""Bad folders, each with its own clear error in both languages, and the service still up."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.forecast import Forecast, Room, forecast
from admin_system.core.service import ModelService
from admin_system.core.tests.checkpoints.broken import BREAKS, trap_of
from admin_system.core.types import (
    ChatRequest,
    End,
    EngineSpec,
    Message,
    PicturePart,
    Sampling,
    ServiceState,
    TextPart,
)
from admin_system.core.verification import QUESTION, red_circle
from admin_system.messages import MESSAGES, sentence

GOOD = EngineSpec("good", "local", path=str(MINIATURE), device="cpu")
HUGE = EngineSpec("huge", "local", path=str(MINIATURE), device="cpu")
GIGABYTE = 10**9
WAIT = 120.0


def check(spec: EngineSpec) -> Forecast:
    """As the product does, on a computer where one of the models needs 40 of 8 GB."""
    if spec == HUGE:
        return Forecast((Room("cpu", needed=40 * GIGABYTE, free=8 * GIGABYTE),))
    return forecast(spec)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelService]:
    """One for all bad folders: it has to survive them one after the other."""
    service = ModelService(tmp_path_factory.mktemp("service") / "model.lock", check=check)
    service.load(GOOD)
    assert service.wait(WAIT).state is ServiceState.READY
    yield service
    service.close()


async def ask(service: ModelService) -> End:
    request = ChatRequest(
        (Message("user", (PicturePart(red_circle()), TextPart(QUESTION))),),
        Sampling(temperature=0, max_tokens=32),
    )
    async with aclosing(service.stream(request)) as answer:
        pieces = [piece async for piece in answer]
    assert isinstance(pieces[-1], End)
    return pieces[-1]


async def assert_told_and_still_up(service: ModelService, spec: EngineSpec, code: str) -> None:
    before = await ask(service)
    service.load(spec)
    status = service.wait(WAIT)
    assert status.error is not None
    assert (status.error[0], status.failed) == (code, spec.name)
    assert (status.state, status.serving) == (ServiceState.READY, GOOD.name)
    english, chinese = MESSAGES[code]
    values = status.error[1]
    assert sentence(code, "en", **values) == english.format(**values)
    assert sentence(code, "zh", **values) == chinese.format(**values)
    assert (await ask(service)).text == before.text


@pytest.mark.parametrize("code", BREAKS)
async def test_a_bad_folder_is_told_and_the_former_model_answers(
    service: ModelService, tmp_path: Path, code: str
) -> None:
    folder = tmp_path / "bad"
    BREAKS[code](folder)
    await assert_told_and_still_up(service, EngineSpec("bad", "local", path=str(folder)), code)
    assert not trap_of(folder).exists(), "code in the folder was executed"


async def test_too_little_memory_is_told_with_figures(service: ModelService) -> None:
    await assert_told_and_still_up(service, HUGE, "memory_too_small")
    error = service.status().error
    assert error is not None
    assert error[1]["needed_gb"] == 40
    assert error[1]["free_gb"] == pytest.approx(8, abs=1)
    assert "40" in sentence(error[0], "zh", **error[1])


def test_the_trap_of_these_tests_would_go_off(tmp_path: Path) -> None:
    import torch

    BREAKS["checkpoint_unsafe_file"](tmp_path / "bad")
    torch.load(tmp_path / "bad" / "pytorch_model.bin", weights_only=False)
    assert trap_of(tmp_path / "bad").exists()
