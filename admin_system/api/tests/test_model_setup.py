"""Models are found, looked into, added, loaded and downloaded by whoever runs the service."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from admin_system.api.protocol.model_setup import (
    ConfiguredModels,
    DownloadList,
    FoldersAnswer,
    InspectAnswer,
)
from admin_system.api.tests.conftest import running
from admin_system.api.tests.server import ServerProcess
from admin_system.core.checkpoints import MINIATURE
from admin_system.core.tests.checkpoints import model_site
from admin_system.core.tests.checkpoints.conftest import run_site

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])

SIZE = (MINIATURE / "model.safetensors").stat().st_size


@pytest.fixture(scope="module")
def site_url() -> Iterator[str]:
    """A site of models, in the place of the Hub."""
    with run_site() as site:
        yield site.url


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An allowed folder with a copy of the miniature and one that is broken."""
    shelf = tmp_path_factory.mktemp("shelf").resolve()
    shutil.copytree(MINIATURE, shelf / "copy")
    (shelf / "broken").mkdir()
    (shelf / "broken" / "config.json").write_text('{"model_type": "bert"}')
    return shelf


@pytest.fixture(scope="module")
def setup_server(
    template: tuple[Path, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
    shelf: Path,
    site_url: str,
) -> Iterator[ServerProcess]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", site_url)
        dirs = f'["{shelf.as_posix()}"]'
        with running("uvicorn", "", template, tmp_path_factory, MODEL_DIRS=dirs) as server:
            server.wait_for("/readyz")
            yield server


def ask(server: ServerProcess, method: str, path: str, **options: Any) -> httpx.Response:
    headers = {"Accept-Language": "en", **options.pop("headers", {})}
    url = f"{server.url}/api/service/{path}"
    return httpx.request(method, url, headers=headers, timeout=60, **options)


def models(server: ServerProcess) -> dict[str, dict[str, Any]]:
    answer = ask(server, "GET", "models")
    ConfiguredModels.model_validate_json(answer.content)
    return {row["name"]: row for row in answer.json()["data"]}


def test_a_folder_is_chosen_looked_into_added_loaded_and_asked(
    setup_server: ServerProcess, shelf: Path
) -> None:
    top = ask(setup_server, "GET", "folders")
    FoldersAnswer.model_validate_json(top.content)
    assert str(shelf) in [one["path"] for one in top.json()["folders"]]
    inside = ask(setup_server, "GET", "folders", params={"path": str(shelf)}).json()
    assert [(one["name"], one["is_model"]) for one in inside["folders"]] == [
        ("broken", True),
        ("copy", True),
    ]
    path = str(shelf / "copy")
    found = ask(setup_server, "POST", "inspect", json={"path": path, "max_batch": 2})
    InspectAnswer.model_validate_json(found.content)
    told = found.json()
    assert (told["family"], told["quantization"]) == ("qwen3_vl", "gptq-int4")
    assert told["fault"] is None
    assert told["forecast"]["rows"] == 2
    assert told["forecast"]["devices"][0]["weights"] > 0
    made = ask(setup_server, "POST", "models", json={"path": path})
    assert (made.status_code, made.json()["name"], made.json()["state"]) == (
        201,
        "copy",
        "unloaded",
    )
    again = ask(setup_server, "POST", "models", json={"path": path})
    assert again.json()["id"] == made.json()["id"]
    loaded = ask(setup_server, "POST", "load", json={"model": "copy", "make_current": True})
    assert loaded.status_code == 202
    wait_until(lambda: models(setup_server)["copy"]["state"] == "ready")
    assert models(setup_server)["copy"]["current"]
    body = {"model": "copy", "messages": [{"role": "user", "content": "hello"}]}
    answer = httpx.post(f"{setup_server.url}/api/v1/chat/completions", json=body, timeout=60)
    assert answer.json()["model"] == "copy"
    assert ask(setup_server, "POST", "cancel").status_code == 202  # nothing runs: nothing happens
    assert models(setup_server)["copy"]["state"] == "ready"


def test_what_is_wrong_with_a_folder_is_told(setup_server: ServerProcess, shelf: Path) -> None:
    broken = ask(setup_server, "POST", "inspect", json={"path": str(shelf / "broken")})
    assert broken.status_code == 200
    assert broken.json()["forecast"] is None
    assert "bert" in broken.json()["fault"]["message"]
    outside = ask(setup_server, "POST", "inspect", json={"path": str(shelf.parent)})
    assert (outside.status_code, outside.json()["error"]["code"]) == (403, "folder_not_allowed")
    for path in (str(shelf.parent), "/etc", f"{shelf}/../"):
        refused = ask(setup_server, "POST", "models", json={"path": path})
        assert refused.status_code == 403
    neither = ask(setup_server, "POST", "inspect", json={})
    assert neither.json()["error"]["code"] == "field_missing"


def test_only_the_scope_admin_may(locked_server: ServerProcess) -> None:
    headers = {"Authorization": f"Bearer {locked_server.keys['chat']}"}
    for method, path in (
        ("GET", "models"),
        ("GET", "folders"),
        ("GET", "downloads"),
        ("POST", "inspect"),
        ("POST", "downloads"),
        ("POST", "cancel"),
    ):
        assert ask(locked_server, method, path, headers=headers).status_code == 403


def test_a_download_is_watched_stopped_and_gone_on_with(
    setup_server: ServerProcess, site_url: str
) -> None:
    httpx.post(f"{site_url}/control", json={"pause": 0.2})
    begun = ask(setup_server, "POST", "downloads", json={"name": model_site.PUBLIC})
    assert (begun.status_code, begun.json()["state"]) == (202, "running")
    number = begun.json()["id"]
    wait_until(lambda: sent(site_url) > 200_000)
    assert ask(setup_server, "DELETE", f"downloads/{number}").status_code == 400
    ask(setup_server, "POST", f"downloads/{number}/stop")
    wait_until(lambda: download(setup_server, number)["state"] == "stopped")
    come = download(setup_server, number)["bytes_done"]
    httpx.post(f"{site_url}/control", json={})
    again = ask(setup_server, "POST", f"downloads/{number}/resume")
    assert again.json()["bytes_done"] == come
    wait_until(lambda: download(setup_server, number)["state"] == "done")
    done = download(setup_server, number)
    assert done["bytes_done"] == done["bytes_total"] >= SIZE
    assert sent(site_url) < SIZE, "what had come was not fetched again"
    assert models(setup_server)[done["model"]]["family"] == "qwen3_vl"
    assert ask(setup_server, "DELETE", f"downloads/{number}").status_code == 204
    missing = ask(setup_server, "POST", f"downloads/{number}/stop")
    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "download_not_found")


def test_a_download_that_fails_says_why(setup_server: ServerProcess) -> None:
    bad = ask(setup_server, "POST", "downloads", json={"name": "../etc"})
    assert (bad.status_code, bad.json()["error"]["code"]) == (400, "download_bad_name")
    begun = ask(setup_server, "POST", "downloads", json={"name": "acme/nothing"}).json()
    wait_until(lambda: download(setup_server, begun["id"])["state"] == "failed")
    failed = download(setup_server, begun["id"])
    assert failed["error"]["code"] == "download_not_allowed"
    assert "acme/nothing" in failed["error"]["message"]


def sent(site_url: str) -> int:
    """Bytes of the weights, since the site was told what goes wrong."""
    told: dict[str, int] = httpx.get(f"{site_url}/control").json()["sent"]
    return told.get("model.safetensors", 0)


def download(server: ServerProcess, number: int) -> dict[str, Any]:
    answer = ask(server, "GET", "downloads")
    DownloadList.model_validate_json(answer.content)
    found: dict[str, Any] = next(one for one in answer.json()["data"] if one["id"] == number)
    return found


def wait_until(condition: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
