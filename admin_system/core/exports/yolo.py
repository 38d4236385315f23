"""YOLO's detection format: a text for each picture, its name beside the picture's.

As published at https://docs.ultralytics.com/datasets/detect/: a line is `class x y width height`,
the class counted from 0, the centre and the size as shares of the picture's width and height;
`labels/` stands beside `images/`, `data.yaml` names the classes. `classes.txt` is what older
programs of this format read: one name a line.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from admin_system.core.exports.archive import Entry, write_archive
from admin_system.core.exports.pictures import (
    AnnotatedPicture,
    label_of,
    read_file,
    read_pictures,
)
from admin_system.core.types import Box


def write_yolo(numbers: Sequence[str]) -> Iterator[bytes]:
    return write_archive(write_entries(numbers))


def write_entries(numbers: Sequence[str]) -> Iterator[Entry]:
    """The classes last, when all are known."""
    classes: dict[str, int] = {}
    for picture in read_pictures(numbers):
        lines = [
            write_line(box, picture, classes.setdefault(label_of(box), len(classes)))
            for box in picture.boxes
        ]
        yield f"labels/{picture.stem}.txt", "".join(lines).encode()
        if (data := read_file(picture)) is not None:
            yield f"images/{picture.name}", data
    yield "classes.txt", "".join(f"{name}\n" for name in classes).encode()
    # A string in JSON is one in YAML (https://yaml.org/spec/1.2.2/, 1.2).
    quoted = {number: json.dumps(name, ensure_ascii=False) for name, number in classes.items()}
    names = "".join(f"  {number}: {name}\n" for number, name in quoted.items())
    listed = f"names:\n{names}" if names else "names: {}\n"
    yield "data.yaml", f"path: .\ntrain: images\nval: images\n{listed}".encode()


def write_line(box: Box, picture: AnnotatedPicture, number: int) -> str:
    """Eight places: exact to a thousandth of a pixel up to pictures of 100 000 pixels a side."""
    width, height = picture.record.width, picture.record.height
    shares = (
        (box.x1 + box.x2) / 2 / width,
        (box.y1 + box.y2) / 2 / height,
        (box.x2 - box.x1) / width,
        (box.y2 - box.y1) / height,
    )
    return f"{number} {' '.join(f'{share:.8f}' for share in shares)}\n"
