"""/api/templates: how questions are put; for everyone to read, for those who look after them to
change."""

from __future__ import annotations

import re
from typing import Any

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller, mark_administrative
from admin_system.api.bodies import aread_json, require_json
from admin_system.api.fault_pages import language_of
from admin_system.api.limits import PAGE_SIZE
from admin_system.api.openapi import describe
from admin_system.api.paging import check_limit, read_cursor, write_cursor
from admin_system.api.protocol.templates import (
    CheckAnswer,
    CheckBody,
    NewTemplateBody,
    RestoreBody,
    TemplateAnswer,
    TemplateChange,
    TemplatePage,
    VersionPage,
    encode_template,
    encode_version,
)
from admin_system.api.responses import done, json_response
from admin_system.core.access import Caller
from admin_system.core.errors import BadRequest, BadTemplate
from admin_system.core.models import PromptTemplate
from admin_system.core.models.api_key import Scope
from admin_system.core.models.prompt_template import SLUG
from admin_system.core.prompts import (
    change_template,
    create_template,
    get_template,
    list_templates,
    may_change_templates,
    name_author,
    restore_version,
    set_default,
)
from admin_system.core.wording import check_text, find_variables
from admin_system.messages import sentence

router = Router(tags=["templates"], auth=Needs("chat", "analyze", "admin"))

EXAMPLE_NEW = (
    '{"slug": "brief", "name": "简短", "kind": "chat", "language": "zh", "text": "{question}"}'
)
EXAMPLE_CHANGE = '{"text": "{question}"}'
EXAMPLE_CHECK = '{"kind": "chat", "text": "{question}"}'
EXAMPLE_RESTORE = '{"version": 1}'


@router.get(
    "/api/templates",
    openapi_extra=describe(answer=TemplatePage),
    summary="The prompt templates",
)
async def list_rows(
    request: HttpRequest,
    kind: str = "",
    language: str = "",
    limit: int = PAGE_SIZE,
    cursor: str = "",
) -> HttpResponse:
    return json_response(await find_page(kind, language, check_limit(limit), cursor))


@router.post(
    "/api/templates",
    openapi_extra=describe(NewTemplateBody, answer=TemplateAnswer, status=201),
    summary="Make a prompt template",
)
async def make_template(request: HttpRequest) -> HttpResponse:
    mark_administrative(request)
    require_json(request)
    body = await aread_json(request.body, NewTemplateBody, EXAMPLE_NEW)
    if not re.fullmatch(SLUG, body.slug):
        raise BadRequest("template_slug_wrong", param="slug", given=body.slug[:60])
    return json_response(await make(body, get_caller(request)), 201)


@router.post(
    "/api/templates/check",
    openapi_extra=describe(CheckBody, answer=CheckAnswer),
    summary="Whether a text could be a template",
)
async def check_template(request: HttpRequest) -> HttpResponse:
    """Nothing is kept."""
    require_json(request)
    body = await aread_json(request.body, CheckBody, EXAMPLE_CHECK)
    try:
        check_text(body.kind, body.text)
    except BadTemplate as error:
        message = sentence(error.code, language_of(request), **error.values)
        return json_response({"variables": [], "fault": {"code": error.code, "message": message}})
    return json_response({"variables": [*dict.fromkeys(find_variables(body.text))], "fault": None})


@router.get(
    "/api/templates/{slug}",
    openapi_extra=describe(answer=TemplateAnswer),
    summary="One prompt template",
)
async def read_template(request: HttpRequest, slug: str) -> HttpResponse:
    return json_response(await read(slug))


@router.patch(
    "/api/templates/{slug}",
    openapi_extra=describe(TemplateChange, answer=TemplateAnswer),
    summary="Change it: another text is another version",
)
async def patch_template(request: HttpRequest, slug: str) -> HttpResponse:
    mark_administrative(request)
    require_json(request)
    body = await aread_json(request.body, TemplateChange, EXAMPLE_CHANGE)
    return json_response(await change(slug, body, get_caller(request)))


