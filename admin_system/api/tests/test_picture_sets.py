"""Sets of pictures over the wire: sent, analysed, edited, exported, and nobody else's."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import httpx
import pytest
from PIL import Image
from websockets.sync.client import connect

from admin_system.api.protocol.picture_sets import (
    AddedPicturesAnswer,
    PictureSetPage,
    WholeSetAnswer,
)
from admin_system.api.tests.pictures import draw_circle
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

BOX = {"label": "红色圆形", "box": [75, 60, 225, 180]}
"""The echo finds everything in the middle half of the picture (here 300 x 240)."""
MOVED = {"label": "圆", "box": [60, 40, 160, 140]}


@pytest.fixture
def sets(uvicorn_server: ServerProcess) -> str:
    return f"{uvicorn_server.url}/api/picture-sets"


def make_set(sets: str, *names: str) -> tuple[str, list[str]]:
    """Its id, and those of its pictures."""
    made = httpx.post(sets, json={"title": "街口巡查"})
    assert made.status_code == 201
    address = f"{sets}/{made.json()['id']}"
    files = [("picture", (name, draw_circle())) for name in names]
    sent = httpx.post(f"{address}/pictures", files=files)
    assert sent.status_code == 201
    AddedPicturesAnswer.model_validate_json(sent.content)
    return made.json()["id"], [picture["id"] for picture in sent.json()["pictures"]]


def analyse(sets: str, picture: str) -> dict[str, Any]:
    body = {"picture": picture, "query": "框出红色圆形"}
    answer: dict[str, Any] = httpx.post(httpx.URL(sets).join("/api/analyze"), json=body).json()
    return answer


def test_a_picture_of_a_set_is_analysed_and_its_boxes_edited(sets: str) -> None:
    made, (first, second) = make_set(sets, "一.png", "二.png")
    answer = analyse(sets, first)
    assert answer["boxes"] == [BOX]
    whole = httpx.get(f"{sets}/{made}")
    WholeSetAnswer.model_validate_json(whole.content)
    pictures = whole.json()["pictures"]
    assert [(one["id"], one["name"]) for one in pictures] == [(first, "一.png"), (second, "二.png")]
    assert pictures[1]["analysis"] is None
    assert pictures[0]["analysis"]["id"] == answer["id"]
    address = httpx.URL(sets).join(f"/api/analyses/{answer['id']}")
    edited = httpx.patch(address, json={"boxes": [MOVED]}).json()
    assert (edited["boxes"], edited["model_boxes"], edited["edited"]) == ([MOVED], [BOX], True)
    assert edited["boxed_image_url"] != answer["boxed_image_url"]
    drawn = httpx.get(httpx.URL(sets).join(edited["boxed_image_url"]))
    with Image.open(BytesIO(drawn.content)) as image:
        assert image.convert("RGB").getpixel((60, 130)) != (255, 255, 255)
    listed = httpx.get(sets, params={"search": "街口", "limit": 1})
    PictureSetPage.model_validate_json(listed.content)
    assert listed.json()["data"][0]["analysed_count"] == 1
    back = httpx.patch(address, json={"boxes": None}).json()
    assert (back["boxes"], back["edited"]) == ([BOX], False)


def test_boxes_are_kept_that_no_model_found(sets: str) -> None:
    made, (picture,) = make_set(sets, "a.png")
    address = httpx.URL(sets).join("/api/analyses")
    kept = httpx.post(address, json={"picture": picture, "boxes": [MOVED]})
    assert kept.status_code == 201
    analysis = httpx.get(f"{sets}/{made}").json()["pictures"][0]["analysis"]
    assert analysis == kept.json()
    assert (analysis["boxes"], analysis["model_boxes"], analysis["model"]) == ([MOVED], [], "")


@pytest.mark.parametrize(
    ("boxes", "code", "param"),
    [
        ([{"label": "a", "box": [0, 0, 301, 10]}], "box_outside_picture", "boxes[0].box"),
        ([{"label": "a", "box": [9, 9, 9, 10]}], "box_outside_picture", "boxes[0].box"),
        ([{"label": "a", "box": [0, 0, 1.5, 10]}], "field_not_an_integer", "boxes[0].box[2]"),
        ([{"label": "a", "box": [0, 0, 10]}], "field_too_few", "boxes[0].box"),
        ("a", "field_not_a_list", "boxes"),
    ],
)
def test_a_box_that_cannot_be_is_refused(sets: str, boxes: Any, code: str, param: str) -> None:
    _, (picture,) = make_set(sets, "a.png")
    address = httpx.URL(sets).join(f"/api/analyses/{analyse(sets, picture)['id']}")
    answer = httpx.patch(address, json={"boxes": boxes})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (400, code, param)


def test_a_file_at_fault_keeps_no_other_out(sets: str) -> None:
    made = httpx.post(sets, json={}).json()["id"]
    files = [("picture", ("notes.txt", b"hello")), ("picture", ("a.png", draw_circle()))]
    sent = httpx.post(f"{sets}/{made}/pictures", files=files, headers={"Accept-Language": "en"})
    assert [one["name"] for one in sent.json()["pictures"]] == ["a.png"]
    (left_out,) = sent.json()["left_out"]
    assert (left_out["name"], left_out["code"]) == ("notes.txt", "picture_not_a_picture")
    assert left_out["message"].startswith("notes.txt")
    refused = httpx.post(f"{sets}/{made}/pictures", files=files[:1])
    assert refused.json()["error"]["code"] == "picture_not_a_picture"
    whole = httpx.get(f"{sets}/{made}").json()
    assert len(whole["pictures"]) == 1


def test_the_websocket_takes_a_picture_of_a_set(uvicorn_server: ServerProcess, sets: str) -> None:
    made, (picture,) = make_set(sets, "a.png")
    with connect(f"{uvicorn_server.socket_url}/ws/analyze/") as socket:
        socket.send(json.dumps({"id": "1", "picture": picture, "detect": ["红色圆形"]}))
        frames = [json.loads(socket.recv(timeout=20))]
        while frames[-1]["type"] not in ("done", "error"):
            frames.append(json.loads(socket.recv(timeout=20)))
    analysis = httpx.get(f"{sets}/{made}").json()["pictures"][0]["analysis"]
    assert analysis["id"] == frames[-1]["analysis_id"]
    assert analysis["labels"] == ["红色圆形"]


def test_nobody_else_reaches_anything_of_a_set(uvicorn_server: ServerProcess, sets: str) -> None:
    made, (picture,) = make_set(sets, "a.png")
    record = analyse(sets, picture)["id"]
    headers = uvicorn_server.authorization
    url = uvicorn_server.url
    shown = httpx.get(f"{sets}/{made}").json()["pictures"][0]
    for method, address, body in (
        ("GET", f"{sets}/{made}", None),
        ("PATCH", f"{sets}/{made}", {"title": "mine"}),
        ("DELETE", f"{sets}/{made}", None),
        ("GET", url + shown["url"], None),
        ("GET", url + shown["thumbnail_url"], None),
        ("DELETE", f"{sets}/{made}/pictures/{picture}", None),
        ("PATCH", f"{url}/api/analyses/{record}", {"boxes": []}),
        ("DELETE", f"{url}/api/analyses/{record}", None),
        ("POST", f"{url}/api/analyses", {"picture": picture, "boxes": []}),
        ("GET", f"{url}/api/analyses/export?format=csv&set={made}", None),
        ("POST", f"{url}/api/analyze", {"picture": picture, "query": "?"}),
    ):
        answer = httpx.request(method, address, json=body, headers=headers)
        assert answer.status_code == 404, (method, address)
    files = {"picture": ("b.png", draw_circle())}
    assert httpx.post(f"{sets}/{made}/pictures", files=files, headers=headers).status_code == 404
    assert httpx.get(sets, headers=headers).json()["data"] == []
    other = httpx.get(f"{url}/api/analyses/export?format=csv", headers=headers)
    assert record not in other.text
    assert httpx.get(url + shown["url"]).status_code == 200
    kept = "/media/" + "picture-sets/aa/aaaa.png"
    assert httpx.get(url + kept).status_code == 404, "no picture of a set has a public address"


def test_an_export_has_the_edit_and_the_last_analysis_only(sets: str) -> None:
    made, (picture,) = make_set(sets, "街口.png")
    analyse(sets, picture)
    record = analyse(sets, picture)["id"]
    address = httpx.URL(sets).join(f"/api/analyses/{record}")
    httpx.patch(address, json={"boxes": [MOVED]})
    export = httpx.URL(sets).join("/api/analyses/export")
    coco = httpx.get(export, params={"format": "coco", "set": made})
    assert "filename*=utf-8''" in coco.headers["content-disposition"]
    assert [one["bbox"] for one in coco.json()["annotations"]] == [[60, 40, 100, 100]]
    for name in ("yolo", "labelme", "pictures"):
        answer = httpx.get(export, params={"format": name, "set": made})
        assert ZipFile(BytesIO(answer.content)).testzip() is None
        assert any("街口" in entry for entry in ZipFile(BytesIO(answer.content)).namelist())
    wrong = httpx.get(export, params={"format": "pdf"}).json()["error"]
    assert (wrong["code"], wrong["param"]) == ("field_not_one_of", "format")


def test_what_is_removed_is_gone(sets: str) -> None:
    made, (first, second) = make_set(sets, "a.png", "b.png")
    record = analyse(sets, first)["id"]
    shown = httpx.get(f"{sets}/{made}").json()["pictures"][0]
    assert httpx.delete(f"{sets}/{made}/pictures/{first}").status_code == 204
    assert httpx.get(httpx.URL(sets).join(shown["url"])).status_code == 404
    assert httpx.get(httpx.URL(sets).join(f"/api/analyses/{record}")).status_code == 404
    last = analyse(sets, second)["id"]
    address = httpx.URL(sets).join(f"/api/analyses/{last}")
    assert httpx.delete(address).status_code == 204
    assert httpx.get(f"{sets}/{made}").json()["analysed_count"] == 0
    assert httpx.delete(f"{sets}/{made}").status_code == 204
    assert httpx.get(f"{sets}/{made}").json()["error"]["code"] == "picture_set_not_found"
