"""Runs pip, shows how far it is, and says in plain words why it failed."""

from __future__ import annotations

import platform
import queue
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.startup.console import StartFailed, clear_progress, show_progress

TORCH_WHEELS = "https://download.pytorch.org/whl/"
CUDA = "cu130"
"""The CUDA build of torch that the pinned version is published for."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where packages come from; pip's own settings always count."""

    wheels: Path | None = None
    """A folder with all wheels; then nothing is asked of the network."""
    torch_index: str | None = None
    """An address with builds of torch; None chooses by the computer."""


def install(python: Path, requirements: Path, source: Source, log: Path) -> None:
    """Installs `requirements` into the environment of `python`. Raises StartFailed."""
    _run(python, ["install"], requirements, source, log)


def collect(python: Path, requirements: Path, source: Source, folder: Path, log: Path) -> None:
    """Puts wheels of `requirements` and of all that they need into `folder`. Raises StartFailed.

    What has no wheel is built, since a computer without a network could not do that.
    """
    _run(python, ["wheel", "--wheel-dir", folder], requirements, source, log)


def _run(
    python: Path, deed: list[str | Path], requirements: Path, source: Source, log: Path
) -> None:
    """Raises StartFailed."""
    command: list[str | Path] = [python, "-m", "pip", *deed, "--disable-pip-version-check"]
    command += ["--no-input", "--progress-bar", "off", "--requirement", requirements]
    command += _places(python, source)
    log.parent.mkdir(parents=True, exist_ok=True)
    said: list[str] = []
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as pip:
        try:
            for line in _lines_with_progress(pip):
                said.append(line)
        except BaseException:
            pip.kill()
            raise
        finally:
            log.write_text("\n".join(said), encoding="utf-8")
    clear_progress()
    if pip.returncode != 0:
        raise _explanation(said, requirements, source, log)


def _places(python: Path, source: Source) -> list[str | Path]:
    if source.wheels is not None:
        return ["--no-index", "--find-links", source.wheels]
    if source.torch_index is not None:
        return ["--extra-index-url", source.torch_index]
    if _pip_has_places(python):
        return []
    build = torch_build(platform.system(), has_nvidia=shutil.which("nvidia-smi") is not None)
    return ["--extra-index-url", TORCH_WHEELS + build] if build else []


def torch_build(system: str, *, has_nvidia: bool) -> str | None:
    """Which builds of torch to offer beside the usual ones, which are CUDA on Linux, CPU elsewhere.

    Saves a Linux computer without an NVIDIA card some gigabytes, and gives a Windows computer with
    one the build that can use it.
    """
    if system == "Windows" and has_nvidia:
        return CUDA
    if system == "Linux" and not has_nvidia:
        return "cpu"
    return None


def _pip_has_places(python: Path) -> bool:
    """Whether pip's settings already name places, which then are the only ones."""
    listed = subprocess.run(
        [python, "-m", "pip", "config", "list"], capture_output=True, text=True, errors="replace"
    )
    return re.search(r"(index-url|find-links|no-index)=", listed.stdout) is not None


def _lines_with_progress(pip: subprocess.Popen[str]) -> Iterator[str]:
    """pip's lines as they come; meanwhile shows what it is at, and for how long."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        assert pip.stdout is not None  # noqa: S101 - opened above with a pipe
        for line in pip.stdout:
            lines.put(line.rstrip())
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    zh, en, since = "pip", "pip", time.monotonic()
    while True:
        try:
            line = lines.get(timeout=1)
        except queue.Empty:
            if sys.stdout.isatty():
                seconds = int(time.monotonic() - since)
                show_progress(f"{zh} … {seconds} 秒", f"{en} … {seconds} s")
            continue
        if line is None:
            return
        yield line
        doing = describe(line)
        if doing is not None and (sys.stdout.isatty() or _is_news(doing[1])):
            zh, en = doing
            since = time.monotonic()
            show_progress(zh, en)


def describe(line: str) -> tuple[str, str] | None:
    """What a line of pip's output means for someone who waits; None when it is of no interest."""
    words = line.split()
    if line.lstrip().startswith("Downloading ") and ".metadata" not in words[1]:
        name = words[1].rsplit("/", 1)[-1].split("-")[0]
        size = re.search(r"\(.+?\)", line)
        told = f"{name} {size.group()}" if size else name
        return f"下载 {told}", f"downloading {told}"
    if line.startswith("Installing collected packages"):
        count = len(line.split(":", 1)[1].split(","))
        return f"安装 {count} 个软件包", f"installing {count} packages"
    if line.startswith(("Collecting ", "Processing ")):
        name = re.split(r"[\\/]", words[1])[-1].split("-")[0]
        return f"解析 {name}", f"resolving {name}"
    return None


def _is_news(doing: str) -> bool:
    """Whether a log should hold it: what takes a while, not every small step."""
    return doing.startswith("installing") or "MB)" in doing or "GB)" in doing


def _explanation(said: list[str], requirements: Path, source: Source, log: Path) -> StartFailed:
    text = "\n".join(said)
    tail = "\n".join(f"    {line}" for line in said[-4:])
    zh, en = _reason(text, source)
    download = "python start_service.py --download-wheels wheels"
    return StartFailed(
        f"安装依赖包失败：{zh}\n{tail}\n  完整记录：{log}\n"
        f"  无法联网时：在能联网、系统与 Python 版本相同的电脑上执行\n    {download}\n"
        "  把 wheels 文件夹拷到本机后执行\n    python start_service.py --offline wheels",
        f"Installing packages failed: {en}\n{tail}\n  The whole record: {log}\n"
        "  Without a network: on a connected computer with the same system and Python run\n"
        f"    {download}\n"
        "  bring the folder wheels here, then run\n    python start_service.py --offline wheels",
    )


def _reason(text: str, source: Source) -> tuple[str, str]:
    version = platform.python_version()
    if re.search(r"No space left|Errno 28|WinError 112", text):
        return "磁盘空间不足。", "the disk is full."
    if re.search(r"CERTIFICATE_VERIFY_FAILED|SSLError", text):
        return (
            "无法验证软件源的证书（公司代理？请设置 PIP_CERT）。",
            "the package index's certificate was not accepted (a proxy? set PIP_CERT).",
        )
    if re.search(
        r"NewConnectionError|NameResolution|ConnectTimeout|ReadTimeout|ProxyError|Retrying", text
    ):
        return "连不上软件源。", "the package index cannot be reached."
    if "No matching distribution" in text and source.wheels is not None:
        return (
            f"{source.wheels} 里缺少所需的安装包（本机为 Python {version}）。",
            f"{source.wheels} lacks a package that is needed (this is Python {version}).",
        )
    if "No matching distribution" in text:
        return (
            f"找不到适合 Python {version} 的安装包（推荐 64 位 Python 3.11–3.13）。",
            f"no package fits Python {version} (best is a 64-bit Python 3.11 to 3.13).",
        )
    return "原因见下。", "the reason follows."
