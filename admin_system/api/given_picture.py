"""The one picture of an analysis, in whichever of the three ways it is given."""

from __future__ import annotations

from django.db import connection

from admin_system.api.pictures import read_base64, read_bytes
from admin_system.api.protocol.plain import AnalyzeBody
from admin_system.api.set_pictures import find_picture
from admin_system.core.errors import BadPicture, BadRequest
from admin_system.core.picture_sets import read_kept
from admin_system.core.types import Picture


def read_given(body: AnalyzeBody, data: bytes | None, owner: str, expected: str) -> Picture:
    """From `data` (a file, or the binary frame before), base64, or a set; blocks.

    `expected` is the field that is named when there is no picture. Raises BadRequest,
    RecordNotFound.
    """
    given = {
        "image": data is not None,
        "image_base64": body.image_base64 is not None,
        "picture": body.picture is not None,
    }
    named = [name for name, is_given in given.items() if is_given]
    if len(named) > 1:
        raise BadRequest("fields_conflict", param=named[1], other=named[0])
    if data is not None:
        return read_bytes(data, "image")
    if body.image_base64 is not None:
        return read_base64(body.image_base64, "image_base64")
    if body.picture is None:
        raise BadPicture("picture_missing", param=expected)
    try:
        return read_kept(find_picture(owner, body.picture))
    finally:
        connection.close()  # the reader's thread outlives the request
