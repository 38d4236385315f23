"""The search machine as a Django app; it has no rows."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VectorSearchConfig(AppConfig):
    name = "admin_system.vector_search"
    verbose_name = _("Vector search")
    default_auto_field = "django.db.models.BigAutoField"
