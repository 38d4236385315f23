"""The menu asks until it understands, and hands on what was chosen, with its exit code."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from admin_system.tests.house import ROOT

SCRIPT = "import sys; print('ran {name}', sys.argv[1:]); sys.exit(5)"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The menu, among stand-ins for the scripts that it starts."""
    project = tmp_path / "My Project 项目"
    for name in ("scripts/launchers/menu.py", "scripts/startup/console.py", "scripts/start.sh"):
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, project / name)
    for name in ("start_service.py", "monitor_service.py", "scripts/run_tests.py"):
        (project / name).write_text(SCRIPT.format(name=name), encoding="utf-8")
    return project


def run(project: Path, typed: str, *words: str, language: str = "en") -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "scripts/launchers/menu.py", *words],
        cwd=project,
        env={**os.environ, "QWEN_VL_LANGUAGE": language, "PYTHONUTF8": "1"},
        input=typed,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert not done.stderr
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("key", "ran"),
    [
        ("1", "ran start_service.py ['--all']"),
        ("2", "ran start_service.py ['--django']"),
        ("3", "ran start_service.py ['--gpu']"),
        ("4", "ran scripts/run_tests.py []"),
        ("5", "ran monitor_service.py []"),
    ],
)
def test_a_choice_is_started(project: Path, key: str, ran: str) -> None:
    code, said = run(project, f"7\n{key}\n")
    assert 'There is no "7"; type 1 to 6.' in said
    assert ran in said
    assert code == 5


def test_to_quit_or_to_close_the_window_is_no_failure(project: Path) -> None:
    assert run(project, "6\n")[0] == 0
    assert run(project, "")[0] == 0


def test_the_menu_speaks_both_languages(project: Path) -> None:
    assert "只启动管理后台" in run(project, "6\n", language="zh-hans")[1]
    assert "The admin only" in run(project, "6\n")[1]


def test_with_arguments_nothing_is_asked(project: Path) -> None:
    code, said = run(project, "", "--port", "9000")
    assert (code, said) == (5, "ran start_service.py ['--port', '9000']\n")


@pytest.mark.skipif(os.name == "nt", reason="the shell script is for Linux")
def test_the_shell_script_starts_the_menu(project: Path) -> None:
    done = subprocess.run(
        ["bash", project / "scripts/start.sh", "--gpu"],  # noqa: S607
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (5, "ran start_service.py ['--gpu']\n")
