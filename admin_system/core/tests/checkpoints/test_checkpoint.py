"""A folder is understood before anything is loaded from it, and every fault has its own name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from admin_system.core.checkpoints import MINIATURE, inspect_checkpoint
from admin_system.core.checkpoints.checkpoint import context_length_of
from admin_system.core.checkpoints.memory import require_memory
from admin_system.core.errors import LoadError
from admin_system.core.tests.golden import QWEN_VL
from admin_system.core.types import EngineSpec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(MINIATURE, tmp_path / "model"))


def change(file: Path, **fields: Any) -> None:
    content = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(content | fields), encoding="utf-8")


def fault(folder: Path) -> LoadError:
    with pytest.raises(LoadError) as caught:
        inspect_checkpoint(folder)
    return caught.value


def test_the_miniature_is_whole() -> None:
    found = inspect_checkpoint(MINIATURE)
    assert (found.family, found.quantization) == ("qwen3_vl", "gptq-int4")
    assert found.bytes == (MINIATURE / "model.safetensors").stat().st_size
    assert found.sizes.parameters > 1_000_000
    assert found.context_length >= 2048
    assert found.bytes < found.memory < 2 * 2**30


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert fault(tmp_path / "none").code == "checkpoint_missing_folder"
    assert fault(tmp_path).code == "checkpoint_no_config"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("config.json", "checkpoint_no_config"),
        ("preprocessor_config.json", "checkpoint_missing_file"),
        ("tokenizer.json", "checkpoint_missing_file"),
        ("chat_template.jinja", "checkpoint_missing_file"),
        ("model.safetensors", "checkpoint_no_weights"),
    ],
)
def test_a_missing_file_is_named(folder: Path, name: str, code: str) -> None:
    (folder / name).unlink()
    error = fault(folder)
    assert error.code == code
    if code != "checkpoint_no_config":
        assert error.values["file"] == name


def test_the_2023_folder_needs_fewer_files(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(QWEN_VL / "ckpt-int4", tmp_path / "model"))
    found = inspect_checkpoint(folder)
    assert (found.family, found.quantization) == ("qwen_vl", "gptq-int4")
    assert found.context_length == 2048
    config = json.loads((folder / "config.json").read_text("utf-8"))
    del config["quantization_config"]  # the first folders have quantize_config.json alone
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert inspect_checkpoint(folder).quantization == "gptq-int4"
    del config["visual"]
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    assert fault(folder).code == "checkpoint_text_only"


def test_the_vocabulary_of_the_2023_folder_is_named(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(QWEN_VL / "ckpt-fp16", tmp_path / "model"))
    (folder / "qwen.tiktoken").unlink()
    assert fault(folder).code == "tokenizer_missing"


@pytest.mark.parametrize("text", ["{", "[]", "\xff\xfe"])
def test_a_damaged_json_file_is_named(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text, encoding="latin-1")
    error = fault(folder)
    assert (error.code, error.values["file"]) == ("checkpoint_bad_file", "config.json")


def test_an_unknown_type_is_told_with_the_known_ones(folder: Path) -> None:
    change(folder / "config.json", model_type="llama")
    error = fault(folder)
    assert error.code == "checkpoint_unknown_family"
    assert error.values["model_type"] == "llama"


@pytest.mark.parametrize("share", [0.0, 0.001, 0.5, 0.999])
def test_weights_that_are_cut_off_are_found_without_reading_them(
    folder: Path, share: float
) -> None:
    file = folder / "model.safetensors"
    data = file.read_bytes()
    file.write_bytes(data[: int(len(data) * share)])
    assert fault(folder).code == "checkpoint_truncated"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (
            b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n",
            "checkpoint_not_downloaded",
        ),
        ((20).to_bytes(8, "little") + b"x" * 40, "checkpoint_bad_file"),
        ((2).to_bytes(8, "little") + b"[]" + b"x" * 40, "checkpoint_bad_file"),
        ((11).to_bytes(8, "little") + b'{"a": null}' + b"x" * 40, "checkpoint_bad_file"),
    ],
)
def test_a_file_that_holds_no_weights_is_told_apart(folder: Path, data: bytes, code: str) -> None:
    (folder / "model.safetensors").write_bytes(data)
    assert fault(folder).code == code


def test_a_missing_shard_is_named(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "model-00001-of-00002.safetensors")
    names = {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": names}), encoding="utf-8")
    error = fault(folder)
    assert error.code == "checkpoint_missing_shard"
    assert error.values["file"] == names["b"]
    assert (error.values["missing"], error.values["shards"]) == (1, 2)
    index.write_text(json.dumps({"weight_map": {"a": names["a"]}}), encoding="utf-8")
    assert inspect_checkpoint(folder).weights.files == (folder / names["a"],)


def test_an_index_does_not_lead_out_of_the_folder(folder: Path) -> None:
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"weight_map": {"a": "../secret.safetensors"}}), encoding="utf-8")
    assert fault(folder).code == "checkpoint_bad_file"


def test_quantized_weights_are_named(folder: Path) -> None:
    stated = {"quant_method": "gptq", "bits": 4, "group_size": 32}
    change(folder / "config.json", quantization_config=stated)
    assert inspect_checkpoint(folder).quantization == "gptq-int4"


def test_the_configuration_may_shorten_the_context_and_not_stretch_it() -> None:
    found = inspect_checkpoint(MINIATURE)
    stated = found.context_length

    def length(wish: int | None) -> int:
        return context_length_of(EngineSpec("x", "local", context_length=wish), found)

    assert (length(None), length(512), length(10**9)) == (stated, 512, stated)


def test_the_estimate_grows_with_precision_and_length() -> None:
    found = inspect_checkpoint(MINIATURE)
    narrow, wide = (
        found.estimate(precision, 2048, packed=False) for precision in ("bfloat16", "float32")
    )
    assert wide.weights == 2 * narrow.weights == 4 * found.sizes.parameters
    saved = 2 * found.sizes.packed - found.sizes.packed_bytes
    assert found.estimate("bfloat16", 2048).weights == narrow.weights - saved
    assert saved > found.sizes.packed
    text = found.config["text_config"]
    assert isinstance(text, dict)
    values = 2 * text["num_hidden_layers"] * text["num_key_value_heads"] * text["head_dim"]
    assert wide.cache == found.estimate("float32", 2048).cache == values * 2048 * 4
    assert found.estimate("float32", 1024).cache == wide.cache // 2
    with pytest.raises(LoadError) as caught:
        require_memory("cpu", wide.total, wide.total - 1)
    assert caught.value.code == "memory_too_small"
    require_memory("cpu", wide.total, wide.total)
