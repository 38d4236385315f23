"""Topics by name or number, for those who may read and change them."""

from __future__ import annotations

from django.db.models import QuerySet

from admin_system.knowledge_base.errors import EntryForbidden, EntryNotFound
from admin_system.knowledge_base.models import Topic
from admin_system.knowledge_base.services.topics import get_or_create_topic

Allowed = frozenset[int] | None
"""Numbers of the topics that somebody may read and change, as `access.Caller.topics`; None: all."""


def topic_names() -> dict[int, str]:
    """Number -> name of all topics, for core, which binds keys to them."""
    return dict(Topic.objects.values_list("pk", "name"))


def visible_topics(allowed: Allowed) -> QuerySet[Topic]:
    return Topic.objects.all() if allowed is None else Topic.objects.filter(pk__in=allowed)


def get_topic(number: int, allowed: Allowed) -> Topic:
    """Raises EntryNotFound."""
    topic = visible_topics(allowed).filter(pk=number).first()
    if topic is None:
        raise EntryNotFound("topic_number_not_found", id=number)
    return topic


def find_topic(name: str, allowed: Allowed) -> Topic:
    """Raises EntryNotFound; for those bound to topics EntryForbidden, whether it is there or not:
    what others keep is not to be guessed."""
    topic = visible_topics(allowed).filter(name=name.strip()).first()
    if topic is not None:
        return topic
    if allowed is not None:
        raise EntryForbidden("topic_forbidden", param="topic", topic=name[:100])
    raise EntryNotFound("topic_not_found", param="topic", topic=name[:100])


def find_or_make_topic(name: str, allowed: Allowed) -> Topic:
    """Raises BadName; EntryForbidden for those bound to other topics, who make none."""
    return get_or_create_topic(name) if allowed is None else find_topic(name, allowed)


def require_topic_making(allowed: Allowed) -> None:
    """Raises EntryForbidden for those bound to topics."""
    if allowed is not None:
        raise EntryForbidden("topic_making_forbidden", param="name")


def require_all_topics(allowed: Allowed) -> None:
    """Of what concerns the whole library. Raises EntryForbidden for those bound to topics."""
    if allowed is not None:
        raise EntryForbidden("all_topics_needed")
