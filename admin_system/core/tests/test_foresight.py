"""What is foreseen of a load is what the load then does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from admin_system.core import foresight
from admin_system.core.checkpoints import MINIATURE, inspect_checkpoint
from admin_system.core.engines.local.engine import LocalEngine
from admin_system.core.foresight import foresee
from admin_system.core.types import EngineSpec

SPEC = EngineSpec("small", "local", str(MINIATURE), device="cpu", max_batch=3, threads=1)


def test_rows_length_and_precision_come_true() -> None:
    seen = foresee(SPEC, inspect_checkpoint(MINIATURE))
    engine = LocalEngine(SPEC)
    try:
        info = engine.load(lambda progress: None)
        assert (info.precision, info.context_length) == (seen.precision, seen.length)
        assert engine.stats().slots == seen.rows == 3
        (need,) = seen.needs
        cache = engine.stats().cache
        assert cache is not None
        assert need.cache == pytest.approx(cache.prefix_bytes, rel=0.1)
    finally:
        engine.unload()
    assert seen.fits
    assert need.weights > Path(MINIATURE / "model.safetensors").stat().st_size


def test_what_does_not_fit_is_told_by_how_much(monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint = inspect_checkpoint(MINIATURE)
    monkeypatch.setattr(foresight, "read_room", lambda device: ("", 400_000_000, 100_000_000))
    seen = foresee(SPEC, checkpoint)
    (need,) = seen.needs
    assert (seen.fits, need.missing) == (False, need.needed - 100_000_000)
    assert seen.rows == 1


def test_a_longer_context_takes_more_keys_and_values() -> None:
    checkpoint = inspect_checkpoint(MINIATURE)
    short, whole = (
        foresee(replace(SPEC, context_length=length), checkpoint) for length in (512, 2048)
    )
    assert whole.needs[0].cache == 4 * short.needs[0].cache
    assert (short.length, whole.length) == (512, 2048)
