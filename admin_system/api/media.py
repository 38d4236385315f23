"""GET /media/…: the pictures of analyses, by names that nobody can guess."""

from __future__ import annotations

from pathlib import PurePosixPath

from django.core.exceptions import SuspiciousOperation
from django.core.files.storage import default_storage
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.errors import PathNotFound
from admin_system.api.openapi import describe
from admin_system.api.pictures import in_reader

router = Router(tags=["analyze"])

FOLDER = "analyses"
"""Only what analyses keep is ever served from here."""
TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp"}
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": "inline",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, max-age=3600",
}


@router.get(
    "/media/{path:name}", auth=None, openapi_extra=describe(), summary="A picture of an analysis"
)
async def get_picture(request: HttpRequest, name: str) -> HttpResponse:
    """Needs no key: whoever was given the address may open it."""
    path = PurePosixPath(name.removesuffix("/"))
    kind = TYPES.get(path.suffix)
    if kind is None or path.parts[0] != FOLDER:
        raise PathNotFound(request.path)
    data = await in_reader(lambda: read_file(str(path), request.path))
    return HttpResponse(data, content_type=kind, headers=SAFE_HEADERS)


def read_file(name: str, address: str) -> bytes:
    try:
        with default_storage.open(name, "rb") as file:
            data: bytes = file.read()
            return data
    except (OSError, ValueError, SuspiciousOperation):
        raise PathNotFound(address) from None
