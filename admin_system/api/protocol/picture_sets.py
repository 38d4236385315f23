"""Sets of pictures on the wire."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from admin_system.api.protocol.analyses import encode_record
from admin_system.api.protocol.descriptions import Answer, RecordAnswer
from admin_system.api.protocol.validation import Body
from admin_system.core.models import AnalysisRecord, PictureSet, SetPicture

MAX_TITLE = 200


class NewSetBody(Body):
    title: str = Field("", max_length=MAX_TITLE)


class SetTitleBody(Body):
    title: str = Field(min_length=1, max_length=MAX_TITLE)


class SetPictureAnswer(Answer):
    id: str
    name: str = Field(description="Of the file as it was sent.")
    url: str
    thumbnail_url: str
    width: int
    height: int
    analysis: RecordAnswer | None = Field(description="The last one; null before the first.")


class PictureSetAnswer(Answer):
    id: str
    title: str
    picture_count: int
    analysed_count: int
    created_at: str
    updated_at: str


class WholeSetAnswer(PictureSetAnswer):
    pictures: list[SetPictureAnswer] = Field(description="In the order in which they came.")


class PictureSetPage(Answer):
    data: list[PictureSetAnswer]
    next_cursor: str | None


class LeftOutAnswer(Answer):
    name: str
    code: str
    message: str


class AddedPicturesAnswer(Answer):
    pictures: list[SetPictureAnswer]
    left_out: list[LeftOutAnswer] = Field(description="Files that are no pictures, and why.")


def encode_set(row: PictureSet, picture_count: int, analysed_count: int) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "picture_count": picture_count,
        "analysed_count": analysed_count,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def encode_whole_set(row: PictureSet, analyses: Mapping[str, AnalysisRecord]) -> dict[str, Any]:
    pictures = [encode_picture(one, analyses.get(one.pk)) for one in row.pictures.all()]
    return {**encode_set(row, len(pictures), len(analyses)), "pictures": pictures}


def encode_picture(row: SetPicture, analysis: AnalysisRecord | None) -> dict[str, Any]:
    address = f"/api/picture-sets/{row.picture_set_id}/pictures/{row.pk}"
    return {
        "id": row.pk,
        "name": row.name,
        "url": f"{address}/file",
        "thumbnail_url": f"{address}/thumbnail",
        "width": row.width,
        "height": row.height,
        "analysis": None if analysis is None else encode_record(analysis),
    }
