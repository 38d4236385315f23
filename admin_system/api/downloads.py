"""/api/service/downloads: models brought onto this computer's disk, in the background."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs
from admin_system.api.bodies import aread_json, require_json
from admin_system.api.fault_pages import language_of
from admin_system.api.openapi import describe
from admin_system.api.protocol.model_setup import (
    DownloadAnswer,
    DownloadBody,
    DownloadList,
    encode_download,
)
from admin_system.api.responses import done, json_response
from admin_system.api.threads import in_library
from admin_system.core import fetching
from admin_system.core.fetching import DownloadNotFound
from admin_system.core.models import ModelDownload

router = Router(tags=["service"], auth=Needs("admin"))

EXAMPLE = '{"name": "Qwen/Qwen2-VL-2B-Instruct", "source": "hub"}'


@router.get(
    "/api/service/downloads",
    openapi_extra=describe(answer=DownloadList),
    summary="The downloads, newest first",
)
async def list_downloads(request: HttpRequest) -> HttpResponse:
    language = language_of(request)
    rows = await in_library(fetching.list_downloads)
    return json_response({"data": [encode_download(row, language) for row in rows]})


@router.post(
    "/api/service/downloads",
    openapi_extra=describe(DownloadBody, answer=DownloadAnswer, status=202),
    summary="Download a model",
)
async def begin_download(request: HttpRequest) -> HttpResponse:
    """Goes on where a former download of the same model was cut."""
    require_json(request)
    body = await aread_json(request.body, DownloadBody, EXAMPLE)
    return await accept(request, lambda: fetching.begin(body.name, body.source, body.revision))


@router.post(
    "/api/service/downloads/{download_id}/stop",
    openapi_extra=describe(answer=DownloadAnswer, status=202),
    summary="Stop it; what has come is kept",
)
async def stop_download(request: HttpRequest, download_id: str) -> HttpResponse:
    number = read_number(download_id)
    return await accept(request, lambda: fetching.stop(number))


@router.post(
    "/api/service/downloads/{download_id}/resume",
    openapi_extra=describe(answer=DownloadAnswer, status=202),
    summary="Go on where it was stopped or failed",
)
async def resume_download(request: HttpRequest, download_id: str) -> HttpResponse:
    number = read_number(download_id)
    return await accept(request, lambda: fetching.resume(number))


@router.delete(
    "/api/service/downloads/{download_id}",
    openapi_extra=describe(status=204),
    summary="Take it off the list; its files stay",
)
async def forget_download(request: HttpRequest, download_id: str) -> HttpResponse:
    number = read_number(download_id)
    await in_library(lambda: fetching.forget(number))
    return done()


async def accept(request: HttpRequest, deed: Callable[[], ModelDownload]) -> HttpResponse:
    row = await in_library(deed)
    return json_response(encode_download(row, language_of(request)), status=202)


def read_number(text: str) -> int:
    """Raises DownloadNotFound."""
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise DownloadNotFound(text)
    return int(text)
