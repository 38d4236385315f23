"""The pages of the people's door that are not lists of rows: one file a page."""

from __future__ import annotations

from admin_system.management.pages.admin_page import AdminPage
from admin_system.management.pages.alerts import AlertsPage
from admin_system.management.pages.dashboard import Dashboard
from admin_system.management.pages.knowledge_index import KnowledgeIndexPage
from admin_system.management.pages.logs import LogsPage
from admin_system.management.pages.models import ModelsPage
from admin_system.management.pages.prompt_templates import PromptTemplatesPage
from admin_system.management.pages.request_queue import RequestQueuePage
from admin_system.management.pages.retrieval_lab import RetrievalLabPage
from admin_system.management.pages.retrieval_test import RetrievalTestPage
from admin_system.management.pages.service_state import ServiceStatePage
from admin_system.management.pages.usage import UsagePage

ADMIN_PAGES: tuple[type[AdminPage], ...] = (
    Dashboard,
    ModelsPage,
    PromptTemplatesPage,
    KnowledgeIndexPage,
    RetrievalTestPage,
    RetrievalLabPage,
    ServiceStatePage,
    RequestQueuePage,
    AlertsPage,
    LogsPage,
    UsagePage,
)
"""Pages inside the admin's frame; `site.py` gives each its address."""
