"""What a page may load: nothing from outside this server."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Respond = Callable[[HttpRequest], HttpResponseBase]
AsyncRespond = Callable[[HttpRequest], Awaitable[HttpResponseBase]]

POLICY = (
    "default-src 'self'; script-src 'self'{scripts}; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
    "base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
LOOSER = ("/admin/", "/api/docs")
"""unfold's Alpine evaluates attributes of its templates; Swagger starts from an inline script."""


def add_policy(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if response.get("Content-Type", "").startswith("text/html"):
        looser = request.path.startswith(LOOSER)
        policy = POLICY.format(scripts=" 'unsafe-inline' 'unsafe-eval'" if looser else "")
        response.headers.setdefault("Content-Security-Policy", policy)
    return response


@sync_and_async_middleware
def content_security_policy(get_response: Respond | AsyncRespond) -> Respond | AsyncRespond:
    if iscoroutinefunction(get_response):

        async def arespond(request: HttpRequest) -> HttpResponseBase:
            return add_policy(request, await get_response(request))

        return arespond

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        assert isinstance(response, HttpResponseBase)  # noqa: S101 - the sync half of the union
        return add_policy(request, response)

    return respond
