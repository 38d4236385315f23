"""Models in the admin: what there is, what is loaded, and the buttons that change it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display

from admin_system.core import catalog
from admin_system.core.admin.model_forms import ModelConfigForm
from admin_system.core.admin.upstream_trials import show_trials
from admin_system.core.checkpoints.checkpoint import inspect_checkpoint
from admin_system.core.errors import CoreError
from admin_system.core.model_state import (
    page_language,
    render_deeds,
    render_name,
    render_state,
)
from admin_system.core.models import ModelConfig
from admin_system.core.types import Int4Backend, ServiceStatus
from admin_system.messages import sentence

DEEDS: dict[str, Callable[[str], ServiceStatus]] = {
    "load": catalog.load,
    "activate": catalog.activate,
    "reload": catalog.reload,
    "unload": lambda name: catalog.unload(),
    "cancel": lambda name: catalog.cancel(),
}
CHECKED = {"path", "int4_backend"}
"""Fields that decide whether a folder can be loaded here."""


@admin.register(ModelConfig)
class ModelConfigAdmin(ModelAdmin):
    form = ModelConfigForm
    list_display = ("title", "made_of", "state", "deeds")
    list_display_links = ("title",)
    list_per_page = 50
    search_fields = ("name", "alias", "family")
    search_help_text = _("Name, alias or family")
    readonly_fields = ("quantization",)
    change_form_outer_before_template = "core/admin/model_bar.html"
    warn_unsaved_form = True
    conditional_fields = {
        "path": "kind == 'local'",
        "precision": "kind == 'local'",
        "device": "kind == 'local'",
        "visual_device": "kind == 'local'",
        "int4_backend": "kind == 'local'",
        "upstream_url": "kind == 'remote'",
        "upstream_model": "kind == 'remote'",
        "upstream_key": "kind == 'remote'",
        "forget_key": "kind == 'remote'",
        "further_upstreams": "kind == 'remote'",
        "upstream_is_ours": "kind == 'remote'",
        "family": "kind == 'remote'",
    }

    def get_fieldsets(
        self, request: HttpRequest, obj: ModelConfig | None = None
    ) -> list[tuple[Any, dict[str, Any]]]:
        key = ("upstream_key", "forget_key") if obj and obj.upstream_key else ("upstream_key",)
        return [
            (
                None,
                {
                    "fields": [
                        *("name", "alias", "kind", "path"),
                        *("upstream_url", "upstream_model", *key, "further_upstreams"),
                        *("family", "upstream_is_ours"),
                    ]
                },
            ),
            (
                _("How it runs"),
                {
                    "fields": [
                        *("precision", "device", "visual_device", "int4_backend"),
                        *("max_batch", "context_length", "min_pixels", "max_pixels"),
                    ]
                },
            ),
            (
                _("Where a request does not say"),
                {"fields": ["temperature", "top_p", "top_k", "max_tokens"]},
            ),
        ]

    @display(description=_("Model"), ordering="name")
    def title(self, row: ModelConfig) -> SafeString:
        return format_html('<span id="model-name-{}">{}</span>', row.pk, render_name(row))

    @display(description=_("Made of"))
    def made_of(self, row: ModelConfig) -> str:
        stored = "" if row.quantization == "none" else row.quantization
        return " · ".join(filter(None, [row.family, stored])) or row.get_kind_display()

    @display(description=_("State"))
    def state(self, row: ModelConfig) -> SafeString:
        html = render_state(row, catalog.get_service().status())
        return format_html('<div id="model-state-{}" class="model-state">{}</div>', row.pk, html)

    @display(description=_("Actions"))
    def deeds(self, row: ModelConfig) -> SafeString:
        html = render_deeds(row, catalog.get_service().status())
        return format_html('<div id="model-deeds-{}" class="deeds">{}</div>', row.pk, html)

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        if self.has_change_permission(request):
            return self.list_display
        return self.list_display[:-1]

    def get_urls(self) -> list[URLPattern]:
        deed = path(
            "<int:key>/do/<str:deed>/",
            self.admin_site.admin_view(require_POST(self.do_deed)),
            name="core_modelconfig_deed",
        )
        trial = path(
            "<int:key>/try/",
            self.admin_site.admin_view(require_POST(self.do_trial)),
            name="core_modelconfig_try",
        )
        return [deed, trial, *super().get_urls()]

    def do_deed(self, request: HttpRequest, key: int, deed: str) -> HttpResponse:
        row = self.get_object(request, str(key))
        if row is None or deed not in DEEDS:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        status = catalog.get_service().status()
        if deed in ("unload", "cancel") and row.name not in (status.model, status.serving):
            messages.warning(request, gettext("%s is not loaded.") % row.name)
            return self._go_back(request)
        try:
            DEEDS[deed](row.name)
        except CoreError as error:
            messages.error(request, sentence(error.code, page_language(), **error.values))
        else:
            self.log_change(request, row, [{"changed": {"fields": [deed]}}])
        return self._go_back(request)

    def do_trial(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.get_object(request, str(key))
        if row is None or row.kind != ModelConfig.Kind.REMOTE:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        show_trials(request, row)
        return HttpResponseRedirect(reverse("admin:core_modelconfig_change", args=(key,)))

    def _go_back(self, request: HttpRequest) -> HttpResponse:
        """To the page with the button, where the state is live."""
        came_from = request.META.get("HTTP_REFERER", "")
        if url_has_allowed_host_and_scheme(
            came_from, allowed_hosts={request.get_host()}, require_https=request.is_secure()
        ):
            return HttpResponseRedirect(came_from)
        return HttpResponseRedirect(reverse("admin:core_modelconfig_changelist"))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None:
            status = catalog.get_service().status()
            context["model_state"] = render_state(row, status)
            if self.has_change_permission(request, row):
                context["model_deeds"] = render_deeds(row, status)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def response_post_save_add(self, request: HttpRequest, obj: ModelConfig) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:models"))

    def response_post_save_change(self, request: HttpRequest, obj: ModelConfig) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:models"))

    def get_form(
        self,
        request: HttpRequest,
        obj: ModelConfig | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        """Administrators may name any folder of the machine, others those of the picker."""
        form = super().get_form(request, obj, change, **kwargs)
        form.any_folder = bool(getattr(request.user, "is_superuser", False))
        return form

    def get_readonly_fields(
        self, request: HttpRequest, obj: ModelConfig | None = None
    ) -> tuple[str, ...]:
        """A model that is in use keeps its name, or nobody could unload it any more."""
        return ("name", "quantization") if obj and is_in_use(obj) else ("quantization",)

    def save_model(self, request: HttpRequest, obj: ModelConfig, form: Any, change: bool) -> None:
        if obj.kind == ModelConfig.Kind.LOCAL and obj.path and CHECKED & {*form.changed_data}:
            look_into(request, obj)
        super().save_model(request, obj, form, change)
        if change and is_in_use(obj):
            messages.info(request, gettext("The changes take effect when the model is reloaded."))

    def has_delete_permission(self, request: HttpRequest, obj: ModelConfig | None = None) -> bool:
        kept = obj is not None and (obj.is_current or is_in_use(obj))
        return not kept and bool(super().has_delete_permission(request, obj))


def look_into(request: HttpRequest, row: ModelConfig) -> None:
    """Family and quantisation are found in the folder. What is wrong with it is said at once; it
    may still be on its way."""
    row.family = row.quantization = ""
    try:
        found = inspect_checkpoint(Path(row.path), cast("Int4Backend", row.int4_backend))
        row.family, row.quantization = found.family, found.quantization
    except CoreError as error:
        messages.warning(request, sentence(error.code, page_language(), **error.values))


def is_in_use(row: ModelConfig) -> bool:
    """Loaded, or being loaded."""
    status = catalog.get_service().status()
    return row.name == status.serving or (row.name == status.model and status.progress is not None)
