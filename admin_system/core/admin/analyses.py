"""Analyses in the admin: thumbnails, the picture with its boxes; to be read, exported, removed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from admin_system.core.admin.analysis_filters import BoxesFilter, EditedFilter, OwnerFilter
from admin_system.core.admin.owners import name_owners
from admin_system.core.exports.formats import export_response
from admin_system.core.exports.pictures import find_numbers
from admin_system.core.models import AnalysisRecord
from admin_system.core.records import remove_analyses
from admin_system.core.stored_pictures import type_of

SHOWN_CHARACTERS = 80
EXPORTS = {
    "coco": _("Export as COCO"),
    "yolo": _("Export as YOLO"),
    "labelme": _("Export as LabelMe"),
    "csv": _("Export as CSV"),
    "pictures": _("Export the pictures with their boxes"),
}


@admin.register(AnalysisRecord)
class AnalysisRecordAdmin(ModelAdmin):
    list_display = (
        "small_picture",
        "asked",
        "box_count",
        "model",
        "asker",
        "duration",
        "created_at",
    )
    list_display_links = ("small_picture", "asked")
    list_filter = (OwnerFilter, "created_at", BoxesFilter, EditedFilter, "model")
    list_per_page = 25
    empty_words = _("Pictures that were analysed appear here.")
    """What will stand in the list, said while it is empty."""
    search_fields = ("query", "result", "labels", "picture__name")
    search_help_text = _("Question, answer or name of the picture")
    date_hierarchy = "created_at"
    fieldsets = (
        (None, {"fields": ("whole_picture", "asked_words", "result", "found")}),
        (
            _("Details"),
            {
                "fields": (
                    *("id", "file_name", "model", "asker", "size", "tokens", "duration"),
                    *("created_at", "model_found"),
                )
            },
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

    def get_queryset(self, request: HttpRequest) -> QuerySet[AnalysisRecord]:
        rows: QuerySet[AnalysisRecord] = super().get_queryset(request)
        return rows.select_related("picture")

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        """With the names of the owners, asked for once for all rows."""
        page = super().get_changelist_instance(request)
        names = name_owners(row.owner for row in page.result_list)
        for row in page.result_list:
            row.owner_name = names[row.owner]
        return page

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions = dict(super().get_actions(request))
        for name, description in EXPORTS.items():
            actions[f"export_{name}"] = (make_export(name), f"export_{name}", description)
        return actions

    def get_urls(self) -> list[URLPattern]:
        kept = path(
            "<str:record_id>/kept-picture/",
            self.admin_site.admin_view(self.send_kept),
            name="core_analysisrecord_kept_picture",
        )
        return [kept, *super().get_urls()]

    def send_kept(self, request: HttpRequest, record_id: str) -> HttpResponse:
        """The picture of a set, which no public address leads to."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        record = self.get_queryset(request).filter(pk=record_id).first()
        if record is None or record.picture is None:
            raise Http404
        try:
            with record.picture.file.open("rb") as file:
                data: bytes = file.read()
        except FileNotFoundError:
            raise Http404 from None
        return HttpResponse(data, content_type=type_of(str(record.picture.file.name)))

    @display(description=_("Picture"))
    def small_picture(self, row: AnalysisRecord) -> SafeString | str:
        if not row.thumbnail:
            return "–"
        return format_html(
            '<img class="thumbnail" src="{}" alt="{}" loading="lazy">',
            row.thumbnail.url,
            self.file_name(row),
        )

    @display(description=_("Question and answer"))
    def asked(self, row: AnalysisRecord) -> SafeString:
        return format_html(
            '<span class="asked">{}<span class="asked__answer">{}</span></span>',
            Truncator(row.asked).chars(SHOWN_CHARACTERS),
            Truncator(row.result).chars(SHOWN_CHARACTERS),
        )

    @display(description=_("Question"))
    def asked_words(self, row: AnalysisRecord) -> str:
        return row.asked

    @display(description=_("asked by"), ordering="owner")
    def asker(self, row: AnalysisRecord) -> str:
        known: str | None = getattr(row, "owner_name", None)
        return known or name_owners([row.owner])[row.owner]

    @display(description=_("Boxes"))
    def box_count(self, row: AnalysisRecord) -> str:
        count = str(len(row.shown_boxes))
        return count if row.edited_boxes is None else gettext("%s, edited") % count

    @display(description=_("Seconds"), ordering="seconds")
    def duration(self, row: AnalysisRecord) -> str:
        return f"{row.seconds:.1f}"

    @display(description=_("Picture"))
    def whole_picture(self, row: AnalysisRecord) -> SafeString | str:
        """With the boxes that are shown; else as it was kept; else what there is of it."""
        note: Any = ""
        if row.is_drawn_as_shown:
            address = row.boxed_image.url
        elif row.picture is not None:
            address = reverse("admin:core_analysisrecord_kept_picture", args=[row.pk])
        elif row.boxed_image:
            address, note = row.boxed_image.url, _("As the model drew it, before the edit")
        elif row.thumbnail:
            address = row.thumbnail.url
        else:
            return "–"
        return format_html(
            '<a href="{0}"><img class="boxed" src="{0}" alt="{1}"></a><span>{2}</span>',
            address,
            _("Picture"),
            note,
        )

    @display(description=_("Found"))
    def found(self, row: AnalysisRecord) -> SafeString:
        return render_to_string("core/admin/boxes.html", {"boxes": row.shown_boxes})

    @display(description=_("As the model found them"))
    def model_found(self, row: AnalysisRecord) -> SafeString | str:
        if row.edited_boxes is None:
            return "–"
        return render_to_string("core/admin/boxes.html", {"boxes": row.boxes})

    @display(description=_("File"))
    def file_name(self, row: AnalysisRecord) -> str:
        return "–" if row.picture is None else row.picture.name

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


def make_export(name: str) -> Any:
    """The action of a list: what is selected, as a file of this format."""

    def export(
        model_admin: AnalysisRecordAdmin, request: HttpRequest, queryset: QuerySet[AnalysisRecord]
    ) -> StreamingHttpResponse:
        return export_response(name, gettext("Analyses"), find_numbers(queryset))

    return export
