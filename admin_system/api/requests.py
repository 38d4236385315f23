"""/api/requests: what is answered or waits at this moment, and a way to stop it."""

from __future__ import annotations

import asyncio

from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse
from ninja import Router

from admin_system.api.auth import Needs, get_caller
from admin_system.api.errors import RecordNotFound
from admin_system.api.openapi import describe
from admin_system.api.protocol.requests import OpenRequestList, encode_request
from admin_system.api.responses import done, json_response
from admin_system.core import all_requests
from admin_system.core.access import Caller
from admin_system.core.all_requests import SeenRequest, find_requests
from admin_system.core.events import record
from admin_system.core.models.api_key import Scope
from admin_system.core.owners import name_owners

router = Router(tags=["service"], auth=Needs(*Scope.values))

name_all = database_sync_to_async(name_owners)


@router.get(
    "/api/requests",
    openapi_extra=describe(answer=OpenRequestList),
    summary="Requests that are answered or wait",
)
async def list_requests(request: HttpRequest) -> HttpResponse:
    """The caller's own; with the scope admin everybody's, and who asks."""
    caller = get_caller(request)
    known = caller.kind != "anonymous"
    found = await asyncio.to_thread(find_requests, find_owner(caller)) if known else []
    names = None
    if may_see_all(caller):
        names = await name_all({one.owner for one in found})
    return json_response({"data": [encode_request(one, caller.owner, names) for one in found]})


@router.delete(
    "/api/requests/{request_id}",
    openapi_extra=describe(status=204),
    summary="Stop one of them",
)
async def stop_request(request: HttpRequest, request_id: str) -> HttpResponse:
    """Its client gets what had been generated, with the `finish_reason` cancelled."""
    caller = get_caller(request)
    known = caller.kind != "anonymous"  # those behind one address are one owner
    stopped = (
        await asyncio.to_thread(all_requests.stop_request, request_id, find_owner(caller))
        if known
        else None
    )
    if stopped is None:
        raise RecordNotFound("request_not_found", id=request_id[:60])
    if stopped.owner != caller.owner:
        await tell(caller.owner, stopped)
    return done()


@database_sync_to_async
def tell(stopper: str, stopped: SeenRequest) -> None:
    """Somebody's request was stopped by somebody else."""
    owner = stopped.owner
    names = name_owners({stopper, owner})
    who, whose = (names[one] or one for one in (stopper, owner))
    record("event_request_stopped", who=who, whose=whose, id=stopped.id)


def may_see_all(caller: Caller) -> bool:
    return Scope.ADMIN.value in caller.scopes


def find_owner(caller: Caller) -> str | None:
    """Whose requests the caller may see and stop; None means everybody's."""
    return None if may_see_all(caller) else caller.owner
