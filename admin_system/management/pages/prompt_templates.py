"""Prompt templates in the admin: written with a live check, tried in a real run, restored."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from admin_system.core.models import PromptTemplate
from admin_system.core.prompts import CHANGING
from admin_system.core.wording import LONGEST, VARIABLES
from admin_system.management.pages.admin_page import AdminPage

MEANINGS = {
    "question": _("What was asked"),
    "labels": _("The names to find"),
    "sources": _("The passages found, fenced"),
    "nothing": _("What is said when the documents do not tell"),
    "date": _("Today's date"),
}


class PromptTemplatesPage(AdminPage):
    url = "templates/"
    name = "prompt_templates"
    title = _("Prompt templates")
    permission_required = "core.view_prompttemplate"
    template_name = "management/prompt_templates.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {
            **super().get_context_data(**kwargs),
            "facts": {
                "kinds": [
                    {
                        "value": kind,
                        "word": str(PromptTemplate.Kind(kind).label),
                        "variables": names,
                    }
                    for kind, names in VARIABLES.items()
                ],
                "languages": [
                    {"value": value, "word": str(word)}
                    for value, word in PromptTemplate.Language.choices
                ],
                "meanings": {name: str(word) for name, word in MEANINGS.items()},
                "longest": LONGEST,
                "may_change": self.request.user.has_perm(CHANGING),
            },
        }
