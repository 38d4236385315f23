"""Topics, documents, passages and searches on the wire."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Annotated, Any, Literal

from pydantic import Field

from admin_system.api.limits import MAX_QUERY_CHARACTERS, MAX_RESULTS
from admin_system.api.protocol.validation import Body
from admin_system.core.types import Language
from admin_system.knowledge_base.models import Document, DocumentPicture, Passage, Topic
from admin_system.knowledge_base.services.editing import is_editable
from admin_system.knowledge_base.services.lookup import Neighbours
from admin_system.knowledge_base.services.searching import PassageHit, PassageHits
from admin_system.messages import sentence
from admin_system.vector_search.marks import find_marks

TOPIC_NAME = Field(min_length=1, max_length=100)
DESCRIPTION = Field(max_length=500)
TITLE = Field(min_length=1, max_length=300)


class TopicBody(Body):
    name: Annotated[str, TOPIC_NAME]
    description: Annotated[str, DESCRIPTION] = ""


class TopicChange(Body):
    """What is left out stays."""

    name: Annotated[str, TOPIC_NAME] | None = None
    description: Annotated[str, DESCRIPTION] | None = None


class TextBody(Body):
    """A text to be kept as a document; it is read as Markdown."""

    topic: Annotated[str, TOPIC_NAME]
    title: Annotated[str, TITLE]
    text: str = Field(min_length=1)


class UploadForm(Body):
    """The text fields of a form with files."""

    topic: Annotated[str, TOPIC_NAME]
    title: Annotated[str, TITLE] | None = None
    name: Annotated[str, TITLE] | None = None
    kind: Literal["file", "questions"] = "file"


class DocumentChange(Body):
    """What is left out stays."""

    title: Annotated[str, TITLE] | None = None
    topic: Annotated[str, TOPIC_NAME] | None = Field(None, description="Name of one that exists.")
    text: str | None = Field(
        None, min_length=1, description="The whole text anew; of documents with a `text_url`."
    )
    version: int | None = Field(
        None, description="That `text` was made from: refused where another one has come since."
    )


class PassageChange(Body):
    """What is left out stays."""

    text: str | None = Field(None, min_length=1)
    enabled: bool | None = Field(None, description="false takes it out of all searches.")


class SearchBody(Body):
    query: str = Field("", max_length=MAX_QUERY_CHARACTERS)
    topic: Annotated[str, TOPIC_NAME] | None = Field(
        None, description="Its name; none searches all that the caller may read."
    )
    top_k: int = Field(5, ge=1, le=MAX_RESULTS)
    mode: Literal["hybrid", "vector", "keyword"] = "hybrid"
    min_score: float = Field(0.0, ge=0, le=1)
    answer: bool = Field(False, description="Also an answer that rests on the passages found.")
    image_base64: str | None = Field(
        None, description="Searches with a picture instead; for embedding models that see."
    )
    explain: bool = Field(False, description="Also why each hit stands where it does.")


def encode_topic(topic: Topic, documents: int) -> dict[str, Any]:
    return {
        "id": topic.pk,
        "name": topic.name,
        "description": topic.description,
        "documents": documents,
        "created_at": topic.created_at.isoformat(),
    }


def encode_document(
    document: Document, passages: int, place: int | None, language: Language
) -> dict[str, Any]:
    error = None
    if document.error_code:
        error = encode_reason(document.error_code, document.error_values, language)
    notices = [encode_reason(one["code"], one["values"], language) for one in document.notices]
    return {
        "id": document.pk,
        "title": document.title,
        "name": document.name,
        "topic": document.topic.name,
        "kind": document.kind,
        "format": document.format or None,
        "state": document.state,
        "progress": document.progress,
        "place": place,
        "error": error,
        "notices": notices,
        "passages": passages,
        "pages": document.page_count or None,
        "page_unit": document.page_unit or None,
        "size": document.size,
        "sha256": document.sha256,
        "version": document.version,
        "file_url": f"/api/documents/{document.pk}/file",
        "text_url": f"/api/documents/{document.pk}/text" if is_editable(document) else None,
        "created_at": document.created_at.isoformat(),
        "updated_at": document.updated_at.isoformat(),
    }


def encode_reason(code: str, values: Mapping[str, object], language: Language) -> dict[str, str]:
    return {"code": code, "message": sentence(code, language, **values)}


def passage_url(number: int) -> str:
    """Where a citation leads."""
    return f"/api/passages/{number}"


def encode_passage(
    passage: Passage,
    pictures: Iterable[DocumentPicture],
    neighbours: Neighbours,
) -> dict[str, Any]:
    return {
        **encode_listed_passage(passage),
        "pictures": [encode_picture(passage, picture) for picture in pictures],
        "previous": neighbours[0].pk if neighbours[0] else None,
        "next": neighbours[1].pk if neighbours[1] else None,
    }


def encode_listed_passage(passage: Passage) -> dict[str, Any]:
    document = passage.document
    return {
        "id": passage.pk,
        "content": passage.text,
        "document": document.pk,
        "title": document.title,
        "topic": document.topic.name,
        "page": passage.page,
        "last_page": passage.last_page,
        "page_unit": document.page_unit or None,
        "headings": passage.headings,
        "start": passage.start,
        "end": passage.end,
        "is_question": passage.is_question,
        "enabled": passage.enabled,
        "edited": passage.edited,
    }


def encode_picture(passage: Passage, picture: DocumentPicture) -> dict[str, Any]:
    return {
        "id": picture.pk,
        "url": f"{passage_url(passage.pk)}/pictures/{picture.pk}",
        "page": picture.page,
        "width": picture.width,
        "height": picture.height,
        "words": picture.words,
    }


def encode_search(query: str, found: PassageHits, *, explain: bool = False) -> dict[str, Any]:
    explained = [explain_hit(hit, query) if explain else {} for hit in found.hits]
    timings = {
        f"{part}_ms": round(1e3 * seconds, 2) for part, seconds in asdict(found.timings).items()
    }
    return {
        "query": query,
        "results": [
            {**encode_hit(hit), **more} for hit, more in zip(found.hits, explained, strict=True)
        ],
        "answer": None,
        "annotations": [],
        "left_out": found.left_out,
        **({"timings": timings} if explain else {}),
    }


def explain_hit(hit: PassageHit, query: str) -> dict[str, Any]:
    standing = hit.standing
    return {
        "explanation": {
            "fused": round(standing.fused, 6),
            "ranks": {"vector": standing.vector, "keyword": standing.keyword},
            "marks": find_marks(query, hit.passage.text),
            "page_unit": hit.passage.document.page_unit or None,
        }
    }


def encode_hit(hit: PassageHit) -> dict[str, Any]:
    passage = hit.passage
    return {
        "id": passage.pk,
        "topic": passage.document.topic.name,
        "document": passage.document_id,
        "title": passage.document.title,
        "content": passage.text,
        "score": round(hit.score, 4),
        "scores": {
            "vector": rounded(hit.scores.vector),
            "keyword": rounded(hit.scores.keyword),
        },
        "certainty": round(hit.certainty, 4),
        "page": passage.page,
        "headings": passage.headings,
        "url": passage_url(passage.pk),
    }


def rounded(score: float | None) -> float | None:
    return None if score is None else round(score, 4)
