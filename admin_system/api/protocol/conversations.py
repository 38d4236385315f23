"""Conversations on the wire: what may be changed of one, and how it is shown."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from admin_system.api.protocol.completion import encode_seconds
from admin_system.api.protocol.descriptions import Answer, NumberedBoxAnswer
from admin_system.api.protocol.validation import Body
from admin_system.core.models import Conversation, Message, MessagePicture

MAX_TITLE = 200


class ConversationChange(Body):
    """What is left out stays."""

    title: str | None = Field(None, min_length=1, max_length=MAX_TITLE)
    head: str | None = Field(
        None,
        min_length=1,
        description="A message; the path through it is shown, to the last that was said after it.",
    )


class NewConversationBody(Body):
    title: str = Field("", max_length=MAX_TITLE)


class BranchBody(Body):
    message: str = Field(min_length=1, description="The last message of the new conversation.")


class KeptPictureAnswer(Answer):
    url: str
    thumbnail_url: str
    width: int
    height: int


class MessageAnswer(Answer):
    id: str
    parent: str | None
    role: str
    content: str
    pictures: list[KeptPictureAnswer]
    asked: dict[str, Any] = Field(
        description="Of a question: knowledge_base and prompt_template that it was sent with."
    )
    boxes: list[NumberedBoxAnswer]
    annotations: list[dict[str, Any]]
    model: str | None
    finish_reason: str | None = Field(description="Null while it is being written.")
    error: dict[str, Any] | None
    usage: dict[str, Any] | None
    processing_time: str | None
    siblings: list[str] = Field(description="All with the same parent, itself too, in order.")
    created_at: str


class ConversationAnswer(Answer):
    id: str
    title: str
    created_at: str
    updated_at: str


class ListedConversation(ConversationAnswer):
    has_pictures: bool


class WholeConversationAnswer(ConversationAnswer):
    head: str | None = Field(description="Id of the last message that is shown.")
    messages: list[MessageAnswer] = Field(description="From the first one to the head.")


class ConversationFile(WholeConversationAnswer):
    """Of the format json: `messages` are those of every path."""


class ConversationPage(Answer):
    data: list[ListedConversation]
    next_cursor: str | None


def encode_conversation(row: Conversation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "title": row.title,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def encode_listed(row: Conversation) -> dict[str, Any]:
    """Of `mark_pictures`."""
    return {**encode_conversation(row), "has_pictures": getattr(row, "has_pictures", False)}


def encode_message(row: Message, siblings: list[str]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "parent": row.parent_id,
        "role": row.role,
        "content": row.content,
        "pictures": [encode_picture(picture) for picture in row.pictures.all()],
        "asked": row.asked,
        "boxes": row.boxes,
        "annotations": row.annotations,
        "model": row.model or None,
        "finish_reason": row.finish_reason or None,
        "error": row.error,
        "usage": row.usage,
        "processing_time": None if row.seconds is None else encode_seconds(row.seconds),
        "siblings": siblings,
        "created_at": row.created_at.isoformat(),
    }


def encode_picture(row: MessagePicture) -> dict[str, Any]:
    return {
        "url": row.file.url,
        "thumbnail_url": row.thumbnail.url,
        "width": row.width,
        "height": row.height,
    }
