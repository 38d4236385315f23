"""The environment is made once, mended when broken, and brought up to date when pins change."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scripts.checks.without_network import find_prefix, run_without_network
from scripts.startup import environment
from scripts.startup.environment import ROOT, prepare_environment, venv_python
from scripts.startup.packages import Source

INSTALL = """
import subprocess, sys
from pathlib import Path
from scripts.checks.without_network import is_cut_off
from scripts.startup import environment
from scripts.startup.packages import Source

folder = Path(sys.argv[1])
environment.ROOT, environment.VENV = folder, folder / ".venv"
python = environment.prepare_environment(folder / "requirements.txt", Source(folder / "wheels"))
said = subprocess.check_output([python, "-c", "import made_up; print(made_up.SAID)"], text=True)
print("cut off" if is_cut_off() else "connected", said.strip(), sep=", ")
"""


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


def test_a_broken_environment_is_made_anew_from_wheels_without_a_network(tmp_path: Path) -> None:
    """As `scripts/checks/offline_start.py` does with all of them."""
    broken = tmp_path / venv_python().relative_to(ROOT)
    broken.parent.mkdir(parents=True)
    broken.write_text("not a program", encoding="utf-8")
    (tmp_path / "wheels").mkdir()
    write_wheel(tmp_path / "wheels" / "made_up-1.0-py3-none-any.whl")
    (tmp_path / "requirements.txt").write_text("made-up==1.0\n", encoding="utf-8")
    done = run_without_network([sys.executable, "-c", INSTALL, tmp_path])
    assert done.returncode == 0, done.stdout
    cut_off = "cut off" if find_prefix() else "connected"
    assert done.stdout.splitlines()[-1] == f"{cut_off}, installed from a wheel"


def write_wheel(path: Path) -> None:
    """The least that pip takes for one: packaging.python.org says what."""
    info = "made_up-1.0.dist-info"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("made_up.py", "SAID = 'installed from a wheel'\n")
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: made-up\nVersion: 1.0\n")
        kind = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", kind)
        wheel.writestr(f"{info}/RECORD", "")
