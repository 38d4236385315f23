"""The published layouts are read and written bit by bit as their tools do."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file

from admin_system.core.quantization.layout import pack_gptq, unpack_awq, unpack_gptq
from admin_system.core.quantization.weight import Int4Weight
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.tests.quantization.published import FORMS, Form, publish_layer


def read_layer(form: Form, parts: dict[str, torch.Tensor]) -> Int4Weight:
    if form.layout == "awq":
        return unpack_awq(parts["qweight"], parts["qzeros"], parts["scales"])
    return unpack_gptq(
        parts["qweight"],
        parts["qzeros"],
        parts["scales"],
        parts["g_idx"],
        version=2 if form.layout == "gptq_v2" else 1,
    )


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_published_layout_is_read_exactly(form: Form) -> None:
    layer = publish_layer(form, outputs=40, inputs=256)
    weight = read_layer(form, layer.parts)
    assert torch.equal(weight.dequantize(torch.float64), layer.dense)
    assert torch.equal(weight.dequantize(), layer.dense.float())


@settings(max_examples=60, deadline=None)
@given(
    version=st.sampled_from([1, 2]),
    words=st.integers(1, 4),
    outputs=st.integers(1, 3),
    seed=st.integers(0, 2**31),
)
def test_what_is_packed_is_unpacked_again(
    version: int, words: int, outputs: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    inputs, outputs = words * 8, outputs * 8
    groups = int(torch.randint(1, inputs + 1, (), generator=generator))
    low, high = (1, 17) if version == 1 else (0, 16)
    weight = Int4Weight(
        torch.randint(0, 16, (outputs, inputs), generator=generator, dtype=torch.uint8),
        torch.randint(low, high, (groups, outputs), generator=generator, dtype=torch.uint8),
        torch.rand((groups, outputs), generator=generator).half(),
        torch.randint(0, groups, (inputs,), generator=generator),
    )
    parts = pack_gptq(weight, version=2 if version == 2 else 1)
    again = unpack_gptq(**parts, version=2 if version == 2 else 1)
    assert torch.equal(again.values, weight.values)
    assert torch.equal(again.zeros, weight.zeros)
    assert torch.equal(again.scales, weight.scales)
    assert torch.equal(again.groups, weight.groups)


def test_the_published_convention_of_autogptq_holds_and_is_written_back_bit_by_bit() -> None:
    stored: dict[str, torch.Tensor] = {}
    for file in (QWEN_VL / "ckpt-int4").glob("*.safetensors"):
        stored |= load_file(file)
    plain = load_file(QWEN_VL / "ckpt-fp16" / "model.safetensors")
    layers = [name.removesuffix(".qweight") for name in stored if name.endswith(".qweight")]
    assert len(layers) == 10
    for layer in layers:
        parts = {part: stored[f"{layer}.{part}"] for part in ("qweight", "qzeros", "scales")}
        weight = unpack_gptq(**parts, g_idx=stored[f"{layer}.g_idx"], version=1)
        written = pack_gptq(weight)
        assert all(torch.equal(written[part], stored[f"{layer}.{part}"]) for part in written)
        original = plain[f"{layer}.weight"].float()
        # Half a step of a grid that just covers the widest value of each group.
        steps = weight.scales.float().index_select(0, weight.groups).T
        assert bool(((weight.dequantize() - original).abs() <= steps * 0.505).all())


def test_an_old_file_without_group_indices_has_neighbours_in_a_group() -> None:
    parts = publish_layer(Form(group_size=64), outputs=16, inputs=256).parts
    indices = parts.pop("g_idx")
    weight = unpack_gptq(**parts, g_idx=None, version=1, group_size=64)
    assert torch.equal(weight.groups, indices.long())


def test_a_zero_point_that_the_layout_cannot_hold_is_refused() -> None:
    weight = Int4Weight(
        torch.zeros((8, 8), dtype=torch.uint8),
        torch.zeros((1, 8), dtype=torch.uint8),
        torch.ones((1, 8)),
        torch.zeros(8, dtype=torch.int64),
    )
    with pytest.raises(ValueError, match="version 1"):
        pack_gptq(weight, version=1)


def test_parts_that_do_not_belong_together_are_refused() -> None:
    parts = publish_layer(Form(), outputs=16, inputs=256).parts
    with pytest.raises(ValueError, match="do not fit"):
        unpack_gptq(**{**parts, "scales": parts["scales"][:, :8]}, version=1)
    with pytest.raises(ValueError, match="outside"):
        unpack_gptq(**{**parts, "g_idx": parts["g_idx"] + 7}, version=1)
