"""The pictures with their boxes drawn; those without a box as they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath

from admin_system.core.exports.archive import Entry, write_archive
from admin_system.core.exports.pictures import read_file, read_pictures


def write_drawn(numbers: Sequence[str]) -> Iterator[bytes]:
    return write_archive(write_entries(numbers))


def write_entries(numbers: Sequence[str]) -> Iterator[Entry]:
    """A picture that is not kept, and not drawn with the boxes that are shown, is left out."""
    for picture in read_pictures(numbers):
        boxed = picture.record.boxed_image
        if picture.record.is_drawn_as_shown:
            try:
                with boxed.open("rb") as file:
                    yield f"{picture.stem}{PurePosixPath(str(boxed.name)).suffix}", file.read()
            except FileNotFoundError:
                continue
        elif not picture.boxes and (data := read_file(picture)) is not None:
            yield picture.name, data
