"""Indexes, embedding models, question sets and the work on them, on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from admin_system.api.protocol.library import encode_reason
from admin_system.api.protocol.validation import Body
from admin_system.core.types import Language
from admin_system.knowledge_base.models import (
    EmbeddingProfile,
    Job,
    RetrievalRun,
    SavedQuestionSet,
)
from admin_system.knowledge_base.services.index_state import IndexState
from admin_system.vector_search.embedder import EmbedderSpec
from admin_system.vector_search.embedder import Precision as PrecisionName


class CheckBody(Body):
    repair: bool = Field(False, description="Put right what can be.")


class EmbeddingModelBody(Body):
    kind: Literal["bundled", "folder", "url"]
    name: str = Field("", max_length=90, description="Left out, it is named for what it is.")
    path: str = Field("", max_length=500, description="Of a sentence-transformers folder.")
    url: str = Field("", max_length=500, description="Of an OpenAI-compatible service, up to /v1.")
    model: str = Field("", max_length=200, description="Its name there.")
    key: str = Field("", max_length=500)
    query_prompt: str | None = Field(None, max_length=500)
    document_prompt: str | None = Field(None, max_length=500)
    device: str = Field("", max_length=20)
    precision: PrecisionName = "auto"

    def to_spec(self) -> EmbedderSpec:
        return EmbedderSpec(**self.model_dump(exclude={"name"}))


class QuestionSetBody(Body):
    name: str = Field(min_length=1, max_length=200)
    content: Any = Field(
        description="As SQuAD is laid out, or a list of objects with `passage` and `question` or "
        "`questions`; an empty list begins a set."
    )


class QuestionBody(Body):
    question: str = Field(min_length=1, max_length=2_000)
    passage: int = Field(description="Number of the passage that answers it.")


class SetTopicBody(Body):
    topic: str = Field(min_length=1, max_length=100)


class RunBody(Body):
    topic: str = Field(min_length=1, max_length=100)
    foreign: int | None = Field(
        None, description="Number of a set whose questions the topic cannot answer."
    )


def encode_job(job: Job, language: Language) -> dict[str, Any]:
    error = encode_reason(job.error_code, job.error_values, language) if job.error_code else None
    return {
        "id": job.pk,
        "kind": job.kind,
        "state": job.state,
        "progress": round(job.progress, 4),
        "error": error,
        "model": job.profile.name if job.profile else None,
        "wanted": job.wanted,
        "result": encode_result(job.result, language) if job.result else None,
        "created_at": job.created_at.isoformat(),
        "updated_at": job.updated_at.isoformat(),
    }


def encode_result(result: dict[str, Any], language: Language) -> dict[str, Any]:
    """Findings are told as sentences."""
    if "findings" not in result:
        return result
    findings = [
        {
            **encode_reason(one["code"], one["values"], language),
            "repaired": one["repaired"],
            "repairable": one["repairable"],
        }
        for one in result["findings"]
    ]
    return {**result, "findings": findings}


def encode_index(state: IndexState, language: Language) -> dict[str, Any]:
    reads = state.overview.reads
    return {
        "model": state.overview.model,
        "reads": None if reads is None else list(reads),
        "passages": state.passages,
        "vectors": state.vectors,
        "kind": state.kind,
        "behind": state.overview.behind,
        "file_bytes": state.file_bytes,
        "saved_at": to_text(state.saved_at),
        "changed_at": to_text(state.changed_at),
        "checked": encode_job(state.checked, language) if state.checked else None,
        "job": encode_job(state.active, language) if state.active else None,
    }


def to_text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def encode_embedding_model(profile: EmbeddingProfile) -> dict[str, Any]:
    return {
        "id": profile.pk,
        "name": profile.name,
        "kind": profile.kind,
        "path": profile.path or None,
        "url": profile.url or None,
        "model": profile.model or None,
        "is_current": profile.is_current,
        "has_vectors": bool(profile.key),
        "created_at": profile.created_at.isoformat(),
    }


def encode_question_set(row: SavedQuestionSet, last: RetrievalRun | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "questions": row.question_count,
        "paragraphs": row.paragraph_count,
        "last_run": encode_run(last) if last else None,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def encode_run(run: RetrievalRun) -> dict[str, Any]:
    return {
        "id": run.pk,
        "question_set": run.question_set,
        "topic": run.topic,
        "model": run.profile_key.partition("@")[0] or None,
        "questions": run.questions,
        "figures": run.figures,
        "created_at": run.created_at.isoformat(),
    }
