"""/api/conversations: what the caller has talked about, to read, name, branch and remove."""

from __future__ import annotations

import base64
import binascii
from collections import defaultdict
from datetime import datetime
from typing import Any

from channels.db import database_sync_to_async
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.bodies import read_json, require_json
from admin_system.api.errors import RecordNotFound
from admin_system.api.limits import MAX_PAGE_SIZE, PAGE_SIZE
from admin_system.api.openapi import describe
from admin_system.api.protocol.conversations import (
    BranchBody,
    ConversationAnswer,
    ConversationPage,
    NewConversationBody,
    TitleBody,
    WholeConversationAnswer,
    encode_conversation,
    encode_message,
)
from admin_system.api.responses import json_response
from admin_system.core.conversations import (
    branch,
    conversations_of,
    path_to,
    remove_conversation,
    remove_expired_conversations,
)
from admin_system.core.errors import BadRequest
from admin_system.core.models import Conversation, Message
from admin_system.env import get_env

router = Router(tags=["conversations"], auth=Needs("chat"))

EXAMPLE_TITLE = '{"title": "..."}'


@router.get(
    "/api/conversations",
    openapi_extra=describe(answer=ConversationPage),
    summary="The caller's conversations",
)
async def list_conversations(
    request: HttpRequest, search: str = "", limit: int = PAGE_SIZE, cursor: str = ""
) -> HttpResponse:
    if not 1 <= limit <= MAX_PAGE_SIZE:
        code = "field_under_minimum" if limit < 1 else "field_over_maximum"
        bound = 1 if limit < 1 else MAX_PAGE_SIZE
        raise BadRequest(code, param="limit", given=limit, limit=bound)
    return json_response(await find_page(get_caller(request).owner, search, limit, cursor))


@router.post(
    "/api/conversations",
    openapi_extra=describe(NewConversationBody, answer=ConversationAnswer, status=201),
    summary="Begin a conversation",
)
async def create_conversation(request: HttpRequest) -> HttpResponse:
    require_json(request)
    body = read_json(request.body or b"{}", NewConversationBody, EXAMPLE_TITLE)
    return json_response(await make_conversation(get_caller(request).owner, body.title), 201)


@router.get(
    "/api/conversations/{conversation_id}",
    openapi_extra=describe(answer=WholeConversationAnswer),
    summary="One of them, with the path that is shown",
)
async def get_conversation(request: HttpRequest, conversation_id: str) -> HttpResponse:
    return json_response(await read_conversation(get_caller(request).owner, conversation_id))


@router.patch(
    "/api/conversations/{conversation_id}",
    openapi_extra=describe(TitleBody, answer=ConversationAnswer),
    summary="Rename it",
)
async def rename_conversation(request: HttpRequest, conversation_id: str) -> HttpResponse:
    require_json(request)
    body = read_json(request.body, TitleBody, EXAMPLE_TITLE)
    owner = get_caller(request).owner
    return json_response(await change_title(owner, conversation_id, body.title))


@router.delete(
    "/api/conversations/{conversation_id}",
    openapi_extra=describe(),
    summary="Remove it with its pictures",
)
async def delete_conversation(request: HttpRequest, conversation_id: str) -> HttpResponse:
    await remove(get_caller(request).owner, conversation_id)
    return HttpResponse(status=204)


@router.post(
    "/api/conversations/{conversation_id}/branch",
    openapi_extra=describe(BranchBody, answer=ConversationAnswer, status=201),
    summary="A new conversation with the path to a message",
)
async def branch_conversation(request: HttpRequest, conversation_id: str) -> HttpResponse:
    require_json(request)
    body = read_json(request.body, BranchBody, '{"message": "msg_..."}')
    owner = get_caller(request).owner
    return json_response(await make_branch(owner, conversation_id, body.message), 201)


def find_conversation(owner: str, conversation_id: str) -> Conversation:
    """Raises RecordNotFound."""
    row = Conversation.objects.filter(owner=owner, pk=conversation_id).first()
    if row is None:
        raise RecordNotFound("conversation_not_found", id=conversation_id[:60])
    return row


@database_sync_to_async
def find_page(owner: str, search: str, limit: int, cursor: str) -> dict[str, Any]:
    """Raises BadRequest."""
    rows = conversations_of(owner, search.strip())
    if cursor:
        moment, last = read_cursor(cursor)
        rows = rows.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=last))
    found = list(rows[: limit + 1])
    return {
        "data": [encode_conversation(row) for row in found[:limit]],
        "next_cursor": write_cursor(found[limit - 1]) if len(found) > limit else None,
    }


@database_sync_to_async
def make_conversation(owner: str, title: str) -> dict[str, Any]:
    remove_expired_conversations(get_env().retention_days)
    return encode_conversation(Conversation.objects.create(owner=owner, title=title))


@database_sync_to_async
def read_conversation(owner: str, conversation_id: str) -> dict[str, Any]:
    """Raises RecordNotFound."""
    row = find_conversation(owner, conversation_id)
    siblings: dict[str | None, list[str]] = defaultdict(list)
    for pk, parent in row.messages.values_list("pk", "parent"):
        siblings[parent].append(pk)
    messages = [encode_message(one, siblings[one.parent_id]) for one in path_to(row.head)]
    return {**encode_conversation(row), "head": row.head_id, "messages": messages}


@database_sync_to_async
def change_title(owner: str, conversation_id: str, title: str) -> dict[str, Any]:
    """Its place in the list stays. Raises RecordNotFound."""
    row = find_conversation(owner, conversation_id)
    row.title = title
    row.save(update_fields=["title"])
    return encode_conversation(row)


@database_sync_to_async
def remove(owner: str, conversation_id: str) -> None:
    """Raises RecordNotFound."""
    remove_conversation(find_conversation(owner, conversation_id))


@database_sync_to_async
def make_branch(owner: str, conversation_id: str, message_id: str) -> dict[str, Any]:
    """Raises RecordNotFound."""
    row = find_conversation(owner, conversation_id)
    message = Message.objects.filter(conversation=row, pk=message_id).first()
    if message is None:
        raise RecordNotFound("message_not_found", param="message", id=message_id[:60])
    return encode_conversation(branch(row, message))


def write_cursor(row: Conversation) -> str:
    return base64.urlsafe_b64encode(f"{row.updated_at.isoformat()} {row.pk}".encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Raises BadRequest."""
    try:
        moment, last = base64.urlsafe_b64decode(cursor).decode().split(" ")
        return datetime.fromisoformat(moment), last
    except (binascii.Error, ValueError):
        raise BadRequest("cursor_unknown", param="cursor") from None
