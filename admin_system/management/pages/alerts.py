"""What is wrong now, and everything that happened of late."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.admin_page import AdminPage


class AlertsPage(AdminPage):
    url = "service/alerts/"
    name = "alerts"
    title = _("Alerts")
    template_name = "management/alerts.html"
