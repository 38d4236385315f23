"""Every format read back by rules of its own, not by ours; coordinates exact, Chinese whole."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
import yaml
from PIL import Image
from pytest_django import Settings

from admin_system.core.exports.archive import write_archive
from admin_system.core.exports.formats import FORMATS
from admin_system.core.exports.pictures import find_numbers
from admin_system.core.models import AnalysisRecord, PictureSet
from admin_system.core.picture_sets import add_picture
from admin_system.core.records import edit_boxes
from admin_system.core.tests.test_picture_sets import analyse, send
from admin_system.core.types import Box

pytestmark = pytest.mark.django_db

CIRCLE = Box("红色圆形", 13, 7, 101, 59)
SQUARE = Box('a "quoted", label', 0, 0, 1, 1)
WHOLE = Box("红色圆形", 0, 0, 317, 211)


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def numbers() -> tuple[str, ...]:
    """Three pictures: two boxes, none, an edit; the third is a namesake of the first."""
    picture_set = PictureSet.objects.create(owner="user:1", title="街口")
    first = add_picture(picture_set, "街口 1.png", send(317, 211))
    second = add_picture(picture_set, "空.jpg", send(64, 48, "JPEG"))
    third = add_picture(picture_set, "街口 1.bmp", send(317, 211, "BMP"))
    analyse(first, CIRCLE, SQUARE)
    analyse(second)
    edit_boxes(analyse(third, SQUARE), [WHOLE])
    return find_numbers(AnalysisRecord.objects.all())


def export(name: str, numbers: tuple[str, ...]) -> bytes:
    return b"".join(FORMATS[name].write(numbers))


def open_archive(name: str, numbers: tuple[str, ...]) -> ZipFile:
    archive = ZipFile(BytesIO(export(name, numbers)))
    assert archive.testzip() is None
    return archive


def test_coco_holds_together(numbers: tuple[str, ...]) -> None:
    found: dict[str, Any] = json.loads(export("coco", numbers))
    assert set(found) == {"info", "licenses", "images", "annotations", "categories"}
    images = {image["id"]: image for image in found["images"]}
    names = {category["id"]: category["name"] for category in found["categories"]}
    assert [image["file_name"] for image in found["images"]] == [
        *("街口 1.png", "空.jpg", "街口 1 (2).png")
    ]
    assert names == {1: "红色圆形", 2: 'a "quoted", label'}
    ids = [one["id"] for one in found["annotations"]]
    assert ids == sorted(set(ids)) == [1, 2, 3]
    for one in found["annotations"]:
        x, y, width, height = one["bbox"]
        image = images[one["image_id"]]
        assert 0 <= x < x + width <= image["width"]
        assert 0 <= y < y + height <= image["height"]
        assert one["area"] == width * height
        (outline,) = one["segmentation"]
        assert (min(outline[::2]), min(outline[1::2])) == (x, y)
        assert (max(outline[::2]), max(outline[1::2])) == (x + width, y + height)
        assert one["iscrowd"] == 0
        assert one["category_id"] in names
    assert found["annotations"][0]["bbox"] == [13, 7, 88, 52]
    assert found["annotations"][2]["bbox"] == [0, 0, 317, 211], "as edited"


def test_yolo_gives_the_pixels_back(numbers: tuple[str, ...]) -> None:
    archive = open_archive("yolo", numbers)
    classes = archive.read("classes.txt").decode().splitlines()
    described = yaml.safe_load(archive.read("data.yaml"))
    assert described["names"] == dict(enumerate(classes))
    assert classes == ["红色圆形", 'a "quoted", label']
    read = {
        stem: list(read_yolo(archive.read(f"labels/{stem}.txt").decode(), size, classes))
        for stem, size in (("街口 1", (317, 211)), ("空", (64, 48)), ("街口 1 (2)", (317, 211)))
    }
    assert read == {"街口 1": [CIRCLE, SQUARE], "空": [], "街口 1 (2)": [WHOLE]}
    with Image.open(BytesIO(archive.read("images/街口 1 (2).png"))) as image:
        assert image.size == (317, 211)


def read_yolo(text: str, size: tuple[int, int], classes: list[str]) -> Iterator[Box]:
    """By the arithmetic of the published definition; whole pixels must come out by themselves."""
    for line in text.splitlines():
        number, *shares = line.split(" ")
        x, y, width, height = (
            float(share) * side for share, side in zip(shares, size * 2, strict=True)
        )
        corners = (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        assert all(abs(corner - round(corner)) < 0.001 for corner in corners)
        yield Box(classes[int(number)], *map(round, corners))


def test_labelme_has_a_file_beside_each_picture(numbers: tuple[str, ...]) -> None:
    archive = open_archive("labelme", numbers)
    found = json.loads(archive.read("街口 1.json"))
    assert (found["imageWidth"], found["imageHeight"], found["imageData"]) == (317, 211, None)
    assert found["imagePath"] in archive.namelist()
    shape = found["shapes"][0]
    assert (shape["label"], shape["shape_type"]) == ("红色圆形", "rectangle")
    assert shape["points"] == [[13.0, 7.0], [101.0, 59.0]]
    assert json.loads(archive.read("空.json"))["shapes"] == []


def test_the_table_opens_in_excel(numbers: tuple[str, ...]) -> None:
    data = export("csv", numbers)
    assert data.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in data
    rows = list(csv.DictReader(StringIO(data.decode("utf-8-sig"), newline="")))
    assert [row["picture"] for row in rows] == [
        *("街口 1.png", "街口 1.png", "空.jpg", "街口 1 (2).png")
    ]
    assert [rows[0][name] for name in ("label", "x1", "y1", "x2", "y2")] == [
        *("红色圆形", "13", "7", "101", "59")
    ]
    assert rows[1]["label"] == 'a "quoted", label'
    assert rows[2]["label"] == rows[2]["x1"] == ""


def test_a_label_is_no_formula_in_the_table(numbers: tuple[str, ...]) -> None:
    edit_boxes(AnalysisRecord.objects.get(pk=numbers[0]), [Box("=1+1", 0, 0, 5, 5)])
    rows = list(csv.DictReader(StringIO(export("csv", numbers).decode("utf-8-sig"), newline="")))
    assert rows[0]["label"] == "'=1+1"


def test_drawn_pictures_show_the_edit(numbers: tuple[str, ...]) -> None:
    archive = open_archive("pictures", numbers)
    assert archive.namelist() == ["街口 1.png", "空.jpg", "街口 1 (2).png"]
    with Image.open(BytesIO(archive.read("街口 1.png"))) as drawn:
        assert drawn.convert("RGB").getpixel((13, 50)) != (255, 255, 255)
    with Image.open(BytesIO(archive.read("街口 1 (2).png"))) as drawn:
        assert drawn.convert("RGB").getpixel((316, 100)) != (255, 255, 255)


def test_an_archive_is_written_while_it_is_read() -> None:
    """Whatever its size, no more than one picture of it is in memory."""
    taken = 0

    def entries() -> Iterator[tuple[str, bytes]]:
        nonlocal taken
        for taken in range(1, 1001):
            yield f"{taken}.png", bytes(1_000_000)

    pieces = write_archive(entries())
    assert len(next(pieces)) < 1_001_000
    assert taken == 1
    pieces.close()  # type: ignore[attr-defined]


def test_an_export_of_nothing_is_whole(numbers: tuple[str, ...]) -> None:
    assert json.loads(export("coco", ()))["images"] == []
    assert open_archive("yolo", ()).namelist() == ["classes.txt", "data.yaml"]
    assert open_archive("labelme", ()).namelist() == []
