"""A turn of a kept conversation: the question is stored before anything runs, the answer at its
end, however it ends."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

from channels.db import database_sync_to_async

from admin_system.api.conversations import find_conversation
from admin_system.api.errors import RecordNotFound, to_fault
from admin_system.api.pictures import read_bytes
from admin_system.api.protocol.frames import Frame
from admin_system.api.protocol.turns import TurnFrame
from admin_system.core.conversations import (
    SentPicture,
    ask,
    begin_answer,
    finish_answer,
    path_to,
    to_turns,
)
from admin_system.core.images import read_base64
from admin_system.core.models import Conversation, Message
from admin_system.core.types import Language
from admin_system.core.types import Message as Turn

store = database_sync_to_async(finish_answer)


def read_sent(frame: TurnFrame) -> list[SentPicture]:
    """Blocks while they are decoded. Raises BadPicture."""
    sent = []
    for number, text in enumerate(frame.images):
        data = read_base64(text, f"images[{number}]")
        sent.append(SentPicture(data, read_bytes(data, f"images[{number}]")))
    return sent


@database_sync_to_async
def begin_turn(
    frame: TurnFrame, owner: str, pictures: list[SentPicture]
) -> tuple[Message, tuple[Turn, ...]]:
    """The row of the answer to come, and what its model is told.

    Raises RecordNotFound; BadRequest where a picture is gone.
    """
    conversation = find_conversation(owner, frame.conversation)
    if frame.answer_to is not None:
        question = find_message(conversation, frame.answer_to, "answer_to", Message.Role.USER)
    else:
        question = ask(conversation, find_parent(conversation, frame), frame.message, pictures)
    answer = begin_answer(question, "")
    return answer, to_turns(path_to(question))


def find_parent(conversation: Conversation, frame: TurnFrame) -> Message | None:
    """Raises RecordNotFound."""
    if "parent" not in frame.model_fields_set:
        return conversation.head
    if frame.parent is None:
        return None
    return find_message(conversation, frame.parent, "parent", Message.Role.ASSISTANT)


def find_message(conversation: Conversation, message_id: str, param: str, role: str) -> Message:
    """Raises RecordNotFound."""
    row = Message.objects.filter(conversation=conversation, pk=message_id, role=role).first()
    if row is None:
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
        found["error"] = {"code": fault.code, "message": fault.message}
        raise
    finally:
        if not known:
            await end(answer, found, pieces, began)


async def end(answer: Message, found: dict[str, Any], pieces: list[str], began: float) -> None:
    seconds = round(time.monotonic() - began, 2)
    await store(answer, {**found, "content": "".join(pieces), "seconds": seconds})
