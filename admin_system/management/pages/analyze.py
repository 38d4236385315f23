"""/analyze/: sets of pictures, asked about one by one or all together, with boxes to edit."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.frame import FramePage


class AnalyzePage(FramePage):
    """Everything on it is done by `static/management/analyze/` through the public API."""

    template_name = "management/analyze.html"
    name = "analyze"
    title = _("Picture analysis")
