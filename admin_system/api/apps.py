"""The programs' door as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ApiConfig(AppConfig):
    name = "admin_system.api"
    verbose_name = _("Programs")
    default_auto_field = "django.db.models.BigAutoField"
