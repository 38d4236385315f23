"""GET /metrics: the figures of this process for Prometheus, in its text format 0.0.4."""

from __future__ import annotations

import hmac
import logging
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from ninja import Router
from prometheus_client import generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from admin_system.api.auth import Needs, find_bearer
from admin_system.api.openapi import describe
from admin_system.api.threads import in_library
from admin_system.core.access import Caller
from admin_system.core.catalog import get_service
from admin_system.core.metrics import REGISTRY
from admin_system.core.monitoring.metrics import MachineCollector, ModelCollector
from admin_system.core.monitoring.monitor import get_monitor
from admin_system.env import get_env
from admin_system.knowledge_base.services.metrics import LibraryCollector

logger = logging.getLogger(__name__)

SCRAPER = Caller("scraper", frozenset(), "key")
"""Whoever knows the token of `Env.metrics_token_file`: may read the figures and nothing else."""

REGISTRY.register(ModelCollector(lambda: get_service().status()))
REGISTRY.register(MachineCollector(lambda: get_monitor().read()))
REGISTRY.register(LibraryCollector())

DESCRIBED = describe()
DESCRIBED["responses"][200] = {
    "description": "The figures",
    "content": {"text/plain": {"schema": {"type": "string"}}},
}


class NeedsFigures(Needs):
    """The scope admin, or the token that is for this alone."""

    def __init__(self) -> None:
        super().__init__("admin")

    async def __call__(self, request: HttpRequest) -> Caller:
        """Raises AccessDenied, QuotaExceeded."""
        said, token = find_bearer(request.headers.get("authorization")), read_token()
        if said and token and hmac.compare_digest(said.encode(), token.encode()):
            return SCRAPER
        return await super().__call__(request)


def read_token() -> str:
    """Read anew each time, so that it may be changed; empty where there is none."""
    name = get_env().metrics_token_file
    if not name:
        return ""
    try:
        return Path(name).read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        logger.warning("the token for the metrics cannot be read: %s", error)
        return ""


router = Router(tags=["status"], auth=NeedsFigures())


@router.get("/metrics", openapi_extra=DESCRIBED, summary="Figures for Prometheus")
async def get_metrics(request: HttpRequest) -> HttpResponse:
    """Counted in this process from its start on; the library's are those of the database."""
    text = await in_library(lambda: generate_latest(REGISTRY))
    return HttpResponse(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)
