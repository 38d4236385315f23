"""The weight files of a checkpoint: all there, none cut off, how many bytes and parameters."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from admin_system.core.errors import LoadError

SINGLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
OTHER_FORMATS = ("*.bin", "*.pt", "*.pth", "*.gguf", "*.ckpt")
LFS_POINTER = b"version https://git-lfs"
LONGEST_HEADER = 100_000_000
"""Bytes, as the safetensors library limits it."""


@dataclass(frozen=True, slots=True)
class WeightFiles:
    files: tuple[Path, ...]
    bytes: int
    parameters: int
    """Values stored as floating point numbers."""
    names: frozenset[str]
    """Of all tensors."""


def read_weight_files(folder: Path) -> WeightFiles:
    """Reads the headers only. Raises LoadError."""
    files = _listed_files(folder)
    total = parameters = 0
    names: set[str] = set()
    for file in files:
        header = read_header(file)
        total += file.stat().st_size
        for name, tensor in header.items():
            names.add(name)
            if str(tensor["dtype"]).startswith(("F", "BF")):
                parameters += math.prod(tensor["shape"])
    return WeightFiles(files, total, parameters, frozenset(names))


def _listed_files(folder: Path) -> tuple[Path, ...]:
    index = folder / INDEX
    if index.is_file():
        listed = _names_in_index(index)
        missing = [name for name in listed if not (folder / name).is_file()]
        if missing:
            raise LoadError(
                "checkpoint_missing_shard",
                file=missing[0],
                missing=len(missing),
                shards=len(listed),
                path=str(folder),
            )
        return tuple(folder / name for name in listed)
    if (folder / SINGLE).is_file():
        return (folder / SINGLE,)
    if any(next(folder.glob(pattern), None) for pattern in OTHER_FORMATS):
        raise LoadError("checkpoint_not_safetensors", path=str(folder))
    raise LoadError("checkpoint_no_weights", file=SINGLE, path=str(folder))


def _names_in_index(index: Path) -> list[str]:
    try:
        names = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values()
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LoadError("checkpoint_bad_file", file=index.name) from error
    listed = sorted(set(_texts(names)))
    if any("/" in name or "\\" in name or name.startswith("..") for name in listed):
        raise LoadError("checkpoint_bad_file", file=index.name)
    return listed


def _texts(values: Iterable[object]) -> list[str]:
    return [value for value in values if isinstance(value, str)]


def read_header(file: Path) -> dict[str, dict[str, list[int]]]:
    """Tensor name to dtype, shape and data_offsets of one safetensors file.

    Raises LoadError where the file is shorter than its header says, or is no such file.
    Format: https://github.com/huggingface/safetensors, section Format.
    """
    size = file.stat().st_size
    with file.open("rb") as stream:
        first = stream.read(max(8, len(LFS_POINTER)))
        if first.startswith(LFS_POINTER):
            raise LoadError("checkpoint_not_downloaded", file=file.name)
        length = int.from_bytes(first[:8], "little")
        if len(first) < 8 or length + 8 > size:
            raise LoadError("checkpoint_truncated", file=file.name, bytes=size)
        if length > LONGEST_HEADER:
            raise LoadError("checkpoint_bad_file", file=file.name)
        stream.seek(8)
        head = stream.read(length)
    try:
        header = json.loads(head)
        header.pop("__metadata__", None)
        end = max((tensor["data_offsets"][1] for tensor in header.values()), default=0)
        for tensor in header.values():
            str(tensor["dtype"]), math.prod(tensor["shape"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise LoadError("checkpoint_bad_file", file=file.name) from error
    if size < 8 + length + end:
        raise LoadError(
            "checkpoint_truncated", file=file.name, bytes=size, expected=8 + length + end
        )
    tensors: dict[str, dict[str, list[int]]] = header
    return tensors
