"""Keeps analyses: a row, a thumbnail, and the picture with its boxes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from pathlib import PurePosixPath
from typing import Any

from asgiref.sync import sync_to_async
from django.core.files.base import ContentFile
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone

from admin_system.core.analysis import Analysis, AnalysisRequest
from admin_system.core.drawing import draw_boxes
from admin_system.core.images import read_picture
from admin_system.core.models import AnalysisRecord, PictureSet, SetPicture
from admin_system.core.stored_bytes import require_room
from admin_system.core.stored_pictures import (
    EncodedPicture,
    encode,
    make_thumbnail,
    unguessable,
)
from admin_system.core.types import Box
from admin_system.core.whole_files import with_their_row
from admin_system.env import get_env

logger = logging.getLogger(__name__)

FOLDER = "analyses"


def save_analysis(request: AnalysisRequest, analysis: Analysis) -> AnalysisRecord:
    thumbnail, boxed = encode_pictures(request, analysis)
    return store_analysis(request, analysis, thumbnail, boxed)


async def asave_analysis(request: AnalysisRequest, analysis: Analysis) -> AnalysisRecord:
    """Draws in a thread of its own; only the short writing waits for the database's turn."""
    thumbnail, boxed = await asyncio.to_thread(encode_pictures, request, analysis)
    return await sync_to_async(store_analysis)(request, analysis, thumbnail, boxed)


def encode_pictures(
    request: AnalysisRequest, analysis: Analysis
) -> tuple[EncodedPicture, EncodedPicture | None]:
    """The thumbnail, and the picture with its boxes where there are any."""
    image = request.picture.image
    boxed = encode(draw_boxes(image, analysis.boxes)) if analysis.boxes else None
    return make_thumbnail(image), boxed


def store_analysis(
    request: AnalysisRequest,
    analysis: Analysis,
    thumbnail: EncodedPicture,
    boxed: EncodedPicture | None,
) -> AnalysisRecord:
    """A picture of a set that was removed meanwhile is no longer named."""
    record = AnalysisRecord(
        owner=request.owner,
        model=analysis.model,
        query=request.query,
        labels=list(request.labels),
        result=analysis.text,
        boxes=[to_row(box) for box in analysis.boxes],
        picture=SetPicture.objects.filter(pk=request.kept_picture).first(),
        width=request.picture.width,
        height=request.picture.height,
        usage={
            "prompt_tokens": analysis.usage.prompt_tokens,
            "completion_tokens": analysis.usage.completion_tokens,
            "total_tokens": analysis.usage.total_tokens,
        },
        seconds=analysis.seconds,
    )
    with with_their_row(record.thumbnail, record.boxed_image):
        keep_file(record.thumbnail, "thumbnails", thumbnail)
        record.stored_bytes = len(thumbnail.data)
        if boxed is not None:
            keep_file(record.boxed_image, "boxed", boxed)
            record.stored_bytes += len(boxed.data)
        record.save(force_insert=True)
    touch_set_of(record)
    return record


def save_hand_made(kept: SetPicture, owner: str, boxes: Sequence[Box]) -> AnalysisRecord:
    """Of boxes that somebody drew where no model was asked; blocks. Raises StorageFull."""
    require_room(owner, 1)
    record = AnalysisRecord(
        owner=owner,
        picture=kept,
        edited_boxes=[to_row(box) for box in boxes],
        width=kept.width,
        height=kept.height,
        seconds=0,
    )
    with kept.thumbnail.open("rb") as file:
        small = EncodedPicture(file.read(), PurePosixPath(str(kept.thumbnail.name)).suffix)
    with with_their_row(record.thumbnail, record.boxed_image):
        keep_file(record.thumbnail, "thumbnails", small)
        draw_anew(record, kept)
        record.stored_bytes = len(small.data) + size_of(record.boxed_image)
        record.save(force_insert=True)
    touch_set_of(record)
    return record


def to_row(box: Box) -> dict[str, Any]:
    return {"label": box.label, "box": [box.x1, box.y1, box.x2, box.y2]}


def to_box(row: dict[str, Any]) -> Box:
    """Raises ValueError where it has no area."""
    return Box(row["label"], *row["box"])


def keep_file(field: Any, folder: str, picture: EncodedPicture) -> None:
    """In the row's field, which is saved with the row."""
    field.save(unguessable(f"{FOLDER}/{folder}", picture), ContentFile(picture.data), save=False)


def size_of(field: FieldFile) -> int:
    """Bytes; of a file that is gone, or was never there, 0."""
    try:
        return field.size if field else 0
    except FileNotFoundError:
        return 0


def edit_boxes(record: AnalysisRecord, boxes: Sequence[Box] | None) -> None:
    """Keeps them beside the model's own, None takes these back; draws the picture anew where it is
    kept. Blocks."""
    record.edited_boxes = None if boxes is None else [to_row(box) for box in boxes]
    former = record.boxed_image.name
    if record.picture is not None:
        draw_anew(record, record.picture)
    record.stored_bytes = size_of(record.thumbnail) + size_of(record.boxed_image)
    record.save(update_fields=["edited_boxes", "boxed_image", "stored_bytes"])
    touch_set_of(record)
    if former and former != record.boxed_image.name:
        record.boxed_image.storage.delete(former)


def draw_anew(record: AnalysisRecord, kept: SetPicture) -> None:
    """Sets `boxed_image` without saving the row; a file that is gone leaves it as it was."""
    shown = [to_box(row) for row in record.shown_boxes]
    if not shown:
        record.boxed_image = ""
        return
    try:
        with kept.file.open("rb") as file:
            picture = read_picture(file.read(), max_pixels=get_env().max_picture_pixels)
    except FileNotFoundError:
        return
    keep_file(record.boxed_image, "boxed", encode(draw_boxes(picture.image, shown)))


def touch_set_of(record: AnalysisRecord) -> None:
    if record.picture is not None:
        sets = PictureSet.objects.filter(pk=record.picture.picture_set_id)
        sets.update(updated_at=timezone.now())


def only_latest(records: QuerySet[AnalysisRecord]) -> QuerySet[AnalysisRecord]:
    """Of each kept picture the last analysis; all of pictures that were not kept."""
    later = AnalysisRecord.objects.filter(picture=OuterRef("picture")).filter(
        Q(created_at__gt=OuterRef("created_at"))
        | Q(created_at=OuterRef("created_at"), pk__gt=OuterRef("pk"))
    )
    return records.filter(Q(picture=None) | ~Exists(later))


def remove_expired_analyses(days: int) -> int:
    """How many went; 0 days keeps everything. Those of sets go with their sets."""
    if days <= 0:
        return 0
    moment = timezone.now() - timedelta(days=days)
    removed = remove_analyses(AnalysisRecord.objects.filter(picture=None, created_at__lt=moment))
    if removed:
        logger.info("removed %s analyses older than %s days", removed, days)
    return removed


def remove_analyses(records: QuerySet[AnalysisRecord]) -> int:
    """Rows first: a file without a row is litter, a row without its file is a broken picture."""
    removed = 0
    for record in list(records):
        record.delete()
        for file in (record.thumbnail, record.boxed_image):
            if file:
                file.delete(save=False)
        removed += 1
    return removed
