"""Prompt templates on the wire: how one is named in a request, written, and shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, Discriminator, Field, Tag

from admin_system.api.protocol.descriptions import Answer
from admin_system.api.protocol.validation import TAG, Body
from admin_system.core.models import PromptTemplate, PromptVersion
from admin_system.core.types import Language
from admin_system.core.wording import VARIABLES, Kind

MAX_NAME = 100
MAX_SLUG = 60


class DraftBody(Body):
    """A text that is still being written; for callers who may change templates."""

    text: str
    kind: Kind | None = None
    language: Language = "zh"


def tag_of_template(value: Any) -> str | None:
    if isinstance(value, dict):
        return f"{TAG}draft"
    return f"{TAG}slug" if isinstance(value, str) else None


TemplateField = Annotated[
    Annotated[str, Field(min_length=1, max_length=200), Tag(f"{TAG}slug")]
    | Annotated[DraftBody, Tag(f"{TAG}draft")],
    Discriminator(
        tag_of_template,
        custom_error_type="field_not_a_template",
        custom_error_message="a template",
    ),
]
NAMES_TEMPLATE = (
    "The slug of a prompt template. Left out: the default of its kind and language, where there "
    "is one; null: none. Callers who may change templates may give a draft instead."
)


@dataclass(frozen=True, slots=True)
class AskedTemplate:
    """Which template a request names, in which field."""

    param: str
    named: str | DraftBody | None
    left_out: bool
    """Then the default is meant; null asks for none at all."""

    @classmethod
    def of(cls, body: BaseModel, param: str) -> AskedTemplate:
        return cls(param, getattr(body, param), param not in body.model_fields_set)


class NewTemplateBody(Body):
    slug: str = Field(max_length=MAX_SLUG, description="Small letters, digits, - and _.")
    name: str = Field(min_length=1, max_length=MAX_NAME)
    kind: Kind
    language: Language
    text: str = Field(
        description="Variables in braces: "
        + "; ".join(
            f"{kind}: {' '.join(f'{{{name}}}' for name in names)}"
            for kind, names in VARIABLES.items()
        )
    )
    is_default: bool = False


class TemplateChange(Body):
    name: str | None = Field(None, min_length=1, max_length=MAX_NAME)
    text: str | None = None
    is_default: bool | None = None


class RestoreBody(Body):
    version: int = Field(ge=1)


class CheckBody(Body):
    kind: Kind
    text: str


class TemplateAnswer(Answer):
    slug: str
    name: str
    kind: Kind
    language: Language
    text: str
    variables: list[str] = Field(description="Those that stand in the text.")
    is_default: bool
    version: int
    created_at: str
    updated_at: str


class TemplatePage(Answer):
    data: list[TemplateAnswer]
    next_cursor: str | None


class VersionAnswer(Answer):
    number: int
    text: str
    author: str = Field(description="The name of a user, or the number of a key.")
    created_at: str


class VersionPage(Answer):
    data: list[VersionAnswer] = Field(description="The newest first.")
    next_cursor: str | None


class TemplateFault(Answer):
    code: str
    message: str


class CheckAnswer(Answer):
    variables: list[str] = Field(description="Those that stand in the text.")
    fault: TemplateFault | None = Field(description="What is wrong with it.")


def encode_template(row: PromptTemplate, variables: list[str]) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "name": row.name,
        "kind": row.kind,
        "language": row.language,
        "text": row.text,
        "variables": variables,
        "is_default": row.is_default,
        "version": row.version,
        "created_at": row.created_at.isoformat(),
        "updated_at": row.updated_at.isoformat(),
    }


def encode_version(row: PromptVersion, author: str) -> dict[str, Any]:
    return {
        "number": row.number,
        "text": row.text,
        "author": author,
        "created_at": row.created_at.isoformat(),
    }
