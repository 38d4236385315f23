"""Patches of pictures that were cut before: in a conversation every turn brings them all again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Patches:
    pixels: Any
    """(P, values of a patch) float32."""
    grid: Any
    """(1, 3) int64."""
    digest: bytes


Key = tuple[str, int, int]
"""SHA-256 of the bytes as received, width and height as shown."""


class PatchCache:
    """The least recently used go first; callable from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[Key, Patches] = OrderedDict()
        self._bytes = 0

    def get(self, key: Key, make: Callable[[], Patches]) -> Patches:
        """A picture without a hash is cut anew each time."""
        with self._lock:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
        made = make()
        size = int(made.pixels.nbytes)
        if key[0] and size <= MOST_BYTES:
            with self._lock:
                if key not in self._kept:
                    self._kept[key] = made
                    self._bytes += size
                while self._bytes > MOST_BYTES:
                    self._bytes -= int(self._kept.popitem(last=False)[1].pixels.nbytes)
        return made
