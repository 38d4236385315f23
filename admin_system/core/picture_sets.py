"""Sets of pictures: kept as they come, with the last analysis of each."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypedDict

from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from admin_system.core.errors import BadRequest
from admin_system.core.images import read_picture
from admin_system.core.models import AnalysisRecord, PictureSet, SetPicture
from admin_system.core.records import only_latest, remove_analyses
from admin_system.core.stored_bytes import require_room
from admin_system.core.stored_pictures import (
    SentPicture,
    keep_format,
    make_thumbnail,
    unguessable,
)
from admin_system.core.types import Picture
from admin_system.core.whole_files import with_their_row
from admin_system.env import get_env

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

logger = logging.getLogger(__name__)

FOLDER = "picture-sets"
MOST_PICTURES = 2000
"""In one set."""
NAME_LENGTH = 200


class Counts(TypedDict):
    picture_count: int
    analysed_count: int


def sets_of(owner: str, search: str = "") -> QuerySet[WithAnnotations[PictureSet, Counts]]:
    """Last touched first, with `picture_count` and `analysed_count`."""
    found = PictureSet.objects.filter(owner=owner)
    if search:
        found = found.filter(title__icontains=search)
    return found.annotate(
        picture_count=Count("pictures", distinct=True),
        analysed_count=Count("pictures__analyses__picture", distinct=True),
    )


def check_room(picture_set: PictureSet) -> None:
    """Raises BadRequest."""
    if picture_set.pictures.count() >= MOST_PICTURES:
        raise BadRequest("set_full", param="picture", limit=MOST_PICTURES)


def add_picture(picture_set: PictureSet, name: str, sent: SentPicture) -> SetPicture:
    """Encodes and writes; blocks. Raises StorageFull."""
    whole, thumbnail = keep_format(sent), make_thumbnail(sent.picture.image)
    size = len(whole.data) + len(thumbnail.data)
    require_room(picture_set.owner, size)
    row = SetPicture(
        picture_set=picture_set,
        name=PurePosixPath(name.replace("\\", "/")).name[-NAME_LENGTH:],
        stored_bytes=size,
        width=sent.picture.width,
        height=sent.picture.height,
        sha256=sent.picture.sha256,
    )
    with with_their_row(row.file, row.thumbnail):
        for field, encoded in ((row.file, whole), (row.thumbnail, thumbnail)):
            field.save(unguessable(FOLDER, encoded), ContentFile(encoded.data), save=False)
        with transaction.atomic():
            row.save(force_insert=True)
            PictureSet.objects.filter(pk=picture_set.pk).update(updated_at=timezone.now())
    return row


def read_kept(row: SetPicture) -> Picture:
    """Blocks. Raises BadRequest where its file is gone."""
    try:
        with row.file.open("rb") as file:
            data: bytes = file.read()
    except FileNotFoundError as error:
        raise BadRequest("set_picture_gone", param="picture") from error
    return read_picture(data, max_pixels=get_env().max_picture_pixels, param="picture")


def latest_analyses(picture_set: PictureSet) -> Mapping[str, AnalysisRecord]:
    """By the id of the picture."""
    records = AnalysisRecord.objects.filter(picture__picture_set=picture_set)
    return {str(record.picture_id): record for record in only_latest(records)}


def remove_picture(row: SetPicture) -> None:
    """With its analyses; rows first, as in `records.remove_analyses`."""
    remove_analyses(row.analyses.all())
    row.delete()
    for file in (row.file, row.thumbnail):
        file.delete(save=False)


def remove_set(picture_set: PictureSet) -> None:
    for row in list(picture_set.pictures.all()):
        remove_picture(row)
    picture_set.delete()


def remove_expired_sets(days: int) -> int:
    """How many went, in which nothing was done for so long; 0 days keeps everything."""
    if days <= 0:
        return 0
    expired = list(PictureSet.objects.filter(updated_at__lt=timezone.now() - timedelta(days=days)))
    for picture_set in expired:
        remove_set(picture_set)
    if expired:
        logger.info("removed %s sets of pictures older than %s days", len(expired), days)
    return len(expired)
