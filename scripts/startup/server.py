"""Runs the server as a child process, waits until it is ready and ends it with this one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from types import FrameType
from typing import Any

from scripts.startup.addresses import Address
from scripts.startup.console import languages, show_progress

PATIENCE = 4.5
"""Seconds until a server that does not stop is killed, which loses nothing that is kept: five
seconds after Ctrl+C all has ended. It needs less than two unless a model is just being loaded."""

_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Stopped(BaseException):
    """Someone asked this program to end: Ctrl+C or a signal."""


def stop_on_signals() -> None:
    """Lets Ctrl+C, SIGTERM and Ctrl+Break raise Stopped in the main thread."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise Stopped

    for name in ("SIGINT", "SIGTERM", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), stop)


class Server:
    """The uvicorn process; it stays in this program's process group and dies with it."""

    def __init__(
        self, python: Path, address: Address, folder: Path, settings: Mapping[str, str]
    ) -> None:
        """`settings` are added to its environment."""
        self.address = address
        command: list[str | Path] = [python, "-m", "scripts.startup.serve"]
        command += [address.host, str(address.port)]
        environment = {**os.environ, **settings, "PYTHONUTF8": "1"}
        self.process = subprocess.Popen(command, cwd=folder, env=environment)

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def answer(self, path: str, language: str = "") -> tuple[int, dict[str, Any]] | None:
        """Status code and JSON of a path; None when nothing usable answers."""
        language = language or ("en" if languages() == ("en",) else "zh")
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.address.url + path, headers={"Accept-Language": language}
        )
        try:
            try:
                response = _direct.open(request, timeout=5)
            except urllib.error.HTTPError as error:
                response = error
            with response:
                return response.status, _read_object(response.read())
        except (OSError, HTTPException):  # it may end in the midst of an answer
            return None

    def wait_until_ready(self) -> str:
        """Shows how the model loads; returns ready, empty (no model), failed or ended."""
        while not self.has_ended():
            status = self.answer("/api/status")
            health = status[1].get("status") if status else None
            if status is not None and health == "loading":
                _show_load(status[1])
            elif health is not None:
                ready = self.answer("/readyz")
                if ready is not None and ready[0] == 200:
                    return "empty" if health == "stopped" else "ready"
                if health == "degraded":
                    return "failed"
            time.sleep(0.3)
        return "ended"

    def failure(self, language: str) -> str:
        """Why the model could not be loaded, as far as the server tells."""
        status = self.answer("/api/status", language)
        model = (status[1].get("model") if status else None) or {}
        return (model.get("error") or {}).get("message") or "logs/model_startup.log"

    def is_answering(self) -> bool:
        answer = self.answer("/healthz")
        return answer is not None and answer[0] == 200

    def exit_code(self) -> int:
        """Of a server that has ended; a signal's number counts from 128, as shells do."""
        code = self.process.wait()
        return code if code >= 0 else 128 - code

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> bool:
        """Ends the server; says whether it went by itself."""
        for name in ("SIGINT", "SIGTERM"):  # a second Ctrl+C must not cut this short
            signal.signal(getattr(signal, name), signal.SIG_IGN)
        if not self.has_ended():
            self._ask_to_stop()
        try:
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        return True

    def _ask_to_stop(self) -> None:
        if os.name != "nt":
            self.process.terminate()
            return
        try:  # the console's Ctrl+C has reached the server as well
            self.process.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.terminate()


def _read_object(body: bytes) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _show_load(status: dict[str, Any]) -> None:
    """What a stranger is not told, on an address that is not loopback, is left out."""
    model = status.get("model") or {}
    name, progress, stage = model.get("name", ""), model.get("progress"), model.get("stage") or {}
    percent = f" {progress:.0%}" if isinstance(progress, float) else ""
    told = stage.get("sentence", "")
    if languages() == ("en",):
        show_progress("", f"Loading the model {name}{percent} {told}")
    else:
        show_progress(f"加载模型 {name}{percent} {told}", f"loading the model {name}{percent}")
