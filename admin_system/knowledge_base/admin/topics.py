"""Topics in the admin: what stands in each, new ones, other names, and the end of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from admin_system.knowledge_base.admin.faults import refusals_in_form
from admin_system.knowledge_base.admin.menu import grouped
from admin_system.knowledge_base.models import Document, Passage, Topic
from admin_system.knowledge_base.services.naming import TOPIC_NAME, check_name
from admin_system.knowledge_base.services.removing import remove_topic
from admin_system.knowledge_base.services.topics import change_topic, create_topic

State = Document.State
NOT_DELETING = ~Q(documents__state=State.DELETING)
TAGS: tuple[tuple[str, tuple[str, ...], Any], ...] = (
    ("busy", (*Document.WORKING, State.PAUSED), _("in progress")),
    ("demo", (State.WAITING,), _("waiting")),
    ("bad", (State.FAILED,), _("failed")),
)
"""Look, states, and word of what is shown beside the number of documents."""


class TopicForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    class Meta:
        model = Topic
        fields = ("name", "description")

    def clean_name(self) -> str:
        with refusals_in_form():
            return check_name(self.cleaned_data["name"].strip(), TOPIC_NAME)


@admin.register(Topic)
class TopicAdmin(ModelAdmin):
    form = TopicForm
    list_display = ("named", "document_count", "work", "passage_count", "created_at")
    list_display_links = ("named",)
    list_per_page = 50
    search_fields = ("name", "description")
    search_help_text = _("Name or description")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        rows: QuerySet[Topic] = super().get_queryset(request)
        counts = {
            f"in_{look}": Count("documents", filter=Q(documents__state__in=states))
            for look, states, _word in TAGS
        }
        passages = Passage.objects.filter(document__topic=OuterRef("pk"), live=True).order_by()
        passages = passages.exclude(document__state=State.DELETING)
        counted = passages.values("document__topic").annotate(n=Count("pk")).values("n")
        return rows.annotate(
            all_documents=Count("documents", filter=NOT_DELETING),
            all_passages=Coalesce(Subquery(counted), 0),
            **counts,
        )

    @display(description=_("Topic"), ordering="name")
    def named(self, row: Topic) -> SafeString:
        return format_html(
            '<span class="asked">{}<span class="asked__answer">{}</span></span>',
            row.name,
            row.description,
        )

    @display(description=_("Documents"), ordering="all_documents")
    def document_count(self, row: Topic) -> SafeString:
        where = reverse("admin:knowledge_base_document_changelist")
        return format_html(
            '<a class="lnk" href="{}?{}">{}</a>',
            where,
            urlencode({"topic": row.name}),
            grouped(getattr(row, "all_documents", 0)),
        )

    @display(description=_("Work"))
    def work(self, row: Topic) -> SafeString:
        counts = [(look, getattr(row, f"in_{look}", 0), word) for look, _states, word in TAGS]
        told = [(look, grouped(count), word) for look, count, word in counts if count]
        if not told:
            return SafeString("–")
        return format_html_join(" ", '<span class="tag tag--{}">{} {}</span>', told)

    @display(description=_("Passages"), ordering="all_passages")
    def passage_count(self, row: Topic) -> str:
        return grouped(getattr(row, "all_passages", 0))

    def save_model(self, request: HttpRequest, obj: Topic, form: Any, change: bool) -> None:
        """The form has refused what the services would refuse, but for a race."""
        if change:
            change_topic(obj, name=obj.name, description=obj.description)
        else:
            obj.pk = create_topic(obj.name, obj.description).pk
            obj.refresh_from_db()

    def delete_model(self, request: HttpRequest, obj: Topic) -> None:
        remove_topic(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Topic]) -> None:
        for topic in queryset:
            remove_topic(topic)

    def get_deleted_objects(
        self, objs: Iterable[Topic], request: HttpRequest
    ) -> tuple[list[Any], dict[str, int], set[str], list[Any]]:
        """What a topic takes along, in numbers: nobody reads a list of thousands."""
        topics = list(objs)
        documents = Document.objects.filter(topic__in=topics).exclude(state=State.DELETING)
        passages = Passage.objects.filter(document__in=documents, live=True).count()
        counts = {gettext("Documents"): documents.count(), gettext("Passages"): passages}
        lacking = set() if self.has_delete_permission(request) else {self.opts.verbose_name}
        return [topic.name for topic in topics], counts, lacking, []
