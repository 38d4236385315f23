"""Which files of a folder hold its weights, as its index or their names tell."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from admin_system.core.errors import LoadError

FORMS = (("model.safetensors", "*.safetensors"), ("pytorch_model.bin", "pytorch_model*.bin"))
"""Usual name and pattern, the preferred form first."""
OTHER_FORMS = ("*.pt", "*.pth", "*.gguf", "*.ckpt", "*.onnx")
SAFETENSORS = ".safetensors"


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
    if any(next(folder.glob(pattern), None) for pattern in OTHER_FORMS):
        raise LoadError("checkpoint_not_safetensors", path=str(folder))
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
