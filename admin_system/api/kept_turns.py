"""A turn of a kept conversation: the question is stored before anything runs, the answer at its
end, however it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from channels.db import database_sync_to_async
from django.db import OperationalError

from admin_system.api.conversations import find_conversation, find_message
from admin_system.api.errors import RecordNotFound, to_fault
from admin_system.api.pictures import read_bytes, read_bytes_of
from admin_system.api.protocol.frames import Frame
from admin_system.api.protocol.turns import TurnFrame
from admin_system.api.request_id import get_request_id
from admin_system.core.conversations import (
    ask,
    begin_answer,
    finish_answer,
    path_to,
    to_turns,
)
from admin_system.core.models import Conversation, Message
from admin_system.core.stored_pictures import SentPicture
from admin_system.core.types import Language
from admin_system.core.types import Message as Turn

STORE_SECONDS = 30.0
"""For which the end of an answer waits for a database that is away or held by somebody else."""
STORE_PAUSE = 0.5

store = database_sync_to_async(finish_answer)

_outliving: set[asyncio.Task[None]] = set()
"""Held here: the event loop itself holds tasks weakly."""


def read_sent(frame: TurnFrame, owner: str) -> list[SentPicture]:
    """Blocks while they are decoded. Raises BadPicture."""
    sent = []
    for number, text in enumerate(frame.images):
        data = read_bytes_of(text, f"images[{number}]", owner)
        sent.append(SentPicture(data, read_bytes(data, f"images[{number}]")))
    return sent


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn whose two sides have their rows."""

    frame: TurnFrame
    """With what the question was asked with, where another answer is asked for."""
    answer: Message
    turns: tuple[Turn, ...]
    """What the model is told."""


async def begin_turn(frame: TurnFrame, owner: str, pictures: list[SentPicture]) -> KeptTurn:
    """Whoever is cancelled meanwhile leaves no answer without an end.

    Raises RecordNotFound, StorageFull; BadRequest where a picture is gone.
    """
    beginning = asyncio.ensure_future(begin(frame, owner, pictures))
    try:
        return await asyncio.shield(beginning)
    except asyncio.CancelledError:
        await outlive(end_what_begins(beginning))
        raise


@database_sync_to_async
def begin(frame: TurnFrame, owner: str, pictures: list[SentPicture]) -> KeptTurn:
    conversation = find_conversation(owner, frame.conversation)
    if frame.answer_to is not None:
        question = find_said(conversation, frame.answer_to, "answer_to", Message.Role.USER)
        frame = frame.asked_as(question.asked)
    else:
        parent = find_parent(conversation, frame)
        question = ask(conversation, parent, frame.message, pictures, frame.asked)
    answer = begin_answer(question, "")
    return KeptTurn(frame, answer, to_turns(path_to(question)))


def find_parent(conversation: Conversation, frame: TurnFrame) -> Message | None:
    """Raises RecordNotFound."""
    if "parent" not in frame.model_fields_set:
        return conversation.head
    if frame.parent is None:
        return None
    return find_said(conversation, frame.parent, "parent", Message.Role.ASSISTANT)


def find_said(conversation: Conversation, message_id: str, param: str, role: str) -> Message:
    """Raises RecordNotFound, also where the other side said it."""
    row = find_message(conversation, message_id, param)
    if row.role != role:
        raise RecordNotFound("message_not_found", param=param, id=message_id[:60])
    return row


def kept(frame_id: str, answer: Message) -> Frame:
    """Tells the client where the two sides are kept, before the model is asked."""
    return {"type": "kept", "id": frame_id, "question": answer.parent_id, "answer": answer.pk}


async def keep_answer(
    answer: Message, frames: AsyncGenerator[Frame], language: Language
) -> AsyncGenerator[Frame]:
    """The same frames; what they say is stored, also when they break off."""
    began, pieces, known = time.monotonic(), [], False
    found: dict[str, Any] = {"finish_reason": "cancelled"}
    try:
        async with aclosing(frames):
            async for frame in frames:
                match frame["type"]:
                    case "start":
                        found["model"] = frame["model"]
                    case "delta":
                        pieces.append(frame["content"])
                    case "boxes":
                        found["boxes"] = frame["boxes"]
                    case "done":
                        found["finish_reason"] = frame["finish_reason"]
                        found["usage"] = frame["usage"]
                        found["annotations"] = frame.get("annotations") or []
                        pieces = [frame["content"]]
                        await end(answer, found, pieces, began)
                        known = True
                yield frame
    except Exception as error:
        fault = to_fault(error, language)
        found["finish_reason"] = "error"
        found["error"] = {
            "code": fault.code,
            "message": fault.message,
            "request_id": get_request_id(),
        }
        raise
    finally:
        if not known:
            await end(answer, found, pieces, began)


async def end(answer: Message, found: dict[str, Any], pieces: list[str], began: float) -> None:
    seconds = round(time.monotonic() - began, 2)
    await outlive(store_end(answer, {**found, "content": "".join(pieces), "seconds": seconds}))


async def end_what_begins(beginning: asyncio.Future[KeptTurn]) -> None:
    with suppress(Exception):  # nothing was begun, and nobody is left to be told
        turn = await beginning
        await store_end(turn.answer, {"finish_reason": "cancelled"})


async def store_end(answer: Message, fields: dict[str, Any]) -> None:
    patience = time.monotonic() + STORE_SECONDS
    while True:
        try:
            return await store(answer, fields)
        except OperationalError:
            if time.monotonic() > patience:
                raise
            await asyncio.sleep(STORE_PAUSE)


async def outlive(work: Coroutine[Any, Any, None]) -> None:
    """Waits for it; it goes on where whoever waits is cancelled, be it once more: by a client who
    stops and leaves."""
    task = asyncio.create_task(work)
    _outliving.add(task)
    task.add_done_callback(_outliving.discard)
    await asyncio.shield(task)
