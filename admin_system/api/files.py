"""Bytes that somebody uploaded, sent so that no browser takes them for a page of this server."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from admin_system.api.errors import RecordNotFound
from admin_system.api.media import SAFE_HEADERS
from admin_system.api.threads import in_library
from admin_system.knowledge_base import storage

UNKNOWN = "application/octet-stream"
PICTURES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"BM", "image/bmp"),
)
"""Kinds that browsers show and that cannot hold a script, by their first bytes."""


def picture_type(data: bytes) -> str:
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in PICTURES if data.startswith(start)), UNKNOWN)


def picture_response(data: bytes) -> HttpResponse:
    kind = picture_type(data)
    headers = dict(SAFE_HEADERS)
    if kind == UNKNOWN:
        headers["Content-Disposition"] = "attachment"
    return HttpResponse(data, content_type=kind, headers=headers)


async def file_response(request: HttpRequest, sha256: str, name: str) -> HttpResponseBase:
    """A download of a document's bytes under that name, block by block. Raises RecordNotFound."""
    try:
        size = await in_library(lambda: storage.size_of(sha256))
    except FileNotFoundError:
        raise RecordNotFound("document_file_gone") from None
    response: HttpResponseBase
    if isinstance(request, ASGIRequest):
        response = StreamingHttpResponse(send_blocks(sha256), content_type=UNKNOWN)
    else:  # under WSGI the event loop ends before the answer is sent
        response = HttpResponse(
            await in_library(lambda: storage.read(sha256)), content_type=UNKNOWN
        )
    for header, value in SAFE_HEADERS.items():
        response.headers[header] = value
    response.headers["Content-Length"] = str(size)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


async def send_blocks(sha256: str) -> AsyncGenerator[bytes]:
    """A client that goes away closes it."""
    with await in_library(lambda: storage.open_bytes(sha256)) as file:
        while block := await in_library(lambda: file.read(storage.BLOCK)):
            yield block
