"""The frame of the people's own pages: menu, the model's state, language, light and dark."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.mixins import LoginRequiredMixin
from django.utils.translation import get_language
from django.views.generic import TemplateView

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class FramePage(LoginRequiredMixin, TemplateView):
    """A template on `management/frame.html`; `name` marks its place in the menu."""

    name: ClassVar[str]
    title: ClassVar[StrPromise | str]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.title,
            "page_name": self.name,
            **describe_language(),
        }


def describe_language() -> dict[str, str]:
    """What `page_head.html` and the button that changes the language need."""
    english = get_language() == "en"
    return {
        "page_language": "en" if english else "zh-Hans",
        "other_language": "zh-hans" if english else "en",
        "other_language_name": "中文" if english else "English",
    }
