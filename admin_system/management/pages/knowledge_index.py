"""The indexes of the knowledge base and its embedding model: their state, and work on them."""

from __future__ import annotations

from typing import Any

from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.admin_page import AdminPage


class KnowledgeIndexPage(AdminPage):
    url = "knowledge/index/"
    name = "knowledge_index"
    title = _("Index")
    template_name = "management/knowledge/index.html"
    permission_required = "knowledge_base.view_document"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        facts = {
            "mayChange": user.has_perm("knowledge_base.change_document"),
            "mayChangeModel": user.has_perm("knowledge_base.change_embeddingprofile"),
            "models": str(reverse_lazy("admin:knowledge_index")),
        }
        return super().get_context_data(facts=facts, **kwargs)
