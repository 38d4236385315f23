"""Passages in the admin: found by their words, switched off and on; each has a page of its own."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from admin_system.knowledge_base.admin.faults import refusals_told
from admin_system.knowledge_base.keywords import keyword_index
from admin_system.knowledge_base.models import Passage
from admin_system.knowledge_base.services.editing import edit_passage
from admin_system.knowledge_base.services.lookup import visible_passages

SHOWN_CHARACTERS = 160
FOUND = 500
"""Passages that a search in the list brings at most."""


@admin.register(Passage)
class PassageAdmin(ModelAdmin):
    list_display = ("beginning", "of_document", "place", "state")
    list_display_links = ("beginning",)
    list_filter = (("document__topic", admin.RelatedOnlyFieldListFilter), "enabled", "edited")
    list_per_page = 25
    list_select_related = ("document__topic",)
    search_fields = ("text",)
    search_help_text = _("Words of the passage")
    show_full_result_count = False
    actions = ("switch_off", "switch_on")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Passage]:
        return visible_passages(None, switched_off=True)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Passage], search_term: str
    ) -> tuple[QuerySet[Passage], bool]:
        """By the keyword index, which knows both languages; what is switched off stands in none."""
        if not search_term.strip():
            return queryset, False
        found = [hit.id for hit in keyword_index().search(search_term, FOUND)]
        words = Q(enabled=False, text__icontains=search_term.strip())
        return queryset.filter(Q(pk__in=found) | words), False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        """A list that nothing narrows is whole, which needs no second count."""
        rows: ChangeList = super().get_changelist_instance(request)
        if not rows.query and not rows.has_active_filters:
            rows.full_result_count = rows.result_count
        return rows

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Links from a document's page narrow the list to it."""
        return lookup == "document" or super().lookup_allowed(lookup, value, request)

    @display(description=_("Passage"))
    def beginning(self, row: Passage) -> SafeString:
        return format_html(
            '<span class="asked">{}</span>', Truncator(row.text).chars(SHOWN_CHARACTERS)
        )

    @display(description=_("Document"), ordering="document__title")
    def of_document(self, row: Passage) -> SafeString:
        where = reverse("admin:knowledge_base_document_change", args=[row.document_id])
        return format_html(
            '<span class="asked"><a class="lnk" href="{}">{}</a>'
            '<span class="asked__answer">{}</span></span>',
            where,
            row.document.title,
            row.document.topic.name,
        )

    @display(description=_("Place"))
    def place(self, row: Passage) -> str:
        return " · ".join(filter(None, [tell_page(row), *row.headings[-1:]])) or "–"

    @display(description=_("State"), ordering="enabled")
    def state(self, row: Passage) -> SafeString:
        look, word = ("ok", gettext("In use")) if row.enabled else ("off", gettext("Switched off"))
        edited = SafeString("")
        if row.edited:
            edited = format_html(' <span class="tag">{}</span>', gettext("Edited"))
        return format_html('<span class="tag tag--{}">{}</span>{}', look, word, edited)

    @admin.action(description=_("Switch off"), permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[Passage]) -> None:
        self._switch(request, queryset, enabled=False)

    @admin.action(description=_("Switch on"), permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[Passage]) -> None:
        self._switch(request, queryset, enabled=True)

    def _switch(self, request: HttpRequest, queryset: QuerySet[Passage], *, enabled: bool) -> None:
        changed = 0
        with refusals_told(request):
            for passage in queryset.exclude(enabled=enabled):
                edit_passage(passage, enabled=enabled)
                self.log_change(request, passage, [{"changed": {"fields": ["enabled"]}}])
                changed += 1
        told = ngettext("%(count)s passage changed.", "%(count)s passages changed.", changed)
        self.message_user(request, told % {"count": changed})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Passage | None = None) -> bool:
        return False

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page changes it over the API, as programs do."""
        row = self.get_object(request, object_id)
        if row is None:
            gone: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return gone
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Passage"),
            "opts": self.opts,
            "original": row.document.title,
            "facts": {
                "passage": row.pk,
                "mayChange": self.has_change_permission(request, row),
                "pages": {
                    "passage": page_pattern("passage"),
                    "document": page_pattern("document"),
                },
            },
        }
        return TemplateResponse(request, "knowledge_base/admin/passage.html", context)


def page_pattern(model: str) -> str:
    """Address of a row's page; {id} stands for its number."""
    return reverse(f"admin:knowledge_base_{model}_change", args=[0]).replace("/0/", "/{id}/")


def tell_page(passage: Passage) -> str:
    """`page 3`, in the unit that its document has."""
    if passage.page is None:
        return ""
    units = {
        "slide": _("slide %(number)s"),
        "sheet": _("sheet %(number)s"),
        "chapter": _("chapter %(number)s"),
    }
    unit = units.get(passage.document.page_unit, _("page %(number)s"))
    return str(unit) % {"number": passage.page}
