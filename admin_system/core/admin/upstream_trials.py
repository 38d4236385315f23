"""Says on the page of a model elsewhere how each of its services fared on trial."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest

from admin_system.core import catalog
from admin_system.core.engines.remote.trial import Trial, try_upstreams
from admin_system.core.model_state import page_language
from admin_system.core.models import ModelConfig
from admin_system.messages import sentence


def show_trials(request: HttpRequest, row: ModelConfig) -> None:
    """Takes as long as the services do."""
    for trial in try_upstreams(catalog.spec_of(row)):
        level = messages.ERROR if trial.fault else messages.SUCCESS
        if trial.unheeded:
            level = messages.WARNING
        messages.add_message(request, level, word_trial(trial))


def word_trial(trial: Trial) -> str:
    language = page_language()
    if trial.fault is not None:
        fault = sentence(trial.fault.code, language, **trial.fault.values)
        return f"{trial.url}: {fault}"
    said = sentence(
        "upstream_tried",
        language,
        url=trial.url,
        milliseconds=round(1000 * (trial.latency or 0.0)),
        server=trial.server or "?",
        models=", ".join(trial.models[:20]),
    )
    if not trial.unheeded:
        return said
    fields = ", ".join(trial.unheeded)
    return f"{said} {sentence('upstream_tried_fields', language, fields=fields)}"
