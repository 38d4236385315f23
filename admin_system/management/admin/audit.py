"""The audit in the admin: read, filtered and downloaded, never changed."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import date as format_date
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from admin_system.core.csv_table import TYPE, encode_csv
from admin_system.core.models import AuditEntry

COLUMNS = ("at", "actor", "actor_name", "action", "kind", "number", "name", "fields", "address")


@admin.register(AuditEntry)
class AuditEntryAdmin(ModelAdmin):
    list_display = ("moment", "actor_name", "action", "what", "details", "address")
    list_display_links = None
    list_filter = ("action", "actor_name", ("at", admin.DateFieldListFilter))
    list_per_page = 100
    search_fields = ("actor_name", "name", "address")
    search_help_text = _("Who, on what, from where")
    actions_list = ("download",)
    date_hierarchy = None

    @display(description=_("When"), ordering="at")
    def moment(self, entry: AuditEntry) -> str:
        return format_date(timezone.localtime(entry.at), "Y-m-d H:i:s")

    @display(description=_("On what"))
    def what(self, entry: AuditEntry) -> str:
        return entry.name

    @display(description=_("Changed"))
    def details(self, entry: AuditEntry) -> str:
        return " · ".join(entry.fields)

    @action(description=_("Download as CSV"), url_path="download", icon="download")
    def download(self, request: HttpRequest) -> HttpResponse:
        """All of it, newest first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        rows = (
            [moment.isoformat(), *cells, " ".join(fields), address]
            for moment, *cells, fields, address in AuditEntry.objects.values_list(*COLUMNS)
        )
        response = HttpResponse(encode_csv(COLUMNS, rows), content_type=TYPE)
        response.headers["Content-Disposition"] = 'attachment; filename="audit.csv"'
        return response

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AuditEntry | None = None) -> bool:
        return False
