"""What full collections of garbage leave out, and what they find all the same."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest
import torch

from admin_system.core.checkpoints import MINIATURE
from admin_system.core.engines import create_engine
from admin_system.core.garbage import collect_and_freeze
from admin_system.core.types import EngineSpec


class Ring:
    def __init__(self) -> None:
        self.around = self


@pytest.fixture(autouse=True)
def thawed() -> Iterator[None]:
    yield
    gc.unfreeze()


def test_what_lives_is_left_out_until_it_has_gone() -> None:
    ring = Ring()
    seen = weakref.ref(ring)
    collect_and_freeze()
    assert not any(one is ring for one in gc.get_objects())
    del ring
    gc.collect()
    assert seen() is not None
    collect_and_freeze()
    assert seen() is None


def test_a_loaded_model_is_left_out() -> None:
    engine = create_engine(EngineSpec("local", "local", path=str(MINIATURE), device="cpu"))
    engine.load(lambda _: None)
    walked = [one for one in gc.get_objects() if issubclass(type(one), torch.nn.Module)]
    engine.unload()
    assert not walked
