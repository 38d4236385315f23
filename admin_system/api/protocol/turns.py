"""A turn of a kept conversation, as a WebSocket's frame asks for it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from admin_system.api.limits import MAX_PICTURES, MAX_QUERY_CHARACTERS
from admin_system.api.protocol.citations import KnowledgeBody
from admin_system.api.protocol.frames import ID, FrameId
from admin_system.api.protocol.validation import Body
from admin_system.core.errors import BadRequest
from admin_system.core.types import Sampling


class TurnFrame(Body):
    """A new question, or with `answer_to` another answer to an old one."""

    type: Literal["chat"] | None = None
    id: FrameId = ID
    conversation: str = Field(min_length=1)
    message: str = Field("", max_length=MAX_QUERY_CHARACTERS)
    images: list[str] = Field([], max_length=MAX_PICTURES, description="base64 or data: URLs.")
    parent: str | None = Field(
        None, description="After which message; null begins anew, left out: after the last shown."
    )
    answer_to: str | None = Field(None, min_length=1)
    model: str | None = Field(None, min_length=1)
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    knowledge_base: KnowledgeBody | None = None

    @property
    def sampling(self) -> Sampling:
        return Sampling(temperature=self.temperature, max_tokens=self.max_tokens)

    def check(self) -> None:
        """Raises BadRequest."""
        if self.answer_to is None and not self.message.strip() and not self.images:
            raise BadRequest("field_missing", param="message")
        if self.answer_to is not None and (self.message or self.images):
            raise BadRequest("fields_conflict", param="answer_to", other="message")
