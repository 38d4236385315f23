"""Builds the virtual environment beside the code and puts the pinned packages into it."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts.startup.console import StartFailed, say
from scripts.startup.packages import Source, collect, install

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PRODUCT = ROOT / "requirements.txt"
GUNICORN = ROOT / "scripts" / "optional" / "requirements-gunicorn.txt"
REDIS = ROOT / "scripts" / "optional" / "requirements-redis.txt"
TESTS = ROOT / "scripts" / "testing" / "requirements-test.txt"


def prepare_environment(requirements: Path, source: Source) -> Path:
    """The interpreter of a complete environment, which is made or brought up to date first.

    `requirements` may refer to others beside it (`-r`). Raises StartFailed.
    """
    python = make_environment()
    stamp = VENV / f".installed-{requirements.stem}"
    wanted = _fingerprint(requirements)
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        say(
            "正在安装依赖包（首次需几分钟）……",
            "Installing packages (some minutes the first time) …",
        )
        install(python, requirements, source, log=ROOT / "logs" / "install.log")
        stamp.write_text(wanted, encoding="utf-8")
    return python


def make_environment() -> Path:
    """The interpreter of an environment that may still be empty. Raises StartFailed."""
    python = venv_python()
    if not _works(python):
        _create()
    return python


def download_wheels(folder: Path, source: Source) -> None:
    """All that `--offline` needs on a computer of the same kind. Raises StartFailed."""
    python = make_environment()
    say(
        f"正在下载安装包到 {folder}（首次需几分钟）……",
        f"Collecting wheels in {folder} (some minutes) …",
    )
    log = ROOT / "logs" / "install.log"
    collect(python, PRODUCT, source, folder, log)
    say(
        f"完成。把 {folder.name} 文件夹拷到不能联网的电脑上，在项目文件夹里执行：\n"
        f"  python start_service.py --offline {folder.name}",
        f"Done. Bring the folder {folder.name} to the computer without a network, and run there:\n"
        f"  python start_service.py --offline {folder.name}",
    )


def venv_python() -> Path:
    """Where the environment's interpreter is, or will be."""
    return VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _works(python: Path) -> bool:
    """Whether the interpreter still starts, is new enough and has pip."""
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([python, "-c", check], capture_output=True).returncode == 0
    except OSError:
        return False


def _create() -> None:
    if VENV.exists():
        say("虚拟环境已损坏，正在重建……", "The virtual environment is broken; making it anew …")
        shutil.rmtree(VENV)
    else:
        say("正在创建虚拟环境 .venv ……", "Making the virtual environment .venv …")
    made = subprocess.run(
        [sys.executable, "-m", "venv", VENV], capture_output=True, text=True, errors="replace"
    )
    if made.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        said = (made.stdout + made.stderr).strip()
        raise StartFailed(
            f"无法创建虚拟环境：\n{said}\nDebian/Ubuntu 请先执行：sudo apt install python3-venv",
            f"The virtual environment could not be made:\n{said}\n"
            "On Debian or Ubuntu run first: sudo apt install python3-venv",
        )


def _fingerprint(requirements: Path) -> str:
    """Changes with the requirements and the files that they refer to."""
    digest = hashlib.sha256()
    waiting = [requirements]
    while waiting:
        text = waiting.pop().read_text(encoding="utf-8")
        digest.update(text.encode())
        for line in text.splitlines():
            if line.startswith("-r "):
                waiting.append(requirements.parent / line[3:].strip())
    return digest.hexdigest()
