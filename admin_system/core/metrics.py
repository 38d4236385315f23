"""What a process counts for Prometheus from its start on; where it happens is where it is counted.

Labels hold only names that somebody who looks after the service has given (models) or that are in
the code (routes, kinds): nobody who asks can make a new one.
https://prometheus.io/docs/practices/naming/
"""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

disable_created_metrics()  # type: ignore[no-untyped-call]

REGISTRY = CollectorRegistry()
"""Of this process."""
ProcessCollector(registry=REGISTRY)

REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600)
WAITING_BUCKETS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
FIRST_BUCKETS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 15, 30, 60, 120)
PIECE_BUCKETS = (0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2, 5)

HTTP_REQUESTS = Counter(
    "qwen_vl_http_requests",
    "HTTP requests that were answered; the status is none where the client left before an answer",
    ("method", "route", "status"),
    registry=REGISTRY,
)
HTTP_SECONDS = Histogram(
    "qwen_vl_http_request_seconds",
    "From the first byte of a request to the last one of its answer",
    ("method", "route"),
    buckets=REQUEST_BUCKETS,
    registry=REGISTRY,
)
HTTP_OPEN = Gauge(
    "qwen_vl_http_requests_open", "HTTP requests that are being answered", registry=REGISTRY
)
HTTP_STREAMS = Gauge(
    "qwen_vl_http_streams_open", "Of them, streams of server-sent events", registry=REGISTRY
)
SOCKETS_OPEN = Gauge("qwen_vl_websockets_open", "Connections that were let in", registry=REGISTRY)
WAITING_SECONDS = Histogram(
    "qwen_vl_model_waiting_seconds",
    "From the arrival of a request at the engine to its first step; the question that each load "
    "asks of its model is among them",
    buckets=WAITING_BUCKETS,
    registry=REGISTRY,
)
FIRST_TOKEN_SECONDS = Histogram(
    "qwen_vl_model_first_token_seconds",
    "From the arrival of a request to the first piece of its answer",
    ("model",),
    buckets=FIRST_BUCKETS,
    registry=REGISTRY,
)
PIECE_SECONDS = Histogram(
    "qwen_vl_model_token_seconds",
    "Between two pieces of an answer: one a token, but for characters that take several",
    ("model",),
    buckets=PIECE_BUCKETS,
    registry=REGISTRY,
)
ANSWERS = Counter(
    "qwen_vl_model_answers", "Answers that came to an end", ("model", "outcome"), registry=REGISTRY
)
PROMPT_TOKENS = Counter(
    "qwen_vl_model_prompt_tokens", "Tokens of questions", ("model",), registry=REGISTRY
)
CACHED_TOKENS = Counter(
    "qwen_vl_model_cached_tokens",
    "Of them, those that were not computed again",
    ("model",),
    registry=REGISTRY,
)
ANSWER_TOKENS = Counter(
    "qwen_vl_model_answer_tokens", "Tokens of answers", ("model",), registry=REGISTRY
)
PICTURES = Counter("qwen_vl_model_pictures", "Pictures in questions", ("model",), registry=REGISTRY)
EVENTS = Counter(
    "qwen_vl_events",
    "What happened to the service, such as loads, breakdowns and shortages",
    ("kind",),
    registry=REGISTRY,
)
