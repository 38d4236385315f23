"""A document under another topic or name: nothing is read or embedded again."""

from __future__ import annotations

from admin_system.knowledge_base.errors import DocumentGone, NameTaken
from admin_system.knowledge_base.models import Document, Topic
from admin_system.knowledge_base.services.naming import check_name
from admin_system.knowledge_base.services.publishing import enter, tokenize_shown, withdraw
from admin_system.knowledge_base.services.topics import require_topic
from admin_system.knowledge_base.writing import writing


def move_document(document: Document, topic: Topic) -> Document:
    """Found under the other topic from now on, and no more under its own; it belongs to no
    synchronised folder any longer.

    Raises TopicGone, DocumentGone, NameTaken.
    """
    tokens = tokenize_shown(document)
    with writing():
        target = require_topic(topic)
        row = require_document(document)
        if row.topic_id == target.pk:
            return row
        refuse_taken(target.pk, row.name)
        withdraw(row, tokens)
        row.topic, row.source = target, ""
        row.save(update_fields=["topic", "source", "updated_at"])
        enter(row, tokens)
        return row


@writing()
def rename_document(document: Document, title: str) -> Document:
    """Its title. A pasted text goes by its title, so that its name follows; a file keeps the name
    under which a new version of it would come.

    Raises BadName, DocumentGone, NameTaken.
    """
    title = check_name(title.strip())
    row = require_document(document)
    row.title = title
    if row.kind == Document.Kind.TEXT and row.name != title:
        refuse_taken(row.topic_id, title)
        row.name = title
    row.save(update_fields=["title", "name", "updated_at"])
    return row


def require_document(document: Document) -> Document:
    """As it is now, held until the end of the transaction. Raises DocumentGone."""
    rows = Document.objects.select_for_update().exclude(state=Document.State.DELETING)
    row = rows.filter(pk=document.pk).first()
    if row is None:
        raise DocumentGone("document_gone")
    return row


def refuse_taken(topic_id: int, name: str) -> None:
    if Document.objects.filter(topic=topic_id, name=name).exists():
        raise NameTaken("document_name_taken", name=name)
