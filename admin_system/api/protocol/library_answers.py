"""The shapes of the library's answers, for the OpenAPI document and the tests."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from admin_system.api.protocol.descriptions import AnnotationAnswer, Answer

DocumentState = Literal[
    "queued",
    "parsing",
    "waiting",
    "splitting",
    "embedding",
    "ready",
    "failed",
    "paused",
    "cancelled",
]
Number = int


class Reason(Answer):
    code: str
    message: str


class TopicAnswer(Answer):
    id: Number
    name: str
    description: str
    documents: int
    created_at: str


class TopicPage(Answer):
    data: list[TopicAnswer]
    next_cursor: str | None


class DocumentAnswer(Answer):
    id: Number
    title: str
    name: str = Field(description="Of its file; a new upload of this name is its next version.")
    topic: str
    kind: Literal["file", "text", "questions"]
    format: str | None = Field(description="Known once it was read.")
    state: DocumentState
    progress: float = Field(description="0..1.")
    place: int | None = Field(description="In the queue, from 1; null unless it waits its turn.")
    error: Reason | None = Field(description="Why it failed or waits.")
    notices: list[Reason] = Field(description="What was left out of it.")
    passages: int
    pages: int | None
    page_unit: Literal["page", "slide", "sheet", "chapter"] | None
    size: int = Field(description="Bytes.")
    sha256: str
    version: int
    file_url: str
    text_url: str | None = Field(description="Null unless its text can be edited.")
    created_at: str
    updated_at: str


class DocumentText(Answer):
    text: str = Field(description="As its author wrote it, with all signs of Markdown.")
    version: int


class DocumentPage(Answer):
    data: list[DocumentAnswer]
    next_cursor: str | None
    states: dict[DocumentState, int] = Field(
        description="How many there are in each state, whatever `state` asks for."
    )


class LeftOutAnswer(Answer):
    name: str
    code: str
    message: str


class ReceivedAnswer(Answer):
    documents: list[DocumentAnswer]
    left_out: list[LeftOutAnswer] = Field(
        description="Files, also of an archive, that became no documents."
    )


class PictureAnswer(Answer):
    id: Number
    url: str
    page: int | None
    width: int
    height: int
    words: str = Field(description="What a vision model says of it.")


class ListedPassage(Answer):
    id: Number
    content: str
    document: Number
    title: str
    topic: str
    page: int | None
    last_page: int | None
    page_unit: Literal["page", "slide", "sheet", "chapter"] | None
    headings: list[str]
    start: int = Field(description="Characters into the document's text as it was read.")
    end: int
    is_question: bool
    enabled: bool
    edited: bool


class PassageAnswer(ListedPassage):
    pictures: list[PictureAnswer]
    previous: Number | None = Field(description="The passage before it in its document.")
    next: Number | None


class PassagePage(Answer):
    data: list[ListedPassage]
    next_cursor: str | None


class ScoresAnswer(Answer):
    vector: float | None = Field(description="Cosine 0..1; null where vectors took no part.")
    keyword: float | None = Field(description="Share 0..1 of the question's idf that it covers.")


class RanksAnswer(Answer):
    vector: int | None = Field(description="From 1; null where that leg did not bring it.")
    keyword: int | None


class ExplanationAnswer(Answer):
    fused: float = Field(description="Sum of its weighted reciprocal ranks, which gives the order.")
    ranks: RanksAnswer
    marks: list[tuple[int, int]] = Field(
        description="Where the question's words stand in `content`: characters from, up to."
    )
    page_unit: Literal["page", "slide", "sheet", "chapter"] | None


class TimingsAnswer(Answer):
    vector_ms: float
    keyword_ms: float
    fusion_ms: float


class ResultAnswer(Answer):
    id: Number = Field(description="Of the passage.")
    topic: str
    document: Number
    title: str
    content: str
    score: float = Field(description="0..1, the larger of `scores`; order is by fused rank.")
    scores: ScoresAnswer
    certainty: float = Field(
        description="0..1, how surely it answers: .5 is what chance reaches among so many passages."
    )
    page: int | None
    headings: list[str]
    url: str = Field(description="Where the citation leads.")
    explanation: ExplanationAnswer | None = Field(None, description="Only with `explain`.")


class SearchAnswer(Answer):
    query: str
    results: list[ResultAnswer]
    answer: str | None = Field(description="With [n] for `annotations`; null unless asked for.")
    annotations: list[AnnotationAnswer]
    left_out: Literal["unread", "failed"] | None = Field(
        description="Why a hybrid search did without vectors: the model does not read the "
        "question's language, or does not answer."
    )
    timings: TimingsAnswer | None = Field(None, description="Only with `explain`.")
    processing_time: str


class EmbeddingAnswer(Answer):
    object: Literal["embedding"]
    index: int
    embedding: list[float] | str


class EmbeddingUsage(Answer):
    prompt_tokens: int
    total_tokens: int


class EmbeddingsAnswer(Answer):
    object: Literal["list"]
    data: list[EmbeddingAnswer]
    model: str
    usage: EmbeddingUsage = Field(description="Null where the model's own service does not say.")
