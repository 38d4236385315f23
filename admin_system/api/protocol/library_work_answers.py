"""The shapes of the answers about indexes, embedding models and question sets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from admin_system.api.protocol.descriptions import Answer
from admin_system.api.protocol.library_answers import Reason


class FindingAnswer(Reason):
    repaired: bool
    repairable: bool


class JobAnswer(Answer):
    id: int
    kind: Literal["rebuild", "check", "evaluate", "embed", "drop"]
    state: Literal["queued", "running", "waiting", "paused", "done", "failed", "cancelled"]
    progress: float = Field(description="0..1.")
    error: Reason | None
    model: str | None = Field(description="Of a change of the embedding model, the new one.")
    wanted: dict[str, Any] = Field(description="What was asked for.")
    result: dict[str, Any] | None = Field(
        description="Of `rebuild` `keywords` and `vectors`; of `check` `findings` and `recall`; of "
        "`evaluate` `run` and `falls`."
    )
    created_at: str
    updated_at: str


class JobPage(Answer):
    data: list[JobAnswer]


class IndexAnswer(Answer):
    model: str | None = Field(description="The embedding model in use.")
    reads: list[str] | None = Field(description="Scripts that it reads; null until it is loaded.")
    passages: int
    vectors: int = Field(description="Passages that the model reads; others stand on their words.")
    kind: Literal["flat", "sq8", "ivf", "exact", "hnsw"] | None = Field(
        description="The last two are pgvector's. Null until it is opened."
    )
    behind: int | None = Field(description="Changes that the next search replays.")
    file_bytes: int | None
    saved_at: str | None
    changed_at: str | None
    checked: JobAnswer | None = Field(description="The last check that came to its end.")
    job: JobAnswer | None = Field(description="What is being done to the whole library.")


class EmbeddingModelAnswer(Answer):
    id: int
    name: str
    kind: Literal["bundled", "folder", "url", "hash"]
    path: str | None
    url: str | None
    model: str | None
    is_current: bool
    has_vectors: bool
    created_at: str


class EmbeddingModelPage(Answer):
    data: list[EmbeddingModelAnswer]


class RunAnswer(Answer):
    id: int
    question_set: str
    topic: str
    model: str | None
    questions: int
    figures: dict[str, dict[str, float]] = Field(
        description="By leg (`hybrid`, `vector`, `keyword`) hit@1, hit@5, mrr, ndcg@10, p50_ms; "
        "`answers`: the share of questions that are answered, and of foreign ones refused."
    )
    created_at: str


class RunPage(Answer):
    data: list[RunAnswer]
    next_cursor: str | None


class QuestionSetAnswer(Answer):
    id: int
    name: str
    questions: int
    paragraphs: int
    last_run: RunAnswer | None
    created_at: str
    updated_at: str


class QuestionSetPage(Answer):
    data: list[QuestionSetAnswer]


class AddedAnswer(Answer):
    added: int = Field(description="Paragraphs that became new documents of the topic.")
