"""Spans as a collector of OpenTelemetry receives them over HTTP."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from admin_system.api.measured import Measured
from admin_system.api.stay import Visits, current
from admin_system.core import tracing
from admin_system.core.service import ModelService
from admin_system.core.types import ChatRequest, EngineSpec, Message, ServiceState

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

OUTER_TRACE, OUTER_SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
PRIVATE = "what the user wrote"


class Collector(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.received = b""
        self.spans: list[Span] = []


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Collector)
        assert self.path == "/v1/traces"
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received += body
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            assert names["service.name"] == "qwen-vl"
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.send_header("Content-Type", "application/x-protobuf")
        self.end_headers()
        self.wfile.write(ExportTraceServiceResponse().SerializeToString())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as it is called
        pass


@pytest.fixture
def collector(monkeypatch: pytest.MonkeyPatch) -> Iterator[Collector]:
    with Collector() as server:
        threading.Thread(target=server.serve_forever).start()
        monkeypatch.setenv(tracing.ENDPOINT, f"http://127.0.0.1:{server.server_port}")
        tracing.open_provider.cache_clear()
        yield server
        provider = tracing.open_provider()
        tracing.open_provider.cache_clear()
        if provider is not None:
            provider.shutdown()
        server.shutdown()


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ModelService]:
    service = ModelService(tmp_path / "model.lock")
    service.load(EngineSpec("parrot", kind="echo"))
    assert service.wait(10).state is ServiceState.READY
    yield service
    service.close()


def test_a_request_is_told_with_wait_prefill_decode_and_search(
    collector: Collector, service: ModelService
) -> None:
    async def site(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        visit = current.get()
        assert visit is not None
        visit.route = "/api/v1/chat/completions"
        with tracing.span("search"):
            pass
        request = ChatRequest((Message.of_text("user", PRIVATE),))
        pieces = [piece async for piece in service.stream(request)]
        assert len(pieces) == 5
        await send({"type": "http.response.start", "status": 200, "headers": [], "trailers": False})

    async def ask() -> None:
        trace = f"00-{OUTER_TRACE}-{OUTER_SPAN}-01".encode()
        scope = {"type": "http", "method": "POST", "headers": [(b"traceparent", trace)]}

        async def ignore(event: object = None) -> None:
            return None

        await Visits(Measured(site))(scope, ignore, ignore)  # type: ignore[arg-type]

    asyncio.run(ask())
    provider = tracing.open_provider()
    assert provider is not None
    assert provider.force_flush()
    spans = {span.name: span for span in collector.spans}
    asked = spans.pop("POST /api/v1/chat/completions")
    assert set(spans) == {"wait", "prefill", "decode", "search"}
    assert (asked.trace_id.hex(), asked.parent_span_id.hex()) == (OUTER_TRACE, OUTER_SPAN)
    for span in spans.values():
        assert (span.trace_id, span.parent_span_id) == (asked.trace_id, asked.span_id)
        assert asked.start_time_unix_nano <= span.start_time_unix_nano
        assert span.end_time_unix_nano <= asked.end_time_unix_nano + 1_000_000
    wait, prefill, decode = (spans[name] for name in ("wait", "prefill", "decode"))
    assert abs(wait.end_time_unix_nano - prefill.start_time_unix_nano) < 1_000_000
    assert abs(prefill.end_time_unix_nano - decode.start_time_unix_nano) < 1_000_000
    assert decode.end_time_unix_nano - decode.start_time_unix_nano > 3 * 1_000_000
    facts = {one.key: one.value for one in decode.attributes}
    assert facts["model"].string_value == "parrot"
    assert facts["pieces"].int_value == 4
    assert PRIVATE.encode() not in collector.received
