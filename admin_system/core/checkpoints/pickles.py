"""Reads `.bin` weight files; nothing in them is executed."""

from __future__ import annotations

from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING
from zipfile import is_zipfile

from admin_system.core.checkpoints.weights import LFS_POINTER
from admin_system.core.errors import LoadError

if TYPE_CHECKING:
    from torch import Tensor

ZIP_MAGIC = b"PK\x03\x04"


def read_pickle(file: Path, *, values: bool = True) -> dict[str, Tensor]:
    """Tensors by name, mapped from the file where its form allows; without `values` on the meta
    device. Raises LoadError for a damaged file, and for one that holds more than tensors."""
    import torch

    zipped = is_zipfile(file)
    with file.open("rb") as opened:
        head = opened.read(len(LFS_POINTER))
    if head == LFS_POINTER:
        raise LoadError("checkpoint_not_downloaded", file=file.name)
    if not zipped and head.startswith(ZIP_MAGIC):  # its directory is at the end
        raise LoadError("checkpoint_truncated", file=file.name, bytes=file.stat().st_size)
    place = "cpu" if values else "meta"
    try:
        content = torch.load(
            file, map_location=place, weights_only=True, mmap=(zipped and values) or None
        )
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
