"""One copy of the weights is chosen, in the form that loads best, and never a program."""

from __future__ import annotations

import pytest

from admin_system.core.checkpoints.downloads.repository import Asked, RemoteFile, Repository
from admin_system.core.checkpoints.downloads.selection import choose_files
from admin_system.core.errors import DownloadError

SAFE = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
SAFE_INDEX = "model.safetensors.index.json"
BIN = ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"]
BIN_INDEX = "pytorch_model.bin.index.json"


def choose(*names: str) -> list[str]:
    files = tuple(RemoteFile(name, 1, f"http://site/{name}", None) for name in names)
    chosen = choose_files(Repository(Asked("a/b", "main", "http://site", "TOKEN"), files))
    return [file.name for file in chosen]


@pytest.mark.parametrize(
    ("offered", "weights"),
    [
        ([*SAFE, SAFE_INDEX, *BIN, BIN_INDEX, "consolidated.safetensors"], [SAFE_INDEX, *SAFE]),
        (["model.safetensors", "pytorch_model.bin", "model.gguf"], ["model.safetensors"]),
        ([*BIN, BIN_INDEX, "training_args.bin"], [BIN_INDEX, *BIN]),
        (["pytorch_model.bin", "optimizer.bin"], ["pytorch_model.bin"]),
        (["gptq_model-4bit-128g.safetensors"], ["gptq_model-4bit-128g.safetensors"]),
    ],
)
def test_the_weights_are_taken_once(offered: list[str], weights: list[str]) -> None:
    assert choose(*offered, "config.json") == ["config.json", *weights]


def test_the_2023_folder_comes_without_its_programs() -> None:
    programs = ["modeling_qwen.py", "visual.py", "SimSun.ttf", "assets/demo.jpg", "../config.json"]
    beside = ["config.json", "generation_config.json", "quantize_config.json", "qwen.tiktoken"]
    assert choose(*programs, *beside, SAFE_INDEX, *SAFE) == [*beside, SAFE_INDEX, *SAFE]


@pytest.mark.parametrize("offered", [[], ["config.json"], ["config.json", "q4.gguf"], SAFE])
def test_a_repository_without_a_model_is_told(offered: list[str]) -> None:
    with pytest.raises(DownloadError, match="download_no_model"):
        choose(*offered)
