"""The knowledge base in a chat: what a caller asks of it, and the citations of an answer."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from admin_system.api.protocol.library import passage_url
from admin_system.api.protocol.validation import Body
from admin_system.knowledge_base.answers.citations import Citation
from admin_system.knowledge_base.services.answering import Answer

MOST_PASSAGES = 20


class KnowledgeBody(Body):
    """Where to look for the answer."""

    topic: str | None = Field(
        None, min_length=1, max_length=100, description="A name; all that the caller may read."
    )
    top_k: int = Field(5, ge=1, le=MOST_PASSAGES, description="Passages that are looked at.")
    min_score: float | None = Field(
        None,
        ge=0,
        le=1,
        description="What scores less is no answer; without it, what chance alone would bring.",
    )


def encode_annotations(answer: Answer) -> list[dict[str, Any]]:
    """OpenAI's `url_citation` for each `[n]`, and beside it the place in the document."""
    return [encode_citation(citation) for citation in answer.citations]


def encode_citation(citation: Citation) -> dict[str, Any]:
    source = citation.source
    document = source.document
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": citation.start_index,
            "end_index": citation.end_index,
            "title": document.title,
            "url": passage_url(source.best.pk),
        },
        "passage": {
            "id": source.best.pk,
            "document": document.pk,
            "title": document.title,
            "headings": source.headings,
            "page": source.page,
            "last_page": source.last_page,
            "page_unit": document.page_unit or None,
            "start": source.start,
            "end": source.end,
        },
    }
