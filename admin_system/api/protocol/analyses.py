"""Kept analyses on the wire: how one is shown, and what may be changed of it."""

from __future__ import annotations

from typing import Annotated, Any, Protocol

from pydantic import Field

from admin_system.api.protocol.completion import encode_seconds
from admin_system.api.protocol.validation import Body
from admin_system.core.errors import BadRequest
from admin_system.core.models import AnalysisRecord
from admin_system.core.types import Box

MOST_BOXES = 1000
"""On one picture."""


class BoxBody(Body):
    label: str = Field(max_length=200)
    box: Annotated[list[int], Field(min_length=4, max_length=4)] = Field(
        description="x1, y1, x2, y2 in pixels of the picture as sent."
    )


class BoxesBody(Body):
    boxes: Annotated[list[BoxBody], Field(max_length=MOST_BOXES)] | None = Field(
        description="All that are to be there; null takes the model's own back."
    )


class HandMadeBody(Body):
    picture: str = Field(min_length=1, description="Id of a picture of one of the caller's sets.")
    boxes: Annotated[list[BoxBody], Field(max_length=MOST_BOXES)]


class Sized(Protocol):
    """A picture, or the analysis of one."""

    width: int
    height: int


def to_boxes(body: BoxesBody | HandMadeBody, picture: Sized) -> list[Box] | None:
    """Raises BadRequest where one has no area or leaves the picture."""
    if body.boxes is None:
        return None
    boxes = []
    for number, given in enumerate(body.boxes):
        x1, y1, x2, y2 = given.box
        if not (0 <= x1 < x2 <= picture.width and 0 <= y1 < y2 <= picture.height):
            raise BadRequest(
                "box_outside_picture",
                param=f"boxes[{number}].box",
                given=", ".join(map(str, given.box)),
                width=picture.width,
                height=picture.height,
            )
        boxes.append(Box(given.label.strip(), x1, y1, x2, y2))
    return boxes


def encode_record(record: AnalysisRecord) -> dict[str, Any]:
    return {
        "id": record.pk,
        "query": record.query,
        "labels": record.labels,
        "result": record.result,
        "boxes": record.shown_boxes,
        "model_boxes": record.boxes,
        "edited": record.edited_boxes is not None,
        "boxed_image_url": record.boxed_image.url if record.is_drawn_as_shown else None,
        "thumbnail_url": record.thumbnail.url if record.thumbnail else None,
        "picture": record.picture_id,
        "image": {"width": record.width, "height": record.height},
        "model": record.model,
        "usage": record.usage,
        "processing_time": encode_seconds(record.seconds),
        "created_at": record.created_at.isoformat(),
    }
