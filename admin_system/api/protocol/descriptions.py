"""The shapes of our answers, for the OpenAPI document; the tests hold real answers to them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ErrorObject(Answer):
    message: str
    type: str
    param: str | None
    code: str
    progress: float | None = Field(None, description="0..1, while a model loads.")


class ErrorAnswer(Answer):
    error: ErrorObject


class TokenDetails(Answer):
    cached_tokens: int


class UsageAnswer(Answer):
    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: TokenDetails


class BoxAnswer(Answer):
    label: str
    box: tuple[int, int, int, int] = Field(description="x1, y1, x2, y2 in pixels as sent.")


class NumberedBoxAnswer(BoxAnswer):
    image: int = Field(description="Number of the picture in the conversation, from 0.")


class UrlCitation(Answer):
    start_index: int = Field(description="Of the bracket of [n] in the answer, in characters.")
    end_index: int
    title: str
    url: str


class CitedPassage(Answer):
    id: int
    document: int
    title: str
    headings: list[str]
    page: int | None
    last_page: int | None
    page_unit: str | None = Field(description="page, slide, sheet or chapter.")
    start: int = Field(description="Offset into the document's text, in characters.")
    end: int


class AnnotationAnswer(Answer):
    type: Literal["url_citation"]
    url_citation: UrlCitation
    passage: CitedPassage


class FunctionAnswer(Answer):
    name: str
    arguments: str = Field(description="JSON, as the model wrote it.")


class ToolCallAnswer(Answer):
    id: str
    type: Literal["function"]
    function: FunctionAnswer


class CompletionMessage(Answer):
    role: Literal["assistant"]
    content: str | None
    tool_calls: list[ToolCallAnswer] | None = None
    refusal: None
    boxes: list[NumberedBoxAnswer]
    annotations: list[AnnotationAnswer] | None = Field(
        None, description="Citations; only with `knowledge_base`."
    )


class LikelihoodAnswer(Answer):
    token: str
    logprob: float
    bytes: list[int]


class TokenLogprobAnswer(LikelihoodAnswer):
    top_logprobs: list[LikelihoodAnswer]


class LogprobsAnswer(Answer):
    content: list[TokenLogprobAnswer]
    refusal: None


class CompletionChoice(Answer):
    index: int
    message: CompletionMessage
    logprobs: LogprobsAnswer | None
    finish_reason: Literal["stop", "length", "tool_calls", "cancelled"]


class CompletionAnswer(Answer):
    id: str
    object: Literal["chat.completion"]
    created: int
    model: str
    choices: list[CompletionChoice]
    usage: UsageAnswer | None = Field(description="Null where it was stopped.")
    processing_time: str
    demo: bool = Field(False, description="Answered by the built-in demonstration model.")


class ModelCard(Answer):
    id: str
    object: Literal["model"]
    created: int
    owned_by: str
    alias: str | None
    family: str | None
    quantization: str | None
    demo: bool
    current: bool
    state: Literal["unloaded", "loading", "verifying", "ready", "failed"]


class ModelList(Answer):
    object: Literal["list"]
    data: list[ModelCard]


class PictureSize(Answer):
    width: int
    height: int


class AnalysisAnswer(Answer):
    id: str | None = Field(description="Null where it was stopped: then it is not kept.")
    result: str
    processing_time: str
    boxed_image_url: str | None
    boxes: list[BoxAnswer]
    image: PictureSize
    model: str
    usage: UsageAnswer | None
    finish_reason: Literal["cancelled"] | None = Field(
        None, description="Only there where it was stopped."
    )
    demo: bool = False


class RecordAnswer(Answer):
    id: str
    query: str
    labels: list[str] = Field(description="Names that were to be found.")
    result: str
    boxes: list[BoxAnswer] = Field(description="As edited, where somebody has.")
    model_boxes: list[BoxAnswer] = Field(description="As the model found them.")
    edited: bool
    boxed_image_url: str | None
    thumbnail_url: str | None
    picture: str | None = Field(description="Id of the picture, where it is one of a set.")
    image: PictureSize
    model: str
    usage: dict[str, int]
    processing_time: str
    created_at: str


class RecordPage(Answer):
    data: list[RecordAnswer]
    next_cursor: str | None


class CodeAndSentence(Answer):
    code: str
    sentence: str


class LoadFault(Answer):
    code: str
    message: str


class PixelAnswer(Answer):
    min: int
    max: int


class ModelState(Answer):
    """What is not known is null."""

    name: str | None
    demo: bool
    state: Literal["unloaded", "loading", "verifying", "ready", "failed"]
    serving: str | None = Field(description="The model that answers, also while another loads.")
    progress: float | None = Field(description="0..1.")
    stage: CodeAndSentence | None
    bytes_done: int | None
    bytes_total: int | None
    error: LoadFault | None
    family: str | None
    quantization: str | None
    precision: str | None
    device: str | None
    parameters: int | None
    weight_bytes: int | None = Field(description="In memory.")
    context_length: int | None
    pixels: PixelAnswer | None = Field(description="At how many the model sees a picture.")
    warnings: list[str]
    breakdowns: int = Field(description="How often it was loaded again by itself of late.")
    loaded_at: str | None


class HitRates(Answer):
    """0..1; null before the first request."""

    prefix: float | None = Field(description="Prompt tokens that were not computed again.")
    pictures: float | None = Field(description="Pictures that were not looked at again.")


class CacheBytes(Answer):
    prefix: int
    pictures: int


class DecodeState(Answer):
    """How the next tokens of running answers are computed."""

    steps: Literal["captured", "eager"] = Field(description="Captured: in CUDA graphs.")
    reason: CodeAndSentence | None = Field(description="Why they are not captured.")
    sizes: int = Field(description="Steps of different sizes that are ready.")
    attention: str | None = Field(
        description="torch's kernel for it: flash, efficient, cudnn or math."
    )


class UpstreamAnswer(Answer):
    url: str
    model: str = Field(description="Its name there; empty until the service has answered.")
    healthy: bool = Field(description="Requests are sent to it.")
    running: int
    answered: int = Field(description="Requests since the model was loaded.")
    failures: int = Field(description="In a row.")
    reason: str = Field(description="Code of the last of them.")
    next_look: float | None = Field(description="In how many seconds it is asked again.")


class EngineState(Answer):
    running: int
    waiting: int
    slots: int
    tokens_per_second: float | None
    generated_tokens: int
    cache_hit_rates: HitRates | None
    cache_bytes: CacheBytes | None
    decode: DecodeState | None = Field(description="Of a model in this process.")
    upstreams: list[UpstreamAnswer] = Field(description="Services of a model elsewhere.")


class IndexState(Answer):
    model: str | None = Field(description="The embedding model that searches use.")
    reads: list[str] | None = Field(description="Scripts; null until the model is loaded.")
    vectors: int | None = Field(description="Null until the index is opened.")
    behind: int | None = Field(description="Changes that the next search takes up first.")


class LibraryState(Answer):
    """Of the topics that the caller may read."""

    topics: int
    documents: dict[str, int] = Field(description="By state.")
    passages: int
    index: IndexState


class StatusAnswer(Answer):
    """Strangers see the first two fields."""

    status: Literal["ok", "loading", "stopped", "degraded"]
    version: str
    model: ModelState | None = None
    engine: EngineState | None = None
    gpus: list[dict[str, Any]] | None = None
    system: dict[str, Any] | None = None
    knowledge_base: LibraryState | None = None
    uptime: float | None = Field(None, description="Seconds.")
