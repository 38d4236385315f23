"""What every format writes: pictures in an order that stays, each with a name of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.db.models import QuerySet

from admin_system.core.models import AnalysisRecord
from admin_system.core.records import to_box
from admin_system.core.types import Box

AT_ONCE = 50
"""Rows of one reading."""
UNNAMED = "object"
"""The label of a box that has none: annotation tools want one."""
FORBIDDEN = str.maketrans(dict.fromkeys('\\/:*?"<>|', "_") | dict.fromkeys(map(chr, range(32))))
"""What no file system's names may hold."""


@dataclass(frozen=True, slots=True)
class AnnotatedPicture:
    number: int
    """From 1, in the order of the export."""
    name: str
    """Of its file in the export; no other has the same without its suffix."""
    record: AnalysisRecord
    boxes: tuple[Box, ...]

    @property
    def stem(self) -> str:
        return PurePosixPath(self.name).stem


def find_numbers(records: QuerySet[AnalysisRecord]) -> tuple[str, ...]:
    """Ids of the analyses to be exported, in the order of their pictures."""
    ordered = records.order_by("picture__created_at", "created_at", "pk")
    return tuple(ordered.values_list("pk", flat=True))


def read_pictures(numbers: Sequence[str]) -> Iterator[AnnotatedPicture]:
    """The same in every pass, but for what was removed in between; few rows at once."""
    taken: set[str] = set()
    for begin in range(0, len(numbers), AT_ONCE):
        part = numbers[begin : begin + AT_ONCE]
        rows = AnalysisRecord.objects.select_related("picture").in_bulk(part)
        for number, pk in enumerate(part, begin + 1):
            if (record := rows.get(pk)) is None:
                continue
            boxes = tuple(to_box(row) for row in record.shown_boxes)
            yield AnnotatedPicture(number, find_name(record, taken), record, boxes)


def find_name(record: AnalysisRecord, taken: set[str]) -> str:
    """The file's own, with the suffix under which it is kept; a number tells namesakes apart."""
    if record.picture is None:
        path = PurePosixPath(record.pk)
        suffix = PurePosixPath(record.boxed_image.name or "x.png").suffix
    else:
        path = PurePosixPath(record.picture.name.translate(FORBIDDEN) or "picture")
        suffix = PurePosixPath(str(record.picture.file.name)).suffix
        if path.suffix.lower() in {".jpg", ".jpeg"} and suffix == ".jpg":
            suffix = path.suffix
    stem = whole = path.stem.strip(" .") or "picture"
    count = 1
    while stem.casefold() in taken:
        count += 1
        stem = f"{whole} ({count})"
    taken.add(stem.casefold())
    return f"{stem}{suffix}"


def label_of(box: Box) -> str:
    """On one line: some formats have a line for each label."""
    return " ".join(box.label.split()) or UNNAMED


def read_file(picture: AnnotatedPicture) -> bytes | None:
    """The kept picture itself; None where none is kept or its file is gone."""
    kept = picture.record.picture
    if kept is None:
        return None
    try:
        with kept.file.open("rb") as file:
            data: bytes = file.read()
            return data
    except FileNotFoundError:
        return None
