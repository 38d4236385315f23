"""The environment is made once, mended when broken, and brought up to date when pins change."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scripts.startup import environment
from scripts.startup.environment import prepare_environment, venv_python
from scripts.startup.packages import Source


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    (tmp_path / "wheels").mkdir()
    (tmp_path / "requirements.txt").write_text("# nothing yet\n", encoding="utf-8")
    return tmp_path


def test_a_second_start_installs_nothing(folder: Path) -> None:
    source = Source(wheels=folder / "wheels")
    python = prepare_environment(folder / "requirements.txt", source)
    assert subprocess.run([python, "-c", "import pip"]).returncode == 0
    (folder / "logs" / "install.log").unlink()
    prepare_environment(folder / "requirements.txt", source)
    assert not (folder / "logs" / "install.log").exists()

    # A change in a file that the requirements refer to counts as well.
    more = folder / "more.txt"
    more.write_text("-r requirements.txt\n", encoding="utf-8")
    prepare_environment(more, source)
    (folder / "logs" / "install.log").unlink()
    (folder / "requirements.txt").write_text("# another word\n", encoding="utf-8")
    prepare_environment(more, source)
    assert (folder / "logs" / "install.log").exists()


def test_a_broken_environment_is_made_anew(folder: Path) -> None:
    broken = venv_python()
    broken.parent.mkdir(parents=True)
    broken.write_text("not a program", encoding="utf-8")
    python = prepare_environment(folder / "requirements.txt", Source(wheels=folder / "wheels"))
    assert subprocess.run([python, "-c", "import pip"]).returncode == 0
