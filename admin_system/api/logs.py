"""/api/logs: the service's log files, from the end, filtered, and as downloads."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any, BinaryIO, Literal

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from admin_system.api.auth import Needs
from admin_system.api.errors import RecordNotFound
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_cursor
from admin_system.api.pictures import in_reader
from admin_system.api.protocol.logs import LogAnswer, encode_page
from admin_system.api.responses import json_response
from admin_system.core.logs import LogPage, find_log, hide_secrets, list_logs, read_page
from admin_system.env import get_env

router = Router(tags=["service"], auth=Needs("admin"))

Level = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
BLOCK = 1024 * 1024
"""Bytes of a download that are read at a time."""


@router.get(
    "/api/logs",
    openapi_extra=describe(answer=LogAnswer),
    summary="Entries of the service's logs, newest first",
)
async def read_log(
    request: HttpRequest,
    file: str = "",
    level: Level = "DEBUG",
    search: str = "",
    limit: int = PAGE_SIZE,
    cursor: str = "",
    after: int | None = None,
) -> HttpResponse:
    """`level` and worse, with all words of `search`; `after` is the `end` of an earlier answer."""
    name, before = read_cursor(cursor, str, int) if cursor else (file, None)

    def read() -> dict[str, Any]:
        folder = get_env().log_dir
        files = list_logs(folder)
        chosen = str(name) or choose_file([one.name for one in files])
        if chosen is None:
            return encode_page(files, None, LogPage())
        page = read_page(
            get_log(folder, chosen),
            limit=check_limit(limit),
            level=level,
            words=search,
            before=None if before is None else int(before),
            after=after,
        )
        return encode_page(files, chosen, page)

    return json_response(await in_reader(read))


@router.get(
    "/api/logs/{name}",
    openapi_extra=describe(),
    summary="A whole log file",
)
async def download_log(request: HttpRequest, name: str) -> HttpResponseBase:
    path = await in_reader(lambda: get_log(get_env().log_dir, name))
    kind = "text/plain; charset=utf-8"
    response: HttpResponseBase
    if isinstance(request, ASGIRequest):
        response = StreamingHttpResponse(read_blocks(path), content_type=kind)
    else:  # under WSGI the event loop ends before the answer is sent
        response = HttpResponse([block async for block in read_blocks(path)], content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{path.name}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


async def read_blocks(path: Path) -> AsyncGenerator[bytes]:
    """Whole lines, without keys."""
    with path.open("rb") as file:
        while block := await in_reader(lambda: read_block(file)):
            yield block


def read_block(file: BinaryIO) -> bytes:
    lines = file.readlines(BLOCK)
    return hide_secrets(b"".join(lines).decode("utf-8", "replace")).encode()


def choose_file(names: list[str]) -> str | None:
    """The log of this server, else the last that was written."""
    own = get_env().log_file
    return own if own in names else next(iter(names), None)


def get_log(folder: Path, name: str) -> Path:
    """Raises RecordNotFound for whatever is no log of the folder."""
    path = find_log(folder, name)
    if path is None:
        raise RecordNotFound("log_not_found", param="file", name=name[:60])
    return path
