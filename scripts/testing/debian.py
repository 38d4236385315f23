"""The Debian packages that some tests need: the one list of them, and their installation."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from scripts.startup.console import StartFailed, say

PACKAGES = {
    "chromium": "chromium",  # pages and the browser example, in a real browser
    "wine": "wine",  # runs the batch files
    "nginx-light": "nginx",  # the proxy of a deployment
    "systemd": "systemd-analyze",  # reads the units of a deployment
    "redis-server": "redis-server",  # what several web processes share
}
"""Name of the package -> a program that it brings, looked for on the PATH."""

INSTALL = "sudo python3 scripts/run_tests.py --system"


def missing_packages() -> list[str]:
    return [name for name, program in PACKAGES.items() if shutil.which(program) is None]


def install_system_packages() -> None:
    """Installs what is missing, as root with apt. Raises StartFailed where that cannot be."""
    missing = missing_packages()
    if not missing:
        return
    names = " ".join(missing)
    if sys.platform == "win32" or shutil.which("apt-get") is None:
        raise StartFailed(
            f"--system 需要 apt;请自行安装：{names}",
            f"--system needs apt; install by hand: {names}",
        )
    if os.geteuid() != 0:
        raise StartFailed(
            f"--system 需要 root 权限：{INSTALL}", f"--system needs root rights: {INSTALL}"
        )
    say(f"正在安装系统软件包：{names}", f"Installing Debian packages: {names}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-qy", "--no-install-recommends", *missing]):
        done = subprocess.run(
            ["apt-get", *command],  # noqa: S607 - apt is where the system says
            env=environment,
            capture_output=True,
            text=True,
            errors="replace",
        )
        if done.returncode != 0:
            said = done.stderr.strip() or done.stdout.strip()[-800:]
            raise StartFailed(
                f"apt-get {command[0]} 失败：\n{said}", f"apt-get {command[0]} failed:\n{said}"
            )
