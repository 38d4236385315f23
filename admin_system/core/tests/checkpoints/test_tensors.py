"""Weight files as published are streamed; damaged and hostile ones end in a clear error."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from admin_system.core.checkpoints.tensors import iterate_tensors, read_names
from admin_system.core.errors import LoadError

FIRST = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.ones(4, dtype=torch.int32)}
SECOND = {"c": torch.zeros(5, dtype=torch.bfloat16)}
EVERYTHING = FIRST | SECOND


def write_index(folder: Path, usual: str, shards: dict[str, dict[str, torch.Tensor]]) -> None:
    places = {name: file for file, tensors in shards.items() for name in tensors}
    index = {"metadata": {}, "weight_map": places}
    (folder / f"{usual}.index.json").write_text(json.dumps(index), encoding="utf-8")


def one_safetensors(folder: Path) -> None:
    save_file(EVERYTHING, folder / "model.safetensors")


def one_bin(folder: Path) -> None:
    torch.save(EVERYTHING, folder / "pytorch_model.bin")


def one_old_bin(folder: Path) -> None:
    torch.save(EVERYTHING, folder / "pytorch_model.bin", _use_new_zipfile_serialization=False)


def two_safetensors(folder: Path) -> None:
    save_file(FIRST, folder / "model-00001-of-00002.safetensors")
    save_file(SECOND, folder / "model-00002-of-00002.safetensors")
    shards = {"model-00001-of-00002.safetensors": FIRST, "model-00002-of-00002.safetensors": SECOND}
    write_index(folder, "model.safetensors", shards)


def two_bins(folder: Path) -> None:
    torch.save(FIRST, folder / "pytorch_model-00001-of-00002.bin")
    torch.save(SECOND, folder / "pytorch_model-00002-of-00002.bin")
    shards = {"pytorch_model-00001-of-00002.bin": FIRST, "pytorch_model-00002-of-00002.bin": SECOND}
    write_index(folder, "pytorch_model.bin", shards)


WRITERS = (one_safetensors, one_bin, one_old_bin, two_safetensors, two_bins)


@pytest.mark.parametrize("write", WRITERS)
def test_every_published_form_gives_the_same_tensors(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    write(tmp_path)
    steps: list[tuple[int, int]] = []
    given = dict(iterate_tensors(tmp_path, lambda done, total: steps.append((done, total))))
    assert given.keys() == EVERYTHING.keys() == read_names(tmp_path)
    assert all(torch.equal(given[name], tensor) for name, tensor in EVERYTHING.items())
    assert steps == sorted(steps)
    assert steps[-1][0] == steps[-1][1] > 0


def code_of(folder: Path) -> str:
    with pytest.raises(LoadError) as caught:
        list(iterate_tensors(folder))
    return caught.value.code


@pytest.mark.parametrize("write", [two_safetensors, two_bins])
def test_a_missing_shard_is_named(tmp_path: Path, write: Callable[[Path], None]) -> None:
    write(tmp_path)
    lost = next(tmp_path.glob("*-00002-of-00002.*"))
    lost.unlink()
    with pytest.raises(LoadError) as caught:
        read_names(tmp_path)
    assert caught.value.code == "checkpoint_missing_shard"
    assert caught.value.values["file"] == lost.name


@pytest.mark.parametrize("write", [one_safetensors, one_bin])
def test_a_truncated_file_is_noticed(tmp_path: Path, write: Callable[[Path], None]) -> None:
    write(tmp_path)
    file = next(tmp_path.iterdir())
    file.write_bytes(file.read_bytes()[:-20])
    assert code_of(tmp_path) == "checkpoint_truncated"


@pytest.mark.parametrize("name", ["model.safetensors", "pytorch_model.bin"])
def test_a_file_of_another_kind_is_noticed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"<html>not found</html>" * 10)
    assert code_of(tmp_path).startswith("checkpoint_")


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_that_runs_code_is_never_run(tmp_path: Path, zipped: bool) -> None:
    trace = tmp_path / "trace"

    class Hostile:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(trace),)

    file = tmp_path / "pytorch_model.bin"
    torch.save({"a": Hostile()}, file, _use_new_zipfile_serialization=zipped)
    assert code_of(tmp_path) == "checkpoint_unsafe_file"
    file.write_bytes(pickle.dumps(Hostile(), protocol=2))
    assert code_of(tmp_path) == "checkpoint_unsafe_file"
    assert not trace.exists()


@pytest.mark.parametrize("content", [[1, 2], {"a": 1}, {3: torch.ones(1)}])
def test_a_pickle_of_other_values_is_no_checkpoint(tmp_path: Path, content: object) -> None:
    torch.save(content, tmp_path / "pytorch_model.bin")
    assert code_of(tmp_path) == "checkpoint_bad_file"


@pytest.mark.parametrize(
    "index",
    ["{", "[]", "{}", '{"weight_map": {}}', '{"weight_map": {"a": "../model.safetensors"}}'],
)
def test_a_damaged_index_is_noticed(tmp_path: Path, index: str) -> None:
    one_safetensors(tmp_path)
    (tmp_path / "model.safetensors.index.json").write_text(index, encoding="utf-8")
    assert code_of(tmp_path) == "checkpoint_bad_file"


def test_shards_without_their_index_are_not_guessed_at(tmp_path: Path) -> None:
    two_bins(tmp_path)
    (tmp_path / "pytorch_model.bin.index.json").unlink()
    assert code_of(tmp_path) == "checkpoint_missing_file"


def test_a_folder_without_weights_is_said_to_have_none(tmp_path: Path) -> None:
    assert code_of(tmp_path) == "checkpoint_no_weights"
