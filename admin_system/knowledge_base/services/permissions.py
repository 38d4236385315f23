"""Topics, documents and passages by name or number, for those who may see them."""

from __future__ import annotations

from admin_system.knowledge_base.models import Topic


def topic_names() -> dict[int, str]:
    """Number -> name of all topics, for core, which binds keys to them."""
    return dict(Topic.objects.values_list("pk", "name"))
