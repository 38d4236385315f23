"""Chat completions as OpenAI words them, and their translation to core's values."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Discriminator, Field, Tag

from admin_system.api.limits import (
    MAX_BIASED_TOKENS,
    MAX_CHOICES,
    MAX_STOP_STRINGS,
    MAX_TOOLS,
    MAX_TOP_LOGPROBS,
)
from admin_system.api.protocol.citations import KnowledgeBody
from admin_system.api.protocol.templates import NAMES_TEMPLATE, TemplateField
from admin_system.api.protocol.validation import TAG, Body, neutral
from admin_system.core.types import Detail


def tag_of_content(value: Any) -> str | None:
    if isinstance(value, str):
        return f"{TAG}text"
    return f"{TAG}parts" if isinstance(value, list) else None


def tag_of_part(value: Any) -> str:
    """What is no object, or states no type, is checked as text: there its fault is found."""
    kind = value.get("type", "text") if isinstance(value, dict) else "text"
    tags = {"text": f"{TAG}text", "image_url": f"{TAG}picture"}
    return tags.get(kind, f"{TAG}other") if isinstance(kind, str) else f"{TAG}other"


def tag_of_stop(value: Any) -> str:
    return f"{TAG}several" if isinstance(value, list) else f"{TAG}one"


class ImageUrl(Body):
    url: str = Field(min_length=1, description="A data: URL, or /media/… of this server.")
    detail: Detail = "auto"


class TextPartBody(Body):
    type: Literal["text"]
    text: str


class PicturePartBody(Body):
    type: Literal["image_url"]
    image_url: ImageUrl


class OtherPartBody(BaseModel):
    """Of a type that there is none of: said before anything else is looked at."""

    type: Literal["text", "image_url"]


PartBody = Annotated[
    Annotated[TextPartBody, Tag(f"{TAG}text")]
    | Annotated[PicturePartBody, Tag(f"{TAG}picture")]
    | Annotated[OtherPartBody, Tag(f"{TAG}other")],
    Discriminator(tag_of_part),
]
Content = Annotated[
    Annotated[str, Tag(f"{TAG}text")]
    | Annotated[list[PartBody], Field(min_length=1), Tag(f"{TAG}parts")],
    Discriminator(
        tag_of_content,
        custom_error_type="field_not_a_content",
        custom_error_message="text or parts",
    ),
]
StopString = Annotated[str, Field(min_length=1)]
Stop = Annotated[
    Annotated[StopString, Tag(f"{TAG}one")]
    | Annotated[list[StopString], Field(max_length=MAX_STOP_STRINGS), Tag(f"{TAG}several")],
    Discriminator(tag_of_stop),
]


class CalledFunction(Body):
    name: str = Field(min_length=1)
    arguments: str


class ToolCallBody(Body):
    id: str
    type: Literal["function"]
    function: CalledFunction
    index: int | None = None


class MessageBody(Body):
    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: Content | None = None
    tool_call_id: str | None = None
    name: Annotated[Any, neutral()] = None
    tool_calls: list[ToolCallBody] | None = None
    function_call: Annotated[Any, neutral()] = None
    refusal: Annotated[Any, neutral()] = None
    audio: Annotated[Any, neutral()] = None
    annotations: Any = Field(None, description="As we answered it; without effect.")
    boxes: Any = Field(None, description="As we answered it; without effect.")


class StreamOptions(Body):
    include_usage: bool = False
    include_obfuscation: Annotated[Any, neutral(False)] = None


class FunctionBody(Body):
    name: str = Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")
    description: str | None = None
    parameters: dict[str, Any] | None = Field(None, description="A JSON schema of an object.")
    strict: bool | None = None


class ToolBody(Body):
    type: Literal["function"]
    function: FunctionBody


class NamedFunction(Body):
    name: str


class NamedTool(Body):
    type: Literal["function"]
    function: NamedFunction


def tag_of_choice(value: Any) -> str:
    return f"{TAG}word" if isinstance(value, str) else f"{TAG}named"


ToolChoice = Annotated[
    Annotated[Literal["none", "auto", "required"], Tag(f"{TAG}word")]
    | Annotated[NamedTool, Tag(f"{TAG}named")],
    Discriminator(tag_of_choice),
]

TokenNumber = Annotated[str, Field(pattern=r"^\d{1,9}$")]
Bias = Annotated[float, Field(ge=-100, le=100)]


class JsonSchema(Body):
    name: str = Field(min_length=1, max_length=64)
    description: str | None = None
    schema_: dict[str, Any] = Field({}, alias="schema")
    strict: bool | None = Field(None, description="Every schema is held to.")


class TextFormat(Body):
    type: Literal["text"]


class AnyObjectFormat(Body):
    type: Literal["json_object"]


class SchemaFormat(Body):
    type: Literal["json_schema"]
    json_schema: JsonSchema


def tag_of_format(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else None
    tags = {"text": f"{TAG}text", "json_object": f"{TAG}object"}
    return tags.get(kind, f"{TAG}schema") if isinstance(kind, str) else f"{TAG}schema"


ResponseFormat = Annotated[
    Annotated[TextFormat, Tag(f"{TAG}text")]
    | Annotated[AnyObjectFormat, Tag(f"{TAG}object")]
    | Annotated[SchemaFormat, Tag(f"{TAG}schema")],
    Discriminator(tag_of_format),
]

WITHOUT_EFFECT = "Accepted without effect."


class ChatBody(Body):
    """A request for a chat completion."""

    messages: list[MessageBody] = Field(min_length=1)
    model: str | None = Field(
        None, min_length=1, description="A name, an alias, or none for the current one."
    )
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(None, ge=0, le=2)
    top_p: float | None = Field(None, gt=0, le=1)
    top_k: int | None = Field(None, ge=0, description="0 switches it off.")
    seed: int | None = Field(None, ge=-(2**63), lt=2**63)
    stop: Stop | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    n: int | None = Field(None, ge=1, le=MAX_CHOICES)
    logprobs: bool | None = None
    top_logprobs: int | None = Field(None, ge=0, le=MAX_TOP_LOGPROBS)
    min_p: float | None = Field(None, ge=0, le=1)
    repetition_penalty: float | None = Field(None, gt=0, le=10)
    presence_penalty: float | None = Field(None, ge=-2, le=2)
    frequency_penalty: float | None = Field(None, ge=-2, le=2)
    logit_bias: dict[TokenNumber, Bias] | None = Field(None, max_length=MAX_BIASED_TOKENS)
    response_format: ResponseFormat | None = None
    tools: list[ToolBody] | None = Field(None, max_length=MAX_TOOLS)
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None

    knowledge_base: KnowledgeBody | None = Field(
        None, description="Answer the last question from the knowledge base."
    )

    prompt_template: TemplateField | None = Field(None, description=NAMES_TEMPLATE)

    user: str | None = Field(None, description=WITHOUT_EFFECT)
    metadata: dict[str, Any] | None = Field(None, description=WITHOUT_EFFECT)
    store: bool | None = Field(None, description=WITHOUT_EFFECT)
    service_tier: str | None = Field(None, description=WITHOUT_EFFECT)
    safety_identifier: str | None = Field(None, description=WITHOUT_EFFECT)
    prompt_cache_key: str | None = Field(None, description=WITHOUT_EFFECT)

    functions: Annotated[Any, neutral([])] = None
    function_call: Annotated[Any, neutral("none", "auto")] = None
    modalities: Annotated[Any, neutral(["text"])] = None
    audio: Annotated[Any, neutral()] = None
    prediction: Annotated[Any, neutral()] = None
    reasoning_effort: Annotated[Any, neutral("none")] = None
    verbosity: Annotated[Any, neutral()] = None
    web_search_options: Annotated[Any, neutral()] = None
