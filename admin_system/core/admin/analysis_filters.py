"""Filters of the analyses: who asked, whether there are boxes, whether somebody edited them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from admin_system.core.admin.owners import name_owners
from admin_system.core.models import AnalysisRecord

HAS_BOXES = Q(edited_boxes__isnull=True) & ~Q(boxes=[]) | (
    Q(edited_boxes__isnull=False) & ~Q(edited_boxes=[])
)


class OwnerFilter(admin.SimpleListFilter):
    title = _("asked by")
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        owners = AnalysisRecord.objects.order_by("owner").values_list("owner", flat=True).distinct()
        return sorted(name_owners(owners).items(), key=lambda pair: pair[1])

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AnalysisRecord]
    ) -> QuerySet[AnalysisRecord]:
        return queryset.filter(owner=self.value()) if self.value() else queryset


class ChoiceFilter(admin.SimpleListFilter):
    """Yes, no, or both."""

    condition: ClassVar[Q]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", _("Yes")), ("0", _("No"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[AnalysisRecord]
    ) -> QuerySet[AnalysisRecord]:
        if self.value() == "1":
            return queryset.filter(self.condition)
        if self.value() == "0":
            return queryset.exclude(self.condition)
        return queryset


class BoxesFilter(ChoiceFilter):
    title = _("has boxes")
    parameter_name = "boxes"
    condition = HAS_BOXES


class EditedFilter(ChoiceFilter):
    title = _("edited")
    parameter_name = "edited"
    condition = Q(edited_boxes__isnull=False)
