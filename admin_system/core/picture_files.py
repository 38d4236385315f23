"""Kept pictures by the address that was given out for them, for their owners alone."""

from __future__ import annotations

from django.db.models import Q
from django.db.models.fields.files import FieldFile

from admin_system.core.models import AnalysisRecord, MessagePicture


def find_picture_file(name: str, owner: str) -> FieldFile | None:
    """Of an analysis or a conversation of this owner; `name` is the file's, as its row has it."""
    if not name:
        return None
    analysis = AnalysisRecord.objects.filter(
        Q(boxed_image=name) | Q(thumbnail=name), owner=owner
    ).first()
    if analysis is not None:
        return pick(name, analysis.boxed_image, analysis.thumbnail)
    picture = MessagePicture.objects.filter(
        Q(file=name) | Q(thumbnail=name), message__conversation__owner=owner
    ).first()
    return None if picture is None else pick(name, picture.file, picture.thumbnail)


def pick(name: str, *files: FieldFile) -> FieldFile:
    return next(file for file in files if file.name == name)
