"""The people's door as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ManagementConfig(AppConfig):
    name = "admin_system.management"
    verbose_name = _("Management")
    default_auto_field = "django.db.models.BigAutoField"
