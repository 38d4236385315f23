"""GET /api/conversations/{id}/export: a conversation to keep elsewhere."""

from __future__ import annotations

import json
from typing import Literal

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.conversations import encode_branches, find_conversation
from admin_system.api.openapi import describe
from admin_system.api.protocol.conversation_files import to_markdown
from admin_system.api.protocol.conversations import ConversationFile
from admin_system.core.conversations import path_to
from admin_system.core.types import Language
from admin_system.messages import find_language

router = Router(tags=["conversations"], auth=Needs("chat"))

KINDS = {"markdown": ("md", "text/markdown; charset=utf-8"), "json": ("json", "application/json")}


@router.get(
    "/api/conversations/{conversation_id}/export",
    openapi_extra=describe(answer=ConversationFile, also=("text/markdown",)),
    summary="A file of it: the shown path as Markdown, or every path as JSON",
)
async def export_conversation(
    request: HttpRequest,
    conversation_id: str,
    format: Literal["markdown", "json"] = "markdown",  # noqa: A002 - named for the query
) -> HttpResponse:
    """Pictures are named by their addresses here."""
    owner, suffix = get_caller(request).owner, KINDS[format][0]
    language = find_language(request.headers.get("Accept-Language"))
    title, text = await write_file(owner, conversation_id, format, language)
    response = HttpResponse(text, content_type=KINDS[format][1])
    name = content_disposition_header(True, f"{to_file_name(title)}.{suffix}")
    response.headers["Content-Disposition"] = name or "attachment"
    return response


@database_sync_to_async
def write_file(owner: str, conversation_id: str, kind: str, language: Language) -> tuple[str, str]:
    """Its title and the text of the file. Raises RecordNotFound."""
    row = find_conversation(owner, conversation_id)
    if kind == "markdown":
        return row.title, to_markdown(row, path_to(row.head), language)
    return row.title, json.dumps(encode_branches(row), ensure_ascii=False, indent=2)


def to_file_name(title: str) -> str:
    """What every file system takes."""
    kept = "".join(" " if letter in '<>:"/\\|?*' or letter < " " else letter for letter in title)
    return " ".join(kept.split()).strip(".")[:80] or "conversation"
