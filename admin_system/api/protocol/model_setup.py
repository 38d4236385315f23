"""Models as they are set up: configurations, folders, forecasts and downloads on the wire."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from admin_system.api.protocol.descriptions import Answer, PixelAnswer
from admin_system.api.protocol.validation import Body
from admin_system.core.checkup import Findings
from admin_system.core.folders import Listing
from admin_system.core.foresight import Foresight, Need
from admin_system.core.models import ModelConfig, ModelDownload
from admin_system.core.types import Language
from admin_system.messages import sentence


class InspectBody(Body):
    """A configured model, or a folder that has none yet; the rest changes it for the forecast."""

    model: str | None = Field(None, min_length=1, description="A name or alias.")
    path: str | None = Field(None, min_length=1, description="Below one of the allowed folders.")
    precision: Literal["auto", "bfloat16", "float16", "float32"] | None = None
    device: str | None = Field(None, pattern=r"^(auto|cpu|cuda(:\d+)?)$")
    visual_device: str | None = Field(None, pattern=r"^(auto|cpu|cuda(:\d+)?)?$")
    int4_backend: Literal["own", "gptqmodel"] | None = None
    context_length: int | None = Field(None, ge=256)
    max_batch: int | None = Field(None, ge=1, le=256)


class AddModelBody(Body):
    path: str = Field(min_length=1, description="A model's folder, below one of the allowed ones.")


class DownloadBody(Body):
    name: str = Field(min_length=1, max_length=200, description="owner/name at the source.")
    source: Literal["hub", "modelscope"] = "hub"
    revision: str = Field("", max_length=100, description="Empty for the newest files.")


class ReasonAnswer(Answer):
    code: str
    message: str


class ConfiguredModelAnswer(Answer):
    id: int
    name: str
    alias: str | None
    kind: str
    path: str
    family: str | None
    quantization: str | None
    current: bool
    demo: bool
    state: Literal["ready", "loading", "verifying", "failed", "unloaded"]
    stage: ReasonAnswer | None
    progress: float | None
    bytes_done: int | None
    bytes_total: int | None
    error: ReasonAnswer | None
    context_length: int | None
    max_batch: int


class ConfiguredModels(Answer):
    data: list[ConfiguredModelAnswer] = Field(description="The current one first.")


class NeedAnswer(Answer):
    device: str
    name: str | None
    total: int
    free: int
    needed: int
    missing: int
    weights: int
    cache: int
    pictures: int
    runtime: int


class ForecastAnswer(Answer):
    precision: str
    packed: bool
    rows: int = Field(description="Requests that answer at once.")
    length: int = Field(description="Tokens of each.")
    fits: bool
    devices: list[NeedAnswer]


class InspectAnswer(Answer):
    path: str
    family: str | None
    quantization: str | None
    stored: str | None
    bytes: int | None
    parameters: int | None
    context_length: int | None
    pixels: PixelAnswer | None
    forecast: ForecastAnswer | None
    fault: ReasonAnswer | None = Field(description="Why the folder cannot be loaded.")


class FolderAnswer(Answer):
    name: str
    path: str
    is_model: bool


class FoldersAnswer(Answer):
    path: str | None
    parent: str | None
    folders: list[FolderAnswer]
    cut: bool = Field(description="There are more than are listed.")


class DownloadAnswer(Answer):
    id: int
    name: str
    source: str
    revision: str | None
    state: Literal["running", "stopped", "failed", "done"]
    bytes_done: int
    bytes_total: int | None
    error: ReasonAnswer | None
    model: str | None = Field(description="Name of the configuration that came of it.")
    created_at: str


class DownloadList(Answer):
    data: list[DownloadAnswer]


def encode_reason(code: str, values: dict[str, Any], language: Language) -> dict[str, str]:
    return {"code": code, "message": sentence(code, language, **values)}


def encode_config(row: ModelConfig, state: dict[str, Any]) -> dict[str, Any]:
    """`state` are the fields from `state` to `error`."""
    return {
        "id": row.pk,
        "name": row.name,
        "alias": row.alias or None,
        "kind": row.kind,
        "path": row.path,
        "family": row.family or None,
        "quantization": row.quantization or None,
        "current": row.is_current,
        "demo": row.demo,
        **state,
        "context_length": row.context_length,
        "max_batch": row.max_batch,
    }


def encode_findings(path: str, found: Findings | None) -> dict[str, Any]:
    return {
        "path": path,
        "family": found.family if found else None,
        "quantization": found.quantization if found else None,
        "stored": (found.stored or None) if found else None,
        "bytes": found.bytes if found else None,
        "parameters": found.parameters if found else None,
        "context_length": found.context_length if found else None,
        "pixels": (
            {"min": found.pixels.min_pixels, "max": found.pixels.max_pixels} if found else None
        ),
    }


def encode_forecast(foresight: Foresight) -> dict[str, Any]:
    return {
        "precision": foresight.precision,
        "packed": foresight.packed,
        "rows": foresight.rows,
        "length": foresight.length,
        "fits": foresight.fits,
        "devices": [encode_need(need) for need in foresight.needs],
    }


def encode_need(need: Need) -> dict[str, Any]:
    return {
        "device": need.device,
        "name": need.name or None,
        "total": need.total,
        "free": need.free,
        "needed": need.needed,
        "missing": need.missing,
        "weights": need.weights,
        "cache": need.cache,
        "pictures": need.pictures,
        "runtime": need.runtime,
    }


def encode_listing(listing: Listing) -> dict[str, Any]:
    return {
        "path": None if listing.path is None else str(listing.path),
        "parent": None if listing.parent is None else str(listing.parent),
        "folders": [
            {"name": one.name, "path": str(one.path), "is_model": one.is_model}
            for one in listing.folders
        ],
        "cut": listing.cut,
    }


def encode_download(row: ModelDownload, language: Language) -> dict[str, Any]:
    error = row.error and encode_reason(row.error["code"], row.error["values"], language)
    return {
        "id": row.pk,
        "name": row.name,
        "source": row.source,
        "revision": row.revision or None,
        "state": row.state,
        "bytes_done": row.bytes_done,
        "bytes_total": row.bytes_total,
        "error": error or None,
        "model": row.model or None,
        "created_at": row.created_at.isoformat(),
    }
