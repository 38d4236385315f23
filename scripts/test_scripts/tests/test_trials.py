"""The trial scripts pass against a real service and fail, with the reason, against none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from admin_system.api.tests.conftest import running
from admin_system.api.tests.conftest import template as template
from admin_system.tests.house import ROOT

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
SCRIPTS = ("check_model_status", "test_chat_api", "test_analyze_api", "test_websocket")


def run(script: str, *words: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / "test_scripts" / f"{script}.py", *words],
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    return done.returncode, done.stdout + done.stderr


def test_all_pass_against_a_service_that_is_still_loading(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running("uvicorn", "builtin-demo", template, tmp_path_factory) as server:
        for script in SCRIPTS:
            code, said = run(script, "--url", server.url, "--key", server.keys["everything"])
            assert code == 0, said
            assert said.rstrip().endswith("PASSED")


def test_a_wrong_key_and_a_silent_service_fail_with_the_reason(
    template: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with running("uvicorn", "echo", template, tmp_path_factory, ACCESS="keys") as server:
        server.wait_for("/readyz")
        code, said = run("test_chat_api", "--url", server.url, "--key", "qvl_wrong")
        assert (code, "FAILED" in said, "401" in said) == (1, True, True), said
        # The echo has no eyes: its box is always the middle.
        key = server.keys["everything"]
        code, said = run("test_analyze_api", "--url", server.url, "--key", key)
        assert (code, "FAILED the box is in the wrong place" in said) == (1, True), said
    for script in SCRIPTS:
        code, said = run(script, "--url", "http://127.0.0.1:9", "--wait", "0")
        assert (code, "does not answer" in said) == (1, True), said
