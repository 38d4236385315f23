"""The formats of an export by their names, and how one is sent to whoever asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import connections
from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from admin_system.core.exports.coco import write_coco
from admin_system.core.exports.drawn import write_drawn
from admin_system.core.exports.labelme import write_labelme
from admin_system.core.exports.table import write_table
from admin_system.core.exports.yolo import write_yolo

PIECE = 64 * 1024
"""Bytes that are gathered before they are sent, at least."""


@dataclass(frozen=True, slots=True)
class Format:
    content_type: str
    ending: str
    """Of the file's name."""
    write: Callable[[Sequence[str]], Iterator[bytes]]
    """Ids of analyses -> the file, piece by piece; blocks."""


ZIP = "application/zip"
FORMATS = {
    "coco": Format("application/json", "coco.json", write_coco),
    "yolo": Format(ZIP, "yolo.zip", write_yolo),
    "labelme": Format(ZIP, "labelme.zip", write_labelme),
    "csv": Format("text/csv; charset=utf-8", "csv", write_table),
    "pictures": Format(ZIP, "pictures.zip", write_drawn),
}


def export_response(name: str, title: str, numbers: Sequence[str]) -> StreamingHttpResponse:
    """A download in the format of this name; needs a server that speaks ASGI."""
    chosen = FORMATS[name]
    day = timezone.localdate().isoformat()
    file_name = f"{title.strip() or 'analyses'} {day}.{chosen.ending}"
    headers = {
        "Content-Disposition": content_disposition_header(True, file_name) or "",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingHttpResponse(
        in_thread(chosen.write(numbers)), content_type=chosen.content_type, headers=headers
    )


async def in_thread(pieces: Iterator[bytes]) -> AsyncGenerator[bytes]:
    """Reads and packs beside the event loop, a step at a time: whoever is slow to take what was
    sent lets nothing pile up."""

    def step() -> bytes:
        gathered = bytearray()
        try:
            for piece in pieces:
                gathered += piece
                if len(gathered) >= PIECE:
                    break
        finally:
            connections.close_all()  # the next step may run in another thread
        return bytes(gathered)

    while piece := await asyncio.to_thread(step):
        yield piece
