"""A vision model elsewhere that a test writes the words of: a real service on a real socket."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL.Image import Image

from admin_system.core import catalog
from admin_system.core.catalog import get_service
from admin_system.core.images import read_base64_picture
from admin_system.core.models import ModelConfig
from admin_system.core.tests.engines.upstream import (
    KEY,
    Receive,
    Send,
    Upstream,
    answer,
    begin,
    send_chunk,
    send_part,
)

Reply = str | int
"""The words, or the status of a refusal."""


class VisionUpstream(Upstream):
    """Asks `reply` about each picture; what has none is the question at a load."""

    def __init__(self, reply: Callable[[Image], Reply]) -> None:
        super().__init__()
        self.reply = reply
        self.seen: list[Image] = []
        self.silent = False
        self.url = ""
        self.asked = threading.Event()

    async def complete(self, body: dict[str, Any], receive: Receive, send: Send) -> None:
        image = picture_in(body)
        if image is None:
            await super().complete(body, receive, send)
            return
        self.seen.append(image)
        self.asked.set()
        if self.silent:
            await receive()  # until the one who asks hangs up
            self.hung_up.set()
            return
        reply = self.reply(image)
        if isinstance(reply, int):
            fault = {"error": {"message": "the scripted reason"}}
            await answer(send, reply, fault, {b"retry-after": b"1"})
            return
        await begin(send)
        for piece in (reply[:7], reply[7:]):
            await send_chunk(send, {"choices": [{"delta": {"content": piece}}]})
        await send_chunk(send, {"choices": [{"delta": {}, "finish_reason": "stop"}]})
        await send_part(send, b"data: [DONE]\n\n")
        await send({"type": "http.response.body", "body": b""})


def picture_in(body: dict[str, Any]) -> Image | None:
    content = body["messages"][-1]["content"]
    for part in content if isinstance(content, list) else []:
        if part["type"] == "image_url":
            return read_base64_picture(part["image_url"]["url"], max_pixels=10**8).image
    return None


@contextmanager
def loaded(url: str, name: str = "eyes", **values: object) -> Iterator[None]:
    """This process's own service, with the upstream as its model."""
    ModelConfig.objects.create(
        name=name, kind="remote", upstream_url=url, upstream_key=KEY, **values
    )
    service = get_service()
    catalog.load(name)
    status = service.wait(20)
    assert status.serving == name, status
    try:
        yield
    finally:
        service.unload()
        service.wait(20)
