"""The field in which somebody is bound to topics: the same for keys, users and groups."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from admin_system.core.topics import topic_names


class TopicField(forms.TypedMultipleChoiceField):
    def __init__(self, **options: Any) -> None:
        widget = UnfoldAdminCheckboxSelectMultipleWidget
        super().__init__(**{"required": False, "coerce": int, "widget": widget, **options})

    def offer(self, bound: Iterable[int]) -> None:
        """All topics, and those that somebody is bound to though they are gone: whoever is bound
        to such a one alone reads nothing, and would read everything if saving took it away."""
        gone = {number: gettext("Removed topic %s") % number for number in bound}
        names = gone | dict(topic_names())
        self.choices = [(number, names[number]) for number in sorted(names, key=names.__getitem__)]


def name_topics(numbers: Iterable[int]) -> str:
    """In words; without any it is all."""
    wanted = list(numbers)
    names = topic_names() if wanted else {}
    words = [names.get(one) or gettext("Removed topic %s") % one for one in wanted]
    return " · ".join(words) or gettext("All topics")
