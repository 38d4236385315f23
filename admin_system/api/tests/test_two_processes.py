"""A site without pages serves the model; another one without a model asks it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from admin_system.api.tests.conftest import running
from admin_system.api.tests.pictures import RED_CIRCLE, draw_circle, to_base64
from admin_system.api.tests.server import ServerProcess
from admin_system.api.tests.test_demo_model import overlap
from admin_system.core.upstreams import ASKER_HEADER
from scripts.startup.modes import settings_of

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])


@pytest.fixture
def model_server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    told = settings_of("gpu", model=False, engine=False, dev=False)
    settings = {name.removeprefix("QWEN_VL_"): value for name, value in told.items()}
    with running("uvicorn", "builtin-demo", template, tmp_path_factory, **settings) as server:
        server.wait_for("/readyz")
        yield server


def test_the_site_answers_by_the_model_of_another_process(
    model_server: ServerProcess,
    template: tuple[Path, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    refused = httpx.get(f"{model_server.url}/admin/")
    assert (refused.status_code, refused.json()["error"]["code"]) == (404, "path_not_found")
    assert (model_server.folder / "data" / "logs" / "gpu_server.log").exists()

    with running("uvicorn", "engine", template, tmp_path_factory) as site:
        site.run_command("use_engine", model_server.url)
        reloaded = httpx.post(f"{site.url}/api/service/load", json={"model": "engine"})
        assert reloaded.status_code == 202
        site.wait_for("/readyz")
        body = {"image_base64": to_base64(draw_circle()), "query": "框出红色圆形"}
        answer = httpx.post(f"{site.url}/api/analyze", json=body, timeout=60).json()
        assert overlap(answer["boxes"][0]["box"], RED_CIRCLE) >= 0.5
        # The upstream's demonstration is no less a demonstration here.
        assert (answer["model"], answer["demo"]) == ("engine", True)
        assert site.status()["model"]["demo"] is True
        assert httpx.get(f"{site.url}/login/").status_code == 200


def cached_tokens(server: ServerProcess, key: str, **headers: str) -> int:
    """Of the answer to the same question."""
    answer = httpx.post(
        f"{server.url}/v1/chat/completions",
        headers={"Authorization": f"Bearer {server.keys[key]}", **headers},
        json={"messages": [{"role": "user", "content": "你好，" * 20}], "max_tokens": 2},
        timeout=60,
    )
    usage = answer.json()["usage"]
    return int(usage["prompt_tokens_details"]["cached_tokens"])


def test_the_model_process_keeps_apart_who_asks_the_site(
    model_server: ServerProcess,
    template: tuple[Path, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """What was computed for one key is lent to no other, though one process asks for both."""
    follows = {"MODEL_SERVER": model_server.url}
    with running("uvicorn", "", template, tmp_path_factory, **follows) as site:
        site.wait_for("/readyz")
        assert cached_tokens(site, "everything") == 0
        assert cached_tokens(site, "everything") > 0
        assert cached_tokens(site, "chat") == 0
        assert cached_tokens(site, "chat") > 0
    # Who may not do everything has one name however many they give.
    asker = {ASKER_HEADER: "somebody else"}
    assert cached_tokens(model_server, "chat") == 0
    assert cached_tokens(model_server, "chat", **asker) > 0
    assert cached_tokens(model_server, "everything") == 0
    assert cached_tokens(model_server, "everything", **asker) == 0
