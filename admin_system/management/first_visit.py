"""Leads the first administrator to the guide, wherever among the pages they come in."""

from __future__ import annotations

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.http.response import HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import sync_and_async_middleware

from admin_system.core.first_visit import find_first_steps
from admin_system.management.content_security import AsyncRespond, Respond

LEFT_ALONE = ("/api/", "/v1/", "/ws/", "/media/", "/static/", "/i18n/", "/admin/model-states/")
"""Programs' addresses, and what the guide itself asks for."""


def may_lead(request: HttpRequest) -> bool:
    """Only those who bring a session, and ask for a page."""
    return (
        request.method == "GET"
        and settings.SESSION_COOKIE_NAME in request.COOKIES
        and "text/html" in request.headers.get("Accept", "")
        and not request.path.startswith(LEFT_ALONE)
    )


def lead(
    request: HttpRequest, user: AbstractBaseUser | AnonymousUser
) -> HttpResponseRedirect | None:
    """Blocks."""
    guide = reverse("guide")
    if request.path == guide or "logout" in request.path or find_first_steps(user) is None:
        return None
    return HttpResponseRedirect(guide)


alead = sync_to_async(lead)


@sync_and_async_middleware
def first_visit(get_response: Respond | AsyncRespond) -> Respond | AsyncRespond:
    if iscoroutinefunction(get_response):

        async def arespond(request: HttpRequest) -> HttpResponseBase:
            led = await alead(request, await request.auser()) if may_lead(request) else None
            return led or await get_response(request)

        return arespond

    def respond(request: HttpRequest) -> HttpResponseBase:
        led = lead(request, request.user) if may_lead(request) else None
        response = led or get_response(request)
        assert isinstance(response, HttpResponseBase)  # noqa: S101 - the sync half of the union
        return response

    return respond
