"""What a folder says of its quantization is read, or refused by a name that helps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from admin_system.core.checkpoints.quantization import (
    ForeignConfig,
    Int4Config,
    Quantization,
    ScaledConfig,
    read_quantization,
)
from admin_system.core.errors import LoadError
from admin_system.core.tests.golden import QWEN_VL
from admin_system.messages import sentence

GPTQ: dict[str, Any] = {"quant_method": "gptq", "bits": 4, "group_size": 128, "sym": True}
AWQ: dict[str, Any] = {
    "quant_method": "awq",
    "bits": 4,
    "group_size": 128,
    "version": "gemm",
    "zero_point": True,
    "modules_to_not_convert": ["visual"],
}


def read(fields: dict[str, Any]) -> Quantization | None:
    return read_quantization({"quantization_config": fields})


def test_the_published_folder_of_2023_is_symmetric_gptq_of_version_1() -> None:
    folder = QWEN_VL / "ckpt-int4"
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    expected = Int4Config("gptq", 128, symmetric=True, ordered_by_activation=False)
    assert read_quantization(config, folder) == expected
    del config["quantization_config"]  # older folders state it in quantize_config.json only
    assert read_quantization(config, folder) == expected
    assert expected.name == "gptq-int4"


def test_a_plain_folder_has_no_quantization(tmp_path: Path) -> None:
    assert read_quantization({"model_type": "qwen3_vl"}, tmp_path) is None


def test_the_forms_of_gptq_and_awq_are_told_apart() -> None:
    second = read({**GPTQ, "checkpoint_format": "gptq_v2", "sym": False, "desc_act": True})
    assert second == Int4Config("gptq", 128, symmetric=False, ordered_by_activation=True, version=2)
    awq = Int4Config("awq", 128, False, False, skipped=("visual",))
    assert read(AWQ) == awq
    assert read_quantization({"text_config": {"quantization_config": AWQ}}) == awq
    own_words = {"w_bit": 4, "q_group_size": 128, "version": "GEMM", "zero_point": True}
    assert read({**own_words, "modules_to_not_convert": ["visual"]}) == awq


@pytest.mark.parametrize(
    ("module", "converted"),
    [
        ("visual.blocks.0.attn.qkv", False),
        ("model.visual.blocks.0.attn.qkv", False),
        ("visual", False),
        ("model.language_model.layers.0.mlp.up_proj", True),
        ("model.layers.0.visually.up_proj", True),
    ],
)
def test_a_listed_module_is_found_at_the_start_and_inside(module: str, converted: bool) -> None:
    config = read(AWQ)
    assert isinstance(config, Int4Config)
    assert config.converts(module) is converted


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({**GPTQ, "bits": 8}, "gptqmodel"),
        ({**GPTQ, "checkpoint_format": "marlin"}, "gptqmodel"),
        ({**GPTQ, "is_marlin_format": True}, "gptqmodel"),
        ({**GPTQ, "dynamic": {"+:.*down_proj": {"bits": 8}}}, "gptqmodel"),
        ({**AWQ, "version": "gemv"}, "gptqmodel"),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "bitsandbytes"),
        ({"quant_method": "hqq"}, "hqq"),
        ({"quant_method": "quanto"}, "optimum-quanto"),
    ],
)
def test_other_forms_name_the_package_that_is_missing(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(LoadError) as caught:
        read(fields)
    error = caught.value
    assert error.code == "quantization_package_missing"
    assert named in str(error.values["packages"])
    for language in ("zh", "en"):
        assert named in sentence(error.code, language, **error.values)


def test_a_method_whose_packages_are_there_is_left_to_transformers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("admin_system.core.checkpoints.packages.PACKAGES", {"hqq": ("torch",)})
    assert read({"quant_method": "hqq"}) == ForeignConfig("hqq", None)


@pytest.mark.parametrize(
    ("weights", "form", "expected"),
    [
        (
            {"num_bits": 4, "type": "int", "strategy": "group", "group_size": 32},
            "pack-quantized",
            Int4Config("compressed-tensors", 32, True, False),
        ),
        (
            {"num_bits": 4, "type": "int", "strategy": "channel", "symmetric": False},
            "pack-quantized",
            Int4Config("compressed-tensors", -1, False, False),
        ),
        (
            {"num_bits": 8, "type": "float", "strategy": "channel"},
            "float-quantized",
            ScaledConfig("compressed-tensors", "fp8"),
        ),
        (
            {"num_bits": 8, "type": "int", "strategy": "group", "group_size": 32},
            "pack-quantized",
            ForeignConfig("compressed-tensors", None),
        ),
    ],
)
def test_the_forms_of_compressed_tensors_are_told_apart(
    weights: dict[str, Any], form: str, expected: object
) -> None:
    groups = {"group_0": {"targets": ["Linear"], "weights": weights}}
    fields = {"quant_method": "compressed-tensors", "format": form, "config_groups": groups}
    assert read(fields) == expected
    two = {**fields, "config_groups": {**groups, "group_1": groups["group_0"]}}
    assert read(two) == ForeignConfig("compressed-tensors", None)


def test_fp8_states_its_blocks() -> None:
    fields = {"quant_method": "fp8", "weight_block_size": [128, 64]}
    assert read(fields) == ScaledConfig("fp8", "fp8", (128, 64))


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"quant_method": "fp8", "weight_block_size": [128, 0]}, "quantization_invalid_field"),
        ({"quant_method": "tarot"}, "quantization_unknown"),
        ({**GPTQ, "group_size": 0}, "quantization_invalid_field"),
        ({**GPTQ, "group_size": "all"}, "quantization_invalid_field"),
        ({**GPTQ, "bits": None, "quant_method": 3}, "quantization_invalid_field"),
        ({**AWQ, "modules_to_not_convert": "visual"}, "quantization_invalid_field"),
    ],
)
def test_what_makes_no_sense_is_refused(fields: dict[str, Any], code: str) -> None:
    with pytest.raises(LoadError) as caught:
        read(fields)
    assert caught.value.code == code
    assert sentence(code, "zh", **caught.value.values)
