"""The admin site: unfold's frame with the model's state on every page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from admin_system.core import catalog
from admin_system.core.model_state import describe, render_fragments
from admin_system.management.audited import Audited
from admin_system.management.pages import ADMIN_PAGES
from admin_system.management.pages.leaving import log_out


class ServiceAdminSite(UnfoldAdminSite):
    empty_value_display = "–"  # as everywhere in the pages

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """As Django's, and what is done with the rows is audited."""
        base = admin_class or ModelAdmin
        audited = type(base.__name__, (Audited, base), {"__module__": base.__module__})
        super().register(model_or_iterable, audited, **options)

    def get_urls(self) -> list[URLPattern]:
        states = path("model-states/", self.admin_view(self.model_states), name="model_states")
        pages = [
            path(page.url, self.admin_view(page.as_view()), name=page.name) for page in ADMIN_PAGES
        ]
        return [states, *pages, *super().get_urls()]  # the overview stands before Django's own

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), **describe_service()}

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Everybody comes in by the same door."""
        target = request.GET.get("next") or reverse("admin:index")
        if not request.user.is_authenticated:
            return redirect_to_login(target)
        if not self.has_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return log_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return redirect("account")

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
