"""The published 2023 Qwen-VL fits our network to the tensor, and what does not fit is named."""

from __future__ import annotations

import json
import shutil
from math import prod
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from admin_system.core.errors import LoadError
from admin_system.core.networks.linear import LinearFactory, plain_linear
from admin_system.core.networks.qwen_vl.configuration import QwenVLConfig
from admin_system.core.networks.qwen_vl.loading import load_qwen_vl
from admin_system.core.networks.qwen_vl.model import QwenVL
from admin_system.core.networks.qwen_vl.positions import ntk_alpha
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.tests.networks.conftest import stored_where_packed

PUBLISHED: dict[str, Any] = {
    "model_type": "qwen",
    "hidden_size": 4096,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "kv_channels": 128,
    "intermediate_size": 22016,
    "layer_norm_epsilon": 1e-06,
    "vocab_size": 151936,
    "seq_length": 2048,
    "max_position_embeddings": 8192,
    "rotary_pct": 1.0,
    "rotary_emb_base": 10000,
    "use_dynamic_ntk": True,
    "use_logn_attn": True,
    "no_bias": True,
    "tie_word_embeddings": False,
    "visual": {
        "heads": 16,
        "image_size": 448,
        "image_start_id": 151857,
        "layers": 48,
        "mlp_ratio": 4.9231,
        "output_dim": 4096,
        "patch_size": 14,
        "width": 1664,
    },
}
QUANTIZED = ("attn.c_attn", "attn.c_proj", "mlp.w1", "mlp.w2", "mlp.c_proj")


def build_published(linear: LinearFactory = plain_linear) -> dict[str, torch.Tensor]:
    with torch.device("meta"):
        network = QwenVL(QwenVLConfig.from_json(PUBLISHED), linear)
    return dict(network.state_dict())


def test_the_published_model_has_our_tensors() -> None:
    """Counted on the original class; see also the sizes in its README."""
    tensors = build_published()
    visual = [t.numel() for name, t in tensors.items() if name.startswith("transformer.visual.")]
    assert len(tensors) == 853
    assert sum(tensor.numel() for tensor in tensors.values()) == 9_656_935_168
    assert sum(visual) == 1_935_610_624


def test_the_published_int4_model_has_our_tensors_to_the_byte() -> None:
    """Names and `total_size` of its model.safetensors.index.json."""
    layers = [f"transformer.h.{block}.{name}" for block in range(32) for name in QUANTIZED]
    packed = frozenset(f"{layer}.qweight" for layer in layers)
    tensors = build_published(stored_where_packed(packed))
    words = (".qweight", ".qzeros", ".g_idx")
    sizes = (
        prod(tensor.shape) * (4 if name.endswith(words) else 2) for name, tensor in tensors.items()
    )
    assert len(tensors) == 1461
    assert sum(sizes) == 9_731_786_240


@pytest.mark.parametrize(
    ("tokens", "alpha"),
    [(1, 1), (2048, 1), (2049, 3), (4096, 3), (4097, 7), (8192, 7), (8193, 15), (16384, 15)],
)
def test_alpha_follows_the_length_of_the_prompt(tokens: int, alpha: float) -> None:
    config = QwenVLConfig.from_json(PUBLISHED)
    assert ntk_alpha(config, tokens) == alpha
    without = QwenVLConfig.from_json(PUBLISHED | {"use_dynamic_ntk": False})
    assert ntk_alpha(without, tokens) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hidden_size": None}, "hidden_size"),
        ({"hidden_size": "4096"}, "hidden_size"),
        ({"hidden_size": True}, "hidden_size"),
        ({"num_hidden_layers": 0}, "num_hidden_layers"),
        ({"num_attention_heads": 31}, "kv_channels"),
        ({"use_logn_attn": 1}, "use_logn_attn"),
        ({"rotary_pct": 0.5}, "rotary_pct"),
        ({"tie_word_embeddings": True}, "tie_word_embeddings"),
        ({"model_type": "llama"}, "model_type"),
        ({"visual": PUBLISHED["visual"] | {"output_dim": 2048}}, "visual.output_dim"),
        ({"visual": PUBLISHED["visual"] | {"n_queries": 250}}, "visual.n_queries"),
        ({"visual": PUBLISHED["visual"] | {"width": -1}}, "visual.width"),
    ],
)
def test_a_field_out_of_range_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(LoadError) as caught:
        QwenVLConfig.from_json(PUBLISHED | changes)
    assert (caught.value.code, caught.value.values["field"]) == ("checkpoint_bad_config", field)


def test_a_text_only_qwen_is_told_apart() -> None:
    with pytest.raises(LoadError) as caught:
        QwenVLConfig.from_json({name: PUBLISHED[name] for name in PUBLISHED if name != "visual"})
    assert caught.value.code == "checkpoint_text_only"


def fault_of(folder: Path) -> LoadError:
    with pytest.raises(LoadError) as caught:
        load_qwen_vl(folder, dtype=torch.float32)
    return caught.value


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return shutil.copytree(QWEN_VL / "ckpt-fp16", tmp_path / "copy")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("drop", "checkpoint_missing_tensor"),
        ("add", "checkpoint_unexpected_tensor"),
        ("reshape", "checkpoint_wrong_shape"),
    ],
)
def test_tensors_that_do_not_fit_are_named(copied: Path, change: str, code: str) -> None:
    file = copied / "model.safetensors"
    tensors = load_file(file)
    name = "transformer.h.1.mlp.w2.weight"
    if change == "drop":
        del tensors[name]
    elif change == "reshape":
        tensors[name] = tensors[name][:-1].contiguous()
    else:
        name = "transformer.h.2.ln_1.weight"
        tensors[name] = torch.ones(256)
    save_file(tensors, file)
    fault = fault_of(copied)
    assert (fault.code, fault.values["name"]) == (code, name)


def test_an_int4_folder_without_int4_layers_is_refused_before_it_is_read() -> None:
    assert fault_of(QWEN_VL / "ckpt-int4").code == "checkpoint_missing_tensor"


def test_a_broken_config_is_a_load_error(copied: Path) -> None:
    config = copied / "config.json"
    config.write_text("{", encoding="utf-8")
    assert fault_of(copied).code == "checkpoint_bad_file"
    config.write_text(json.dumps([]), encoding="utf-8")
    assert fault_of(copied).code == "checkpoint_bad_file"
    config.unlink()
    assert fault_of(copied).code == "checkpoint_no_config"


def test_the_code_in_a_folder_is_never_run(copied: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    for name in ("configuration_qwen", "modeling_qwen", "tokenization_qwen", "visual"):
        (copied / f"{name}.py").write_text(f"open({str(trace)!r}, 'w')", encoding="utf-8")
    load_qwen_vl(copied, dtype=torch.float32)
    assert not trace.exists()


def test_the_vision_tower_may_live_elsewhere() -> None:
    """Seen on the meta device, which every machine has."""
    network = load_qwen_vl(QWEN_VL / "ckpt-fp16", dtype=torch.float16, visual_device="meta")
    places = {
        name.startswith("transformer.visual."): tensor.device.type
        for name, tensor in network.state_dict().items()
    }
    assert places == {True: "meta", False: "cpu"}
