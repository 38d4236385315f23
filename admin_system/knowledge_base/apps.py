"""The library as a Django app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class KnowledgeBaseConfig(AppConfig):
    name = "admin_system.knowledge_base"
    verbose_name = _("Knowledge base")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from admin_system.core.stored_bytes import tell_documents_with
        from admin_system.core.topics import tell_topics_with
        from admin_system.knowledge_base.services.adding import bytes_of
        from admin_system.knowledge_base.services.permissions import topic_names

        tell_topics_with(topic_names)
        tell_documents_with(bytes_of)
