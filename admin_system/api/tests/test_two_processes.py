"""A site without pages serves the model; another one without a model asks it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
MOST_WAITING = "200"


@pytest.fixture
def model_server(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServerProcess]:
    told = settings_of("gpu", model=False, engine=False, dev=False)
    settings = {name.removeprefix("QWEN_VL_"): value for name, value in told.items()}
    settings["MAX_WAITING"] = MOST_WAITING
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


@pytest.fixture
def site(
    model_server: ServerProcess,
    template: tuple[Path, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ServerProcess]:
    """One process that asks for everybody."""
    follows = {"MODEL_SERVER": model_server.url, "MAX_WAITING": MOST_WAITING}
    with running("uvicorn", "", template, tmp_path_factory, **follows) as site:
        site.wait_for("/readyz")
        yield site


def test_the_model_process_gives_a_turn_to_who_came_last_and_has_none(
    model_server: ServerProcess, site: ServerProcess
) -> None:
    """Somebody else has asked for more than there are rows."""
    ended: list[str] = []

    def ask(key: str) -> None:
        httpx.post(
            f"{site.url}/v1/chat/completions",
            headers={"Authorization": f"Bearer {site.keys[key]}"},
            json={
                "messages": [{"role": "user", "content": "你好"}],
                "max_tokens": 100,
                "logit_bias": {"2": -100},  # without an end of its own
            },
            timeout=120,
        ).raise_for_status()
        ended.append(key)

    many = model_server.status()["engine"]["slots"] * 3
    with ThreadPoolExecutor(many + 1) as pool:
        asked = [pool.submit(ask, "everything") for _ in range(many)]
        model_server.wait_for_requests(many // 2, "waiting")
        asked.append(pool.submit(ask, "chat"))
        for one in asked:
            one.result(120)
    assert ended.index("chat") < many * 5 // 6  # of three rounds it is in the second


def test_the_model_process_lends_what_it_computed_for_one_to_no_other(
    model_server: ServerProcess, site: ServerProcess
) -> None:
    assert cached_tokens(site, "everything") == 0
    assert cached_tokens(site, "everything") > 0
    assert cached_tokens(site, "chat") == 0
    assert cached_tokens(site, "chat") > 0
    # Who has not the scope admin has one name however many they give.
    asker = {ASKER_HEADER: "somebody else"}
    assert cached_tokens(model_server, "chat") == 0
    assert cached_tokens(model_server, "chat", **asker) > 0
    assert cached_tokens(model_server, "everything") == 0
    assert cached_tokens(model_server, "everything", **asker) == 0
