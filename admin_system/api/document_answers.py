"""Documents as answers: one by its number, several, or a page of a caller's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from admin_system.api.errors import RecordNotFound
from admin_system.api.numbers import read_number
from admin_system.api.paging import read_cursor, write_cursor
from admin_system.api.protocol.library import encode_document
from admin_system.core.types import Language
from admin_system.knowledge_base.models import Document
from admin_system.knowledge_base.services.editing import read_text
from admin_system.knowledge_base.services.lookup import (
    count_passages,
    count_states,
    find_places,
    get_document,
    visible_documents,
)
from admin_system.knowledge_base.services.permissions import Allowed, find_topic


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents a list shows."""

    allowed: Allowed
    topic: str = ""
    """A name; empty for all that are allowed."""
    states: tuple[str, ...] = ()
    """Any of them; none for all."""
    words: str = ""
    """That stand in the title; empty for all."""


def read_document_number(text: str) -> int:
    """Raises EntryNotFound."""
    return read_number(text, "document_not_found")


def find_answer(number: int, allowed: Allowed, language: Language) -> dict[str, Any]:
    """Raises EntryNotFound."""
    document = get_document(number, allowed)
    (answer,) = encode_documents([document], language)
    return answer


def find_text(number: int, allowed: Allowed) -> dict[str, Any]:
    """With the version that it is of. Raises EntryNotFound, NotEditable, UnknownFormat,
    RecordNotFound."""
    document = get_document(number, allowed)
    try:
        return {"text": read_text(document), "version": document.version}
    except FileNotFoundError:
        raise RecordNotFound("document_file_gone") from None


def encode_documents(documents: list[Document], language: Language) -> list[dict[str, Any]]:
    passages = count_passages([document.pk for document in documents])
    queued = [row.pk for row in documents if row.state == Document.State.QUEUED]
    places = find_places(queued) if queued else {}
    return [
        encode_document(row, passages.get(row.pk, 0), places.get(row.pk), language)
        for row in documents
    ]


def find_page(wanted: Wanted, limit: int, cursor: str, language: Language) -> dict[str, Any]:
    """Newest first. Raises BadRequest, EntryForbidden, EntryNotFound."""
    rows = visible_documents(wanted.allowed).order_by("-pk")
    if wanted.topic:
        rows = rows.filter(topic=find_topic(wanted.topic, wanted.allowed))
    if wanted.words:
        rows = rows.filter(title__icontains=wanted.words)
    states = count_states(rows)
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if cursor:
        (last,) = read_cursor(cursor, int)
        rows = rows.filter(pk__lt=last)
    found = list(rows[: limit + 1])
    shown = found[:limit]
    return {
        "data": encode_documents(shown, language),
        "next_cursor": write_cursor(shown[-1].pk) if len(found) > limit else None,
        "states": states,
    }
