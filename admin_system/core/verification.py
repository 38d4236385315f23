"""Proves that a freshly loaded model answers, by asking it something small."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from PIL import Image, ImageDraw

from admin_system.core.engines.base import Engine
from admin_system.core.errors import LoadError
from admin_system.core.types import (
    ChatRequest,
    Delta,
    End,
    Message,
    Part,
    Picture,
    PicturePart,
    Sampling,
    TextPart,
)

QUESTION = "图里有什么？"
SIDE = 112
"""Pixels of the picture that is asked about."""
LONGEST_ANSWER = 8
"""Tokens."""
PATIENCE = 300.0
"""Seconds for the first answer, which on a slow machine also warms everything up."""


def verify(engine: Engine) -> None:
    """Blocks until the engine has answered. Raises CoreError; LoadError when nothing came."""
    asyncio.run(_ask(engine))


async def _ask(engine: Engine) -> None:
    text, ended = "", False
    try:
        async with (
            asyncio.timeout(PATIENCE),
            aclosing(engine.submit(question_for(engine))) as answer,
        ):
            async for piece in answer:
                match piece:
                    case Delta(text=more):
                        text += more
                    case End():
                        ended = True
    except TimeoutError as error:
        raise LoadError("model_answers_too_slowly", seconds=int(PATIENCE)) from error
    if not (ended and text.strip()):
        raise LoadError("model_gives_no_answer")


def question_for(engine: Engine) -> ChatRequest:
    """With a red circle for a model in this process; an upstream may know text only."""
    parts: tuple[Part, ...] = (TextPart(QUESTION),)
    if engine.spec.kind == "local":
        parts = (PicturePart(red_circle()), *parts)
    return ChatRequest(
        messages=(Message("user", parts),),
        sampling=Sampling(temperature=0, max_tokens=LONGEST_ANSWER),
        owner="service",
    )


def red_circle() -> Picture:
    image = Image.new("RGB", (SIDE, SIDE), "white")
    ImageDraw.Draw(image).ellipse((28, 28, 84, 84), fill=(220, 30, 30))
    return Picture(image, sha256="verification")
