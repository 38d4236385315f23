"""What is answered and what waits, each with a button that stops it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.admin_page import AdminPage


class RequestQueuePage(AdminPage):
    url = "service/requests/"
    name = "request_queue"
    title = _("Requests")
    template_name = "management/request_queue.html"
