"""/api/conversations: what the caller has talked about, to read, change, branch and remove."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from channels.db import database_sync_to_async
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.bodies import aread_json, require_json
from admin_system.api.errors import RecordNotFound
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_place, write_cursor
from admin_system.api.protocol.conversations import (
    BranchBody,
    ConversationAnswer,
    ConversationChange,
    ConversationPage,
    NewConversationBody,
    WholeConversationAnswer,
    encode_conversation,
    encode_listed,
    encode_message,
)
from admin_system.api.responses import done, json_response
from admin_system.core.conversations import (
    branch,
    conversations_of,
    mark_pictures,
    newest_under,
    path_to,
    remove_conversation,
)
from admin_system.core.models import Conversation, Message

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
    owner, limit = get_caller(request).owner, check_limit(limit)
    return json_response(await find_page(owner, search, limit, cursor))


@router.post(
    "/api/conversations",
    openapi_extra=describe(NewConversationBody, answer=ConversationAnswer, status=201),
    summary="Begin a conversation",
)
async def create_conversation(request: HttpRequest) -> HttpResponse:
    require_json(request)
    body = await aread_json(request.body or b"{}", NewConversationBody, EXAMPLE_TITLE)
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
    openapi_extra=describe(ConversationChange, answer=WholeConversationAnswer),
    summary="Rename it, or show another of its paths",
)
async def change_conversation(request: HttpRequest, conversation_id: str) -> HttpResponse:
    """What is left out stays, and so does its place in the list."""
    require_json(request)
    body = await aread_json(request.body, ConversationChange, EXAMPLE_TITLE)
    owner = get_caller(request).owner
    return json_response(await change(owner, conversation_id, body))


@router.delete(
    "/api/conversations/{conversation_id}",
    openapi_extra=describe(status=204),
    summary="Remove it with its pictures",
)
async def delete_conversation(request: HttpRequest, conversation_id: str) -> HttpResponse:
    await remove(get_caller(request).owner, conversation_id)
    return done()


@router.post(
    "/api/conversations/{conversation_id}/branch",
    openapi_extra=describe(BranchBody, answer=ConversationAnswer, status=201),
    summary="A new conversation with the path to a message",
)
async def branch_conversation(request: HttpRequest, conversation_id: str) -> HttpResponse:
    require_json(request)
    body = await aread_json(request.body, BranchBody, '{"message": "msg_..."}')
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
    rows = mark_pictures(conversations_of(owner, search.strip()))
    if cursor:
        moment, last = read_place(cursor)
        rows = rows.filter(Q(updated_at__lt=moment) | Q(updated_at=moment, pk__lt=last))
    found = list(rows[: limit + 1])
    last_one = found[limit - 1] if len(found) > limit else None
    return {
        "data": [encode_listed(row) for row in found[:limit]],
        "next_cursor": (
            write_cursor(last_one.updated_at.isoformat(), last_one.pk) if last_one else None
        ),
    }


@database_sync_to_async
def make_conversation(owner: str, title: str) -> dict[str, Any]:
    return encode_conversation(Conversation.objects.create(owner=owner, title=title))


@database_sync_to_async
def read_conversation(owner: str, conversation_id: str) -> dict[str, Any]:
    """Raises RecordNotFound."""
    return encode_whole(find_conversation(owner, conversation_id))


def encode_whole(row: Conversation) -> dict[str, Any]:
    """With the path that is shown."""
    return encode_with(row, path_to(row.head))


def encode_branches(row: Conversation) -> dict[str, Any]:
    """With every message, in the order in which they were written."""
    return encode_with(row, list(row.messages.prefetch_related("pictures")))


def encode_with(row: Conversation, messages: Iterable[Message]) -> dict[str, Any]:
    siblings: dict[str | None, list[str]] = defaultdict(list)
    for pk, parent in row.messages.values_list("pk", "parent"):
        siblings[parent].append(pk)
    encoded = [encode_message(one, siblings[one.parent_id]) for one in messages]
    return {**encode_conversation(row), "head": row.head_id, "messages": encoded}


@database_sync_to_async
def change(owner: str, conversation_id: str, body: ConversationChange) -> dict[str, Any]:
    """Raises RecordNotFound."""
    row = find_conversation(owner, conversation_id)
    if body.title is not None:
        row.title = body.title
    if body.head is not None:
        row.head = newest_under(find_message(row, body.head, "head"))
    row.save(update_fields=["title", "head"])
    return encode_whole(row)


@database_sync_to_async
def remove(owner: str, conversation_id: str) -> None:
    """Raises RecordNotFound."""
    remove_conversation(find_conversation(owner, conversation_id))


@database_sync_to_async
def make_branch(owner: str, conversation_id: str, message_id: str) -> dict[str, Any]:
    """Raises RecordNotFound."""
    row = find_conversation(owner, conversation_id)
    return encode_conversation(branch(row, find_message(row, message_id, "message")))


def find_message(row: Conversation, message_id: str, param: str) -> Message:
    """Raises RecordNotFound."""
    message = Message.objects.filter(conversation=row, pk=message_id).first()
    if message is None:
        raise RecordNotFound("message_not_found", param=param, id=message_id[:60])
    return message
