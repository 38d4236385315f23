"""A question, and the passages that it finds: with both scores, and why they rank as they do."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.admin_page import AdminPage


class RetrievalTestPage(AdminPage):
    url = "knowledge/retrieval/"
    name = "retrieval_test"
    title = _("Retrieval test")
    template_name = "management/knowledge/retrieval.html"
    permission_required = "knowledge_base.view_passage"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        passage = reverse("admin:knowledge_base_passage_change", args=[0])
        facts = {
            "pages": {"passage": passage.replace("/0/", "/{id}/")},
            "index": reverse("admin:knowledge_index"),
            "lab": reverse("admin:retrieval_lab"),
            "mayChange": self.request.user.has_perm("knowledge_base.change_savedquestionset"),
        }
        return super().get_context_data(facts=facts, **kwargs)
