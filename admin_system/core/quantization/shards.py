"""Writes safetensors shards of a bounded size and their index, as the hubs publish them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors.torch import save_file
from torch import Tensor

INDEX = "model.safetensors.index.json"


class ShardWriter:
    """Keeps tensors until a shard is full; `finish` gives the files their published names."""

    def __init__(self, folder: Path, shard_bytes: int) -> None:
        self.total_bytes = 0
        """Of all tensors added."""
        self._folder = folder
        self._shard_bytes = shard_bytes
        self._pending: dict[str, Tensor] = {}
        self._pending_bytes = 0
        self._shards: list[tuple[str, ...]] = []

    def add(self, tensors: Mapping[str, Tensor]) -> None:
        """Tensors added together stay in one shard."""
        size = sum(tensor.nbytes for tensor in tensors.values())
        if self._pending and self._pending_bytes + size > self._shard_bytes:
            self._write()
        self._pending.update(tensors)
        self._pending_bytes += size
        self.total_bytes += size

    def finish(self) -> None:
        """One file has no index; several are `model-00001-of-0000N.safetensors` with one."""
        self._write()
        count = len(self._shards)
        places: dict[str, str] = {}
        for number, names in enumerate(self._shards, start=1):
            name = "model.safetensors"
            if count > 1:
                name = f"model-{number:05}-of-{count:05}.safetensors"
            self._draft(number).rename(self._folder / name)
            places.update(dict.fromkeys(names, name))
        if count > 1:
            index = {
                "metadata": {"total_size": self.total_bytes},
                "weight_map": dict(sorted(places.items())),
            }
            text = json.dumps(index, indent=2) + "\n"
            (self._folder / INDEX).write_text(text, encoding="utf-8")

    def _write(self) -> None:
        self._shards.append(tuple(self._pending))
        draft = self._draft(len(self._shards))
        # safetensors makes files that only their owner may read; ours are read by who may read
        # any new file of this process.
        draft.touch()
        mode = draft.stat().st_mode
        save_file(self._pending, draft, metadata={"format": "pt"})
        draft.chmod(mode)
        self._pending = {}
        self._pending_bytes = 0

    def _draft(self, number: int) -> Path:
        return self._folder / f"shard-{number}.draft"
