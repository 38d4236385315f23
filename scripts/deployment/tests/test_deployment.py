"""What a deployment writes is what systemd, nginx and Django take."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image
from websockets.sync.client import connect

from admin_system.api.tests.conftest import running
from admin_system.api.tests.conftest import template as template
from admin_system.api.tests.server import ServerProcess
from admin_system.env import Env, name_of
from admin_system.tests.house import ROOT
from scripts.deployment.checks import check_site, tighten
from scripts.deployment.plan import Plan
from scripts.deployment.recipes import write_recipes, write_site
from scripts.deployment.settings_file import merge
from scripts.deployment.units import owner_settings, units_of, web_settings
from scripts.startup.console import StartFailed
from scripts.testing.needs import needs

PLAN = Plan(ROOT, Path(sys.executable), "vl.example.com", 8000, "qwen")
TLS = replace(PLAN, certificate=Path("cert.pem"), certificate_key=Path("key.pem"))


def test_what_stands_in_the_settings_file_stays() -> None:
    before = "# ours\nQWEN_VL_ACCESS=open\nOTHER=1\n"
    assert merge(before, {"QWEN_VL_ACCESS": "keys", "QWEN_VL_HTTPS": "true"}) == (
        "# ours\nQWEN_VL_ACCESS=keys\nOTHER=1\nQWEN_VL_HTTPS=true\n"
    )


def test_every_setting_of_a_deployment_is_one() -> None:
    assert set(TLS.settings) <= {name_of(field) for field in Env.model_fields}


@pytest.mark.parametrize("plan", [PLAN, TLS], ids=["plain", "tls"])
def test_django_finds_nothing_against_it(plan: Plan, tmp_path: Path) -> None:
    finding = check_site(plan)
    assert finding.passed, finding.en
    assert not check_site(replace(plan, root=tmp_path)).passed


def test_a_wrong_host_name_and_half_a_certificate_are_refused() -> None:
    for domain in ("", "a b", "x;y", "-a"):
        with pytest.raises(StartFailed, match="no host name"):
            replace(PLAN, domain=domain)
    with pytest.raises(StartFailed, match="together"):
        replace(PLAN, certificate=Path("cert.pem"))


def test_a_dry_run_shows_all_and_changes_nothing() -> None:
    before = (ROOT / ".env").read_bytes() if (ROOT / ".env").exists() else None
    done = subprocess.run(
        [sys.executable, "scripts/deploy_production.py", "--domain", "a.example", "--dry-run"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    for name in (".env", *write_recipes(PLAN)):
        assert f"===== {name} =====" in done.stdout
    assert ((ROOT / ".env").read_bytes() if (ROOT / ".env").exists() else None) == before


@pytest.mark.skipif(os.name == "nt", reason="Windows has rights of another kind")
def test_secrets_are_for_the_account_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "secret_key").write_text("s", encoding="ascii")
    (tmp_path / "data" / "secret_key").chmod(0o644)
    assert len(tighten(replace(PLAN, root=tmp_path))) == 2
    assert (tmp_path / "data" / "secret_key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


@needs("systemd")
@pytest.mark.parametrize("web", [1, 3])
def test_systemd_takes_the_units(web: int, tmp_path: Path) -> None:
    for name, text in write_recipes(replace(PLAN, user="root", web=web)).items():
        if name.endswith((".service", ".timer")):
            (tmp_path / name).write_text(text, encoding="utf-8")
    names = [path.name.replace("@.", "@8001.") for path in tmp_path.iterdir()]
    done = subprocess.run(
        ["systemd-analyze", "verify", *sorted(names)],  # noqa: S607
        cwd=tmp_path,
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{tmp_path}:"},
        capture_output=True,
        text=True,
    )
    assert "qwen-vl" not in done.stderr, done.stderr


def test_several_web_processes_stand_behind_one_proxy() -> None:
    plan = replace(PLAN, web=3)
    assert units_of(plan) == (
        "qwen-vl-models",
        *(f"qwen-vl-web@{port}" for port in (8001, 8002, 8003)),
    )
    assert write_site(plan).count("    server 127.0.0.1:") == 3
    assert "127.0.0.1:8000;" not in write_site(plan), "nobody comes to the owner through the proxy"
    settings = {**plan.settings, **owner_settings(3), **web_settings(8000, 1)}
    assert set(settings) <= {name_of(field) for field in Env.model_fields}
    assert settings["QWEN_VL_REDIS_URL"] == "", "the owner's requests are not listed twice"
    with pytest.raises(StartFailed, match="web processes"):
        replace(PLAN, web=0)


# A real nginx in front


@pytest.fixture
def behind_nginx(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> Iterator[tuple[str, ServerProcess]]:
    """Address of the proxy, and the server behind it."""
    settings = {name.removeprefix("QWEN_VL_"): value for name, value in PLAN.settings.items()}
    with running("uvicorn", "builtin-demo", template, tmp_path_factory, **settings) as server:
        server.wait_for("/readyz")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        site = write_site(replace(PLAN, port=server.port, domain="127.0.0.1"))
        site = site.replace("listen 80;", f"listen 127.0.0.1:{port};")
        site = site.replace("    listen [::]:80;\n", "")
        (tmp_path / "temp").mkdir()
        temporary = "".join(
            f"{kind}_temp_path temp/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (tmp_path / "nginx.conf").write_text(
            f"pid nginx.pid;\nerror_log error.log;\nevents {{}}\nhttp {{\naccess_log off;\n"
            f"{temporary}{site}}}\n",
            encoding="utf-8",
        )
        command = ["nginx", "-p", str(tmp_path), "-c", "nginx.conf", "-e", "error.log"]
        proxy = subprocess.Popen([*command, "-g", "daemon off;"])
        try:
            url = f"http://127.0.0.1:{port}"
            wait_for(url, proxy)
            yield url, server
        finally:
            proxy.terminate()
            proxy.wait(20)


def wait_for(url: str, proxy: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and proxy.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"{url}/healthz", timeout=5)
            return
        time.sleep(0.1)
    raise AssertionError("nginx does not answer")


@needs("nginx-light")
@pytest.mark.allow_hosts(["127.0.0.1"])
def test_streams_sockets_and_large_pictures_pass_the_proxy(
    behind_nginx: tuple[str, ServerProcess],
) -> None:
    url, server = behind_nginx
    body = {"messages": [{"role": "user", "content": "你好"}], "stream": True}
    refused = httpx.post(f"{url}/api/v1/chat/completions", json=body)
    assert refused.status_code == 401  # what comes through a proxy is not of this machine
    headers = {"Authorization": f"Bearer {server.keys['everything']}"}

    # Without its end tokens the miniature speaks as long as it may.
    endless = body | {"logit_bias": {"0": -100, "2": -100}, "temperature": 2.0, "max_tokens": 200}
    with httpx.stream(
        "POST", f"{url}/api/v1/chat/completions", json=endless, headers=headers, timeout=60
    ) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        arrivals = [time.monotonic() for line in response.iter_lines() if line.startswith("data")]
    assert len(arrivals) > 50
    assert len({round(moment, 2) for moment in arrivals}) > 10  # one after another, not at once

    address = url.replace("http", "ws") + "/ws/chat"
    with connect(address, additional_headers=headers, proxy=None) as websocket:
        websocket.send(json.dumps({"id": "a", "message": "你好"}))
        kinds: list[str] = []
        while not kinds or kinds[-1] != "done":
            kinds.append(json.loads(websocket.recv(timeout=60))["type"])
        assert kinds.count("delta") > 1
        websocket.send(json.dumps({"type": "ping"}))
        assert json.loads(websocket.recv(timeout=10)) == {"type": "pong"}

    noise = Image.frombytes("RGB", (2600, 2500), os.urandom(2600 * 2500 * 3))
    buffer = BytesIO()
    noise.save(buffer, "PNG")
    assert len(base64.b64encode(buffer.getvalue())) > 20 * 2**20
    files = {"image": ("noise.png", buffer.getvalue(), "image/png")}
    answer = httpx.post(
        f"{url}/api/analyze", files=files, data={"query": "?"}, headers=headers, timeout=120
    )
    assert answer.status_code == 200, answer.text
    too_large = httpx.post(f"{url}/api/analyze", content=b"x" * (33 * 2**20), headers=headers)
    assert (too_large.status_code, too_large.json()["error"]["code"]) == (413, "body_too_large")
