"""Faults as HTTP answers, also those that Django finds before any endpoint is reached."""

from __future__ import annotations

import logging
import sys

from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults

from admin_system.api.errors import Fault, PathNotFound, to_fault
from admin_system.api.request_id import get_request_id
from admin_system.api.responses import json_response
from admin_system.core.monitoring.faults import faults
from admin_system.core.outages import find_outage
from admin_system.core.types import Language
from admin_system.env import get_env
from admin_system.messages import find_language, sentence

logger = logging.getLogger(__name__)

PAGES = "/admin/"
"""Addresses where a failure is told to people, whatever the request says it wants."""
PROGRAMS = ("/api/", "/v1/", "/media/")
"""Addresses where it is told to programs, even to one that says it wants a page."""


def language_of(request: HttpRequest) -> Language:
    return find_language(request.headers.get("accept-language"))


def is_page(request: HttpRequest) -> bool:
    """Whether people read the answer: no program asks for a page."""
    if not get_env().pages or request.path.startswith(PROGRAMS):
        return False
    asked = "text/html" in request.headers.get("accept", "")
    return request.path.startswith(PAGES) or asked


def fault_response(request: HttpRequest, error: BaseException) -> HttpResponse:
    return encode_fault(to_fault(error, language_of(request)))


def encode_fault(fault: Fault) -> HttpResponse:
    return json_response(fault.body, fault.status, fault.headers)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler404."""
    if is_page(request):
        return defaults.page_not_found(request, exception)
    return fault_response(request, PathNotFound(request.path))


def server_fault(request: HttpRequest) -> HttpResponse:
    """Django's handler500; Django logs the exception, this the number that the caller is told."""
    if is_page(request):
        return defaults.server_error(request)
    if (outage := find_outage(sys.exception() or Exception())) is not None:
        return fault_response(request, outage)
    request_id = get_request_id()
    logger.error("request %s failed", request_id)
    faults.add()
    message = sentence("server_fault", language_of(request), request_id=request_id)
    return encode_fault(Fault(500, "server_error", "server_fault", message))


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler400."""
    if is_page(request):
        return defaults.bad_request(request, exception)
    return fault_response(request, exception)


def unknown_path(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Everything under the programs' prefixes that no endpoint answers."""
    raise Http404(request.path)
