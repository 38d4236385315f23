"""The state of a model in people's words, and what can be done with it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext, pgettext

from admin_system.core import catalog
from admin_system.core.models import ModelConfig
from admin_system.core.types import Language, LoadProgress, ServiceState, ServiceStatus
from admin_system.messages import sentence

Tone = Literal["ok", "busy", "bad", "off"]


@dataclass(frozen=True, slots=True)
class ModelState:
    tone: Tone
    word: str
    stage: str = ""
    """What a load is doing."""
    percent: int | None = None
    amount: str = ""
    """Bytes read so far, in words."""
    fault: str = ""
    """Why it failed, as a sentence."""


@dataclass(frozen=True, slots=True)
class Deed:
    """A button: what it does, and how it looks."""

    name: str
    word: str
    look: Literal["primary", "plain", "danger"]


def page_language() -> Language:
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def describe(status: ServiceStatus, name: str | None) -> ModelState:
    """Of the configuration `name`; None stands for the service as a whole."""
    concerned = name in (None, status.model)
    if concerned and status.progress is not None:
        return _describe_progress(status.state, status.progress)
    if status.serving is not None and name in (None, status.serving):
        return ModelState("ok", gettext("Ready"))
    if status.error is not None and name in (None, status.failed):
        code, values = status.error
        return ModelState(
            "bad", pgettext("model", "Failed"), fault=sentence(code, page_language(), **values)
        )
    return ModelState("off", gettext("Not loaded"))


def _describe_progress(state: ServiceState, progress: LoadProgress) -> ModelState:
    amount = ""
    if progress.bytes_done is not None and progress.bytes_total:
        size, unit = (1e9, "GB") if progress.bytes_total >= 1e9 else (1e6, "MB")
        amount = f"{progress.bytes_done / size:.1f} / {progress.bytes_total / size:.1f} {unit}"
    verifying = state is ServiceState.VERIFYING
    return ModelState(
        "busy",
        gettext("Verifying") if verifying else gettext("Loading"),
        stage=sentence(progress.stage, page_language()),
        percent=round(progress.fraction * 100),
        amount=amount,
    )


def find_deeds(row: ModelConfig, state: ModelState) -> list[Deed]:
    make_current = Deed("activate", gettext("Make current"), "plain")
    match state.tone:
        case "busy":
            return [Deed("cancel", gettext("Cancel"), "plain")]
        case "ok":
            deeds = [] if row.is_current else [make_current]
            return [
                *deeds,
                Deed("reload", gettext("Reload"), "plain"),
                Deed("unload", gettext("Unload"), "danger"),
            ]
        case _:
            word = gettext("Try again") if state.tone == "bad" else gettext("Load")
            load = Deed("load", word, "primary" if row.is_current else "plain")
            return [load] if row.is_current else [load, make_current]


def render_name(row: ModelConfig) -> SafeString:
    return render_to_string("core/admin/model_name.html", {"row": row})


def render_state(row: ModelConfig, status: ServiceStatus) -> SafeString:
    return render_to_string("core/admin/model_state.html", {"state": describe(status, row.name)})


def render_deeds(row: ModelConfig, status: ServiceStatus) -> SafeString:
    deeds = find_deeds(row, describe(status, row.name))
    buttons = [
        (deed, reverse("admin:core_modelconfig_deed", args=(row.pk, deed.name))) for deed in deeds
    ]
    return render_to_string("core/admin/model_deeds.html", {"buttons": buttons, "row": row})


def render_fragments(may_change: bool) -> dict[str, str]:
    """Element id -> what stands in it now, for every row."""
    status = catalog.get_service().status()
    fragments: dict[str, str] = {}
    for row in catalog.list_configs():
        fragments[f"model-name-{row.pk}"] = render_name(row)
        fragments[f"model-state-{row.pk}"] = render_state(row, status)
        if may_change:
            fragments[f"model-deeds-{row.pk}"] = render_deeds(row, status)
    return fragments
