"""Question sets, run in the background, and how their figures went over time."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.admin_page import AdminPage


class RetrievalLabPage(AdminPage):
    url = "knowledge/lab/"
    name = "retrieval_lab"
    title = _("Retrieval lab")
    template_name = "management/knowledge/lab.html"
    permission_required = "knowledge_base.view_savedquestionset"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        facts = {
            "mayChange": self.request.user.has_perm("knowledge_base.change_savedquestionset"),
            "test": reverse("admin:retrieval_test"),
            "documents": reverse("admin:knowledge_base_document_changelist"),
        }
        return super().get_context_data(facts=facts, **kwargs)
