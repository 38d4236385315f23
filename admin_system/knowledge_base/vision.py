"""Asks the service's own vision model what a picture shows and what is written on it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from admin_system.core.catalog import get_service
from admin_system.core.errors import EngineFault, ModelNotReady
from admin_system.core.images import read_picture
from admin_system.core.types import (
    ChatRequest,
    End,
    Message,
    PicturePart,
    Sampling,
    TextPart,
)
from admin_system.knowledge_base.hold import WorkStopped
from admin_system.knowledge_base.readers.draft import clean
from admin_system.knowledge_base.readers.embedded import LONGEST_SIDE

OWNER = "knowledge"
"""Under which these requests stand in the queue."""
LONGEST = 1_500
"""Tokens of a description; a full page of text has about a thousand."""
MOST_CHARACTERS = 8_000
"""Of a description that are kept."""
GLANCE = 0.2
"""Seconds between two looks at whether to stop."""
QUESTION = (
    "Write down what this picture says, for somebody who cannot see it. First one or two "
    "sentences on what it shows, in Chinese and in English. Then all text in it, word for word, in "
    "its own language and reading order; tables as Markdown. Nothing else.\n"
    "写下这张图片的内容，供看不到它的人使用。先用中文和英文各一两句说明图中有什么；"
    "然后逐字写出图中的全部文字，保持原来的语言和阅读顺序，表格写成 Markdown。不写别的。"
)


def find_seeing_model() -> str | None:
    """Name of the model that answers now; None when there is none, or only one that would invent:
    the demonstration, here or at an upstream, and the echo."""
    try:
        with get_service().hold() as held:
            invents = held.spec.demo or held.info.demo or held.spec.kind == "echo"
            return None if invents else held.spec.name
    except ModelNotReady:
        return None


def describe(data: bytes, model: str, should_stop: Callable[[], bool]) -> str:
    """Blocks while the model writes. What it writes is as little to be trusted as the document.

    Raises CoreError, and WorkStopped as soon as it should stop.
    """
    picture = read_picture(data, max_pixels=LONGEST_SIDE**2)
    request = ChatRequest(
        (Message("user", (PicturePart(picture), TextPart(QUESTION))),),
        Sampling(temperature=0.0, max_tokens=LONGEST),
        owner=OWNER,
        purpose="document",
    )
    return clean(asyncio.run(_ask(request, model, should_stop)))[:MOST_CHARACTERS]


async def _ask(request: ChatRequest, model: str, should_stop: Callable[[], bool]) -> str:
    answer = asyncio.create_task(_read(request, model))
    try:
        while not answer.done():
            if should_stop():
                raise WorkStopped
            await asyncio.wait({answer}, timeout=GLANCE)
        return answer.result()
    finally:
        answer.cancel()
        await asyncio.gather(answer, return_exceptions=True)


async def _read(request: ChatRequest, model: str) -> str:
    async for value in get_service().stream(request, model):
        if isinstance(value, End):
            if value.finish_reason == "cancelled":
                raise EngineFault("answer_stopped")
            return value.text
    raise RuntimeError("the stream ended without an End")
