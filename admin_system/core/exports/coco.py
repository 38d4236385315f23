"""COCO's object detection format: one JSON for all pictures.

As published at https://cocodataset.org/#format-data: `bbox` is [x, y, width, height] in pixels from
the upper left corner, counted from 0; `segmentation` is a list of polygons [x1, y1, x2, y2, …].
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.utils import timezone

from admin_system.core.exports.pictures import AnnotatedPicture, label_of, read_pictures
from admin_system.core.types import Box


def write_coco(numbers: Sequence[str]) -> Iterator[bytes]:
    """Pictures, then annotations; the categories, which these have shown, last."""
    now = timezone.localtime()
    info = {"description": "Qwen-VL", "year": now.year, "date_created": now.isoformat()}
    yield f'{{"info": {encode(info)}, "licenses": [], "images": ['.encode()
    comma = ""
    for picture in read_pictures(numbers):
        yield f"{comma}\n{encode(encode_image(picture))}".encode()
        comma = ","
    yield b'], "annotations": ['
    comma, count = "", 0
    categories: dict[str, int] = {}
    for picture in read_pictures(numbers):
        for box in picture.boxes:
            category = categories.setdefault(label_of(box), len(categories) + 1)
            count += 1
            yield f"{comma}\n{encode(encode_box(box, count, picture.number, category))}".encode()
            comma = ","
    listed = [
        {"id": number, "name": name, "supercategory": ""} for name, number in categories.items()
    ]
    yield f'], "categories": {encode(listed)}}}\n'.encode()


def encode_image(picture: AnnotatedPicture) -> dict[str, Any]:
    return {
        "id": picture.number,
        "width": picture.record.width,
        "height": picture.record.height,
        "file_name": picture.name,
        "date_captured": timezone.localtime(picture.record.created_at).isoformat(),
    }


def encode_box(box: Box, number: int, image: int, category: int) -> dict[str, Any]:
    width, height = box.x2 - box.x1, box.y2 - box.y1
    outline = [box.x1, box.y1, box.x2, box.y1, box.x2, box.y2, box.x1, box.y2]
    return {
        "id": number,
        "image_id": image,
        "category_id": category,
        "bbox": [box.x1, box.y1, width, height],
        "area": width * height,
        "segmentation": [outline],
        "iscrowd": 0,
    }


def encode(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
