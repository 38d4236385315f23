"""The findings of a checkup as lines for people and as fields for programs."""

from __future__ import annotations

from dataclasses import asdict

from admin_system.core.checkup import Findings, Trial
from admin_system.core.types import EngineSpec

Line = tuple[str, dict[str, object]]
"""A code of `messages.py` and its values."""
Fields = dict[str, object]

FALLBACK = "quantization_fallback"


def lines_of_findings(spec: EngineSpec, found: Findings) -> list[Line]:
    lines: list[Line] = [
        ("check_folder", {"path": spec.path}),
        ("check_family", {"family": found.family}),
        ("check_quantization", {"quantization": found.quantization}),
        ("check_stored", {"precision": found.stored}),
        (
            "check_weights",
            {
                "megabytes": f"{found.bytes / 1e6:,.1f}",
                "parameters": f"{found.parameters:,}",
            },
        ),
    ]
    for room in found.memory.rooms:
        values: Fields = {
            "device": room.device,
            "needed_gb": f"{room.needed / 1e9:.1f}",
            "free_gb": f"{room.free / 1e9:.1f}",
        }
        lines.append(("check_memory", values))
    least, most = found.pixels.min_pixels, found.pixels.max_pixels
    lines.append(("check_context", {"tokens": f"{found.context_length:,}"}))
    lines.append(("check_pixels", {"least": f"{least:,}", "most": f"{most:,}"}))
    return lines


def fields_of_findings(spec: EngineSpec, found: Findings) -> Fields:
    """Sizes in bytes."""
    fields = asdict(found)
    memory = fields.pop("memory")["rooms"]
    named = {"model": spec.name, "path": spec.path}
    return {**named, **fields, "memory": memory, "fits": found.memory.fits}


def lines_of_trial(found: Findings, trial: Trial) -> list[Line]:
    info = trial.info
    loaded: Fields = {
        "seconds": f"{trial.load_seconds:.1f}",
        "device": info.device,
        "precision": info.precision,
    }
    answer: Fields = {
        "seconds": f"{trial.answer_seconds:.1f}",
        "tokens": trial.tokens,
        "question": trial.question,
        "answer": trial.answer,
    }
    lines: list[Line] = [("check_loaded", loaded)]
    if FALLBACK in info.warnings:
        lines.append(("check_layers_fell_back", {}))
    elif found.four_bit_layers:
        lines.append(("check_layers_passed", {}))
    others: list[Line] = [(code, {}) for code in info.warnings if code != FALLBACK]
    return [*lines, *others, ("check_answer", answer)]


def fields_of_trial(trial: Trial) -> Fields:
    """Times in seconds."""
    fields = asdict(trial)
    info = fields.pop("info")
    named = {name: info[name] for name in ("device", "precision", "warnings")}
    return fields | named
