"""The admin site: unfold's frame with the model's state on every page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.translation import gettext
from unfold.sites import UnfoldAdminSite

from admin_system.core import catalog
from admin_system.core.model_state import describe, render_fragments
from admin_system.core.models import AnalysisRecord

SHOWN_ANALYSES = 8


class ServiceAdminSite(UnfoldAdminSite):
    def get_urls(self) -> list[URLPattern]:
        states = path("model-states/", self.admin_view(self.model_states), name="model_states")
        return [states, *super().get_urls()]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), **describe_service()}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        analyses: list[AnalysisRecord] = []
        if request.user.has_perm("core.view_analysisrecord"):
            analyses = list(AnalysisRecord.objects.all()[:SHOWN_ANALYSES])
        context = {
            "title": gettext("Overview"),
            "analyses": analyses,
            "address": request.build_absolute_uri("/api/v1"),
        }
        return super().index(request, {**context, **(extra_context or {})})

    def model_states(self, request: HttpRequest) -> JsonResponse:
        """What live.js puts into the page: element id -> HTML, and whether more comes soon."""
        context = describe_service()
        fragments: dict[str, str] = {
            "model-pill": render_to_string("management/model_pill.html", context),
            "demo-banner": render_to_string("management/demo_banner.html", context),
        }
        if request.user.has_perm("core.view_modelconfig"):
            fragments |= render_fragments(request.user.has_perm("core.change_modelconfig"))
        busy = context["service_state"].tone == "busy"
        return JsonResponse({"busy": busy, "fragments": fragments})


def describe_service() -> dict[str, Any]:
    status = catalog.get_service().status()
    return {
        "service_status": status,
        "service_state": describe(status, None),
        "demo_serves": status.demo and status.serving is not None,
    }
