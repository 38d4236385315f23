"""The real miniature: it loads in sight of its callers, then finds the circle."""

from __future__ import annotations

import os
import time

import httpx
import pytest
from websockets import ConnectionClosed
from websockets.sync.client import connect

from admin_system.api.tests.pictures import RED_CIRCLE, draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def overlap(one: list[int], other: tuple[int, int, int, int]) -> float:
    """Intersection over union of two boxes."""
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(width, 0) * max(height, 0)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / (sum(areas) - shared)


def test_a_load_is_told_and_the_model_then_finds_the_circle(demo_server: ServerProcess) -> None:
    url = demo_server.url
    body = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}
    refused = httpx.post(f"{url}/api/analyze", json=body)
    assert refused.status_code == 503
    error = refused.json()["error"]
    assert (error["type"], error["code"]) == ("model_not_ready", "model_loading")
    assert 0 <= error["progress"] < 1
    assert int(refused.headers["retry-after"]) >= 1
    assert httpx.get(f"{url}/readyz").status_code == 503

    seen = []
    while (status := demo_server.status())["status"] == "loading":
        seen.append(status["model"]["progress"])
        assert status["model"]["stage"]["sentence"]
        time.sleep(0.05)
    assert status["status"] == "ok"
    assert seen
    assert seen == sorted(seen)

    answer = httpx.post(f"{url}/api/analyze", json=body, timeout=60).json()
    assert answer["demo"] is True
    assert len(answer["boxes"]) == 1
    assert overlap(answer["boxes"][0]["box"], RED_CIRCLE) >= 0.5
    assert httpx.get(url + answer["boxed_image_url"]).status_code == 200
    unloaded = httpx.post(f"{url}/api/service/unload")
    assert unloaded.status_code == 202
    while demo_server.status()["status"] != "stopped":
        time.sleep(0.05)
    gone = httpx.post(f"{url}/api/analyze", json=body)
    assert gone.json()["error"]["code"] == "model_unloaded"

    if os.name == "posix":  # elsewhere a server cannot be asked to end
        with connect(f"{demo_server.socket_url}/ws/chat/") as socket:
            assert demo_server.process is not None
            demo_server.process.terminate()
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=10)
            assert socket.close_code == 1012
