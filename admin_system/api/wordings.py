"""The template that a request names, or the default of its kind -> how its question is put."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from channels.db import database_sync_to_async

from admin_system.api.knowledge import to_question
from admin_system.api.protocol.citations import KnowledgeBody
from admin_system.api.protocol.templates import AskedTemplate, DraftBody
from admin_system.core.access import Caller
from admin_system.core.errors import BadRequest, BadTemplate
from admin_system.core.models.api_key import Scope
from admin_system.core.prompts import (
    find_default,
    get_template,
    may_change_templates,
    to_wording,
)
from admin_system.core.types import ChatRequest, Language
from admin_system.core.wording import Kind, Wording, word_chat
from admin_system.knowledge_base.services.answering import KnowledgeQuestion


def read_wording(
    asked: AskedTemplate, kinds: Sequence[Kind], language: Language, caller: Caller
) -> Wording | None:
    """One of `kinds`, the first of which has the default. Blocks.

    Raises TemplateNotFound, BadRequest; AccessDenied for the draft of somebody who may write none.
    """
    if asked.left_out:
        return find_default(kinds[0], language)
    match asked.named:
        case None:
            return None
        case DraftBody() as draft:
            if not may_change_templates(caller):
                caller.require(Scope.ADMIN.value)
            require_kind(draft.kind or kinds[0], kinds, asked.param, "draft")
            return read_draft(draft, draft.kind or kinds[0], asked.param)
        case slug:
            row = get_template(slug, asked.param)
            wording = to_wording(row)
            require_kind(wording.kind, kinds, asked.param, slug)
            return wording


find_wording = database_sync_to_async(read_wording)


def read_draft(draft: DraftBody, kind: Kind, param: str) -> Wording:
    """Raises BadTemplate."""
    try:
        return Wording(kind, draft.language, draft.text)
    except BadTemplate as error:
        raise BadTemplate(error.code, param=f"{param}.text", **error.values) from None


def require_kind(kind: Kind, kinds: Sequence[Kind], param: str, slug: str) -> None:
    """Raises BadRequest."""
    if kind not in kinds:
        wanted = " / ".join(kinds)
        raise BadRequest(
            "template_wrong_kind", param=param, template=slug[:80], kind=kind, wanted=wanted
        )


async def word_request(
    request: ChatRequest,
    knowledge: KnowledgeBody | None,
    asked: AskedTemplate,
    language: Language,
    caller: Caller,
) -> tuple[ChatRequest, KnowledgeQuestion | None]:
    """What the model is asked, or the library. Raises as `read_wording` and `to_question`."""
    question = await to_question(knowledge, request, caller)
    if question is not None:
        wording = await find_wording(asked, ("knowledge",), question.language, caller)
        return request, replace(question, wording=wording)
    wording = await find_wording(asked, ("chat",), language, caller)
    if wording is None or (asked.left_out and not asks(request)):
        return request, None
    try:
        return word_chat(request, wording), None
    except BadTemplate as error:
        raise BadTemplate(error.code, param=asked.param, **error.values) from None


def asks(request: ChatRequest) -> bool:
    return any(turn.role == "user" for turn in request.messages)
