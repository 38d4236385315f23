"""Tensors of a checkpoint folder one after the other, so that no more than a shard is in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from admin_system.core.checkpoints.pickles import read_pickle
from admin_system.core.checkpoints.shards import SAFETENSORS, find_shards
from admin_system.core.checkpoints.weights import read_header
from admin_system.core.errors import LoadError

if TYPE_CHECKING:
    from torch import Tensor

Progress = Callable[[int, int], None]
"""Called with the bytes read and the bytes of all files."""


def read_names(folder: Path) -> frozenset[str]:
    """Names of all tensors, without reading their values. Raises LoadError."""
    shards = find_shards(folder)
    if shards.names is not None:
        return shards.names
    file = shards.files[0]
    if file.suffix == SAFETENSORS:
        return frozenset(read_header(file))
    return frozenset(read_pickle(file, values=False))


def iterate_tensors(folder: Path, progress: Progress | None = None) -> Iterator[tuple[str, Tensor]]:
    """Names and tensors on the CPU, file by file; a tensor may be a view of the mapped file.

    Raises LoadError for a missing or truncated file, and for a pickle that holds more than tensors.
    """
    shards = find_shards(folder)
    total, before = shards.bytes, 0
    for file in shards.files:
        size, done = file.stat().st_size, 0
        for name, tensor in _read_shard(file):
            done += tensor.nbytes
            yield name, tensor
            del tensor  # or the file stays open while the next one is read
            if progress is not None:
                progress(before + min(done, size), total)
        before += size
    if progress is not None:
        progress(total, total)


def _read_shard(file: Path) -> Iterator[tuple[str, Tensor]]:
    if file.suffix != SAFETENSORS:
        yield from read_pickle(file).items()
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
