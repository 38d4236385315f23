"""LabelMe's format: a JSON for each picture, beside it.

As its program writes it (https://github.com/wkentaro/labelme, `labelme/_label_file.py` and
`examples/bbox_detection`): a rectangle is two opposite corners in pixels, `imagePath` is relative
to the JSON, `imageData` is null where the picture stands in its own file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from admin_system.core.exports.archive import Entry, write_archive
from admin_system.core.exports.pictures import (
    AnnotatedPicture,
    label_of,
    read_file,
    read_pictures,
)
from admin_system.core.types import Box

VERSION = "5.5.0"
"""Of LabelMe whose files these are like."""


def write_labelme(numbers: Sequence[str]) -> Iterator[bytes]:
    return write_archive(write_entries(numbers))


def write_entries(numbers: Sequence[str]) -> Iterator[Entry]:
    for picture in read_pictures(numbers):
        text = json.dumps(encode_picture(picture), ensure_ascii=False, indent=2)
        yield f"{picture.stem}.json", text.encode()
        if (data := read_file(picture)) is not None:
            yield picture.name, data


def encode_picture(picture: AnnotatedPicture) -> dict[str, Any]:
    return {
        "version": VERSION,
        "flags": {},
        "shapes": [encode_shape(box) for box in picture.boxes],
        "imagePath": picture.name,
        "imageData": None,
        "imageHeight": picture.record.height,
        "imageWidth": picture.record.width,
    }


def encode_shape(box: Box) -> dict[str, Any]:
    return {
        "label": label_of(box),
        "points": [[float(box.x1), float(box.y1)], [float(box.x2), float(box.y2)]],
        "group_id": None,
        "description": "",
        "shape_type": "rectangle",
        "flags": {},
    }
