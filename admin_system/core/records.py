"""Keeps analyses: a row, a thumbnail, and the picture with its boxes."""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from asgiref.sync import sync_to_async
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db.models import QuerySet
from django.utils import timezone
from PIL.Image import Image, Resampling

from admin_system.core.analysis import Analysis, AnalysisRequest
from admin_system.core.drawing import draw_boxes
from admin_system.core.models import AnalysisRecord
from admin_system.env import get_env

logger = logging.getLogger(__name__)

THUMBNAIL_SIDE = 256
LOSSLESS_PIXELS = 1_500_000
"""Up to this size a boxed picture is a PNG; a larger one as PNG would take tens of megabytes."""
RETENTION_CHECK = 3600
"""Seconds between two looks for expired analyses."""


@dataclass(frozen=True, slots=True)
class EncodedPicture:
    data: bytes
    suffix: str


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
    small = image.copy()
    small.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Resampling.LANCZOS)
    return encode(small), boxed


def encode(image: Image) -> EncodedPicture:
    buffer = BytesIO()
    if image.width * image.height <= LOSSLESS_PIXELS:
        image.save(buffer, "PNG")
        return EncodedPicture(buffer.getvalue(), ".png")
    image.save(buffer, "JPEG", quality=92, subsampling=0)
    return EncodedPicture(buffer.getvalue(), ".jpg")


def store_analysis(
    request: AnalysisRequest,
    analysis: Analysis,
    thumbnail: EncodedPicture,
    boxed: EncodedPicture | None,
) -> AnalysisRecord:
    record = AnalysisRecord(
        owner=request.owner,
        model=analysis.model,
        query=request.query,
        result=analysis.text,
        boxes=[
            {"label": box.label, "box": [box.x1, box.y1, box.x2, box.y2]} for box in analysis.boxes
        ],
        width=request.picture.width,
        height=request.picture.height,
        usage={
            "prompt_tokens": analysis.usage.prompt_tokens,
            "completion_tokens": analysis.usage.completion_tokens,
            "total_tokens": analysis.usage.total_tokens,
        },
        seconds=analysis.seconds,
    )
    record.thumbnail.save(unguessable("thumbnails", thumbnail), ContentFile(thumbnail.data), False)
    if boxed is not None:
        record.boxed_image.save(unguessable("boxed", boxed), ContentFile(boxed.data), False)
    record.save(force_insert=True)
    # The first analysis of an hour clears away what is too old.
    if cache.add("analyses_looked_through", True, RETENTION_CHECK):
        remove_expired_analyses(get_env().retention_days)
    return record


def unguessable(folder: str, picture: EncodedPicture) -> str:
    """192 random bits: whoever was given the address may open it, nobody finds it."""
    token = secrets.token_urlsafe(24)
    return f"analyses/{folder}/{token[:2].lower()}/{token}{picture.suffix}"


def remove_expired_analyses(days: int) -> int:
    """How many went; 0 days keeps everything."""
    if days <= 0:
        return 0
    expired = AnalysisRecord.objects.filter(created_at__lt=timezone.now() - timedelta(days=days))
    removed = remove_analyses(expired)
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
