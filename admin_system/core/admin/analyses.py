"""Analyses in the admin: thumbnails, the picture with its boxes; to be read and removed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from admin_system.core.models import AnalysisRecord
from admin_system.core.records import remove_analyses

SHOWN_CHARACTERS = 80


@admin.register(AnalysisRecord)
class AnalysisRecordAdmin(ModelAdmin):
    list_display = (
        "small_picture",
        "asked",
        "box_count",
        "model",
        "owner",
        "duration",
        "created_at",
    )
    list_display_links = ("small_picture", "asked")
    list_filter = ("model", "owner")
    list_per_page = 25
    search_fields = ("query", "result")
    search_help_text = _("Question or answer")
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("picture", "query", "result", "found")}),
        (
            _("Details"),
            {"fields": ("id", "model", "owner", "size", "tokens", "duration", "created_at")},
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(
        self, request: HttpRequest, obj: AnalysisRecord | None = None
    ) -> bool:
        return False

    def delete_model(self, request: HttpRequest, obj: AnalysisRecord) -> None:
        remove_analyses(AnalysisRecord.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[AnalysisRecord]) -> None:
        remove_analyses(queryset)

    @display(description=_("Picture"))
    def small_picture(self, row: AnalysisRecord) -> SafeString | str:
        if not row.thumbnail:
            return "–"
        return format_html(
            '<img class="thumbnail" src="{}" alt="" loading="lazy">', row.thumbnail.url
        )

    @display(description=_("Question and answer"))
    def asked(self, row: AnalysisRecord) -> SafeString:
        return format_html(
            '<span class="asked">{}<span class="asked__answer">{}</span></span>',
            Truncator(row.query).chars(SHOWN_CHARACTERS),
            Truncator(row.result).chars(SHOWN_CHARACTERS),
        )

    @display(description=_("Boxes"))
    def box_count(self, row: AnalysisRecord) -> int:
        return len(row.boxes)

    @display(description=_("Seconds"), ordering="seconds")
    def duration(self, row: AnalysisRecord) -> str:
        return f"{row.seconds:.1f}"

    @display(description=_("Picture"))
    def picture(self, row: AnalysisRecord) -> SafeString | str:
        file = row.boxed_image or row.thumbnail
        if not file:
            return "–"
        return format_html(
            '<a href="{0}"><img class="boxed" src="{0}" alt="{1}"></a>', file.url, _("Picture")
        )

    @display(description=_("Found"))
    def found(self, row: AnalysisRecord) -> SafeString:
        return render_to_string("core/admin/boxes.html", {"boxes": row.boxes})

    @display(description=_("Size"))
    def size(self, row: AnalysisRecord) -> str:
        return f"{row.width} × {row.height}"

    @display(description=_("Tokens"))
    def tokens(self, row: AnalysisRecord) -> str:
        usage: dict[str, Any] = row.usage
        return gettext("%(prompt)s in, %(completion)s out") % {
            "prompt": usage.get("prompt_tokens", "?"),
            "completion": usage.get("completion_tokens", "?"),
        }
