"""The overview: is something wrong, does it answer, how fast, who is on it, what happened."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from admin_system.core.models import AnalysisRecord
from admin_system.management.cards.knowledge import describe_knowledge
from admin_system.management.pages.admin_page import AdminPage

SHOWN_ANALYSES = 6
LIBRARY = "knowledge_base.view_document"
"""Permission to see the card of the knowledge base."""


class Dashboard(AdminPage):
    url = ""
    name = "index"
    title = _("Overview")
    template_name = "management/dashboard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        analyses: list[AnalysisRecord] = []
        if self.request.user.has_perm("core.view_analysisrecord"):
            analyses = list(AnalysisRecord.objects.all()[:SHOWN_ANALYSES])
        return {
            **super().get_context_data(**kwargs),
            "analyses": analyses,
            "address": self.request.build_absolute_uri("/api/v1"),
            **(describe_knowledge() if self.request.user.has_perm(LIBRARY) else {}),
        }
