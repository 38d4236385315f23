"""Why the model service cannot serve a request at this moment."""

from __future__ import annotations

from admin_system.core.errors import ModelNotReady
from admin_system.core.types import ServiceState, ServiceStatus

FIRST_GUESS = 5
"""Seconds to wait while a load has only begun."""
LONGEST_WAIT = 60
"""Seconds after which a client may well ask again."""


def explain(status: ServiceStatus, model: str | None, elapsed: float) -> ModelNotReady:
    """`model` is the name asked for, if any; `elapsed` seconds have passed since the load began."""
    if model in (None, status.model) and status.progress is not None:
        fraction = status.progress.fraction
        return ModelNotReady(
            "model_loading",
            progress=fraction,
            retry_after=seconds_left(fraction, elapsed),
            model=status.model,
            percent=round(fraction * 100),
        )
    failed = status.failed if model is not None or status.state is ServiceState.FAILED else None
    if status.error is not None and failed is not None and model in (None, failed):
        code, values = status.error
        return ModelNotReady("model_failed", model=failed, reason=code, reason_values=values)
    if model is None:
        return ModelNotReady("model_unloaded")
    return ModelNotReady("model_not_loaded", model=model)


def seconds_left(fraction: float, elapsed: float) -> int:
    """At the pace so far, between 1 and LONGEST_WAIT."""
    if fraction < 0.05:
        return FIRST_GUESS
    return min(max(round(elapsed * (1 - fraction) / fraction), 1), LONGEST_WAIT)
