"""The chat page: everything in it comes from the public API and /ws/chat."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from admin_system.env import get_env
from admin_system.management.pages.frame import FramePage


class ChatPage(FramePage):
    name = "chat"
    title = _("Chat")
    template_name = "management/chat.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "message_limit": get_env().max_body_bytes}
