"""Tensors of a checkpoint folder one after the other, so that no more than a shard is in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any
from zipfile import is_zipfile

from admin_system.core.checkpoints.weights import read_header
from admin_system.core.errors import LoadError

if TYPE_CHECKING:
    from torch import Tensor

Progress = Callable[[int, int], None]
"""Called with the bytes read and the bytes of all files."""

FORMS = (("model.safetensors", "*.safetensors"), ("pytorch_model.bin", "pytorch_model*.bin"))
"""Usual name and pattern, the preferred form first."""

SAFETENSORS = ".safetensors"
ZIP_MAGIC = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Shards:
    """The weight files of a folder."""

    files: tuple[Path, ...]
    """In the order of their names."""
    names: frozenset[str] | None
    """Of all tensors, where an index tells them."""

    @property
    def bytes(self) -> int:
        return sum(file.stat().st_size for file in self.files)


def find_shards(folder: Path) -> Shards:
    """Safetensors before `.bin`, an index before a single file.

    Raises LoadError when there are none, when the index is damaged, or when a shard is missing.
    """
    for usual, pattern in FORMS:
        index = folder / f"{usual}.index.json"
        if index.is_file():
            return _read_index(index)
        files = [folder / usual] if (folder / usual).is_file() else sorted(folder.glob(pattern))
        if len(files) == 1:
            return Shards(tuple(files), None)
        if files:  # shards without the index that says what is where
            raise LoadError("checkpoint_missing_file", file=index.name, path=str(folder))
    raise LoadError("checkpoint_no_weights", file=FORMS[0][0], path=str(folder))


def _read_index(index: Path) -> Shards:
    try:
        places = json.loads(index.read_text(encoding="utf-8"))["weight_map"]
        files = sorted(set(places.values()))
        plain = bool(files) and all(Path(file).name == file and "\\" not in file for file in files)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise LoadError("checkpoint_bad_file", file=index.name) from error
    if not plain:
        raise LoadError("checkpoint_bad_file", file=index.name)
    missing = [file for file in files if not (index.parent / file).is_file()]
    if missing:
        raise LoadError(
            "checkpoint_missing_shard",
            file=missing[0],
            missing=len(missing),
            shards=len(files),
            path=str(index.parent),
        )
    return Shards(tuple(index.parent / file for file in files), frozenset(places))


def read_names(folder: Path) -> frozenset[str]:
    """Names of all tensors, without reading their values. Raises LoadError."""
    shards = find_shards(folder)
    if shards.names is not None:
        return shards.names
    file = shards.files[0]
    return frozenset(read_header(file) if file.suffix == SAFETENSORS else _read_pickle(file))


def iterate_tensors(folder: Path, progress: Progress | None = None) -> Iterator[tuple[str, Tensor]]:
    """Names and tensors on the CPU, file by file; a tensor may be a view of the mapped file.

    Raises LoadError for a missing or truncated file, and for a pickle that holds more than tensors.
    """
    shards = find_shards(folder)
    total, before = shards.bytes, 0
    for file in shards.files:
        size, done = file.stat().st_size, 0
        for name, tensor in _read_shard(file):
            yield name, tensor
            done += tensor.nbytes
            if progress is not None:
                progress(before + min(done, size), total)
        before += size
    if progress is not None:
        progress(total, total)


def _read_shard(file: Path) -> Iterator[tuple[str, Tensor]]:
    if file.suffix != SAFETENSORS:
        yield from _read_pickle(file).items()
        return
    names = read_header(file)
    with _opened(file) as tensors:
        for name in names:
            yield name, tensors.get_tensor(name)


def _opened(file: Path) -> Any:
    from safetensors import SafetensorError, safe_open

    try:
        return safe_open(file, framework="pt", device="cpu")
    except (SafetensorError, OSError) as error:
        raise LoadError("checkpoint_bad_file", file=file.name) from error


def _read_pickle(file: Path) -> dict[str, Tensor]:
    """A `.bin` shard, mapped where its form allows; nothing in it is executed."""
    import torch

    zipped = is_zipfile(file)
    with file.open("rb") as opened:
        if not zipped and opened.read(len(ZIP_MAGIC)) == ZIP_MAGIC:  # its directory is at the end
            raise LoadError("checkpoint_truncated", file=file.name, bytes=file.stat().st_size)
    try:
        content = torch.load(file, map_location="cpu", weights_only=True, mmap=zipped)
    except UnpicklingError as error:
        raise LoadError("checkpoint_unsafe_file", file=file.name) from error
    except MemoryError:
        raise
    except Exception as error:  # a damaged pickle raises almost anything
        raise LoadError("checkpoint_bad_file", file=file.name) from error
    if not isinstance(content, dict) or not all(
        isinstance(name, str) and isinstance(value, torch.Tensor) for name, value in content.items()
    ):
        raise LoadError("checkpoint_bad_file", file=file.name)
    return content
