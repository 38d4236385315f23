"""Every failure has one shape, the right status, a number, and a sentence that helps."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from admin_system.api.errors import to_fault
from admin_system.api.request_id import begin_request
from admin_system.api.tests.server import ServerProcess
from admin_system.core.engines.remote.events import read_refusal
from admin_system.core.errors import CoreError, ModelNotReady, UpstreamError

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

CHAT = "/api/v1/chat/completions"
HELLO = {"messages": [{"role": "user", "content": "hello"}]}


def fault(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The error of an answer, after what all of them have in common was checked."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-request-id"].startswith("req_")
    error: dict[str, Any] = answer.json()["error"]
    assert {"message", "type", "param", "code"} <= set(error)
    assert error["message"]
    return error


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "path_not_found"),
        ("GET", "/v1/nothing/", 404, "path_not_found"),
        ("GET", "/nothing", 404, "path_not_found"),
        ("GET", "/media/analyses/boxed/x.png", 404, "path_not_found"),
        ("GET", "/media/..%2fdb.sqlite3", 404, "path_not_found"),
        ("GET", "/media/secret_key", 404, "path_not_found"),
        ("GET", CHAT, 405, "method_not_allowed"),
        ("POST", "/api/status/", 405, "method_not_allowed"),
        ("DELETE", "/healthz", 405, "method_not_allowed"),
        ("GET", "/api/v1/models/nothing", 404, "model_not_found"),
        ("GET", "/api/analyses/an_0", 404, "analysis_not_found"),
        ("GET", "/api/analyses?limit=x", 400, "field_wrong"),
        ("GET", "/api/analyses?cursor=x", 400, "cursor_unknown"),
    ],
)
def test_a_failure_without_a_body_is_json(
    server: ServerProcess, method: str, path: str, status: int, code: str
) -> None:
    answer = httpx.request(method, server.url + path)
    assert fault(answer, status)["code"] == code
    if status == 405:
        assert answer.headers["allow"] in {"GET", "POST"}


def test_a_browser_that_goes_astray_gets_a_page(server: ServerProcess) -> None:
    wanted = {"Accept": "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"}
    page = httpx.get(f"{server.url}/nothing/", headers=wanted)
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert 'href="/"' in page.text
    answer = httpx.get(f"{server.url}/api/nothing", headers=wanted)
    assert fault(answer, 404)["code"] == "path_not_found"


@pytest.mark.parametrize(
    ("content", "status", "code", "param"),
    [
        (b'{"messages": [],\n "x" 1}', 400, "json_malformed", None),
        (b'{"messages": NaN}', 400, "json_not_a_number", None),
        (b'{"model": "a", "model": "b"}', 400, "json_duplicate_field", "model"),
        (b"[]", 400, "body_not_an_object", None),
        (b'{"a": "\xff"}', 400, "body_not_utf8", None),
        (b"{}", 400, "field_missing", "messages"),
    ],
)
def test_a_body_at_fault_is_told_where(
    uvicorn_server: ServerProcess, content: bytes, status: int, code: str, param: str | None
) -> None:
    answer = httpx.post(
        uvicorn_server.url + CHAT, content=content, headers={"Content-Type": "application/json"}
    )
    error = fault(answer, status)
    assert (error["code"], error["param"]) == (code, param)


def test_another_content_type_is_refused(uvicorn_server: ServerProcess) -> None:
    answer = httpx.post(uvicorn_server.url + CHAT, data={"x": "1"})
    assert "application/json" in fault(answer, 415)["message"]


def test_a_compressed_body_is_refused_by_the_name_of_its_compression(
    uvicorn_server: ServerProcess,
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    answer = httpx.post(uvicorn_server.url + CHAT, content=gzip.compress(b"{}"), headers=headers)
    assert "gzip" in fault(answer, 415)["message"]


def test_a_browser_at_the_top_comes_to_the_pages(uvicorn_server: ServerProcess) -> None:
    answer = httpx.get(uvicorn_server.url)
    assert (answer.status_code, answer.headers["location"]) == (302, "/login/")


def test_every_address_answers_with_and_without_its_slash(server: ServerProcess) -> None:
    for path in ("/api", "/api/status", "/api/v1/models", "/v1/models/echo", "/healthz", "/readyz"):
        for address in (path, f"{path}/"):
            assert httpx.get(server.url + address).status_code == 200, address
    for path in (CHAT, "/api/chat/completions", "/v1/chat/completions"):
        for address in (path, f"{path}/"):
            assert httpx.post(server.url + address, json=HELLO).status_code == 200, address


def test_the_description_is_browsable_without_the_internet(uvicorn_server: ServerProcess) -> None:
    page = httpx.get(f"{uvicorn_server.url}/api/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert httpx.get(uvicorn_server.url + address).status_code == 200, address


def test_strangers_need_a_key_and_learn_little(locked_server: ServerProcess) -> None:
    url, keys = locked_server.url, locked_server.keys
    assert fault(httpx.post(url + CHAT, json=HELLO), 401)["type"] == "authentication_error"
    wrong = {"Authorization": "Bearer qvl_wrong"}
    assert fault(httpx.post(url + CHAT, json=HELLO, headers=wrong), 401)["code"] == "key_unknown"
    chat = {"Authorization": f"Bearer {keys['chat']}"}
    assert httpx.post(url + CHAT, json=HELLO, headers=chat).status_code == 200
    refused = httpx.post(f"{url}/api/service/unload", headers=chat)
    assert fault(refused, 403)["type"] == "permission_error"
    assert set(httpx.get(f"{url}/api/status").json()) == {"status", "version"}
    assert "model" in httpx.get(f"{url}/api/status", headers=chat).json()


def test_a_foreign_page_is_turned_away_on_loopback(uvicorn_server: ServerProcess) -> None:
    headers = {"Origin": "http://evil.example"}
    answer = httpx.post(uvicorn_server.url + CHAT, json=HELLO, headers=headers)
    assert fault(answer, 403)["code"] == "origin_refused"


def test_head_is_answered_like_get_without_a_body(server: ServerProcess) -> None:
    answer = httpx.head(f"{server.url}/healthz")
    assert answer.status_code == 200
    assert not answer.content


@pytest.mark.parametrize("stream", [True, False], ids=["stream", "plain"])
async def test_a_full_queue_turns_requests_away(locked_server: ServerProcess, stream: bool) -> None:
    long = {"type": "chat", "messages": [{"role": "user", "content": "word " * 3000}]}
    headers = locked_server.authorization
    address = f"{locked_server.socket_url}/ws/chat"
    async with connect(address, additional_headers=headers) as socket:
        slots = locked_server.status()["engine"]["slots"]
        for _ in range(slots + 1):
            await socket.send(json.dumps(long))
        await asyncio.to_thread(locked_server.wait_for_requests, 1, "waiting")
        async with httpx.AsyncClient(headers=headers) as client:
            body = {**HELLO, "stream": stream}
            answer = await client.post(locked_server.url + CHAT, json=body)
        socket.transport.abort()
    assert fault(answer, 429)["code"] == "queue_full"
    assert int(answer.headers["retry-after"]) >= 1
    locked_server.seconds_until_idle()


@pytest.mark.parametrize(
    ("error", "logged"),
    [(ModelNotReady("model_unloaded"), False), (UpstreamError("upstream_unreachable"), True)],
    ids=["not ready", "upstream"],
)
def test_only_faults_are_warnings_in_the_log(
    caplog: pytest.LogCaptureFixture, error: CoreError, logged: bool
) -> None:
    """Probes ask /readyz every second while a model loads."""
    assert to_fault(error, "en").status == 503
    assert bool(caplog.records) == logged


def test_a_fault_of_ours_tells_its_number_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    request_id = begin_request()
    told = to_fault(RuntimeError("no such table at /srv/secret"), "en")
    assert (told.status, told.type) == (500, "server_error")
    assert request_id in told.message
    assert "secret" not in str(told.body)
    assert request_id in caplog.text
    assert "/srv/secret" in caplog.text, "the administrator finds the reason in the log"


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, "context_length_exceeded", (400, "context_length_exceeded", "messages")),
        (429, "queue_full", (429, "queue_full", "messages")),
        (400, "no_code_of_ours", (400, "upstream_refused", "messages")),
        (422, "field_wrong", (400, "field_wrong", "messages")),
        (500, "generation_failed", (503, "upstream_refused", "messages")),
        (400, 400, (400, "upstream_refused", "messages")),
    ],
)
def test_what_another_process_of_ours_refuses_keeps_its_code(
    status: int, code: object, expected: tuple[int, str, str]
) -> None:
    """Programs tell by it what to do, whichever process they reach."""
    told = {"message": "no", "type": "x", "param": "messages", "code": code}
    fault = to_fault(read_refusal(status, None, json.dumps({"error": told}).encode()), "en")
    assert (fault.status, fault.code, fault.param) == expected
    assert fault.message == f"The remote service refused the request ({status}): no"


def test_a_field_that_an_upstream_does_not_take_is_the_callers_affair() -> None:
    """As FastAPI words it; with 503 clients would ask again and again."""
    detail = [{"loc": ["body", "seed"], "msg": "extra fields not permitted"}]
    fault = to_fault(read_refusal(422, None, json.dumps({"detail": detail}).encode()), "en")
    assert (fault.status, fault.type) == (400, "invalid_request_error")
    assert "seed" in fault.message
    assert "Retry-After" not in fault.headers
