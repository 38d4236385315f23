"""Spans for OpenTelemetry, where the environment names a collector; otherwise nothing is imported.

Names of the environment are OpenTelemetry's own (OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SERVICE_NAME,
OTEL_TRACES_SAMPLER …): https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
Spans never hold what users write.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

logger = logging.getLogger(__name__)

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
REQUIREMENTS = "scripts/optional/requirements-traces.txt"
NAME = "qwen-vl"
REST_SECONDS = 2.0

Facts = Mapping[str, str | int | float | bool]


@lru_cache(maxsize=1)
def open_provider() -> TracerProvider | None:
    """The one of this process; it sends in a thread of its own, and what is left at the end."""
    if not os.environ.get(ENDPOINT):
        return None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        logger.warning("%s is set, and %s is not installed: no traces", ENDPOINT, REQUIREMENTS)
        return None
    named = Resource.create({SERVICE_NAME: os.environ.get("OTEL_SERVICE_NAME", NAME)})
    provider = TracerProvider(resource=named)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def send_rest() -> None:
    """At the end of a server; a collector that does not answer is waited for a little only."""
    provider = open_provider()
    if provider is not None:
        sending = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
        sending.start()
        sending.join(REST_SECONDS)


def get_tracer() -> Tracer | None:
    provider = open_provider()
    return None if provider is None else provider.get_tracer(NAME)


@contextmanager
def span(name: str, facts: Facts | None = None) -> Iterator[Span | None]:
    """The block as a span within the one that is open; None where there are no traces."""
    tracer = get_tracer()
    if tracer is None:
        yield None
        return
    # What an exception says may be what somebody wrote: it is not told, here and below.
    with tracer.start_as_current_span(
        name, attributes=facts, record_exception=False, set_status_on_exception=False
    ) as opened:
        yield opened


@contextmanager
def span_of_request(name: str, headers: Mapping[str, str]) -> Iterator[Span | None]:
    """As `span`, within that of the caller where its `traceparent` (W3C Trace Context) names it."""
    tracer = get_tracer()
    if tracer is None:
        yield None
        return
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    outer = TraceContextTextMapPropagator().extract(headers)
    with tracer.start_as_current_span(
        name, outer, SpanKind.SERVER, record_exception=False, set_status_on_exception=False
    ) as opened:
        yield opened


@dataclass(slots=True)
class Stages:
    """When an answer came how far, on the monotonic clock; written by whoever knows."""

    came: float = field(default_factory=time.monotonic)
    started: float | None = None
    """Its first step."""
    first: float | None = None
    """Its first piece."""
    within: Context | None = None


stages: ContextVar[Stages | None] = ContextVar("stages", default=None)
"""Of the request whose answer the engine is asked for."""


def begin_stages() -> Stages | None:
    """None where there are no traces."""
    if get_tracer() is None:
        stages.set(None)
        return None
    from opentelemetry.context import get_current

    begun = Stages(within=get_current())
    stages.set(begun)
    return begun


def end_stages(told: Stages | None, facts: Facts) -> None:
    """Tells wait, prefill and decode of an answer that has ended, as far as it came."""
    tracer = get_tracer()
    if told is None or tracer is None:
        return
    now = time.monotonic()
    marks = [("wait", told.came), ("prefill", told.started), ("decode", told.first), ("", now)]
    known = [(name, at) for name, at in marks if at is not None]
    for (name, begun), (_, ended) in pairwise(known):
        one = tracer.start_span(name, told.within, attributes=facts, start_time=to_clock(begun))
        one.end(to_clock(ended))


def to_clock(monotonic: float) -> int:
    """Nanoseconds since the epoch."""
    return time.time_ns() - round((time.monotonic() - monotonic) * 1e9)
