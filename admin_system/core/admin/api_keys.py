"""API keys in the admin: made, shown once, changed, revoked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.defaultfilters import filesizeformat
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from admin_system.core.access import make_api_key
from admin_system.core.admin.megabytes_field import MegabytesField
from admin_system.core.admin.topic_field import TopicField, name_topics
from admin_system.core.limits import Limits
from admin_system.core.models import ApiKey
from admin_system.core.models.api_key import Scope, default_scopes

LIMITS = ("requests_per_minute", "concurrent_requests", "daily_tokens", "stored_bytes")
FIELDS = ("name", "owner_note", "scopes", "topics", *LIMITS, "expires_at")
NARROW_SPACE = "\u202f"
MADE_SECRET = "made_secret"  # noqa: S105
"""Attribute of the request that makes a key; the key lives no longer than that."""


class ApiKeyForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    scopes = forms.MultipleChoiceField(
        label=_("Rights"),
        choices=Scope.choices,
        initial=default_scopes,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    topics = TopicField(
        label=_("Topics"), help_text=_("What it may search and change. None ticked: all topics.")
    )
    stored_bytes = MegabytesField(
        label=_("Megabytes kept"),
        help_text=_("Of documents and pictures together. Empty: as the settings say."),
    )

    class Meta:
        model = ApiKey
        fields = FIELDS

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        field = self.fields["topics"]
        assert isinstance(field, TopicField)  # noqa: S101 - narrows for mypy
        field.offer(self.instance.topics)

    def clean_expires_at(self) -> datetime | None:
        """A moment that has passed is a slip, unless it has stood there since it was to come."""
        moment: datetime | None = self.cleaned_data["expires_at"]
        if moment and "expires_at" in self.changed_data and moment <= timezone.now():
            raise forms.ValidationError(_("The time has passed already."))
        return moment


@admin.register(ApiKey)
class ApiKeyAdmin(ModelAdmin):
    form = ApiKeyForm
    list_display = (
        "known_as",
        "rights",
        "bound_to",
        "limits",
        "state",
        "last_used_at",
        "expires_at",
    )
    search_fields = ("name", "prefix", "owner_note")
    search_help_text = _("Name or beginning of the key")
    readonly_fields = ("beginning", "state", "last_used_at", "created_at")
    change_form_outer_before_template = "core/admin/key_bar.html"

    def get_fieldsets(
        self, request: HttpRequest, obj: ApiKey | None = None
    ) -> list[tuple[Any, dict[str, Any]]]:
        known = self.readonly_fields if obj else ()
        return [
            (None, {"fields": ["name", "owner_note", *known]}),
            (_("What it may do"), {"fields": ["scopes", "topics", "expires_at"]}),
            (_("How much it may take"), {"fields": [*LIMITS]}),
        ]

    @display(description=_("Name"), ordering="name")
    def known_as(self, row: ApiKey) -> SafeString:
        look = '<span class="asked">{}<code class="asked__answer">{}…</code></span>'
        return format_html(look, row.name, row.prefix)

    @display(description=_("Begins with"), ordering="prefix")
    def beginning(self, row: ApiKey) -> SafeString:
        return format_html("<code>{}…</code>", row.prefix)

    @display(description=_("Rights"))
    def rights(self, row: ApiKey) -> str:
        words = dict(Scope.choices)
        return " · ".join(str(words.get(scope, scope)) for scope in row.scopes)

    @display(description=_("Topics"))
    def bound_to(self, row: ApiKey) -> str:
        return name_topics(row.topics)

    @display(description=_("Limits"))
    def limits(self, row: ApiKey) -> str:
        said = (
            (row.requests_per_minute, write_number, gettext("%s a minute")),
            (row.concurrent_requests, write_number, gettext("%s at once")),
            (row.daily_tokens, write_number, gettext("%s tokens a day")),
            (row.stored_bytes, filesizeformat, gettext("%s kept")),
        )
        words = [words % write(limit) for limit, write, words in said if limit is not None]
        return " · ".join(words) or gettext("No limits")

    @display(description=_("State"))
    def state(self, row: ApiKey) -> SafeString:
        tone, word = "ok", gettext("Valid")
        if row.revoked_at is not None:
            tone, word = "bad", gettext("Revoked")
        elif not row.is_valid:
            tone, word = "off", gettext("Expired")
        return format_html('<span class="tag tag--{}">{}</span>', tone, word)

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        row, secret = make_api_key(
            obj.name,
            scopes=obj.scopes,
            topics=obj.topics,
            expires_at=obj.expires_at,
            limits=Limits(*(getattr(obj, name) for name in LIMITS)),
            owner_note=obj.owner_note,
        )
        obj.__dict__.update(row.__dict__)
        setattr(request, MADE_SECRET, secret)

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Answers the post itself: a redirect would have to store the key on its way."""
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("New API key"),
            "opts": self.opts,
            "row": obj,
            "secret": getattr(request, MADE_SECRET),
        }
        response = TemplateResponse(request, "core/admin/key_made.html", context)
        add_never_cache_headers(response)
        return response

    def get_urls(self) -> list[URLPattern]:
        revoke = path(
            "<int:key>/revoke/",
            self.admin_site.admin_view(require_POST(self.revoke)),
            name="core_apikey_revoke",
        )
        return [revoke, *super().get_urls()]

    def revoke(self, request: HttpRequest, key: int) -> HttpResponse:
        row = self.get_object(request, str(key))
        if row is None:
            raise Http404
        if not self.has_change_permission(request, row):
            raise PermissionDenied
        if row.revoked_at is None:
            row.revoked_at = timezone.now()
            row.save(update_fields=["revoked_at"])
            self.log_change(request, row, [{"changed": {"fields": ["revoked_at"]}}])
            messages.success(request, gettext("The key %s is revoked.") % row.name)
        return HttpResponseRedirect(reverse("admin:core_apikey_changelist"))


def write_number(number: int) -> str:
    """As the pages write one: thin spaces between the thousands."""
    return f"{number:,}".replace(",", NARROW_SPACE)
