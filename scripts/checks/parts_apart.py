"""The parts of the compose file as processes of this machine, each with the settings it has there.

    python scripts/checks/parts_apart.py

Prepares a database of its own (SQLite: PostgreSQL and Redis are left out), starts the model process
with the demonstration model, two web processes and the worker, and sees that a chat is answered by
both, a document is indexed, strangers are refused by the model process, the token reads figures,
the web processes stay ready while the model process is away, and answer again when it is back.
Ends with 1 where something is not so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.deployment.tests.test_manifests import COMPOSE, read

ROOT = Path(__file__).resolve().parents[2]
MODEL, WEBS = 18101, (18102, 18103)
LEFT_OUT = ("QWEN_VL_DATABASE_URL", "QWEN_VL_REDIS_URL", "QWEN_VL_TRUSTED_ORIGINS")
TOKEN = "figures"  # noqa: S105 - lives for the check
CHAT = "/api/v1/chat/completions"
ASKED = {"messages": [{"role": "user", "content": "hello"}], "max_tokens": 20}
WAIT_SECONDS = 180.0


class Parts:
    """The processes, by the names of their services."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self._folder = folder
        self._stack = stack
        self._services = read(COMPOSE / "compose.yaml")[0]["services"]
        (folder / "token").write_text(TOKEN, "utf-8")

    def environment(self, name: str) -> dict[str, str]:
        said: dict[str, str] = self._services[name]["environment"]
        own = {
            "QWEN_VL_SECRET_KEY": "s" * 50,
            "QWEN_VL_DATA_DIR": str(self._folder / "data"),
            "QWEN_VL_KNOWLEDGE_DIR": str(self._folder / "knowledge"),
            "QWEN_VL_LOG_DIR": str(self._folder / "logs"),
            "QWEN_VL_METRICS_TOKEN_FILE": str(self._folder / "token"),
        }
        if said.get("QWEN_VL_MODEL", "").startswith("$"):
            own["QWEN_VL_MODEL"] = "builtin-demo"
        kept = {key: value for key, value in said.items() if key not in LEFT_OUT}
        around = {key: value for key, value in os.environ.items() if not key.startswith("QWEN_VL_")}
        settings = {"DJANGO_SETTINGS_MODULE": "admin_system.settings", "PYTHONUTF8": "1"}
        return {**around, **settings, **kept, **own}

    def manage(self, *words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        environment = self.environment("prepare")
        return subprocess.run(
            command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    def start(self, name: str, *words: str) -> subprocess.Popen[bytes]:
        environment = {**self.environment(name), "QWEN_VL_LOG_FILE": f"{name}-{words[-1]}.log"}
        log = self._stack.enter_context((self._folder / f"{name}-{words[-1]}.out").open("wb"))
        process = subprocess.Popen(
            [sys.executable, *words], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
        self._stack.callback(end, process)
        return process

    def serve(self, name: str, port: int) -> subprocess.Popen[bytes]:
        process = self.start(name, "-m", "scripts.startup.serve", "127.0.0.1", str(port))
        wait_for(f"{name} is ready", lambda: ask(port, "/readyz") == 200)
        return process


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    process.wait(60)


def ask(port: int, path: str, token: str = "") -> int:
    """The status; 0 where nobody answers."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        return httpx.get(f"http://127.0.0.1:{port}{path}", headers=headers, timeout=30).status_code
    except httpx.HTTPError:
        return 0


def chat(port: int, key: str = "") -> int:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = f"http://127.0.0.1:{port}{CHAT}"
    return httpx.post(url, headers=headers, json=ASKED, timeout=120).status_code


def answers(port: int, key: str) -> bool:
    return chat(port, key) == 200


def tells(port: int) -> bool:
    return ask(port, "/metrics", TOKEN) == 200


def wait_for(what: str, holds: Callable[[], bool]) -> None:
    """Raises SystemExit."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > WAIT_SECONDS:
            raise SystemExit(f"not so after {WAIT_SECONDS:.0f} s: {what}")
        time.sleep(0.5)
    print(f"{what} ({time.monotonic() - began:.1f} s)", flush=True)


def is_indexed(port: int, key: str) -> bool:
    headers = {"Authorization": f"Bearer {key}"}
    answer = httpx.get(f"http://127.0.0.1:{port}/api/documents", headers=headers, timeout=60)
    return [one["state"] for one in answer.json()["data"]] == ["ready"]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        parts = Parts(Path(folder), stack)
        parts.manage("migrate", "--no-input", "-v", "0")
        parts.manage("create_admin")
        parts.manage("use_engine", f"http://127.0.0.1:{MODEL}", "--make-key")
        key = parts.manage("create_api_key", "check", "--scopes", "chat", "search", "documents")
        model = parts.serve("model", MODEL)
        for port in WEBS:
            parts.serve("web", port)
        parts.start("worker", "manage.py", "run_jobs", "--workers", "2", "--ask-engine")
        for port in WEBS:
            wait_for(f"{port} answers a chat", partial(answers, port, key))
        wait_for("the model process refuses strangers", lambda: chat(MODEL) == 401)
        for port in (MODEL, *WEBS):
            wait_for(f"{port} tells", partial(tells, port))
        httpx.post(
            f"http://127.0.0.1:{WEBS[0]}/api/documents",
            headers={"Authorization": f"Bearer {key}"},
            data={"topic": "check"},
            files={"file": ("a.txt", b"The freezer stays below minus 27 degrees.")},
            timeout=60,
        ).raise_for_status()
        wait_for("the worker has indexed a document", lambda: is_indexed(WEBS[1], key))
        end(model)
        wait_for("without the model: 503", lambda: chat(WEBS[0], key) == 503)
        wait_for("and ready all the same", lambda: ask(WEBS[0], "/readyz") == 200)
        parts.serve("model", MODEL)
        wait_for("with it again: answered", lambda: chat(WEBS[0], key) == 200)


if __name__ == "__main__":
    main()
