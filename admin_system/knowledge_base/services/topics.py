"""Topics come and get other names; `removing` takes them away with all that stands in them."""

from __future__ import annotations

from django.db import IntegrityError

from admin_system.knowledge_base.errors import NameTaken, TopicGone
from admin_system.knowledge_base.models import Topic
from admin_system.knowledge_base.services.naming import TOPIC_NAME, check_name
from admin_system.knowledge_base.writing import writing


def create_topic(name: str, description: str = "") -> Topic:
    """Raises BadName, NameTaken."""
    name = check_name(name.strip(), TOPIC_NAME)
    try:
        with writing():
            return Topic.objects.create(name=name, description=description)
    except IntegrityError as error:
        raise NameTaken("topic_name_taken", name=name) from error


def get_or_create_topic(name: str) -> Topic:
    """Raises BadName."""
    topic, _ = Topic.objects.get_or_create(name=check_name(name.strip(), TOPIC_NAME))
    return topic


def change_topic(topic: Topic, *, name: str | None = None, description: str | None = None) -> Topic:
    """What is None stays as it is. Raises BadName, NameTaken, TopicGone."""
    try:
        with writing():
            row = require_topic(topic)
            if name is not None:
                row.name = check_name(name.strip(), TOPIC_NAME)
            if description is not None:
                row.description = description
            row.save(update_fields=["name", "description"])
            return row
    except IntegrityError as error:
        raise NameTaken("topic_name_taken", name=name) from error


def remove_empty_topic(topic_id: int) -> None:
    """The row of a deleted topic in which nothing stands any more."""
    Topic.all_objects.filter(pk=topic_id, deleting=True, documents=None).delete()


def require_topic(topic: Topic) -> Topic:
    """As it is now; in a transaction, which then keeps it from being deleted. Raises TopicGone."""
    row = Topic.objects.select_for_update().filter(pk=topic.pk).first()
    if row is None:
        raise TopicGone("topic_gone")
    return row
