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


def entry(title: Any, icon: str, link: str, permission: str | None = None) -> dict[str, Any]:
    item: dict[str, Any] = {"title": title, "icon": icon, "link": reverse_lazy(link)}
    if permission is not None:
        item["permission"] = may_view(permission)
    return item


MENU: list[dict[str, Any]] = [
    {"items": [entry(_("Overview"), "dashboard", "admin:index")]},
    {
        "title": _("Models"),
        "items": [
            entry(
                _("Models"),
                "deployed_code",
                "admin:core_modelconfig_changelist",
                "core.view_modelconfig",
            )
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
            )
        ],
    },
    {
        "title": _("Access"),
        "items": [
            entry(_("API keys"), "key", "admin:core_apikey_changelist", "core.view_apikey"),
            entry(_("Users"), "group", "admin:auth_user_changelist", "auth.view_user"),
            entry(_("Roles"), "shield_person", "admin:auth_group_changelist", "auth.view_group"),
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
