"""Four-bit layers compute what their dequantized weights would."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import torch
from torch import Tensor

from admin_system.core.quantization.linear import (
    DequantizedLinear,
    Int4Linear,
    dequantized_linear,
)
from admin_system.core.quantization.products import Int4Product
from admin_system.core.quantization.weight import Int4Weight
from admin_system.core.tests.quantization.published import FORMS, Form, publish_layer
from admin_system.core.tests.quantization.test_layout import read_layer

OUTPUTS, INPUTS = 328, 768  # 328 is no multiple of a tile
ALLOWED = 3e-3
"""Relative error in bfloat16 by the Frobenius norm; a plain bfloat16 layer has 2.4e-3."""


def relative_error(found: Tensor, expected: Tensor) -> float:
    return float((found.double() - expected).norm() / expected.norm())


def move(weight: Int4Weight, device: torch.device) -> Int4Weight:
    parts = (weight.values, weight.zeros, weight.scales, weight.groups)
    return Int4Weight(*(part.to(device) for part in parts))


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_int4_product_is_as_exact_as_bfloat16(
    form: Form, device: torch.device, product: Int4Product
) -> None:
    published = publish_layer(form, OUTPUTS, INPUTS)
    weight = move(read_layer(form, published.parts), device)
    layer = Int4Linear(weight, None, torch.bfloat16, product=product)
    generator = torch.Generator().manual_seed(0)
    for rows in (7, product.wide_rows + 3):
        x = torch.randn(rows, INPUTS, generator=generator).bfloat16()
        found = layer(x.to(device)).cpu()
        assert found.dtype == torch.bfloat16
        assert relative_error(found, x.double() @ published.dense.T) < ALLOWED


def test_wide_inputs_take_the_dequantizing_way(device: torch.device, product: Int4Product) -> None:
    weight = move(read_layer(Form(), publish_layer(Form(), OUTPUTS, INPUTS).parts), device)
    layer = Int4Linear(weight, None, torch.bfloat16, product=product)
    tile = product.tile_of(layer.packed)
    assert tile is not None
    unpacked = tile.unpack(layer.packed.view(torch.uint8).flatten(), INPUTS)
    assert torch.equal(unpacked.T[:OUTPUTS], weight.values)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_other_types_and_shapes_come_back_as_they_were_sent(
    dtype: torch.dtype, device: torch.device, product: Int4Product
) -> None:
    published = publish_layer(Form(), OUTPUTS, INPUTS)
    weight = move(read_layer(Form(), published.parts), device)
    bias = torch.linspace(-1, 1, OUTPUTS, device=device)
    layer = Int4Linear(weight, bias, dtype, product=product)
    x = torch.randn(2, 5, INPUTS, generator=torch.Generator().manual_seed(1)).to(dtype)
    found = layer(x.to(device))
    assert found.dtype == dtype
    assert found.shape == (2, 5, OUTPUTS)
    expected = x.double() @ published.dense.T + bias.double().cpu()
    assert relative_error(found.cpu(), expected) < 2 * ALLOWED  # the input is rounded as well
    assert layer(x[:0].to(device)).shape == (0, 5, OUTPUTS)


@pytest.mark.parametrize("form", [Form(), Form("awq", 64, False), Form(ordered=True)], ids=str)
def test_dequantized_layers_are_exact_in_float32(form: Form) -> None:
    published = publish_layer(form, 40, 256)
    weight = read_layer(form, published.parts)
    bias = torch.linspace(-1, 1, 40)
    x = torch.randn(3, 256, generator=torch.Generator().manual_seed(2))
    expected = x.double() @ published.dense.T + bias.double()
    for build in (DequantizedLinear, dequantized_linear):
        layer = build(weight, bias, torch.float32)
        assert relative_error(layer(x), expected) < 1e-6


def test_a_ragged_layer_of_odd_size_still_runs() -> None:
    generator = torch.Generator().manual_seed(3)
    weight = Int4Weight(
        torch.randint(0, 16, (5, 13), generator=generator, dtype=torch.uint8),
        torch.full((2, 5), 8, dtype=torch.uint8),
        torch.rand((2, 5), generator=generator).half(),
        torch.tensor([0] * 9 + [1] * 4),
    )
    assert weight.group_size is None
    x = torch.randn(2, 13, generator=generator)
    layer = DequantizedLinear(weight, None, torch.float32)
    assert torch.allclose(layer(x), x @ weight.dequantize().T, atol=1e-6)


def test_casting_a_model_leaves_four_bit_layers_as_they_are(
    device: torch.device, product: Int4Product
) -> None:
    weight = move(read_layer(Form(), publish_layer(Form(), 64, 256).parts), device)
    x = torch.randn(2, 256, generator=torch.Generator().manual_seed(4)).to(device)
    for layer in (
        Int4Linear(weight, None, torch.float32, product=product),
        DequantizedLinear(weight, None, torch.float32),
    ):
        before = layer(x)
        assert torch.equal(layer.half().to(torch.float64)(x), before)


def test_the_packing_of_an_older_processor_is_undone_too() -> None:
    """torch packs differently for AVX2; the variable makes this processor pass for one."""
    script = (
        "import torch; from admin_system.core.quantization.products import find_product;"
        "product = find_product(torch.device('cpu'));"
        "values = torch.randint(0, 16, (128, 64), dtype=torch.uint8);"
        "packed = None if product is None else product.pack(values);"
        "tile = None if product is None else product.tile_of(packed);"
        "assert product is None or torch.equal(tile.unpack(packed.flatten(), 64).T, values)"
    )
    environment = {**os.environ, "ATEN_CPU_CAPABILITY": "avx2"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
