"""Documents in the admin: the list with its live state, and a page for each.

Both pages work over the API, as programs do; here it is decided who may open them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from unfold.admin import ModelAdmin

from admin_system.knowledge_base.admin.passages import page_pattern
from admin_system.knowledge_base.models import Document, Passage
from admin_system.knowledge_base.readers.limits import DEFAULT_LIMITS
from admin_system.knowledge_base.services.lookup import visible_documents
from admin_system.knowledge_base.services.removing import remove_document

MEGABYTE = 2**20


@admin.register(Document)
class DocumentAdmin(ModelAdmin):
    search_fields = ("title", "name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        return visible_documents(None)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        facts = {
            "largest": DEFAULT_LIMITS.file_bytes // MEGABYTE,
            "topics": reverse("admin:knowledge_base_topic_changelist"),
            "index": reverse("admin:knowledge_index"),
        }
        return self._page(request, "documents", gettext("Documents"), facts)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, object_id)
        if row is None:
            gone: HttpResponse = self._get_obj_does_not_exist_redirect(
                request, self.opts, object_id
            )
            return gone
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        facts = {
            "document": row.pk,
            "list": reverse("admin:knowledge_base_document_changelist"),
        }
        return self._page(request, "document", row.title, facts, row)

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Documents come in on the list's page."""
        return HttpResponseRedirect(reverse("admin:knowledge_base_document_changelist"))

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        remove_document(obj)

    def get_deleted_objects(
        self, objs: Iterable[Document], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        documents = list(objs)
        count = Passage.objects.filter(document__in=documents, live=True).count()
        lacking = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        counts = {gettext("Passages"): count}
        return [document.title for document in documents], counts, lacking, []

    def _page(
        self,
        request: HttpRequest,
        name: str,
        title: str,
        facts: dict[str, Any],
        row: Document | None = None,
    ) -> HttpResponse:
        """The frame names `row`, where the page is of one."""
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "object": row,
            "facts": {
                **facts,
                "mayChange": self.has_change_permission(request),
                "pages": {
                    "passage": page_pattern("passage"),
                    "document": page_pattern("document"),
                },
            },
        }
        return TemplateResponse(request, f"knowledge_base/admin/{name}.html", context)
