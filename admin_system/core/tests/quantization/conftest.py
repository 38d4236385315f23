"""The devices on which four-bit layers are checked; a CUDA device takes `-m gpu`."""

from __future__ import annotations

import pytest
import torch

from admin_system.core.quantization.products import Int4Product, find_product


@pytest.fixture(scope="session", params=["cpu", pytest.param("cuda", marks=pytest.mark.gpu)])
def device(request: pytest.FixtureRequest) -> torch.device:
    return torch.device(request.param)


@pytest.fixture(scope="session")
def product(device: torch.device) -> Int4Product:
    found = find_product(device)
    if found is None:
        pytest.skip("torch has no int4 product for this device")
    return found
