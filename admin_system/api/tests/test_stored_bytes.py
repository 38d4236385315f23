"""Room for documents and pictures on a real server: told, used up, refused, and given back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest
from websockets.sync.client import connect

from admin_system.api.protocol.usage import UsageReport
from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
LIMIT = 20_000
DOCUMENTS = "/api/documents"


@pytest.fixture
def tenant(uvicorn_server: ServerProcess) -> Iterator[httpx.Client]:
    """Of a key with room for so many bytes."""
    scopes = ("--scopes", "documents", "analyze", "chat", "search")
    said = uvicorn_server.run_command("create_api_key", "tenant", "--storage", str(LIMIT), *scopes)
    (secret,) = re.findall(r"qvl_[\w-]{20,}", said)
    headers = {"Authorization": f"Bearer {secret}", "Accept-Language": "en"}
    with httpx.Client(base_url=uvicorn_server.url, headers=headers, timeout=30) as client:
        yield client


def used(client: httpx.Client) -> int:
    answer = client.get("/api/usage")
    UsageReport.model_validate_json(answer.content)
    storage = answer.json()["storage"]
    assert storage["limit"] == LIMIT
    return int(storage["used"])


def text(title: str, size: int) -> dict[str, str]:
    return {"topic": "full", "title": title, "text": (f"{title} " * size)[:size]}


def test_a_key_keeps_no_more_than_it_may(
    tenant: httpx.Client, uvicorn_server: ServerProcess
) -> None:
    assert used(tenant) == 0
    first = tenant.post(DOCUMENTS, json=text("a", 12_000)).json()["documents"][0]
    assert used(tenant) == 12_000
    refused = tenant.post(DOCUMENTS, json=text("b", 12_000))
    error = refused.json()["error"]
    assert (refused.status_code, error["code"]) == (413, "storage_full")
    assert error["type"] == "invalid_request_error"
    assert "retry-after" not in refused.headers  # waiting would not help
    assert not [one for one in tenant.get(DOCUMENTS).json()["data"] if one["title"] == "b"]
    assert tenant.post(DOCUMENTS, json=text("a", 15_000)).status_code == 202  # in its place
    assert used(tenant) == 15_000
    archive = BytesIO()
    with ZipFile(archive, "w") as file:
        file.writestr("small.txt", "s" * 1000)
        file.writestr("large.txt", "l" * 9000)
    form = {"file": ("both.zip", archive.getvalue())}
    answer = tenant.post(DOCUMENTS, data={"topic": "full"}, files=form).json()
    assert [one["name"] for one in answer["documents"]] == ["small.txt"]
    assert [(one["name"], one["code"]) for one in answer["left_out"]] == [
        ("large.txt", "storage_full")
    ]
    assert tenant.post(DOCUMENTS, json=text("c", LIMIT - used(tenant))).status_code == 202
    assert used(tenant) == LIMIT
    picture = {"image_base64": to_base64(draw_circle()), "query": "hello"}
    assert tenant.post("/api/analyze", json=picture).json()["error"]["code"] == "storage_full"
    made = tenant.post("/api/picture-sets", json={}).json()["id"]
    files = {"picture": ("a.png", draw_circle())}
    added = tenant.post(f"/api/picture-sets/{made}/pictures", files=files)
    assert (added.status_code, added.json()["error"]["code"]) == (413, "storage_full")
    talk = tenant.post("/api/conversations", json={}).json()["id"]
    frame = {
        "message": "hello",
        "conversation": talk,
        "images": [to_base64(draw_circle())],
        "id": "a",
    }
    with connect(
        uvicorn_server.socket_url + "/ws/chat",
        additional_headers={"Authorization": tenant.headers["authorization"]},
    ) as socket:
        socket.send(json.dumps(frame))
        assert json.loads(socket.recv(timeout=10))["error"]["code"] == "storage_full"
    assert tenant.delete(f"{DOCUMENTS}/{first['id']}").status_code < 300
    assert used(tenant) == LIMIT - 15_000
    assert tenant.post("/api/analyze", json=picture).status_code == 200
    assert LIMIT - 15_000 < used(tenant) < LIMIT
