"""A folder in the layout of Qwen-VL-Chat, named before the first start, is the model that runs."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from admin_system.api.tests.pictures import draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess, prepare
from admin_system.core.tests.golden import QWEN_VL

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


def test_the_folder_of_the_environment_is_loaded_and_answers(tmp_path: Path) -> None:
    template = tmp_path / "template"
    keys = prepare(template, MODEL_PATH=str(QWEN_VL / "ckpt-int4"))
    server = ServerProcess("uvicorn", "", template, keys, tmp_path)
    try:
        server.start()
        server.wait_for("/readyz")
        status = server.status()
        assert status["status"] == "ok"
        model = status["model"]
        assert (model["name"], model["demo"]) == ("qwen-vl-chat", False)
        assert (model["family"], model["quantization"]) == ("qwen_vl", "gptq-int4")
        picture = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}
        answer = httpx.post(f"{server.url}/api/analyze", json=picture, timeout=60)
        assert answer.status_code == 200
        usage = answer.json()["usage"]
        assert usage["prompt_tokens"] > 256
        asked = {"model": "qwen-vl-chat", "messages": [{"role": "user", "content": "你好"}]}
        said = httpx.post(
            f"{server.url}/api/v1/chat/completions", json=asked | {"max_tokens": 5}, timeout=60
        ).json()
        assert said["usage"]["completion_tokens"] <= 5
    finally:
        server.stop()
