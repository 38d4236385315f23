"""How much of a file the readers take on before they refuse."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Limits:
    """All are upper bounds, and positive."""

    file_bytes: int = 100 * 2**20
    pages: int = 2_000
    """Pages, slides, sheets or chapters."""
    characters: int = 20_000_000
    """Of text, over all pages."""
    members: int = 5_000
    """Files inside a zipped one."""
    expanded_bytes: int = 500 * 2**20
    """What a zipped file may unpack to."""
    expansion: int = 100
    """Unpacked bytes over packed ones; files that unpack to little are not held to it."""
    picture_pixels: int = 100_000_000
    """A picture above it is not decoded."""
    pictures: int = 200
    """Handed on for the vision model; the rest is counted and told."""
    seconds: float = 120.0
    """From the start of the reading process to its result."""
    memory_bytes: int = 2 * 2**30
    """Of the reading process."""

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise ValueError(f"{field.name} is {getattr(self, field.name)}; it must be > 0")


DEFAULT_LIMITS = Limits()
