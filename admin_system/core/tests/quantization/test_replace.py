"""Four-bit layers find their places in a model, each by the way that its device allows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import pytest
import torch
from torch import Tensor, nn

from admin_system.core.checkpoints.quantization import Int4Config
from admin_system.core.errors import LoadError
from admin_system.core.quantization.backend import Backend, Target, choose_backend
from admin_system.core.quantization.builder import LayerBuilder
from admin_system.core.quantization.linear import Int4Linear
from admin_system.core.quantization.products import CpuProduct, Int4Product, has_cpu_product
from admin_system.core.quantization.replace import replace_linears
from admin_system.core.quantization.stored import dequantize_tensors, part_shapes
from admin_system.core.tests.quantization.published import FORMS, Form, publish_layer

CPU = torch.device("cpu")
CONFIG = Int4Config("gptq", 64, symmetric=True, ordered_by_activation=False)
LAYER = publish_layer(Form(group_size=64), 64, 128)


class Block(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(128)
        self.up = nn.Linear(128, 64, bias=False)


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = Block()


def checkpoint() -> dict[str, Tensor]:
    """As AutoGPTQ writes it: a bias of zeros where the model has none."""
    parts = {**LAYER.parts, "bias": torch.zeros(64, dtype=torch.float16)}
    stored = {f"old.up.{part}": tensor for part, tensor in parts.items()}
    # One layer's tensors may lie far from each other, in different shards.
    return {"old.norm.weight": torch.ones(128)} | stored | {"old.norm.bias": torch.zeros(128)}


def place(
    builder: LayerBuilder, stream: Iterable[tuple[str, Tensor]] | None = None
) -> tuple[Model, dict[str, Tensor]]:
    tensors = checkpoint()
    with torch.device("meta"):
        model = Model()
    rest = replace_linears(
        model,
        tensors.items() if stream is None else stream,
        frozenset(tensors),
        builder,
        rename=lambda name: name.replace("old.", "block."),
    )
    return model, dict(rest)


def test_a_quantized_layer_takes_the_place_of_the_plain_one() -> None:
    builder = LayerBuilder(CONFIG, Target(CPU, torch.float32))
    model, rest = place(builder)
    assert sorted(rest) == ["old.norm.bias", "old.norm.weight"]
    x = torch.randn(3, 128, generator=torch.Generator().manual_seed(0))
    found, expected = model.block.up(x).double(), x.double() @ LAYER.dense.T
    assert float((found - expected).norm() / expected.norm()) < 5e-3
    assert builder.warnings == ()
    assert builder.backends.total() == 1


@pytest.mark.parametrize(
    ("has_room", "backend"),
    [(True, Backend.DEQUANTIZED), (False, Backend.DEQUANTIZED_PER_CALL)],
)
def test_exact_arithmetic_is_exact(has_room: bool, backend: Backend) -> None:
    target = Target(CPU, torch.float32, exact=True, has_room=has_room)
    builder = LayerBuilder(CONFIG, target)
    model, _rest = place(builder)
    x = torch.randn(3, 128, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(model.block.up(x), (x.double() @ LAYER.dense.T).float(), atol=1e-6)
    assert builder.backends == {backend: 1}


class SwappedProduct(CpuProduct):
    """As a processor would be on which torch reads its packing in another order."""

    def multiply(self, x: Tensor, packed: Tensor, group_size: int, scales: Tensor) -> Tensor:
        return super().multiply(x.flip(1).contiguous(), packed, group_size, scales)


class RefusingProduct(CpuProduct):
    """As a card would be for which torch was not built."""

    def multiply(self, x: Tensor, packed: Tensor, group_size: int, scales: Tensor) -> Tensor:
        raise RuntimeError("CUDA error: named symbol not found")


@pytest.mark.parametrize("product_class", [SwappedProduct, RefusingProduct])
def test_a_product_that_errs_is_found_at_load_and_replaced(
    product_class: type[CpuProduct], product: Int4Product
) -> None:
    assert isinstance(product, CpuProduct)
    builder = LayerBuilder(CONFIG, Target(CPU, torch.float32), product_class(CPU))
    model, _rest = place(builder)
    assert isinstance(model.block.up, nn.Linear)
    assert torch.allclose(model.block.up.weight, LAYER.dense.float())
    assert builder.warnings == ("quantization_fallback",)


def test_a_layer_without_a_place_of_its_own_comes_out_dequantized() -> None:
    tensors = checkpoint()
    builder = LayerBuilder(CONFIG, Target(CPU, torch.float32))
    names = frozenset(tensors)
    rest = dict(replace_linears(nn.Module(), tensors.items(), names, builder))
    assert rest.keys() == dict(dequantize_tensors(tensors.items(), names, CONFIG)).keys()
    assert torch.equal(rest["old.up.weight"], LAYER.dense.float())


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_the_shapes_of_a_layers_parts_are_known_before_it_is_read(form: Form) -> None:
    parts = publish_layer(form, 64, 256).parts
    method: Literal["gptq", "awq"] = "awq" if form.layout == "awq" else "gptq"
    config = Int4Config(method, form.group_size, form.symmetric, form.ordered)
    shapes = part_shapes("layer", {f"layer.{part}" for part in parts}, config, 256, 64)
    assert shapes == {part: tuple(tensor.shape) for part, tensor in parts.items()}


def test_a_missing_part_is_named() -> None:
    builder = LayerBuilder(CONFIG, Target(CPU, torch.float32))
    tensors = checkpoint()
    del tensors["old.up.scales"]
    with pytest.raises(LoadError) as caught:
        place(builder, tensors.items())
    assert caught.value.values["name"] == "old.up.scales"


def test_a_layer_of_another_size_is_refused() -> None:
    builder = LayerBuilder(CONFIG, Target(CPU, torch.float32))
    tensors = checkpoint()
    model = nn.Module()
    model.old = nn.Module()
    model.old.up = nn.Linear(256, 64)
    with pytest.raises(LoadError) as caught:
        dict(replace_linears(model, tensors.items(), frozenset(tensors), builder))
    assert caught.value.code == "checkpoint_wrong_shape"


def test_layers_that_no_product_takes_are_dequantized() -> None:
    target = Target(CPU, torch.bfloat16)
    assert choose_backend(target, None) is Backend.DEQUANTIZED  # groups of different sizes
    assert choose_backend(target, 48) is Backend.DEQUANTIZED
    full = Target(torch.device("meta"), torch.bfloat16, has_room=False)
    assert choose_backend(full, 128) is Backend.DEQUANTIZED_PER_CALL


@pytest.mark.parametrize(
    ("system", "machine", "capability", "taken"),
    [
        ("Linux", "x86_64", "AVX512", True),
        ("Linux", "x86_64", "AVX2", True),
        ("Linux", "x86_64", "DEFAULT", False),
        ("Linux", "aarch64", "SVE256", False),
        ("Windows", "AMD64", "AVX512", False),
    ],
)
def test_the_product_is_taken_only_where_torch_vectorises_it(
    system: str, machine: str, capability: str, taken: bool
) -> None:
    assert has_cpu_product(system, machine, capability) is taken


def test_moving_a_packed_layer_to_another_kind_of_device_is_refused(
    product: Int4Product, device: torch.device
) -> None:
    builder = LayerBuilder(CONFIG, Target(device, torch.float32))
    layer = place(builder)[0].block.up
    assert isinstance(layer, Int4Linear)
    layer.to(device)
    if device.type == "cuda":
        with pytest.raises(RuntimeError, match="packed for cuda"):
            layer.to("cpu")
