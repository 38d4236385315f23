"""Refusals of the library as messages on a page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from admin_system.core.model_state import page_language
from admin_system.knowledge_base.errors import KnowledgeError
from admin_system.messages import sentence
from admin_system.vector_search.errors import SearchError

Refusal = KnowledgeError | SearchError


def to_sentence(error: Refusal) -> str:
    return sentence(error.code, page_language(), **error.values)


@contextmanager
def refusals_in_form() -> Iterator[None]:
    """Raises ValidationError, which the field shows."""
    try:
        yield
    except (KnowledgeError, SearchError) as error:
        raise ValidationError(to_sentence(error), code=error.code) from error


@contextmanager
def refusals_told(request: HttpRequest) -> Iterator[None]:
    """As a message on the next page; what was done before the refusal stays done."""
    try:
        yield
    except (KnowledgeError, SearchError) as error:
        messages.error(request, to_sentence(error))
