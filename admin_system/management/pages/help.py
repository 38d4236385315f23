"""The documents as pages, for everybody: a card about an error leads to its line."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.utils.translation import get_language
from django.views.generic import TemplateView

from admin_system.core.types import Language
from admin_system.management.chapters import CHAPTERS, TROUBLES, read_title, render_chapter


class HelpPage(TemplateView):
    template_name = "management/help.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        chapter = kwargs.get("chapter", TROUBLES)
        if chapter not in CHAPTERS:
            raise Http404
        language: Language = "en" if get_language() == "en" else "zh"
        return {
            **super().get_context_data(**kwargs),
            "title": read_title(chapter, language),
            "chapter": chapter,
            "chapters": [(name, read_title(name, language)) for name in CHAPTERS],
            "content": render_chapter(chapter, language),
            "page_language": "en" if language == "en" else "zh-Hans",
            "other_language": "zh-hans" if language == "en" else "en",
        }
