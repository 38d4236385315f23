"""The weight files of a checkpoint: all there, none cut off, what tensors they hold."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from admin_system.core.checkpoints.shards import SAFETENSORS, find_shards
from admin_system.core.errors import LoadError

LFS_POINTER = b"version https://git-lfs"
LONGEST_HEADER = 100_000_000
"""Bytes, as the safetensors library limits it."""
PICKLED_TYPES = {
    "float64": "F64",
    "float32": "F32",
    "float16": "F16",
    "bfloat16": "BF16",
    "int64": "I64",
    "int32": "I32",
    "int16": "I16",
    "int8": "I8",
    "uint8": "U8",
    "bool": "BOOL",
}


@dataclass(frozen=True, slots=True)
class TensorHeader:
    """What a file says of a tensor before its values."""

    dtype: str
    """As safetensors names it: F32, BF16, I32 …"""
    shape: tuple[int, ...]

    @property
    def values(self) -> int:
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        bits = re.search(r"\d+", self.dtype)
        return self.values * (int(bits[0]) if bits else 8) // 8


@dataclass(frozen=True, slots=True)
class WeightFiles:
    files: tuple[Path, ...]
    bytes: int
    tensors: Mapping[str, TensorHeader]


def read_weight_files(folder: Path) -> WeightFiles:
    """Reads the headers only. Raises LoadError."""
    shards = find_shards(folder)
    tensors: dict[str, TensorHeader] = {}
    for file in shards.files:
        read = _read_headers if file.suffix == SAFETENSORS else _read_pickled_headers
        tensors.update(read(file))
    return WeightFiles(shards.files, shards.bytes, tensors)


def _read_headers(file: Path) -> dict[str, TensorHeader]:
    return {
        name: TensorHeader(str(tensor["dtype"]), tuple(tensor["shape"]))
        for name, tensor in read_header(file).items()
    }


def _read_pickled_headers(file: Path) -> dict[str, TensorHeader]:
    from admin_system.core.checkpoints.pickles import read_pickle  # it needs torch

    def header(dtype: str, shape: tuple[int, ...]) -> TensorHeader:
        return TensorHeader(PICKLED_TYPES.get(dtype.removeprefix("torch."), "U8"), shape)

    return {
        name: header(str(tensor.dtype), tuple(tensor.shape))
        for name, tensor in read_pickle(file, values=False).items()
    }


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
