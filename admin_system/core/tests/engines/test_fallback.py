"""An int4 product that errs on this computer: the model answers all the same, and says so."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from admin_system.core.quantization import backend, builder
from admin_system.core.quantization.products import CpuProduct, find_product
from admin_system.core.service import ModelService
from admin_system.core.tests.published.folder import write_checkpoint
from admin_system.core.tests.quantization.test_replace import RefusingProduct, SwappedProduct
from admin_system.core.types import EngineSpec, ServiceState
from admin_system.messages import MESSAGES

WAIT = 120.0


@pytest.mark.parametrize("kind", [None, SwappedProduct, RefusingProduct])
def test_layers_that_fail_their_check_are_a_warning_in_the_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[CpuProduct] | None
) -> None:
    device = torch.device("cpu")
    product = kind(device) if kind is not None else find_product(device)
    for module in (backend, builder):
        monkeypatch.setattr(module, "find_product", lambda _: product)
    folder = tmp_path / "model"
    write_checkpoint("qwen3_vl", "gptq", folder)
    service = ModelService(tmp_path / "model.lock")
    try:
        service.load(EngineSpec("q", "local", path=str(folder), device="cpu", precision="bfloat16"))
        status = service.wait(WAIT)
        assert status.state is ServiceState.READY
        assert status.info is not None
        assert status.info.warnings == (() if kind is None else ("quantization_fallback",))
        assert {*status.info.warnings} <= {*MESSAGES}
    finally:
        service.close()
