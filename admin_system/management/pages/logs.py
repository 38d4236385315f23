"""The service's logs: chosen by level and words, followed, downloaded."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.admin_page import AdminPage


class LogsPage(AdminPage):
    """For whoever may run the models: the API lends out logs with the scope admin only."""

    url = "service/logs/"
    name = "logs"
    title = _("Logs")
    permission_required = "core.change_modelconfig"
    template_name = "management/logs.html"
