"""What must be so before the service stands in a network; each finding is told in words."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass

from scripts.deployment.plan import Plan

LEAST_DISK = 5 * 10**9
"""Bytes: a backup, logs and documents need room."""


@dataclass(frozen=True, slots=True)
class Finding:
    passed: bool
    zh: str
    en: str


def check_machine(plan: Plan) -> list[Finding]:
    free = shutil.disk_usage(plan.root).free
    gpu = shutil.which("nvidia-smi") is not None
    found = [
        Finding(
            free >= LEAST_DISK,
            f"磁盘剩余 {free / 1e9:.1f} GB（至少 {LEAST_DISK / 1e9:g} GB）",
            f"{free / 1e9:.1f} GB of the disk are free (at least {LEAST_DISK / 1e9:g} GB)",
        ),
        Finding(
            True,
            "有 NVIDIA 显卡" if gpu else "没有 NVIDIA 显卡：大模型在 CPU 上会很慢",
            "an NVIDIA GPU is there"
            if gpu
            else "there is no NVIDIA GPU: a large model is slow on the CPU",
        ),
    ]
    if plan.web > 1:
        linux = os.name != "nt"
        found.append(
            Finding(
                linux,
                "几个网站进程" if linux else "Windows 上只能有一个网站进程",
                f"{plan.web} web processes" if linux else "on Windows there is one web process",
            )
        )
    for path in (plan.certificate, plan.certificate_key):
        if path is not None:
            there = path.is_file()
            found.append(
                Finding(
                    there,
                    f"证书文件 {path} {'存在' if there else '不存在'}",
                    f"the file {path} {'is' if there else 'is not'} there",
                )
            )
    return found


def check_site(plan: Plan) -> Finding:
    """Django's own checks for deployment, with the settings that will be written."""
    done = subprocess.run(
        [plan.python, "manage.py", "check", "--deploy", "--fail-level", "ERROR"],
        cwd=plan.root,
        env={**os.environ, **plan.settings, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
    )
    passed = done.returncode == 0
    said = "" if passed else f"\n{(done.stdout + done.stderr).strip()}"
    return Finding(passed, f"Django 的部署检查{said}", f"Django's checks for deployment{said}")


def tighten(plan: Plan) -> list[Finding]:
    """Secrets are for the service's account alone; Windows has rights of another kind."""
    if os.name == "nt":
        return []
    found = []
    for name, mode in ((".env", 0o600), ("data", 0o700), ("data/secret_key", 0o600)):
        path = plan.root / name
        if path.exists():
            path.chmod(mode)
            found.append(Finding(True, f"{name} 的权限 {mode:o}", f"rights of {name}: {mode:o}"))
    return found
