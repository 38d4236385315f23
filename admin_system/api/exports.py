"""GET /api/analyses/export: boxes as files that annotation tools and tables read."""

from __future__ import annotations

from channels.db import database_sync_to_async
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.openapi import describe
from admin_system.api.picture_sets import find_set
from admin_system.core.errors import BadRequest
from admin_system.core.exports.formats import FORMATS, export_response
from admin_system.core.exports.pictures import find_numbers
from admin_system.core.models import AnalysisRecord
from admin_system.core.records import only_latest

router = Router(tags=["analyze"], auth=Needs("analyze"))


@router.get(
    "/api/analyses/export",
    openapi_extra=describe(),
    summary="The caller's analyses, or those of a set, as a file",
)
async def export_analyses(
    request: HttpRequest,
    format: str = "",  # noqa: A002 - the name on the wire
    set: str = "",  # noqa: A002 - likewise
) -> StreamingHttpResponse:
    """`format` is coco, yolo, labelme, csv or pictures; of each kept picture the last analysis."""
    if not format:
        raise BadRequest("field_missing", param="format")
    if format not in FORMATS:
        allowed = ", ".join(FORMATS)
        raise BadRequest("field_not_one_of", param="format", given=format[:40], allowed=allowed)
    title, numbers = await find_analyses(get_caller(request).owner, set)
    return export_response(format, title, numbers)


@database_sync_to_async
def find_analyses(owner: str, set_id: str) -> tuple[str, tuple[str, ...]]:
    """The title of the file, and the ids. Raises RecordNotFound."""
    records = AnalysisRecord.objects.filter(owner=owner)
    title = ""
    if set_id:
        found = find_set(owner, set_id)
        title = found.title
        records = records.filter(picture__picture_set=found)
    return title, find_numbers(only_latest(records))
