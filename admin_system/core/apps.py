"""The model machine as a Django app; nothing is loaded from here."""

from django.apps import AppConfig
from django.db import connection
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "admin_system.core"
    verbose_name = _("Service")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from admin_system.core.roles import grant_operators

        post_migrate.connect(grant_operators, dispatch_uid="grant_operators")
        if connection.vendor == "postgresql":
            from admin_system.core.postgres_texts import write_without_nul

            connection_created.connect(write_without_nul, dispatch_uid="write_without_nul")
