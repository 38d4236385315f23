"""ServiceStatus -> what /api/status and /api/service say of it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any, Literal

from admin_system.core.types import (
    CacheStats,
    DecodeStats,
    Language,
    PixelBudget,
    ServiceState,
    ServiceStatus,
)
from admin_system.messages import sentence

Health = Literal["ok", "loading", "stopped", "degraded"]


def find_health(status: ServiceStatus) -> Health:
    """Degraded: failed, answering with the model of before since the wanted one failed, or not
    running as it should; one of several services elsewhere may be left out."""
    if status.state in (ServiceState.LOADING, ServiceState.VERIFYING):
        return "loading"
    if status.state is ServiceState.UNLOADED:
        return "stopped"
    sound = status.error is None and not (status.info and status.info.warnings)
    whole = status.stats is None or all(one.healthy for one in status.stats.upstreams)
    return "ok" if status.state is ServiceState.READY and sound and whole else "degraded"


def encode_model(status: ServiceStatus, language: Language) -> dict[str, Any]:
    """Nothing is invented: what is not known is null."""
    info, progress = status.info, status.progress
    return {
        "name": status.model,
        "demo": status.demo,
        "state": status.state.value,
        "serving": status.serving,
        "progress": round(progress.fraction, 3) if progress else None,
        "stage": (
            {"code": progress.stage, "sentence": sentence(progress.stage, language)}
            if progress
            else None
        ),
        "bytes_done": progress.bytes_done if progress else None,
        "bytes_total": progress.bytes_total if progress else None,
        "error": encode_reason(status, language),
        "family": info.family if info else None,
        "quantization": info.quantization if info else None,
        "precision": info.precision if info else None,
        "device": info.device if info else None,
        "parameters": info.parameters if info else None,
        "weight_bytes": info.weight_bytes if info else None,
        "context_length": info.context_length if info else None,
        "pixels": encode_pixels(info.pixels) if info and info.pixels else None,
        "warnings": [sentence(code, language) for code in info.warnings] if info else [],
        "breakdowns": status.breakdowns,
        "loaded_at": (
            datetime.fromtimestamp(status.loaded_at, UTC).isoformat() if status.loaded_at else None
        ),
    }


def encode_pixels(budget: PixelBudget) -> dict[str, int]:
    return {"min": budget.min_pixels, "max": budget.max_pixels}


def encode_reason(status: ServiceStatus, language: Language) -> dict[str, Any] | None:
    if status.error is None:
        return None
    code, values = status.error
    return {"code": code, "message": sentence(code, language, **values)}


def encode_engine(status: ServiceStatus, language: Language) -> dict[str, Any] | None:
    if status.stats is None:
        return None
    return {
        "running": status.stats.running,
        "waiting": status.stats.waiting,
        "slots": status.stats.slots,
        "tokens_per_second": status.stats.tokens_per_second,
        "generated_tokens": status.stats.generated_tokens,
        "cache_hit_rates": encode_hit_rates(status.stats.cache),
        "cache_bytes": encode_cache_bytes(status.stats.cache),
        "decode": encode_decode(status.stats.decode, language),
        "upstreams": [asdict(upstream) for upstream in status.stats.upstreams],
    }


def encode_hit_rates(cache: CacheStats | None) -> dict[str, Any] | None:
    if cache is None:
        return None
    return {"prefix": cache.prefix_hit_rate, "pictures": cache.picture_hit_rate}


def encode_decode(decode: DecodeStats | None, language: Language) -> dict[str, Any] | None:
    if decode is None:
        return None
    code = decode.reason
    return {
        "steps": "captured" if decode.captured else "eager",
        "reason": {"code": code, "sentence": sentence(code, language)} if code else None,
        "sizes": decode.sizes,
        "attention": decode.attention,
    }


def encode_cache_bytes(cache: CacheStats | None) -> dict[str, Any] | None:
    if cache is None:
        return None
    return {"prefix": cache.prefix_bytes, "pictures": cache.picture_bytes}
