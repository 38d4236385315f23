"""Usage in the admin: who has taken how much of which model, with charts and tables."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.admin_page import AdminPage


class UsagePage(AdminPage):
    """Its figures come from `/api/usage`, which gives everybody's to those with the scope admin."""

    url = "usage/"
    name = "usage"
    title = _("Usage")
    permission_required = "core.view_usagerecord"
    template_name = "management/usage.html"
