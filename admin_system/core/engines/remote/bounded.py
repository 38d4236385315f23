"""Whole answers of a service elsewhere, up to a size: a hostile or broken one sends without end."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import closing
from typing import Any

import httpx

LARGEST = 8 * 2**20
"""Bytes, unpacked; a list of models or a status is a few thousand."""
UNPACKED = ("content-encoding", "content-length", "transfer-encoding")
"""Headers that are not true of it any more."""


class AnswerTooLarge(ValueError):
    """Nothing honest comes near."""


class BoundedClient(httpx.Client):
    """Raises AnswerTooLarge, beside what httpx raises."""

    def send(self, request: httpx.Request, **options: Any) -> httpx.Response:
        with closing(super().send(request, **{**options, "stream": True})) as response:
            content = bytearray()
            for block in response.iter_bytes():
                content += block
                if len(content) > LARGEST:
                    raise AnswerTooLarge(f"more than {LARGEST} bytes from {request.url.host}")
            kept = [pair for pair in response.headers.items() if pair[0] not in UNPACKED]
            return httpx.Response(
                response.status_code, headers=kept, content=bytes(content), request=request
            )


async def read_start(blocks: AsyncIterator[bytes], most: int) -> bytes:
    """The first so many bytes; the rest is not waited for."""
    content = bytearray()
    async for block in blocks:
        content += block
        if len(content) >= most:
            break
    return bytes(content[:most])
