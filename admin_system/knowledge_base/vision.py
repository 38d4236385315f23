"""Asks the service's own vision model what a picture shows and what is written on it."""

from __future__ import annotations

import asyncio

from PIL.Image import Image

from admin_system.core.catalog import get_service
from admin_system.core.types import (
    ChatRequest,
    End,
    Message,
    Picture,
    PicturePart,
    Sampling,
    ServiceState,
    TextPart,
)

OWNER = "knowledge"
"""Under which these requests stand in the queue."""
LONGEST = 1_500
"""Tokens of a description; a full page of text has about a thousand."""
QUESTION = (
    "Write down what this picture says, for somebody who cannot see it. First one or two "
    "sentences on what it shows, in Chinese and in English. Then all text in it, word for word, in "
    "its own language and reading order; tables as Markdown. Nothing else.\n"
    "写下这张图片的内容，供看不到它的人使用。先用中文和英文各一两句说明图中有什么；"
    "然后逐字写出图中的全部文字，保持原来的语言和阅读顺序，表格写成 Markdown。不写别的。"
)


def find_seeing_model() -> str | None:
    """Name of the model that answers now; None when there is none, or only the demonstration,
    which would invent."""
    status = get_service().status()
    if status.state is not ServiceState.READY or status.demo:
        return None
    return status.serving


def describe(image: Image, sha256: str, model: str) -> str:
    """Blocks while the model writes. Raises CoreError."""
    request = ChatRequest(
        (Message("user", (PicturePart(Picture(image, sha256)), TextPart(QUESTION))),),
        Sampling(temperature=0.0, max_tokens=LONGEST),
        owner=OWNER,
    )
    return asyncio.run(_ask(request, model)).strip()


async def _ask(request: ChatRequest, model: str) -> str:
    async for value in get_service().stream(request, model):
        if isinstance(value, End):
            return value.text
    raise RuntimeError("the stream ended without an End")
