"""The models of this computer: what is loaded, what would fit, loads and downloads in progress."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from admin_system.management.pages.admin_page import AdminPage


class ModelsPage(AdminPage):
    url = "models/"
    name = "models"
    title = _("Models")
    permission_required = "core.view_modelconfig"
    template_name = "management/models.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_change = self.request.user.has_perm("core.change_modelconfig")
        return {**super().get_context_data(**kwargs), "may_change": may_change}