@router.delete(
    "/api/templates/{slug}",
    openapi_extra=describe(status=204),
    summary="Remove it with its versions",
)
async def delete_template(request: HttpRequest, slug: str) -> HttpResponse:
    mark_administrative(request)
    await remove(slug, get_caller(request))
    return done()


@router.get(
    "/api/templates/{slug}/versions",
    openapi_extra=describe(answer=VersionPage),
    summary="The texts that it has had",
)
async def list_versions(
    request: HttpRequest, slug: str, limit: int = PAGE_SIZE, cursor: str = ""
) -> HttpResponse:
    caller = get_caller(request)
    return json_response(await find_versions(slug, check_limit(limit), cursor, caller))


@router.post(
    "/api/templates/{slug}/restore",
    openapi_extra=describe(RestoreBody, answer=TemplateAnswer),
    summary="Make a former text the newest version",
)
async def restore_template(request: HttpRequest, slug: str) -> HttpResponse:
    mark_administrative(request)
    require_json(request)
    body = await aread_json(request.body, RestoreBody, EXAMPLE_RESTORE)
    return json_response(await restore(slug, body.version, get_caller(request)))


def require_keeper(caller: Caller) -> None:
    """Raises AccessDenied."""
    if not may_change_templates(caller):
        caller.require(Scope.ADMIN.value)


def encode(row: PromptTemplate) -> dict[str, Any]:
    return encode_template(row, [*dict.fromkeys(find_variables(row.text))])


@database_sync_to_async
def find_page(kind: str, language: str, limit: int, cursor: str) -> dict[str, Any]:
    """By their slugs. Raises BadRequest."""
    rows = list_templates(kind, language).order_by("slug")
    if cursor:
        (last,) = read_cursor(cursor, str)
        rows = rows.filter(slug__gt=last)
    found = list(rows[: limit + 1])
    return {
        "data": [encode(row) for row in found[:limit]],
        "next_cursor": write_cursor(found[limit - 1].slug) if len(found) > limit else None,
    }


@database_sync_to_async
def find_versions(slug: str, limit: int, cursor: str, caller: Caller) -> dict[str, Any]:
    """They tell who wrote them. Raises AccessDenied, BadRequest, TemplateNotFound."""
    require_keeper(caller)
    rows = get_template(slug).versions.all()
    if cursor:
        (last,) = read_cursor(cursor, int)
        rows = rows.filter(number__lt=last)
    found = list(rows[: limit + 1])
    return {
        "data": [encode_version(row, name_author(row.author)) for row in found[:limit]],
        "next_cursor": write_cursor(found[limit - 1].number) if len(found) > limit else None,
    }


@database_sync_to_async
def read(slug: str) -> dict[str, Any]:
    """Raises TemplateNotFound."""
    return encode(get_template(slug))


@database_sync_to_async
def make(body: NewTemplateBody, caller: Caller) -> dict[str, Any]:
    """Raises AccessDenied, BadTemplate, TemplateTaken."""
    require_keeper(caller)
    row = create_template(
        slug=body.slug,
        name=body.name,
        kind=body.kind,
        language=body.language,
        text=body.text,
        author=caller.owner,
    )
    if body.is_default:
        set_default(row, True)
    return encode(row)


@database_sync_to_async
def change(slug: str, body: TemplateChange, caller: Caller) -> dict[str, Any]:
    """Raises AccessDenied, BadTemplate, TemplateNotFound."""
    require_keeper(caller)
    row = get_template(slug)
    change_template(row, author=caller.owner, name=body.name, text=body.text)
    if body.is_default is not None:
        set_default(row, body.is_default)
    return encode(row)


@database_sync_to_async
def remove(slug: str, caller: Caller) -> None:
    """Raises AccessDenied, TemplateNotFound."""
    require_keeper(caller)
    get_template(slug).delete()


@database_sync_to_async
def restore(slug: str, number: int, caller: Caller) -> dict[str, Any]:
    """Raises AccessDenied, TemplateNotFound."""
    require_keeper(caller)
    row = get_template(slug)
    restore_version(row, number, caller.owner)
    return encode(row)
