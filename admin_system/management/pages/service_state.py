"""The service's state: load, reload, unload, and every figure of the last hour or day."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.admin_page import AdminPage


class ServiceStatePage(AdminPage):
    url = "service/state/"
    name = "service_state"
    title = _("Live state")
    template_name = "management/service_state.html"
