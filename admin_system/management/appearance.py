"""How unfold draws the admin: the design's colours, the names, the menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

BASE = {
    "50": "#f6f7fa",
    "100": "#eef0f5",
    "200": "#e3e6ed",
    "300": "#cdd2dd",
    "400": "#98a1b3",
    "500": "#5c6476",
    "600": "#434b5c",
    "700": "#3a4455",
    "800": "#272f3d",
    "900": "#151a24",
    "950": "#0f131b",
}
COBALT = {
    "50": "#f4f7fe",
    "100": "#e9effd",
    "200": "#d2defb",
    "300": "#b6c7fc",
    "400": "#a3b8ff",
    "500": "#93abff",
    "600": "#2a4fc4",
    "700": "#2343a8",
    "800": "#1e388b",
    "900": "#1c2849",
    "950": "#141d36",
}


def may_view(permission: str) -> Any:
    """A menu entry is there for who may open its page."""

    def permitted(request: HttpRequest) -> bool:
        return request.user.has_perm(permission)

    return permitted


def entry(
    title: Any,
    icon: str,
    link: str,
    permission: str | None = None,
    *,
    badge: str = "",
    badge_variant: str = "",
) -> dict[str, Any]:
    """`badge` is the path of a function that makes a text of a request; `badge_variant` may be
    danger."""
    item: dict[str, Any] = {"title": title, "icon": icon, "link": reverse_lazy(link)}
    if permission is not None:
        item["permission"] = may_view(permission)
    if badge:
        item["badge"], item["badge_variant"] = badge, badge_variant
    return item


MENU: list[dict[str, Any]] = [
    {"items": [entry(_("Overview"), "dashboard", "admin:index")]},
    {
        "title": _("Use"),
        "items": [
            entry(_("Chat"), "forum", "chat"),
            entry(_("Picture analysis"), "image_search", "analyze"),
        ],
    },
    {
        "title": _("Models"),
        "items": [
            entry(
                _("Models"),
                "deployed_code",
                "admin:models",
                "core.view_modelconfig",
            ),
            entry(
                _("Prompt templates"),
                "edit_note",
                "admin:prompt_templates",
                "core.view_prompttemplate",
            ),
        ],
    },
    {
        "title": _("Knowledge"),
        "items": [
            entry(
                _("Topics"),
                "folder_open",
                "admin:knowledge_base_topic_changelist",
                "knowledge_base.view_topic",
                badge="admin_system.knowledge_base.admin.menu.count_topics",
            ),
            entry(
                _("Documents"),
                "description",
                "admin:knowledge_base_document_changelist",
                "knowledge_base.view_document",
                badge="admin_system.knowledge_base.admin.menu.count_documents",
            ),
            entry(
                _("Passages"),
                "segment",
                "admin:knowledge_base_passage_changelist",
                "knowledge_base.view_passage",
            ),
            entry(_("Index"), "database", "admin:knowledge_index", "knowledge_base.view_document"),
            entry(
                _("Retrieval test"),
                "manage_search",
                "admin:retrieval_test",
                "knowledge_base.view_passage",
            ),
            entry(
                _("Retrieval lab"),
                "science",
                "admin:retrieval_lab",
                "knowledge_base.view_savedquestionset",
            ),
        ],
    },
    {
        "title": _("Service"),
        "items": [
            entry(_("Live state"), "monitor_heart", "admin:service_state"),
            entry(
                _("Requests"),
                "pending_actions",
                "admin:request_queue",
                badge="admin_system.management.menu_counts.count_requests",
            ),
            entry(
                _("Alerts"),
                "notifications",
                "admin:alerts",
                badge="admin_system.management.menu_counts.count_alerts",
                badge_variant="danger",
            ),
            entry(_("Logs"), "terminal", "admin:logs", "core.change_modelconfig"),
        ],
    },
    {
        "title": _("Records"),
        "items": [
            entry(
                _("Analyses"),
                "photo_library",
                "admin:core_analysisrecord_changelist",
                "core.view_analysisrecord",
            ),
            entry(_("Usage"), "bar_chart", "admin:usage", "core.view_usagerecord"),
            entry(
                _("Audit"), "history", "admin:core_auditentry_changelist", "core.view_auditentry"
            ),
        ],
    },
    {
        "title": _("Access"),
        "items": [
            entry(_("API keys"), "key", "admin:core_apikey_changelist", "core.view_apikey"),
            entry(_("Users"), "group", "admin:auth_user_changelist", "auth.view_user"),
            entry(_("Groups"), "shield_person", "admin:auth_group_changelist", "auth.view_group"),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Qwen-VL-Chat Service"),
    "SITE_HEADER": _("Qwen-VL-Chat Service"),
    "SITE_SUBHEADER": _("Image analysis and management"),
    "SITE_SYMBOL": "center_focus_strong",
    "SITE_URL": None,
    "SHOW_LANGUAGES": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("management/icon.svg"),
        }
    ],
    "STYLES": [lambda request: static("management/admin.css")],
    "COLORS": {
        "base": BASE,
        "primary": COBALT,
        "font": {
            "subtle-light": "#5c6476",
            "subtle-dark": "#98a1b3",
            "default-light": "#434b5c",
            "default-dark": "#bac1cf",
            "important-light": "#171c28",
            "important-dark": "#e9ecf3",
        },
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": MENU},
}
