"""POST /api/analyze: what goes in, what comes out, what is kept."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image

from admin_system.api.tests.pictures import draw_circle, to_base64, to_data_url
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BOX = {"label": "红色圆形", "box": [75, 60, 225, 180]}
"""The echo finds everything in the middle half of the picture (here 300 x 240)."""


@pytest.fixture
def address(uvicorn_server: ServerProcess) -> str:
    return f"{uvicorn_server.url}/api/analyze"


def test_the_answer_has_the_shape_that_its_callers_know(address: str) -> None:
    body = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}
    answer = httpx.post(address, json=body).json()
    assert answer["id"].startswith("an_")
    assert answer["result"] == "红色圆形", "clean of box spans, label kept"
    assert answer["processing_time"].endswith("秒")
    assert answer["boxes"] == [BOX]
    assert answer["image"] == {"width": 300, "height": 240}
    assert answer["model"] == "echo"
    assert answer["usage"]["total_tokens"] > 16
    picture = httpx.get(httpx.URL(address).join(answer["boxed_image_url"]))
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in picture.headers["content-security-policy"]
    assert picture.headers["content-disposition"] == "inline"
    with Image.open(BytesIO(picture.content)) as drawn:
        assert drawn.size == (300, 240)
        assert drawn.convert("RGB").getpixel((75, 120)) != (255, 255, 255), "the box is drawn"


def test_an_answer_without_boxes_has_no_boxed_picture(address: str) -> None:
    body = {"image_base64": to_data_url(draw_circle()), "query": "这张图片是什么?"}
    answer = httpx.post(address, json=body).json()
    assert answer["result"] == "[300x240] 这张图片是什么?"
    assert answer["boxes"] == []
    assert answer["boxed_image_url"] is None


@pytest.mark.parametrize("form", [False, True], ids=["json", "form"])
def test_labels_are_looked_for(address: str, form: bool) -> None:
    if form:
        files, data = {"image": ("circle.png", draw_circle())}, {"detect": "红色圆形"}
        answer = httpx.post(address, files=files, data=data).json()
    else:
        body = {"image_base64": to_base64(draw_circle()), "detect": ["红色圆形"]}
        answer = httpx.post(address, json=body).json()
    assert [box["box"] for box in answer["boxes"]] == [BOX["box"]]
    assert "红色圆形" in answer["boxes"][0]["label"]


@pytest.mark.parametrize(
    ("parts", "code", "param"),
    [
        ([("image", (None, b"\x89PNG")), ("query", (None, "?"))], "picture_in_text_field", "image"),
        ([("image", ("a", b"1")), ("image", ("b", b"2"))], "form_field_twice", "image"),
        ([("query", (None, "a")), ("query", (None, "b"))], "form_field_twice", "query"),
        (
            [("image", ("a", b"1")), ("image_base64", (None, "MQ=="))],
            "fields_conflict",
            "image_base64",
        ),
    ],
)
def test_a_form_that_says_two_things_is_refused(
    address: str, parts: list[tuple[str, Any]], code: str, param: str
) -> None:
    answer = httpx.post(address, files=parts)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, code, param)
    assert "\x89" not in answer.text


def test_a_stream_has_the_frames_of_the_websocket(server: ServerProcess) -> None:
    body = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形", "stream": True}
    answer = httpx.post(f"{server.url}/api/analyze/", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    frames: list[dict[str, Any]] = [
        json.loads(event.removeprefix("data: ")) for event in answer.text.strip().split("\n\n")
    ]
    kinds = [frame["type"] for frame in frames]
    assert kinds[0] == "start"
    assert kinds[-2:] == ["boxes", "done"]
    assert frames[-2]["boxes"] == [BOX]
    text = "".join(frame["content"] for frame in frames if frame["type"] == "delta")
    assert text == frames[-1]["content"] == "红色圆形"


def test_analyses_are_kept_for_their_caller(uvicorn_server: ServerProcess) -> None:
    url = uvicorn_server.url
    made = []
    for query in ("first", "second"):
        body = {"image_base64": to_base64(draw_circle()), "query": query}
        made.append(httpx.post(f"{url}/api/analyze", json=body).json()["id"])
    page = httpx.get(f"{url}/api/analyses?limit=1").json()
    assert [record["id"] for record in page["data"]] == [made[1]]
    older = httpx.get(f"{url}/api/analyses", params={"cursor": page["next_cursor"]}).json()
    assert older["data"][0]["id"] == made[0]
    one = httpx.get(f"{url}/api/analyses/{made[0]}").json()
    assert one["query"] == "first"
    key = {"Authorization": f"Bearer {uvicorn_server.keys['everything']}"}
    assert httpx.get(f"{url}/api/analyses/{made[0]}", headers=key).status_code == 404
    assert httpx.get(f"{url}/api/analyses", headers=key).json()["data"] == []


def test_a_stored_picture_is_used_again_by_its_owner_only(uvicorn_server: ServerProcess) -> None:
    url = uvicorn_server.url
    body = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}
    stored = httpx.post(f"{url}/api/analyze", json=body).json()["boxed_image_url"]
    parts = [
        {"type": "image_url", "image_url": {"url": stored}},
        {"type": "text", "text": "hello"},
    ]
    chat = {"messages": [{"role": "user", "content": parts}]}
    answer = httpx.post(f"{url}/api/v1/chat/completions", json=chat).json()
    assert answer["choices"][0]["message"]["content"] == "[300x240] hello"
    key = {"Authorization": f"Bearer {uvicorn_server.keys['chat']}"}
    refused = httpx.post(f"{url}/api/v1/chat/completions", json=chat, headers=key)
    assert refused.status_code == 400
    assert refused.json()["error"]["code"] == "picture_address_unknown"
