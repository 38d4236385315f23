"""A turn of a kept conversation, as a WebSocket's frame asks for it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from admin_system.api.limits import MAX_PICTURES, MAX_QUERY_CHARACTERS
from admin_system.api.protocol.citations import KnowledgeBody
from admin_system.api.protocol.frames import ID, FrameId
from admin_system.api.protocol.templates import NAMES_TEMPLATE, TemplateField
from admin_system.api.protocol.validation import Body
from admin_system.core.errors import BadRequest
from admin_system.core.types import Sampling

KEPT_WITH_QUESTION = ("knowledge_base", "prompt_template")


class TurnFrame(Body):
    """A new question, or with `answer_to` another answer to an old one."""

    type: Literal["chat"] | None = None
    id: FrameId = ID
    conversation: str = Field(min_length=1)
    message: str = Field("", max_length=MAX_QUERY_CHARACTERS)
    images: list[str] = Field(
        [],
        max_length=MAX_PICTURES,
        description="base64, data: URLs, or /media/ addresses of one's own kept pictures.",
    )
    parent: str | None = Field(
        None, description="After which message; null begins anew, left out: after the last shown."
    )
    answer_to: str | None = Field(None, min_length=1)
    model: str | None = Field(None, min_length=1)
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    knowledge_base: KnowledgeBody | None = None
    prompt_template: TemplateField | None = Field(None, description=NAMES_TEMPLATE)

    @property
    def sampling(self) -> Sampling:
        return Sampling(temperature=self.temperature, max_tokens=self.max_tokens)

    @property
    def asked(self) -> dict[str, Any]:
        """What is kept with the question, so that another answer is made in the same way."""
        return self.model_dump(include=set(KEPT_WITH_QUESTION), exclude_none=True)

    def asked_as(self, asked: dict[str, Any]) -> TurnFrame:
        """The same, with what it does not say itself as the question said it."""
        return TurnFrame.model_validate({**asked, **self.model_dump(exclude_unset=True)})

    def check(self) -> None:
        """Raises BadRequest."""
        if self.answer_to is None and not self.message.strip() and not self.images:
            raise BadRequest("field_missing", param="message")
        if self.answer_to is not None and (self.message or self.images):
            raise BadRequest("fields_conflict", param="answer_to", other="message")
