"""Pictures that cannot be served get a 400 or 413 that helps, in both languages."""

from __future__ import annotations

import httpx
import pytest

from admin_system.api.tests.pictures import draw_circle, make_bomb, make_noise, to_base64
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.mark.parametrize(
    ("picture", "code", "en", "zh"),
    [
        (to_base64(make_bomb()), "picture_too_many_pixels", "40000", "40000"),
        (to_base64(b"just some text"), "picture_not_a_picture", "JPEG", "JPEG"),
        ("%%% not base64 %%%", "picture_bad_base64", "base64", "base64"),
        (to_base64(draw_circle()[:200]), "picture_truncated", "again", "重新"),
        (None, "picture_missing", "image_base64", "image_base64"),
    ],
    ids=["bomb", "text", "broken base64", "half a picture", "none"],
)
def test_a_bad_image_is_the_callers_fault(
    uvicorn_server: ServerProcess, picture: str | None, code: str, en: str, zh: str
) -> None:
    body = {"query": "?"} if picture is None else {"query": "?", "image_base64": picture}
    said = {}
    for language in ("en", "zh-CN"):
        answer = httpx.post(
            f"{uvicorn_server.url}/api/analyze", json=body, headers={"Accept-Language": language}
        )
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert (error["code"], error["param"]) == (code, "image_base64")
        said[language] = error["message"]
    assert en in said["en"]
    assert zh in said["zh-CN"]
    assert said["en"].isascii()


def test_twenty_megabytes_pass(server: ServerProcess) -> None:
    body = {"image_base64": to_base64(make_noise(20)), "query": "size?"}
    answer = httpx.post(f"{server.url}/api/analyze", json=body, timeout=60)
    assert answer.status_code == 200
    assert answer.json()["image"]["width"] == 2048


def test_twenty_megabytes_pass_in_a_form(uvicorn_server: ServerProcess) -> None:
    files = {"image": ("large.bmp", make_noise(20))}
    answer = httpx.post(
        f"{uvicorn_server.url}/api/analyze", files=files, data={"query": "size?"}, timeout=60
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("stated", [True, False], ids=["content-length", "chunked"])
def test_forty_megabytes_are_too_large(server: ServerProcess, stated: bool) -> None:
    body = bytes(40 * 1024 * 1024)
    pieces = (body[start : start + 2**20] for start in range(0, len(body), 2**20))
    answer = httpx.post(
        f"{server.url}/api/analyze",
        content=body if stated else pieces,
        headers={"Content-Type": "application/json", "Accept-Language": "en"},
        timeout=60,
    )
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "body_too_large"
    assert "32 MiB" in answer.json()["error"]["message"]
    assert answer.headers["x-request-id"].startswith("req_")
    assert httpx.get(f"{server.url}/healthz").status_code == 200
