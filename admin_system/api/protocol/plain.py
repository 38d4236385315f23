"""The body and the answer of /api/analyze, as its callers have always known them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, Tag
from pydantic.types import Discriminator

from admin_system.api.limits import MAX_LABELS, MAX_QUERY_CHARACTERS
from admin_system.api.protocol.completion import encode_corners, encode_seconds, encode_usage
from admin_system.api.protocol.strict_json import read_value
from admin_system.api.protocol.templates import NAMES_TEMPLATE, TemplateField
from admin_system.api.protocol.validation import TAG, Body
from admin_system.core.analysis import Analysis, AnalysisRequest
from admin_system.core.errors import BadRequest
from admin_system.core.types import Box, Language, Picture, Sampling
from admin_system.core.wording import Kind, Wording


def tag_of_detect(value: Any) -> str | None:
    if isinstance(value, bool):
        return f"{TAG}all"
    return f"{TAG}labels" if isinstance(value, list) else None


Label = Annotated[str, Field(min_length=1, max_length=100)]
Detect = Annotated[
    Annotated[bool, Tag(f"{TAG}all")]
    | Annotated[list[Label], Field(min_length=1, max_length=MAX_LABELS), Tag(f"{TAG}labels")],
    Discriminator(
        tag_of_detect, custom_error_type="field_not_labels", custom_error_message="labels"
    ),
]


class AnalyzeBody(Body):
    """One picture and one question."""

    image_base64: str | None = Field(None, description="Raw base64 or a data: URL.")
    image: Literal["binary"] | None = Field(
        None, description="WebSocket only: the picture is the binary frame sent before."
    )
    picture: str | None = Field(
        None, min_length=1, description="Instead of a picture, the id of one of the caller's sets."
    )
    query: str = Field("", max_length=MAX_QUERY_CHARACTERS)
    detect: Detect | None = Field(
        None, description="true asks for boxes; a list of labels asks for these."
    )
    model: str | None = Field(None, min_length=1)
    max_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    stream: bool | None = None
    template: TemplateField | None = Field(None, description=NAMES_TEMPLATE)


FORM_NUMBERS = {"max_tokens": int, "temperature": float}
FORM_SWITCHES = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
"""What people and check boxes write for yes and no."""


def read_form(fields: Mapping[str, str]) -> dict[str, Any]:
    """The text fields of a form with the types that JSON would have given them."""
    data: dict[str, Any] = {}
    for name, text in fields.items():
        data[name] = text
        if name in FORM_NUMBERS:
            try:
                data[name] = FORM_NUMBERS[name](text)
            except ValueError:
                continue  # the body's check says what is wrong
        elif name in {"stream", "detect"} and text.lower() in FORM_SWITCHES:
            data[name] = FORM_SWITCHES[text.lower()]
        elif name == "detect":
            data[name] = read_labels(text)
        elif name == "template" and not text:
            data[name] = None
    return data


def read_labels(text: str) -> Any:
    """A JSON list, or names with commas between them."""
    if text.lstrip().startswith("["):
        try:
            return read_value(text)
        except BadRequest:
            return text
    return [label.strip() for label in text.replace("，", ",").split(",") if label.strip()]


def kinds_of(body: AnalyzeBody) -> tuple[Kind, Kind]:
    """Of templates, the one that has the default first."""
    return ("detection", "analysis") if body.detect else ("analysis", "detection")


def to_analysis_request(
    body: AnalyzeBody,
    picture: Picture,
    wording: Wording | None,
    *,
    language: Language,
    owner: str,
    request_id: str,
) -> AnalysisRequest:
    """Raises BadRequest where there is nothing to ask."""
    asks_by_itself = wording is not None and "question" not in wording.variables
    if not body.query.strip() and not body.detect and not asks_by_itself:
        raise BadRequest("field_missing", param="query")
    labels = tuple(body.detect) if isinstance(body.detect, list) else ()
    return AnalysisRequest(
        picture=picture,
        query=body.query,
        detect=bool(body.detect),
        labels=labels,
        sampling=Sampling(temperature=body.temperature, max_tokens=body.max_tokens),
        language=language,
        wording=wording,
        owner=owner,
        id=request_id,
        kept_picture=body.picture,
    )


def encode_plain_boxes(boxes: tuple[Box, ...]) -> list[dict[str, Any]]:
    """There is one picture only, so that it needs no number."""
    return [{"label": box.label, "box": encode_corners(box)} for box in boxes]


def encode_analysis(
    analysis: Analysis,
    picture: Picture,
    *,
    analysis_id: str | None,
    boxed_image_url: str | None,
    demo: bool,
) -> dict[str, Any]:
    """One that was stopped is not kept and has no id; then `finish_reason` says so."""
    answer = {
        "id": analysis_id,
        "result": analysis.text,
        "processing_time": encode_seconds(analysis.seconds),
        "boxed_image_url": boxed_image_url,
        "boxes": encode_plain_boxes(analysis.boxes),
        "image": {"width": picture.width, "height": picture.height},
        "model": analysis.model,
        "usage": encode_usage(analysis.usage, analysis.finish_reason),
    }
    if analysis.finish_reason == "cancelled":
        answer["finish_reason"] = "cancelled"
    return {**answer, "demo": True} if demo else answer
