"""What the start command asks of pip, and how it explains pip's failures."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.startup.console import StartFailed
from scripts.startup.packages import Source, describe, install, torch_build

LINES = {
    "  Downloading torch-2.13.0-cp312-win_amd64.whl (121.0 MB)": "downloading torch (121.0 MB)",
    "Installing collected packages: a, b, c": "installing 3 packages",
    "Collecting django==5.2.19 (from -r requirements.txt (line 4))": "resolving django==5.2.19",
    "  Downloading torch-2.13.0.whl.metadata (30 kB)": None,
    "Requirement already satisfied: pip": None,
}


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_pip_is_told_in_plain_words(line: str) -> None:
    told = describe(line)
    assert (told[1] if told else None) == LINES[line]


@pytest.mark.parametrize(
    ("system", "has_nvidia", "build"),
    [
        ("Windows", True, "cu130"),  # the usual build there is for the CPU
        ("Windows", False, None),
        ("Linux", True, None),  # the usual build there is for CUDA
        ("Linux", False, "cpu"),
        ("Darwin", False, None),
    ],
)
def test_torch_fits_the_computer(system: str, has_nvidia: bool, build: str | None) -> None:
    assert torch_build(system, has_nvidia=has_nvidia) == build


def test_missing_wheels_are_explained_with_the_way_out(tmp_path: Path) -> None:
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("no-such-package-of-ours==1.0\n", encoding="utf-8")
    empty = tmp_path / "wheels"
    empty.mkdir()
    log = tmp_path / "logs" / "install.log"
    with pytest.raises(StartFailed) as caught:
        install(Path(sys.executable), requirements, Source(wheels=empty), log)
    assert "lacks a package" in caught.value.en
    assert "--download-wheels wheels" in caught.value.en
    assert "缺少所需的安装包" in caught.value.zh
    assert "no-such-package-of-ours" in log.read_text("utf-8")


def test_an_index_out_of_reach_is_told_as_such(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_RETRIES", "1")
    monkeypatch.setenv("PIP_CONFIG_FILE", str(tmp_path / "none.ini"))
    for name in ("PIP_FIND_LINKS", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")  # nothing listens there
    requirements = tmp_path / "requirements.txt"
    requirements.write_text("no-such-package-of-ours==1.0\n", encoding="utf-8")
    with pytest.raises(StartFailed, match="cannot be reached"):
        install(Path(sys.executable), requirements, Source(), tmp_path / "install.log")


def test_the_start_command_explains_its_options() -> None:
    root = Path(__file__).resolve().parents[3]
    told = subprocess.run(
        [sys.executable, root / "start_service.py", "--help"],
        capture_output=True,
        encoding="utf-8",
        env={"PYTHONUTF8": "1"},
        check=True,
    ).stdout
    for option in ("--host", "--port", "--model", "--no-browser", "--offline", "--download-wheels"):
        assert option in told
